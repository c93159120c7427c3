/** The simulator's own protocol: queries, pages, values, errors. */
import t from 'tap'
import { createWorld } from '../../../core/conformance/world.ts'
import type { SimulatedAnswer } from '../../../core/connector/simulator.ts'
import { credentials } from '../../../plugins/servicenow/simulator/sign-in.ts'
import { type ServiceNowQuirks, simulate } from '../../../plugins/servicenow/simulator.ts'

const origin = 'http://127.0.0.1:4123'
const tiny = { companies: 12, contacts: 60, configurations: 130, tickets: 20 }
type Row = Readonly<Record<string, unknown>>

function asking(quirks: ServiceNowQuirks = {}) {
  const world = createWorld(tiny)
  const simulator = simulate(world, quirks)
  const ask = async (
    path: string,
    query: Readonly<Record<string, string>> = {},
    own: { method?: string; body?: string; headers?: Record<string, string> } = {},
  ): Promise<SimulatedAnswer> =>
    simulator.answer({
      method: own.method ?? 'GET',
      path: `/api/now/table/${path}`,
      query: new URLSearchParams(query),
      headers: { 'x-sn-apikey': credentials.apiKeys.full, ...own.headers },
      body: own.body ?? '',
      origin,
    })
  const rows = async (path: string, query: Readonly<Record<string, string>> = {}): Promise<readonly Row[]> => {
    const { result } = Object((await ask(path, query)).body)
    return result
  }
  return { world, simulator, ask, rows }
}

t.test('pages by offset and by key, counted, linked and in order', async (t) => {
  const { ask, rows } = asking()
  const all = await rows('cmdb_ci_hardware', { sysparm_fields: 'sys_id' })
  t.equal(all.length, tiny.configurations)
  const ids = all.map(({ sys_id }) => String(sys_id))
  t.same(ids, [...ids].sort())
  t.ok(ids.every((id) => /^[0-9a-f]{32}$/.test(id)))
  const query = { sysparm_fields: 'sys_id', sysparm_query: 'ORDERBYsys_id', sysparm_limit: '50' }
  const second = await ask('cmdb_ci_hardware', { ...query, sysparm_offset: '50' })
  t.equal(second.headers?.['x-total-count'], '130')
  t.same(second.headers?.link?.match(/rel="\w+"/g), ['rel="first"', 'rel="prev"', 'rel="next"', 'rel="last"'])
  t.same(
    Object(second.body).result.map(({ sys_id }: Row) => sys_id),
    ids.slice(50, 100),
  )
  const behind = await ask('cmdb_ci_hardware', { ...query, sysparm_query: `sys_id>${ids[99]}^ORDERBYsys_id` })
  t.equal(behind.headers?.['x-total-count'], '30', 'what is left behind the key')
  t.same(
    Object(behind.body).result.map(({ sys_id }: Row) => sys_id),
    ids.slice(100),
  )
  const [one] = await rows('cmdb_ci_hardware', { sysparm_query: `sys_id=${ids[7]}`, sysparm_fields: 'sys_id' })
  t.equal(one?.sys_id, ids[7])
})

t.test('reads queries as ServiceNow does: what it does not understand it ignores', async (t) => {
  const { rows, world } = asking()
  const count = async (query: string) =>
    (await rows('cmdb_ci_hardware', { sysparm_query: query, sysparm_fields: 'sys_id' })).length
  const of = (types: readonly number[]) =>
    [...world.configurations.after(0)].filter(({ typeId }) => types.includes(typeId)).length
  t.equal(await count('sys_class_name=cmdb_ci_server'), of([3]))
  t.equal(await count('sys_class_nameINcmdb_ci_server,cmdb_ci_netgear'), of([3, 4]))
  t.equal(await count('sys_class_nameNOT INcmdb_ci_server,cmdb_ci_netgear'), tiny.configurations - of([3, 4]))
  t.equal(
    await count('sys_class_name=cmdb_ci_server^ORsys_class_name=cmdb_ci_netgear^sys_class_nameSTARTSWITHcmdb_ci_n'),
    of([4]),
  )
  t.equal(await count('clas_name=cmdb_ci_server'), tiny.configurations)
  t.equal(await count('sys_class_name~cmdb_ci_server'), tiny.configurations)
  t.equal(await count('sys_class_nameISEMPTY'), 0)
  t.equal(
    await count('location.companyISNOTEMPTY'),
    [...world.configurations.after(0)].filter(({ siteId }) => siteId !== null).length,
  )
})

