import { Router } from 'adminjs'
import t from 'tap'
import type { Role } from '../../core/access/roles.ts'
import { startPanel } from './panel.ts'

const panel = await startPanel(t)
const { database } = panel
await database.run("insert into connections (connector, kind, name, settings) values ('acme', 'psa', 'Acme', '{}')")
await database.run("insert into companies (name) values ('Beta')")
await database.run(
  `insert into sync_runs (connection_id, mode, pass, trigger, lease, state) values (1, 'apply', 'full', 'force', gen_random_uuid(), 'running')`,
)
await database.run(
  `insert into withheld_changes (run_id, connection_id, stream, source_id, action, reason, state) values (1, 1, 'contacts', 'x', 'remove', 'breaker', 'waiting')`,
)

const example: Readonly<Record<string, string>> = {
  resourceId: 'companies',
  action: 'list',
  recordId: '1',
  pageName: 'connections',
  query: 'x',
}
const routes = Router.routes.map(({ path, method }) => ({
  method,
  path: `/admin${path.replace(/\{(\w+)\}/g, (_, name: string) => example[name] ?? name)}`,
}))
const files = ['app.bundle.js', 'components.bundle.js', 'panel.css', 'mark.svg'].map((name) => ({
  method: 'GET',
  path: `/admin/frontend/assets/${name}`,
}))

t.test('without a session nothing of the panel is reached, whatever the route', async (t) => {
  t.ok(routes.length > 15)
  for (const { method, path } of [...routes, ...files]) {
    const { status, text } = method === 'POST' ? await panel.post(path, {}, null) : await panel.get(path, null)
    t.ok([401, 403, 404].includes(status), `${method} ${path}: ${status}`)
    t.notMatch(text, /Beta|Acme|REDUX|function/)
  }
})

/** Every action of every page, with the least role that may do it. */
const actions: readonly (readonly [page: string, action: string, values: object, least: Role])[] = [
  ['connection', 'sync', { id: 1 }, 'editor'],
  ['connection', 'test', { id: 1 }, 'editor'],
  ['connection', 'pause', { id: 1 }, 'manager'],
  ['connection', 'resume', { id: 1 }, 'manager'],
  ['connection', 'check', { id: 1, settings: {} }, 'manager'],
  ['connection', 'choices', { id: 1, field: 'x' }, 'manager'],
  ['connection', 'customFields', { id: 1, stream: 'contacts' }, 'manager'],
  ['connection', 'save', { id: 1, name: 'Taken' }, 'manager'],
  ['connection', 'reconnect', { id: 1, settings: {} }, 'manager'],
  ['connection', 'webhooksOn', { id: 1 }, 'manager'],
  ['connection', 'webhooksOff', { id: 1 }, 'manager'],
  ['connection', 'disconnect', { id: 1 }, 'manager'],
  ['connections', 'check', { connector: 'acme', settings: {} }, 'manager'],
  ['connections', 'add', { connector: 'acme', name: 'New', settings: {} }, 'manager'],
  ['switch', 'plan', { connector: 'acme', name: 'New', settings: {} }, 'manager'],
  ['switch', 'look', { plan: 'x' }, 'manager'],
  ['switch', 'drop', { plan: 'x' }, 'manager'],
  ['switch', 'run', { plan: 'x' }, 'manager'],
  ['run', 'cancel', { id: 1 }, 'editor'],
  ['run', 'applyPlan', { id: 1 }, 'editor'],
  ['run', 'dropPlan', { id: 1 }, 'editor'],
  ['reviews', 'apply', { connection: 1, stream: 'contacts' }, 'editor'],
  ['reviews', 'reject', { connection: 1, stream: 'contacts' }, 'editor'],
  ['mapping', 'preview', { connection: 1 }, 'editor'],
  ['mapping', 'import', { connection: 1 }, 'editor'],
  ['mapping', 'ignore', { ids: [1] }, 'editor'],
  ['mapping', 'link', { id: 1, companyId: 1 }, 'editor'],
  ['mapping', 'linkToNew', { id: 1 }, 'editor'],
  ['mapping', 'unlink', { id: 1 }, 'editor'],
  ['mapping', 'map', { kind: 'markets', id: 1, to: 'ignore' }, 'editor'],
  ['mapping', 'createUnmapped', { kind: 'markets', connection: 1 }, 'editor'],
]
const below: Readonly<Record<string, Role>> = { editor: 'reader', manager: 'editor' }

async function everything(): Promise<unknown> {
  const tables = ['connections', 'sync_runs', 'withheld_changes', 'companies', 'audit_log', 'company_links', 'markets']
  return Promise.all(tables.map((table) => database.rows(`select * from ${table} order by id`)))
}

t.test('an action is refused to a role that is too low, and nothing happens', async (t) => {
  for (const role of ['reader', 'editor', 'manager'] as const) await panel.token(role)
  const before = await everything()
  for (const [page, action, values, least] of actions) {
    const lower = below[least] ?? 'reader'
    t.equal((await panel.act(page, action, values, lower)).status, 403, `${lower}: ${page} ${action}`)
  }
  t.same(await everything(), before)
})

t.test('a GET has no effect, though it names an action', async (t) => {
  const before = await everything()
  for (const [page, action, values] of actions) {
    const query = new URLSearchParams({ action, ...(values as Record<string, string>) })
    await panel.get(`/admin/api/pages/${page}?${query}`)
  }
  t.same(await everything(), before)
})

t.test('a request of another site, and a form, are refused', async (t) => {
  const token = await panel.token('admin')
  const before = await everything()
  for (const headers of [
    { 'sec-fetch-site': 'cross-site', 'content-type': 'application/json' },
    { 'sec-fetch-site': 'same-site', 'content-type': 'application/json' },
    { 'sec-fetch-site': 'same-origin', 'content-type': 'text/plain' },
    { 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded' },
  ]) {
    const { statusCode } = await panel.app.inject({
      method: 'POST',
      url: '/admin/api/pages/connection',
      headers,
      cookies: { tributary: token },
      payload: JSON.stringify({ action: 'pause', id: 1 }),
    })
    t.ok(statusCode === 403 || statusCode === 415, JSON.stringify(headers))
  }
  t.same(await everything(), before)
})

t.test('users and the audit log are for admins', async (t) => {
  for (const resource of ['users', 'audit-log']) {
    const refused = await panel.get(`/admin/api/resources/${resource}/actions/list`, 'manager')
    t.match(refused.json, { records: [], notice: { type: 'error' } }, resource)
    for (const path of ['actions/export', 'actions/search/a', 'records/1/show', 'records/1/origin']) {
      const { text } = await panel.get(`/admin/api/resources/${resource}/${path}`, 'manager')
      t.notMatch(text, /@example\.com/, `${resource} ${path}`)
    }
    t.equal(
      (await panel.get(`/admin/api/resources/${resource}/actions/list`)).json.records.length > 0,
      resource === 'users',
    )
  }
  const { json } = await panel.get('/admin/api/resources/users/records/1/show')
  t.same(Object.keys(json.record.params).sort(), [
    'createdAt',
    'disabledAt',
    'email',
    'id',
    'lastLoginAt',
    'name',
    'role',
    'updatedAt',
  ])
})

t.test('a fault of the hub tells the browser nothing but where to look', async (t) => {
  await database.run('alter table markets rename to elsewhere')
  const { status, json } = await panel.get('/admin/api/resources/markets/actions/list')
  await database.run('alter table elsewhere rename to markets')
  t.equal(status, 500)
  t.match(json.message, /Its log tells more; look for request/)
  t.notMatch(json.message, /markets/)
})
