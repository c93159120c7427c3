/** A limit of time that holds even for a connector that does not listen to its signal. */
import { ConnectorError } from '../connector/index.ts'

/**
 * Runs `work` with a signal that aborts after `milliseconds` or with `signal`. Rejects at that moment, whether
 * `work` has noticed or not: with a `transient` error of the given sentence, or with the reason of `signal`.
 */
export async function within<T>(
  milliseconds: number,
  sentence: string,
  work: (signal: AbortSignal) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const limit = new AbortController()
  const both = signal === undefined ? limit.signal : AbortSignal.any([limit.signal, signal])
  const timer = setTimeout(() => limit.abort(new ConnectorError('transient', sentence)), milliseconds)
  const aborted = Promise.withResolvers<never>()
  const abort = () => aborted.reject(both.reason)
  both.addEventListener('abort', abort, { once: true })
  try {
    both.throwIfAborted()
    return await Promise.race([work(both), aborted.promise])
  } finally {
    clearTimeout(timer)
    both.removeEventListener('abort', abort)
  }
}
