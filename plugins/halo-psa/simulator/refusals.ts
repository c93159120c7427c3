/** How Halo says no: its error bodies have no fixed form. */
import type { SimulatedAnswer } from '../../../core/connector/simulator.ts'

export class Refusal extends Error {
  readonly answer: SimulatedAnswer

  constructor(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
    super(`${status}`)
    this.answer = { status, body, headers }
  }
}

export const wrongClient = () => new Refusal(401, { error: 'invalid_client' })
export const wrongScope = () => new Refusal(400, { error: 'invalid_scope' })
export const wrongGrant = () => new Refusal(400, { error: 'unsupported_grant_type' })
export const noToken = () => new Refusal(401, { Message: 'Authorization has been denied for this request.' })
export const forbidden = () =>
  new Refusal(403, { error: { error_description: 'You do not have permission to access this resource.' } })
export const missing = (what: string) => new Refusal(404, { ClassName: 'HaloException', Message: `${what} not found` })
export const noPath = () => new Refusal(404, '<html><title>404 - File or directory not found.</title></html>')
export const invalid = (message: string) => new Refusal(400, { resultCode: 400, errorMessage: message })
export const tooMany = () =>
  new Refusal(429, '"Rate Limit Reached - 300 Requests per rolling 5 minute window"', {
    'content-type': 'application/json',
  })
