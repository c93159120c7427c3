/** What is noticed on the side while rules run: secrets that got out, requests past the hub's client, and the like. */
import { ConnectorError } from '../connector/errors.ts'
import { Redactor } from '../http/redact.ts'

/** Shorter values are found by chance in any text. */
export const shortestSecret = 8

/** Names of session headers that hold a credential. */
const credentialHeader = /authorization|cookie|token|secret|key|session/i

/** Finds known secrets in texts, in whichever form they are written. */
export class SecretFinder {
  readonly #redactor: Redactor

  constructor(secrets: readonly string[]) {
    this.#redactor = new Redactor(secrets.filter((secret) => secret.length >= shortestSecret))
  }

  /** From now on the credentials of a session count as secrets, too. */
  addSession(headers: Readonly<Record<string, string>>): void {
    const entries = Object.entries(headers)
    this.#redactor.addHeaders(
      Object.fromEntries(
        entries.filter(([name, value]) => credentialHeader.test(name) && value.length >= shortestSecret),
      ),
    )
  }

  isIn(text: string): boolean {
    return this.#redactor.redact(text) !== text
  }
}

export class Witness {
  /** Where a secret was seen; never the secret. */
  readonly leaks = new Set<string>()
  /** Addresses outside of what `hosts` declares. */
  readonly undeclared = new Set<string>()
  /** Requests that did not come through `ctx.http`. */
  readonly strays = new Set<string>()
  /** What the simulator threw. */
  readonly simulatorErrors = new Set<string>()
  /** Rejections nobody waited for. */
  readonly looseEnds = new Set<string>()

  /** Looks for secrets in whatever the connector hands over; `where` is for the sheet. */
  said(where: string, value: unknown, finder: SecretFinder): void {
    const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
    if (finder.isIn(text)) this.leaks.add(where)
  }

  /** The same for what it threw, with everything that hangs on it. */
  threw(where: string, error: unknown, finder: SecretFinder): void {
    for (let current = error, depth = 0; current instanceof Error && depth < 5; current = current.cause, depth++) {
      this.said(where, current.message, finder)
      this.said(where, current.stack ?? '', finder)
      if (current instanceof ConnectorError) this.said(where, current.admin, finder)
    }
  }
}