t.test('reads moments of a query in the zone of the user, and answers in UTC', async (t) => {
  const { rows, world } = asking({ zoneMinutes: -480 })
  const row = world.companies.get(3)
  if (row) world.companies.put({ ...row, updatedAt: '2026-07-20T10:00:00Z' })
  const since = async (literal: string) =>
    rows('core_company', {
      sysparm_query: `sys_updated_on>=${literal}`,
      sysparm_fields: 'sys_updated_on',
      sysparm_display_value: 'all',
    })
  t.same(await since('2026-07-20 02:00:00'), [
    { sys_updated_on: { display_value: '2026-07-20 02:00:00', value: '2026-07-20 10:00:00' } },
  ])
  t.same(await since('2026-07-20 02:00:01'), [])
})

t.test('writes values in three ways', async (t) => {
  const { rows } = asking()
  const query = {
    sysparm_query: 'companyISNOTEMPTY',
    sysparm_fields: 'company,active,company.name,nonsense',
    sysparm_limit: '1',
  }
  const [raw] = await rows('sys_user', query)
  t.match(raw, {
    company: { link: new RegExp(`^${origin}/api/now/table/core_company/[0-9a-f]{32}$`), value: /^[0-9a-f]{32}$/ },
    active: /true|false/,
    'company.name': String,
  })
  t.notOk(raw && 'nonsense' in raw)
  const [bare] = await rows('sys_user', { ...query, sysparm_exclude_reference_link: 'true' })
  t.match(bare, { company: /^[0-9a-f]{32}$/ })
  const [shown] = await rows('sys_user', { ...query, sysparm_display_value: 'true' })
  t.same(Object.keys(Object(shown?.company)).sort(), ['display_value', 'link'], 'the id is in the link only')
  const [both] = await rows('sys_user', {
    ...query,
    sysparm_display_value: 'all',
    sysparm_exclude_reference_link: 'true',
  })
  t.match(both, { company: { display_value: String, value: /^[0-9a-f]{32}$/ } })
})

t.test('refuses as ServiceNow does', async (t) => {
  const { ask, simulator } = asking()
  t.match(await ask('nonsense'), {
    status: 400,
    body: { error: { message: 'Invalid table nonsense' }, status: 'failure' },
  })
  t.match(await ask('core_company/0'.padEnd(40, '0')), { status: 404, body: { error: { message: 'No Record found' } } })
  t.equal((await ask('core_company', { sysparm_limit: '0' })).status, 400)
  t.equal((await ask('core_company', { sysparm_limit: '-1' })).status, 400)
  t.equal((await ask('core_company', {}, { headers: { 'x-sn-apikey': 'wrong' } })).status, 401)
  const { settings } = simulator.limitedSettings(origin)
  const limited = { headers: { 'x-sn-apikey': settings.apiKey ?? '' } }
  t.match(await ask('cmdb_ci_computer', {}, limited), { status: 403, body: { error: { message: 'Operation Failed' } } })
  t.equal((await ask('core_company', {}, limited)).status, 200)
  const [row] = Object((await ask('cmdb_ci_computer', { sysparm_fields: 'sys_id', sysparm_limit: '1' })).body).result
  const path = `cmdb_ci_computer/${row.sys_id}`
  t.equal((await ask(path, {}, { method: 'PATCH', body: '{}' })).status, 400, 'no content type')
  const json = { headers: { 'content-type': 'application/json' } }
  t.equal((await ask(path, {}, { method: 'PATCH', body: '{', ...json })).status, 400)
  t.equal(
    (await ask(path, {}, { method: 'PATCH', body: '{"nonsense":"x"}', ...json })).status,
    200,
    'unknown columns are ignored',
  )
  t.equal((await ask('sys_user_group/1'.padEnd(47, '0'), {}, { method: 'DELETE' })).status, 404)
})

t.test('holds a hundred thousand configurations without making them', async (t) => {
  const world = createWorld({ companies: 60, contacts: 0, configurations: 100_000, tickets: 0 })
  const simulator = simulate(world)
  const ask = async (query: string) =>
    simulator.answer({
      method: 'GET',
      path: '/api/now/table/cmdb_ci_hardware',
      query: new URLSearchParams({
        sysparm_query: query,
        sysparm_limit: '1000',
        sysparm_fields: 'sys_id,name',
        sysparm_display_value: 'all',
      }),
      headers: { 'x-sn-apikey': credentials.apiKeys.full },
      body: '',
      origin,
    })
  let last = ''
  for (let page = 0; page < 5; page++) {
    const { body, headers } = await ask(`sys_id>${last}^ORDERBYsys_id`)
    t.equal(headers?.['x-total-count'], String(100_000 - page * 1000))
    last = Object(body).result.at(-1).sys_id.value
  }
})
