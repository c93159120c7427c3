/**
 * Every answer of the simulator and every request of the connector against Datto's own published description of
 * Autotask. The description is no part of the repository: without it nothing is checked, and that is said.
 */
import t, { type Test } from 'tap'
import { streamNames } from '../../core/connector/records.ts'
import type { SimulatedAnswer, SimulatedRequest } from '../../core/connector/simulator.ts'
import { autotask } from '../../plugins/autotask/connector.ts'
import { simulated } from '../plugins/autotask/simulated.ts'
import { Check } from './autotask-check.ts'
import { deviations, isThere } from './autotask-description.ts'

const skip = isThere ? false : 'NOT CHECKED: ../shared/vendors/autotask/openapi.json is not there'
if (skip) t.comment(skip)

const size = { companies: 20, contacts: 60, configurations: 520, tickets: 30 }
const everything = { op: 'gte', field: 'id', value: 0 }
const hub = 'https://hub.example/hook'

function report(t: Test, check: Check): void {
  t.same(Object.fromEntries(check.problems), {})
  for (const item of [...check.unchecked].sort()) t.comment(`not checked: ${item}`)
}

for (const spelling of ['camel', 'pascal'] as const) {
  t.test(`every answer of the simulator is as described, in ${spelling} case`, { skip }, async (t) => {
    const check = new Check(spelling)
    const quirks = { pascal: spelling === 'pascal' }
    const { simulator, ask, context } = await simulated(t, size, quirks, {
      exchanged: (request, answer) => check.answer(request, answer),
    })
    await autotask.webhooks?.register?.(context(), hub)
    await ask('GET', 'ThresholdInformation')
    for (const entity of simulator.entities) {
      for (const MaxRecords of [1, 500]) await ask('POST', `${entity}/query`, { MaxRecords, Filter: [everything] })
      await ask('GET', `${entity}/query?search=${encodeURIComponent(JSON.stringify({ Filter: [everything] }))}`)
      await ask('POST', `${entity}/query`, { Filter: [everything], IncludeFields: ['id'] })
      await ask('POST', `${entity}/query/count`, { Filter: [everything] })
      for (const id of [0, 1, 2, 237, 29_682_900, 1_999_999]) await ask('GET', `${entity}/${id}`)
      await ask('GET', `${entity}/entityInformation`)
      await ask('GET', `${entity}/entityInformation/fields`)
      await ask('GET', `${entity}/entityInformation/userDefinedFields`)
      await ask('POST', `${entity}/query`, { Filter: [] })
    }
    for (const child of ['Fields', 'ExcludedResources']) await ask('GET', `CompanyWebhooks/1/${child}`)
    const item = { id: 3, companyID: 2, isActive: true, productID: 29_682_900 }
    await ask('PATCH', 'ConfigurationItems', { id: 3, warrantyExpirationDate: '2030-01-01T00:00:00Z' })
    await ask('PUT', 'ConfigurationItems', item)
    await autotask.webhooks?.unregister?.(context(), hub)
    t.ok(check.answered.size > 50 && check.answers > 200)
    t.comment(`${check.answers} answers of ${check.answered.size} operations checked`)
    for (const deviation of deviations) t.comment(`deviation: ${deviation}`)
    report(t, check)
  })
}

t.test('every request of the connector is as described', { skip }, async (t) => {
  const check = new Check()
  const exchanged = (request: SimulatedRequest, answer: SimulatedAnswer) => {
    check.request(request)
    check.answer(request, answer)
  }
  const change = { warrantyExpiration: '2031-02-28', purchaseDate: '2028-02-29', manufacturer: 'HP' }
  for (const noPatch of [true, false]) {
    const { context, records, simulator, server, world, plain } = await simulated(t, size, { noPatch }, { exchanged })
    const rows = [...world.configurations.after(0)].filter(({ id, notes }) => !notes && id % 10 !== 0).slice(0, 5)
    for (const { id } of rows) await autotask.writeBack?.configurations.write(context(), String(id), change, {})
    if (noPatch) continue
    await autotask.check(context())
    await autotask.check(context({}, simulator.limitedSettings(server.origin).settings))
    await autotask.choices?.(context(), 'purchaseDateField')
    const filter = {
      companyTypes: ['1', '4'],
      companyStatuses: ['active'],
      configurationTypes: ['1', '2', '3'],
      configurationStatuses: ['inactive'],
    }
    for (const stream of streamNames) {
      const { incremental, readOne, customFields } = autotask.streams[stream] ?? {}
      if (!autotask.streams[stream]) continue
      await records(stream)
      await records(stream, { filter })
      if (incremental) await records(stream, { since: '2026-06-01T00:00:00Z' })
      await readOne?.(context({ filter }), '2')
      const offered = (await customFields?.(context())) ?? []
      if (offered.length > 0) await records(stream, { customFields: offered.map(({ id }) => id) })
    }
    await records('configurations', {}, plain())
    for (const closed of [undefined, true, false])
      await autotask.tickets?.list(context(), { companyId: '2', limit: 5, ...(closed === undefined ? {} : { closed }) })
    await autotask.tickets?.get(context(), '1')
    await autotask.webhooks?.register?.(context(), hub)
    await autotask.webhooks?.register?.(context(), hub)
    await autotask.webhooks?.unregister?.(context(), hub)
  }
  t.ok(check.asked.size > 25 && check.requests > 150)
  t.comment(`${check.requests} requests of ${check.asked.size} operations checked`)
  report(t, check)
})

