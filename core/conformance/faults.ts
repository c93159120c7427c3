/** What a simulator's server can do wrong on request, and to which requests. */
import type { SimulatedRequest } from '../connector/simulator.ts'

export type FaultEffect =
  /** Another answer: an object goes out as JSON, a string as it is (HTML if it looks like HTML). */
  | {
      readonly kind: 'status'
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: unknown
    }
  /** Announces the whole body, sends half of it and closes the connection. */
  | { readonly kind: 'truncate' }
  /** Sends half of the body as if it were all of it. */
  | { readonly kind: 'cut' }
  /** Resets the connection. */
  | { readonly kind: 'reset' }
  /** Never answers. */
  | { readonly kind: 'hang' }
  /** Sends the body `bytes` at a time, one piece every `everyMs` milliseconds. */
  | { readonly kind: 'drip'; readonly bytes: number; readonly everyMs: number }
  /** Changes the JSON body; gets a copy. */
  | { readonly kind: 'transform'; readonly change: (body: unknown, request: SimulatedRequest) => unknown }
  /** Answers what it answered to the matching request before; the first one passes. */
  | { readonly kind: 'repeat' }

export interface FaultRule {
  /** Part of the path, or a pattern for it; every path if left out. */
  readonly path?: string | RegExp
  readonly method?: string
  /** A further condition. */
  readonly when?: (request: SimulatedRequest) => boolean
  /** The first of the matching requests it hits, counted from 1 (default 1). */
  readonly nth?: number
  /** How many of them it hits (default 1; `Infinity` = from then on all). */
  readonly times?: number
  /** For `status`, `reset` and `hang`: the vendor acts on the request, only its answer is lost. */
  readonly acted?: boolean
  readonly effect: FaultEffect
}

/** A rule at work. */
export class Fault {
  readonly rule: FaultRule
  /** Requests it matched. */
  matched = 0
  /** Requests it hit; a test asserts this, else its fault may never have happened. */
  hits = 0

  constructor(rule: FaultRule) {
    this.rule = rule
  }

  /** Whether the request is one the rule speaks of; counts it if so. */
  matches(request: SimulatedRequest): boolean {
    const { path, method, when } = this.rule
    if (method !== undefined && method !== request.method) return false
    if (typeof path === 'string' && !request.path.includes(path)) return false
    if (path instanceof RegExp && !path.test(request.path)) return false
    if (when !== undefined && !when(request)) return false
    this.matched++
    return true
  }

  /** Whether the request it matched last is one it hits. */
  get strikes(): boolean {
    const { nth = 1, times = 1 } = this.rule
    return this.matched >= nth && this.matched < nth + times
  }
}
