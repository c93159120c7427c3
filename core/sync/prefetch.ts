/** Reads ahead of the writer, so that the next page is on the wire while this one is written; bounded. */

/**
 * Yields what `source` yields, in order, while up to `count` items or `bytes` bytes wait. At least one
 * item is always allowed, however large. When the consumer stops early, the source is closed. Ends with the signal's
 * reason when that aborts, whether the source hears it or not.
 */
export async function* prefetch<T extends { readonly bytes: number }>(
  source: AsyncIterable<T>,
  limits: { readonly count: number; readonly bytes: number },
  signal: AbortSignal,
): AsyncGenerator<T> {
  const waiting: T[] = []
  let bytes = 0
  let ended = false
  let failure: { readonly error: unknown } | undefined
  let stopped = false
  let wakeReader: (() => void) | undefined
  let wakeWriter: (() => void) | undefined

  const reading = (async () => {
    try {
      for await (const item of source) {
        if (stopped) return
        waiting.push(item)
        bytes += item.bytes
        wakeReader?.()
        while (!stopped && (waiting.length >= limits.count || bytes >= limits.bytes)) {
          await new Promise<void>((resolve) => {
            wakeWriter = resolve
          })
        }
        if (stopped) return
      }
    } catch (error) {
      failure = { error }
    } finally {
      ended = true
      wakeReader?.()
    }
  })()

  const wake = () => wakeReader?.()
  signal.addEventListener('abort', wake, { once: true })
  try {
    for (;;) {
      signal.throwIfAborted()
      const item = waiting.shift()
      if (item !== undefined) {
        bytes -= item.bytes
        wakeWriter?.()
        yield item
      } else if (ended) break
      else {
        await new Promise<void>((resolve) => {
          wakeReader = resolve
        })
      }
    }
    if (failure) throw failure.error
  } finally {
    stopped = true
    signal.removeEventListener('abort', wake)
    wakeWriter?.()
    // A source that ignores its signal must not hold the run; its page, should it come, is dropped.
    reading.catch(() => {})
  }
}