t.test('the check itself finds what is wrong', { skip }, (t) => {
  const request = (own: Partial<SimulatedRequest> = {}): SimulatedRequest => ({
    method: 'POST',
    path: '/zone5/ATServicesRest/V1.0/Companies/query',
    query: new URLSearchParams(),
    headers: { apiintegrationcode: 'x', username: 'x', secret: 'x', 'content-type': 'application/json' },
    body: JSON.stringify({ Filter: [everything] }),
    origin: 'http://127.0.0.1',
    ...own,
  })
  const found = (act: (check: Check) => void) => {
    const check = new Check()
    act(check)
    return [...check.problems.keys()].join('\n')
  }
  const pageDetails = { count: 1, requestCount: 500, prevPageUrl: null, nextPageUrl: null }
  const row = { id: 1, companyName: 'x', createDate: '2019-02-01T14:00:00' }
  const answers: [SimulatedAnswer, RegExp | undefined][] = [
    [{ status: 200, body: { items: [row], pageDetails } }, undefined],
    [{ status: 201, body: { items: [row], pageDetails } }, /status 201/],
    [{ status: 200, body: [row] }, /must be object/],
    [{ status: 200, body: { items: [row] } }, /required property 'pageDetails'/],
    [{ status: 200, body: { items: [{ ...row, companyNme: 'x' }], pageDetails } }, /additional properties.*companyNme/],
    [{ status: 200, body: { items: [{ ...row, id: '1' }], pageDetails } }, /must be integer/],
    [{ status: 200, body: { items: [{ ...row, createDate: 'soon' }], pageDetails } }, /date-time/],
    [{ status: 200, body: { items: [{ CompanyName: 'x' }], pageDetails } }, /additional properties.*CompanyName/],
  ]
  for (const [answer, problem] of answers) {
    const problems = found((check) => check.answer(request(), answer))
    if (problem === undefined) t.equal(problems, '')
    else t.match(problems, problem)
  }
  const query = (body: object) => request({ body: JSON.stringify(body) })
  const patch = (body: object) =>
    request({
      method: 'PATCH',
      path: '/zone5/ATServicesRest/V1.0/ConfigurationItems',
      body: JSON.stringify(body),
    })
  const requests: [SimulatedRequest, RegExp | undefined][] = [
    [query({ MaxRecords: 500, IncludeFields: ['id', 'companyName'], Filter: [everything] }), undefined],
    [request({ headers: { 'content-type': 'application/json' } }), /no header apiintegrationcode/],
    [request({ headers: { ...request().headers, 'content-type': 'text/plain' } }), /not sent as JSON/],
    [query({ Filter: [] }), /no filter/],
    [query({ Filter: [{ op: 'like', field: 'id' }] }), /unknown operator/],
    [query({ Filter: [{ op: 'or', items: [{ op: 'eq', field: 'nme' }] }] }), /no field nme/],
    [query({ Filter: [everything], IncludeFields: ['companyId'], maxRecords: 5 }), /no field companyId/],
    [query({ Filter: [everything], maxRecords: 5 }), /unknown key maxRecords/],
    [query({ Filter: [everything], MaxRecords: 501 }), /MaxRecords/],
    [request({ query: new URLSearchParams('page=1') }), /unknown parameter page/],
    [patch({ id: 3, warrantyExpirationDate: '2031-02-28T00:00:00Z' }), undefined],
    [patch({ id: 3, warrantyExpiration: '2031-02-28' }), /additional properties.*warrantyExpiration/],
    [patch({ id: '3' }), /must be integer/],
    [patch({ id: 3, userDefinedFields: [{ name: 'x', vlaue: 'y' }] }), /additional properties.*vlaue/],
  ]
  for (const [one, problem] of requests) {
    const problems = found((check) => check.request(one))
    if (problem === undefined) t.equal(problems, '')
    else t.match(problems, problem)
  }
  t.end()
})
