/**
 * Every route the router knows, asked for in every odd way by people who may not. A function over a built server,
 * so that it covers whatever is mounted.
 */
import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import type { Database } from '../../core/store/database.ts'
import { send } from '../core/server/start.ts'
import { dump } from './dump.ts'

export interface Route {
  readonly method: string
  /** The pattern, e.g. `/admin/api/resources/:resourceId`. */
  readonly url: string
}

/** All routes, read from what the router prints of itself; every one is asked back, so a misreading fails. */
export function routesOf(app: FastifyInstance): Route[] {
  const routes: Route[] = []
  const parents: string[] = []
  for (const line of app.printRoutes().split('\n')) {
    const [, indent = '', text] = /^((?:[│ ] {3})*)[├└]── (.*)$/.exec(line) ?? []
    if (text === undefined) continue
    const [, segment = text, methods = ''] = /^(.*) \(([A-Z, ]+)\)$/.exec(text) ?? []
    const depth = indent.length / 4
    const url = (parents[depth - 1] ?? '') + segment
    parents[depth] = url
    for (const method of methods.split(', ').filter(Boolean)) routes.push({ method, url })
  }
  for (const { method, url } of routes)
    if (!app.hasRoute({ method: method as 'GET', url })) throw new Error(`Misread from the router: ${method} ${url}`)
  return routes
}

const asset = '/frontend/assets/app.bundle.js'
const encode = (character: string) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`

/** Ways to write one path. */
const spellings: Readonly<Record<string, (path: string) => string>> = {
  plain: (path) => path,
  'percent-encoded first letter': (path) => path.replace(/[a-z]/i, encode),
  'percent-encoded letters': (path) => path.replace(/[a-z]/gi, encode),
  'percent-encoded slashes': (path) => path.replace(/(?<!^)\//g, '%2f'),
  'encoded twice': (path) => path.replace(/[a-z]/i, (letter) => encode(letter).replace('%', '%25')),
  'double slash in front': (path) => `/${path}`,
  'double slash inside': (path) => path.replace(/(?<=.)\//, '//'),
  'trailing slash': (path) => `${path}/`,
  'dot segment': (path) => `/.${path}`,
  'dot segments up': (path) => `/x/..${path}`,
  'encoded dot segments': (path) => `/x/%2e%2e${path}`,
  'through the log-in page': (path) => `/login/..${path}`,
  'through an asset': (path) => `/assets/sign-in.css/../..${path}`,
  'upper case': (path) => path.toUpperCase(),
  'asset path in the query': (path) => `${path}?x=${asset}`,
  'asset path behind a semicolon': (path) => `${path};${asset}`,
  'asset path behind a number sign': (path) => `${path}#${asset}`,
  'public path in the query': (path) => `${path}?/login`,
  backslash: (path) => path.replace(/(?<=.)\//, '\\'),
  'null byte': (path) => `${path}%00`,
  'whole address': (path) => `http://127.0.0.1${path}`,
}

export interface Matrix {
  readonly app: FastifyInstance
  readonly database: Database
  /** Patterns that need no log-in; whatever else the router knows must be closed. */
  readonly open: readonly string[]
  /** Values for the patterns' parameters, tried side by side. */
  readonly samples: Readonly<Record<string, readonly string[]>>
  /** The cookie of somebody whose role is wrong for what `forbidden` names. */
  readonly wrongRole: string
  readonly forbidden: (method: string, path: string) => boolean
}

function fill(pattern: string, samples: Matrix['samples']): string[] {
  const name = /:(\w+)/.exec(pattern)?.[1]
  if (name === undefined) return [pattern.replace('*', 'x')]
  return (samples[name] ?? ['1']).flatMap((value) => fill(pattern.replace(`:${name}`, value), samples))
}

const overrides = ['DELETE', 'POST'].flatMap((method) => [
  { 'x-http-method-override': method },
  { 'x-http-method': method },
  { 'x-method-override': method },
])

export interface Findings {
  readonly closedRoutes: number
  readonly asked: number
  /** Requests that were answered although they must not be. */
  readonly answered: readonly string[]
  /** Whether any row of any table is another than before. */
  readonly rowsChanged: boolean
}

/** Asks all of it. The app must listen. */
export async function findHoles(matrix: Matrix): Promise<Findings> {
  const { app, database, open, samples, wrongRole, forbidden } = matrix
  const closed = routesOf(app).filter((route) => !open.includes(route.url))
  const before = await dump(database)
  const answered: string[] = []
  let asked = 0

  async function ask(method: string, path: string, allowed: readonly number[], headers: Record<string, string>) {
    asked++
    // As the hub's own page would ask: only the guard's judgement of the person is left to refuse.
    const own = { 'sec-fetch-site': 'same-origin', 'content-type': 'application/json', ...headers }
    const body = ['GET', 'HEAD', 'OPTIONS'].includes(method) ? {} : { body: '{}' }
    const { status, headers: got } = await send(app, path, { method, headers: own, ...body })
    const toLogin = status === 303 && got.location?.startsWith('/login?return=')
    if (!allowed.includes(status) && !(toLogin && allowed.includes(401)))
      answered.push(`${method} ${path} ${JSON.stringify(headers)} → ${status}`)
  }

  for (const { method, url } of closed)
    for (const path of fill(url, samples))
      for (const [name, spell] of Object.entries(spellings)) {
        const spelled = spell(path)
        const methods =
          name === 'plain' ? [method, 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND'] : [method]
        for (const one of new Set(methods)) {
          // 400: the router could not read the path at all.
          await ask(one, spelled, [400, 401, 403, 404], {})
          if (forbidden(one, path)) await ask(one, spelled, [400, 401, 403, 404], { cookie: wrongRole })
        }
        await ask(method, spelled, [400, 401, 403, 404], { accept: 'text/html' })
        if (name === 'plain')
          for (const override of overrides) {
            await ask('GET', spelled, [401, 403, 404], override)
            await ask('POST', `${spelled}?_method=DELETE`, [401, 403, 404], override)
          }
      }

  return { closedRoutes: closed.length, asked, answered, rowsChanged: (await dump(database)) !== before }
}

/** Fails for every request that is answered although it must not be, and if any row changed. */
export async function checkGuard(t: Test, matrix: Matrix): Promise<void> {
  const { closedRoutes, asked, answered, rowsChanged } = await findHoles(matrix)
  t.ok(closedRoutes > 0, `${closedRoutes} closed routes`)
  t.same(answered, [], `${asked} requests are refused`)
  t.notOk(rowsChanged, 'no row of any table changed')
}
