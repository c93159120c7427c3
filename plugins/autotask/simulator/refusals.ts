/** How Autotask says no. */
import type { SimulatedAnswer } from '../../../core/connector/simulator.ts'

/** Thrown where a request cannot be served. */
export class Refusal extends Error {
  readonly answer: SimulatedAnswer

  constructor(answer: SimulatedAnswer) {
    super(`${answer.status}`)
    this.answer = answer
  }
}

/** Everything Autotask itself complains about is a 500: missing rights, bad filters, bad values. */
export function complaint(...errors: readonly string[]): Refusal {
  return new Refusal({ status: 500, body: { errors } })
}

export function unauthorized(): Refusal {
  return new Refusal({ status: 401 })
}

export function notPermitted(action: string, entity: string): Refusal {
  return complaint(
    `The logged in Resource does not have the adequate permissions to ${action} this entity type: ${entity}.`,
  )
}

export function tooManyThreads(): Refusal {
  return complaint('Itgenatr005: The thread threshold of 3 threads has been exceeded for this tracking identifier.')
}

export function thresholdReached(): Refusal {
  return new Refusal({
    status: 429,
    body: { errors: ['The request threshold of this database for the timeframe has been exceeded.'] },
  })
}

/** The web server's own page, before any API. */
export function noSuchPath(): Refusal {
  return new Refusal({
    status: 404,
    headers: { 'content-type': 'text/html' },
    body: '<!DOCTYPE html><html><head><title>404 - File or directory not found.</title></head><body></body></html>',
  })
}

export function noResource(path: string): Refusal {
  return new Refusal({
    status: 404,
    body: { Message: `No HTTP resource was found that matches the request URI '${path}'.` },
  })
}

export function wrongMethod(method: string): Refusal {
  return new Refusal({
    status: 405,
    body: { Message: `The requested resource does not support http method '${method}'.` },
  })
}
