/** Talks to the panel's own handlers; one place for what can go wrong on the way. */
import { useCallback, useEffect, useRef, useState } from 'react'

const api = '/admin/api'

export type Query = Readonly<Record<string, string | number | boolean | null | undefined>>

function address(page: string, query: Query = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value))
  const path = page === 'home' ? `${api}/dashboard` : page.includes('/') ? `${api}/${page}` : `${api}/pages/${page}`
  return search.size > 0 ? `${path}?${search}` : path
}

/** What the hub would not do; `fields` says what is wrong with which setting. */
export class Refused extends Error {
  readonly fields: Readonly<Record<string, string>>
  constructor(message: string, fields: Readonly<Record<string, string>> = {}) {
    super(message)
    this.fields = fields
  }
}

async function call<T>(url: string, options: RequestInit): Promise<T> {
  const answer = await fetch(url, { headers: { accept: 'application/json' }, ...options }).catch((cause: unknown) => {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw new Error('The hub cannot be reached. Is it running, and are you online?')
  })
  if (answer.status === 401) {
    const here = `${location.pathname}${location.search}`
    location.assign(`/login?return=${encodeURIComponent(here)}`)
    throw new Error('Your session has ended. Taking you to the log-in page.')
  }
  const body = await answer.json().catch(() => ({}))
  if (!answer.ok) throw new Refused(body.message ?? `The hub answered ${answer.status}.`, body.fields)
  // AdminJS reports refusals inside a 200.
  if (body.notice?.type === 'error') throw new Error(forbidden(body.notice.message))
  return body
}

function forbidden(message: string): string {
  return message === 'forbiddenError' ? 'Your role may not do this.' : message
}

/** What a page reads. */
export function read<T>(page: string, query?: Query, signal?: AbortSignal): Promise<T> {
  return call<T>(address(page, query), signal ? { signal } : {})
}

/** Does something with an effect; the promise fails with a sentence for the user. */
export async function act<T = unknown>(page: string, action: string, values: object = {}): Promise<T> {
  const answer = await call<{ result: T }>(address(page), {
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify({ action, ...values }),
  })
  return answer.result
}

export interface Loaded<T> {
  readonly data: T | undefined
  readonly error: string | undefined
  readonly reload: () => void
}

/**
 * Reads a page and reads it again as often as `every` says (milliseconds; undefined = not). Nothing is
 * asked while the tab is hidden, so a forgotten tab lets the session end.
 */
export function usePage<T>(page: string, query: Query, every?: (data: T) => number | undefined): Loaded<T> {
  const [state, setState] = useState<{ data?: T; error?: string; key?: string }>({})
  const [round, setRound] = useState(0)
  const key = address(page, query)
  const pace = useRef(every)
  pace.current = every

  useEffect(() => {
    const abort = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const load = async () => {
      try {
        const data = await call<T>(key, { signal: abort.signal })
        if (abort.signal.aborted) return
        setState({ data, key })
        again(pace.current?.(data))
      } catch (error) {
        if (abort.signal.aborted) return
        setState((before) => ({ ...before, error: error instanceof Error ? error.message : String(error) }))
        again(pace.current ? 5000 : undefined)
      }
    }
    const again = (wait: number | undefined) => {
      if (wait !== undefined) timer = setTimeout(whenVisible, wait)
    }
    const whenVisible = () => {
      if (document.hidden)
        document.addEventListener('visibilitychange', whenVisible, { once: true, signal: abort.signal })
      else void load()
    }
    void load()
    return () => {
      abort.abort()
      clearTimeout(timer)
    }
  }, [key, round])

  const reload = useCallback(() => setRound((count) => count + 1), [])
  return { data: state.data, error: state.error, reload }
}
