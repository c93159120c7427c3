/** The envelope of every answer, and the refusals. */
import type { SimulatedAnswer } from '../../../core/connector/simulator.ts'

export type Row = Readonly<Record<string, unknown>>

/** Thrown where a request cannot be served. `body` is spelled like every answer. */
export class Refusal extends Error {
  readonly answer: SimulatedAnswer

  constructor(status: number, body: unknown) {
    super(`${status}`)
    this.answer = { status, body }
  }
}

export function success(result: unknown, total?: number): SimulatedAnswer {
  return {
    status: 200,
    body: { Success: true, Error: null, Result: result, ...(total === undefined ? {} : { TotalRecords: total }) },
  }
}

/** "No" with the status 200, or with another that goes with it. */
export function refusal(code: number, message: string, status = 200): Refusal {
  const error = { Code: code, Message: message, Details: null, StackStrace: null, SubErrors: [] }
  return new Refusal(status, { Success: false, Error: error, Result: null })
}

export function notThere(what: string): Refusal {
  return refusal(404, `${what} not found.`, 404)
}
