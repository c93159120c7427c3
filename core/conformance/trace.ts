/** The requests of one reading: which to hit with a fault, and which of them are the pages of one list. */
import type { SimulatedRequest } from '../connector/simulator.ts'

export type Asked = Pick<SimulatedRequest, 'method' | 'path' | 'query' | 'body'>

/** Two requests with the same signature ask the same. */
export function signatureOf({ method, path, query, body }: Asked): string {
  const sorted = [...query].sort(([a, x], [b, y]) => (a + x < b + y ? -1 : 1))
  return [method, path, ...sorted.flat(), body].join('\n')
}

/** The first request, one in the middle and the last; fewer if there are fewer. */
export function targetsIn(requests: readonly Asked[]): readonly Asked[] {
  const different = new Map(requests.map((request) => [signatureOf(request), request]))
  const list = [...different.values()]
  const places = new Set([0, Math.floor(list.length / 2), list.length - 1])
  return [...places].flatMap((place) => list[place] ?? [])
}

/** Strikes `target` wherever it is asked again. */
export function isSame(target: Asked): (request: SimulatedRequest) => boolean {
  const wanted = signatureOf(target)
  return (request) => signatureOf(request) === wanted
}

/** For messages: a request without its host. */
export function nameOf({ method, path, query }: Asked): string {
  const text = query.size > 0 ? `${path}?${decodeURIComponent(query.toString())}` : path
  return `${method} ${text.length > 160 ? `${text.slice(0, 160)}…` : text}`
}

/**
 * The longest run of requests that are pages of one list: the same path, and the same parent where the parent's id is
 * in the query. Undefined where no list took a second page.
 */
export function chainIn(
  requests: readonly Asked[],
  parents: readonly string[],
): { readonly length: number; readonly has: (request: Asked) => boolean } | undefined {
  const known = new Set(parents)
  const byPath = Map.groupBy(requests, ({ method, path }) => `${method} ${path}`)
  let best: { length: number; has: (request: Asked) => boolean } | undefined
  for (const [path, group] of byPath) {
    const parentKeys = [...new Set(group.flatMap(({ query }) => [...query.keys()]))].filter((key) =>
      group.every(({ query }) => known.has(query.get(key) ?? '')),
    )
    const listOf = ({ method, path: own, query }: Asked) =>
      [`${method} ${own}`, ...parentKeys.map((key) => query.get(key))].join('\n')
    for (const [list, members] of Map.groupBy(group, listOf)) {
      const length = new Set(members.map(signatureOf)).size
      if (length < 2 || length <= (best?.length ?? 0)) continue
      best = { length, has: (request) => `${request.method} ${request.path}` === path && listOf(request) === list }
    }
  }
  return best
}
