/** Syncro's refusals: every part of it words them its own way. */
import type { SimulatedAnswer } from '../../../core/connector/simulator.ts'

export class Refusal extends Error {
  readonly answer: SimulatedAnswer

  constructor(answer: SimulatedAnswer) {
    super(`${answer.status}`)
    this.answer = answer
  }
}

export const badToken = () => new Refusal({ status: 401, body: { error: 'Invalid API token' } })

/** A missing right has the status of a bad token. */
export const notAuthorized = () =>
  new Refusal({
    status: 401,
    body: { error: 'Not authorized. Please ask account admin to update your group permissions.' },
  })

export const notFound = () => new Refusal({ status: 404, body: { message: 'Not found' } })
export const assetNotFound = () => new Refusal({ status: 404, body: { error: 'Asset not found' } })
export const nothingThere = () => new Refusal({ status: 404 })

export const invalid = (message: string) =>
  new Refusal({ status: 422, body: { success: false, message: [message], params: {} } })

export const wentWrong = () =>
  new Refusal({ status: 500, body: '<!DOCTYPE html><html><head><title>500</title></head><body>Sorry</body></html>' })

export const tooMany = (retryAfter: number | undefined) =>
  new Refusal({
    status: 429,
    body: { error: 'Rate limit exceeded' },
    ...(retryAfter === undefined ? {} : { headers: { 'retry-after': String(retryAfter) } }),
  })
