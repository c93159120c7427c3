/** The contract: types and plain data; imports nothing else of the hub. */
export * from './contract.ts'
export * from './errors.ts'
export * from './records.ts'
export type * from './simulator.ts'
