/** What the panel's API answers when it cannot do what it was asked to. */
import { Refusal } from '../core/access/refusal.ts'
import { SettingsRefusal } from '../core/connections/settings.ts'
import { ConnectorError } from '../core/connector/index.ts'

/** A request that makes no sense or is not allowed; the message is for people. */
export class Problem extends Error {
  readonly status: number

  constructor(status: 400 | 403 | 404 | 405 | 409, message: string) {
    super(message)
    this.name = 'Problem'
    this.status = status
  }
}

interface Told {
  readonly status: number
  readonly message: string
  /** What is wrong with which setting. */
  readonly fields?: Readonly<Record<string, string>>
}

/** What the browser is told; undefined: a fault of ours, of which it learns nothing. */
export function tellable(error: unknown): Told | undefined {
  if (error instanceof Problem) return { status: error.status, message: error.message }
  if (error instanceof SettingsRefusal) return { status: 422, message: error.message, fields: error.fields }
  if (error instanceof Refusal) return { status: 422, message: error.message }
  if (error instanceof ConnectorError) return { status: 422, message: error.admin }
  return undefined
}
