/** Several fetches at once, results in order. */
import { abortable } from '../http/wait.ts'

type Settled<R> = { readonly value: R } | { readonly error: unknown }

/**
 * Yields what `fetch` makes of each item, in the order of the items. At most `width` fetches are begun and not yet
 * taken, and an item is read only when its fetch can begin, so memory stays flat however slow the reader is. An error,
 * of the items or of a fetch, comes when its turn comes; what was begun behind it is dropped. Ends with the signal's
 * reason when that aborts.
 */
export async function* ahead<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  fetch: (item: T) => Promise<R>,
  width: number,
  signal: AbortSignal,
): AsyncGenerator<R, void, undefined> {
  const source = isAsync(items) ? items[Symbol.asyncIterator]() : items[Symbol.iterator]()
  const begun: Promise<Settled<R>>[] = []
  let over = false
  let filling = false
  let news = Promise.withResolvers<void>()

  /** Runs beside the consumer: slow items must not hold back results that are ready. */
  const fill = async () => {
    if (filling) return
    filling = true
    try {
      while (!over && begun.length < width) {
        const next = await source.next()
        if (over) break
        if (next.done) over = true
        else begun.push(settled(fetch, next.value))
        news.resolve()
      }
    } catch (error) {
      over = true
      begun.push(Promise.resolve({ error }))
      news.resolve()
    } finally {
      filling = false
    }
  }

  try {
    for (;;) {
      signal.throwIfAborted()
      void fill()
      const first = begun[0]
      if (first !== undefined) {
        const result = await abortable(first, signal)
        begun.shift()
        if ('error' in result) throw result.error
        void fill()
        yield result.value
      } else if (over) {
        return
      } else {
        await abortable(news.promise, signal)
        news = Promise.withResolvers()
      }
    }
  } finally {
    over = true
    void release(source)
  }
}

function isAsync<T>(items: Iterable<T> | AsyncIterable<T>): items is AsyncIterable<T> {
  return typeof items === 'object' && Symbol.asyncIterator in items
}

/** Never rejects: an error nobody waits for yet must not end the process. */
async function settled<T, R>(fetch: (item: T) => Promise<R>, item: T): Promise<Settled<R>> {
  try {
    return { value: await fetch(item) }
  } catch (error) {
    return { error }
  }
}

async function release(source: Iterator<unknown> | AsyncIterator<unknown>): Promise<void> {
  try {
    await source.return?.()
  } catch {
    // The reader has left; there is nobody to tell.
  }
}
