/** Error answers, as ServiceNow words them. */
import type { SimulatedAnswer } from '../../../core/connector/simulator.ts'

/** Thrown where a request cannot be served; carries the answer. */
export class Refusal extends Error {
  readonly answer: SimulatedAnswer

  constructor(status: number, body: unknown, headers?: Readonly<Record<string, string>>) {
    super(`${status} ${JSON.stringify(body)}`)
    this.answer = { status, body, ...(headers ? { headers } : {}) }
  }
}

function refusal(status: number, message: string, detail: string | null = null): Refusal {
  return new Refusal(status, { error: { message, detail }, status: 'failure' })
}

export const unauthorized = () => refusal(401, 'User Not Authenticated', 'Required to provide Auth information')
export const forbidden = () =>
  refusal(403, 'Operation Failed', 'ACL Exception Query Failed due to security constraints')
export const noTable = (name: string) => refusal(400, `Invalid table ${name}`)
export const noRecord = () =>
  refusal(404, 'No Record found', "Record doesn't exist or ACL restricts the record retrieval")
export const noResource = () => refusal(400, 'Requested URI does not represent any resource', null)
export const badParameter = (message: string) => refusal(400, 'Invalid parameter', message)
export const wrongMethod = () => refusal(405, 'Method not supported')
export const notJson = () => refusal(400, 'Exception while reading request', 'The payload is not valid JSON.')
export const addressTooLong = () => new Refusal(414, '<html><body>Request-URI Too Long</body></html>')
export const rateExceeded = (limit: number, reset: number, now: number) =>
  new Refusal(
    429,
    {
      error: {
        message: 'Rate limit exceeded',
        detail: `Rate limit of ${limit} requests per hour for Table API exceeded`,
      },
      status: 'failure',
    },
    {
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-reset': String(reset),
      'x-ratelimit-rule': '5a3c8d1f0a0a0bb3001c5fec1d0d7bcb',
      'retry-after': String(Math.max(1, Math.ceil(reset - now / 1000))),
    },
  )
export const oauthError = (error: string, description: string) =>
  new Refusal(401, { error_description: description, error })
