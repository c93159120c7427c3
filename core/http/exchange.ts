/** One request and its answer, within the time limits. */
import type { Dispatcher } from 'undici'
import { readBody } from './body.ts'
import type { Hop } from './call.ts'
import { DeadlinePassed } from './failures.ts'
import type { TimeLimits } from './times.ts'
import { abortable } from './wait.ts'

export interface RawAnswer {
  readonly status: number
  /** Lower-case names; values of a repeated header joined by a comma. */
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

/**
 * Rejects with what undici, the network or the unpacking throws, with `DeadlinePassed`, or with the signal's reason.
 * `onHeaders` hears when the vendor begins to answer.
 */
export async function exchange(
  dispatcher: Dispatcher,
  hop: Hop,
  url: URL,
  { signal, times, onHeaders }: { signal: AbortSignal; times: TimeLimits; onHeaders: () => void },
): Promise<RawAnswer> {
  const ending = new AbortController()
  const abort = () => ending.abort(signal.reason)
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  const deadline = setTimeout(() => {
    ending.abort(new DeadlinePassed(`no complete answer within ${times.deadlineMs / 1000} s`))
  }, times.deadlineMs)
  const send = async () => {
    const { statusCode, headers, body } = await dispatcher.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: hop.method,
      headers: hop.headers,
      body: hop.body ?? null,
      signal: ending.signal,
    })
    onHeaders()
    const flat = flatten(headers)
    return { status: statusCode, headers: flat, text: await readBody(body, flat) }
  }
  try {
    // undici notices an abort only once it has a socket, and connecting may take ten seconds.
    return await abortable(send(), ending.signal)
  } finally {
    clearTimeout(deadline)
    signal.removeEventListener('abort', abort)
  }
}

function flatten(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  const flat: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = typeof value === 'string' ? value : value.join(', ')
  }
  return flat
}
