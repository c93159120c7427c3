/**
 * ServiceNow publishes no machine-readable description. What there is, sample answers printed in its documentation, is
 * held against the simulator's answers and the connector's requests. The samples are no part of the repository:
 * without them nothing is checked, and that is said.
 */
import { existsSync, readFileSync } from 'node:fs'
import t from 'tap'
import { isRow, type Row } from '../../core/connector/parse.ts'
import { streamNames } from '../../core/connector/records.ts'
import type { SimulatedAnswer, SimulatedRequest } from '../../core/connector/simulator.ts'
import { serviceNow } from '../../plugins/servicenow/connector.ts'
import { credentials } from '../../plugins/servicenow/simulator/sign-in.ts'
import { simulated } from '../plugins/servicenow/simulated.ts'

const file = new URL('../../../shared/vendors/servicenow/samples.json', import.meta.url)
const skip = existsSync(file) ? false : 'NOT CHECKED: ../shared/vendors/servicenow/samples.json is not there'
if (skip) t.comment(skip)

const samples: Readonly<Record<string, { readonly body: Row }>> = skip
  ? {}
  : JSON.parse(readFileSync(file, 'utf8')).samples
const size = { companies: 20, contacts: 80, configurations: 200, tickets: 20 }

/** A sample's row: of a list the first, of a CMDB instance its attributes. */
function sampleRow(name: string): Row {
  const result = samples[name]?.body.result
  const row: unknown = Array.isArray(result)
    ? result[0]
    : isRow(result) && isRow(result.attributes)
      ? result.attributes
      : result
  return isRow(row) ? row : {}
}

const rowsOf = () => ({
  core_company: sampleRow('csm_account_list'),
  customer_account: sampleRow('csm_account_list'),
  sys_user: sampleRow('csm_contact_list'),
  customer_contact: sampleRow('csm_contact_list'),
  incident: sampleRow('table_get_incident'),
  cmdb_ci_hardware: sampleRow('cmdb_instance_linux_server'),
  cmdb_ci_computer: sampleRow('cmdb_instance_linux_server'),
  cmdb_ci_server: sampleRow('cmdb_instance_linux_server'),
})

/** How a value is written: what two answers must have in common. */
function kindOf(value: unknown): string {
  if (isRow(value)) return 'reference'
  if (typeof value !== 'string') return typeof value
  if (value === 'true' || value === 'false') return 'boolean'
  if (/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(value)) return 'moment'
  return /^\d{4}-\d\d-\d\d$/.test(value) ? 'date' : 'text'
}

/** Columns the customer made, and columns said of some instances only. */
const ofCustomers = /^(u_|x_)|^primary$/

t.test('every column the connector asks for is one of the documented row', { skip }, async (t) => {
  const known = rowsOf()
  const asked = new Map<string, Set<string>>()
  const requests: SimulatedRequest[] = []
  const exchanged = (request: SimulatedRequest) => void requests.push(request)
  const { context, settings, pages, simulator, world } = await simulated(t, size, {}, { exchanged })
  for (const own of [
    settings(),
    settings({ customerTable: 'customer_account', datesFrom: 'asset', companyByPlace: true }),
  ]) {
    await serviceNow.check(context({}, own))
    for (const stream of streamNames) {
      if (!serviceNow.streams[stream]) continue
      await pages(stream, {}, own)
      if (serviceNow.streams[stream]?.incremental) await pages(stream, { since: '2026-06-01T00:00:00Z' }, own)
    }
    const [company = ''] = simulator.expected('companies')
    const [ticket] = (await serviceNow.tickets?.list(context({}, own), { companyId: company, limit: 5 })) ?? []
    if (ticket) await serviceNow.tickets?.get(context({}, own), ticket.sourceId)
    for (const id of [...simulator.expected('configurations')].slice(0, 20))
      await serviceNow.writeBack?.configurations.write(
        context({}, own),
        id,
        { warrantyExpiration: '2031-02-28', manufacturer: 'HP' },
        {},
      )
  }
  t.ok(world.configurations.size > 0)
  for (const { path, query, body } of requests) {
    const table = /\/table\/(\w+)/.exec(path)?.[1] ?? ''
    const columns = asked.get(table) ?? new Set()
    asked.set(table, columns)
    for (const column of query.get('sysparm_fields')?.split(',') ?? []) columns.add(column)
    if (body.startsWith('{')) for (const column of Object.keys(JSON.parse(body))) columns.add(column)
  }
  let checked = 0
  const unchecked: string[] = []
  for (const [table, columns] of asked) {
    const row: Row | undefined = Object.entries(known).find(([name]) => name === table)?.[1]
    if (row === undefined) {
      unchecked.push(`${table}: ${[...columns].join(', ')}`)
      continue
    }
    for (const column of columns) {
      const [first = ''] = column.split('.')
      if (ofCustomers.test(first)) continue
      checked++
      t.ok(first in row, `${table}.${column}`)
    }
  }
  t.ok(checked > 100 && requests.length > 100)
  t.comment(
    `${requests.length} requests; ${checked} columns of ${Object.keys(known).length} tables checked against documented rows`,
  )
  for (const line of unchecked.sort()) t.comment(`not checked, no documented row: ${line}`)
})

