/** Error answers, as ConnectWise PSA words them. */
import type { SimulatedAnswer } from '../../../core/connector/simulator.ts'

/** Thrown where a request cannot be served; carries the answer. */
export class Refusal extends Error {
  readonly answer: SimulatedAnswer

  constructor(status: number, body: unknown, headers?: Readonly<Record<string, string>>) {
    super(`${status} ${typeof body === 'string' ? body : JSON.stringify(body)}`)
    this.answer = { status, body, ...(headers ? { headers } : {}) }
  }
}

export interface Complaint {
  readonly code: 'InvalidField' | 'MissingRequiredField' | 'ObjectExists' | 'InvalidObject'
  readonly message: string
  readonly field: string
}

export function invalid(resource: string, ...complaints: readonly Complaint[]): Refusal {
  const errors = complaints.map(({ code, message, field }) => ({ code, message, resource, field }))
  return new Refusal(400, { code: 'InvalidObject', message: `${resource} object is invalid`, errors })
}

/** A query parameter ConnectWise cannot use; the recorded answers do not show which code it gives. */
export function badParameter(parameter: string, message: string): Refusal {
  return invalid(parameter, { code: 'InvalidField', message, field: parameter })
}

export function recordMissing(name: string, id: number): Refusal {
  return new Refusal(404, { code: 'NotFound', message: `${name} ${id} not found` })
}

/** Also what a path of the release before answers after an upgrade. */
export function noEndpoint(): Refusal {
  return new Refusal(404, { code: 'ConnectWiseApi', message: 'The endpoint does not exist.' })
}

export function forbidden(): Refusal {
  return new Refusal(403, {
    code: 'Security',
    message: 'You do not have permission to perform this action.',
    errors: null,
  })
}

export function unauthorized(): Refusal {
  return new Refusal(401, { code: 'Unauthorized', message: 'Invalid credentials.', errors: null })
}

/** The router in front of the API answers requests without a client id itself, and not in JSON. */
export function noClientId(): Refusal {
  return new Refusal(401, 'Cannot route. Codebase/company is invalid.')
}

export function wrongMethod(method: string): Refusal {
  return new Refusal(405, {
    code: 'MethodNotAllowed',
    message: `The requested resource does not support http method '${method}'.`,
  })
}

export function notJson(): Refusal {
  return new Refusal(415, { code: 'UnsupportedMediaType', message: 'The request entity must be application/json.' })
}

/** Not recorded: keeps everybody below the 2,000 characters that are known to work. */
export function addressTooLong(): Refusal {
  return new Refusal(414, '<html><body>Request-URI Too Long</body></html>')
}
