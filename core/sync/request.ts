/** What starts a sync run, and how it ends; shared by the engine, the queue, the CLI and the panel. */
import type { ErrorKind, StreamName } from '../connector/index.ts'

export type RunMode = 'apply' | 'plan'
export type PassKind = 'full' | 'incremental'
export type RunTrigger = 'schedule' | 'force' | 'webhook' | 'cli' | 'demo'
export type RunState = 'running' | 'waiting' | 'succeeded' | 'warning' | 'failed' | 'cancelled'

export interface RunRequest {
  readonly connectionId: number
  /** `plan` reads everything and writes nothing but the plan. */
  readonly mode: RunMode
  /** `incremental` reads what changed, where the stream can; a stream that cannot, or must not, is read whole. */
  readonly pass: PassKind
  readonly trigger: RunTrigger
  /** The admin vouches for the source: every guard lets this run pass. */
  readonly confirmed?: boolean
  readonly requestedBy?: string
  /** Only these streams. */
  readonly streams?: readonly StreamName[]
  /** Only these records, after a webhook. */
  readonly touched?: readonly { readonly stream: StreamName; readonly sourceId: string }[]
}

export interface RunResult {
  readonly runId: number
  readonly state: RunState
  readonly error?: { readonly kind: ErrorKind; readonly admin: string; readonly retryAfterSeconds?: number }
}