t.test('what the simulator answers is written as in the documentation', { skip }, async (t) => {
  const { server } = await simulated(t, size)
  const ask = async (path: string, headers: Record<string, string> = {}): Promise<{ status: number; body: Row }> => {
    const answer = await fetch(`${server.origin}${path}`, {
      headers: { 'x-sn-apikey': credentials.apiKeys.full, ...headers },
    })
    return { status: answer.status, body: JSON.parse(await answer.text()) }
  }
  let compared = 0
  for (const [table, sample] of Object.entries(rowsOf())) {
    const { body } = await ask(`/api/now/table/${table}?sysparm_limit=50`)
    t.same(Object.keys(body), ['result'])
    const rows = Array.isArray(body.result) ? body.result.filter(isRow) : []
    t.ok(rows.length > 0, table)
    const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((column) => !ofCustomers.test(column))
    for (const column of columns) {
      // A password is never printed; the rest must be a column of the documented row.
      if (column !== 'user_password') t.ok(column in sample, `${table}.${column} exists`)
      const written = new Set(
        rows
          .map((row) => row[column])
          .filter((value) => value !== '')
          .map(kindOf),
      )
      const documented = sample[column]
      // The account and contact samples were printed without reference links.
      if (documented === undefined || documented === '' || /^[0-9a-f]{32}$/.test(String(documented))) continue
      if (written.size === 0) continue
      compared++
      t.same([...written], [kindOf(documented)], `${table}.${column} is written alike`)
    }
  }
  t.ok(compared > 40)
  t.comment(`${compared} columns compared in how they are written`)
})

t.test('errors, tokens and display values have the documented shape', { skip }, async (t) => {
  const answers: SimulatedAnswer[] = []
  const { server } = await simulated(t, size, {}, { exchanged: (_request, answer) => void answers.push(answer) })
  const documented = samples.error_429_rate_limit?.body ?? {}
  for (const [path, status] of [
    ['core_company', 401],
    ['nonsense', 400],
    [`core_company/${'0'.repeat(32)}`, 404],
  ] as const) {
    const headers = status === 401 ? {} : { 'x-sn-apikey': credentials.apiKeys.full }
    const answer = await fetch(`${server.origin}/api/now/table/${path}`, { headers })
    t.equal(answer.status, status)
    const body = JSON.parse(await answer.text())
    t.same(Object.keys(body).sort(), Object.keys(documented).sort())
    t.same(Object.keys(body.error).sort(), Object.keys(Object(documented.error)).sort())
    t.equal(body.status, documented.status)
  }
  const form = new URLSearchParams({
    grant_type: 'password',
    client_id: credentials.client.clientId,
    client_secret: credentials.client.clientSecret,
    ...credentials.user,
  })
  const token = JSON.parse(
    await (await fetch(`${server.origin}/oauth_token.do`, { method: 'POST', body: form })).text(),
  )
  const sample = samples.oauth_token_response?.body ?? {}
  t.same(Object.keys(token).sort(), Object.keys(sample).sort())
  t.same(
    [typeof token.expires_in, token.scope, token.token_type],
    [typeof sample.expires_in, sample.scope, sample.token_type],
  )
  const fields = 'sysparm_fields=role,role.name,user&sysparm_display_value=true'
  const answer = await fetch(`${server.origin}/api/now/table/sys_user_has_role?${fields}`, {
    headers: { 'x-sn-apikey': credentials.apiKeys.full },
  })
  const [own] = JSON.parse(await answer.text()).result
  const shown = sampleRow('table_dotwalk_display_value_true')
  for (const column of ['role', 'user'])
    t.same(Object.keys(own[column]).sort(), Object.keys(Object(shown[column])).sort())
  t.equal(typeof own['role.name'], typeof shown['role.name'])
  t.comment(
    'samples used: list, record, display values, 429, OAuth token; not used: problem list, PUT, CMDB Meta (APIs that are not called)',
  )
})
