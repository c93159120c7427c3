/**
 * Every answer of the simulator and every request of the connector against Halo's own published description. The
 * description is no part of the repository: without it nothing is checked, and that is said.
 */
import t, { type Test } from 'tap'
import { streamNames } from '../../core/connector/records.ts'
import type { SimulatedAnswer, SimulatedRequest } from '../../core/connector/simulator.ts'
import { haloPsa } from '../../plugins/halo-psa/connector.ts'
import { mightyClient } from '../../plugins/halo-psa/simulator.ts'
import { simulated } from '../plugins/halo-psa/simulated.ts'
import { Check, deviations, isThere } from './halo-psa-check.ts'

const skip = isThere ? false : 'NOT CHECKED: ../shared/vendors/halo-psa/openapi.json is not there'
if (skip) t.comment(skip)

const size = { companies: 20, contacts: 220, configurations: 260, tickets: 40 }
const hub = 'https://hub.example/hook'

function report(t: Test, check: Check): void {
  t.same(Object.fromEntries(check.problems), {})
  for (const item of [...check.unchecked].sort()) t.comment(`not checked: ${item}`)
}

t.test('every request of the connector, and the answers to them, are as described', { skip }, async (t) => {
  const check = new Check()
  const exchanged = (request: SimulatedRequest, answer: SimulatedAnswer) => {
    check.request(request)
    check.answer(request, answer)
  }
  for (const quirks of [{}, { statusesIgnoreType: true, unlistedType: 2, ignoresChanges: true }]) {
    const { context, records, simulator, server, world } = await simulated(t, size, quirks, { exchanged })
    await haloPsa.check(context())
    await haloPsa.check(context({}, simulator.limitedSettings(server.origin).settings))
    for (const field of ['serialNumberField', 'warrantyField', 'jobTitleField'] as const)
      await haloPsa.choices?.(context(), field)
    const filter = { companyStatuses: ['active'], configurationTypes: ['1', '2'], configurationStatuses: ['1', '4'] }
    for (const stream of streamNames) {
      const { incremental, readOne, customFields } = haloPsa.streams[stream] ?? {}
      if (!haloPsa.streams[stream]) continue
      await records(stream)
      await records(stream, { filter })
      if (incremental) await records(stream, { since: '2026-06-01T00:00:00.000Z' })
      await readOne?.(context({ filter }), '12')
      await readOne?.(context(), '999999')
      await customFields?.(context())
    }
    await records('configurations', { filter, state: { since: '2026-06-01T00:00:00.000Z' } })
    for (const closed of [undefined, true, false])
      await haloPsa.tickets?.list(context(), { companyId: '12', limit: 5, ...(closed === undefined ? {} : { closed }) })
    await haloPsa.tickets?.get(context(), '1')
    const change = { warrantyExpiration: '2031-02-28', purchaseDate: '2028-02-29', manufacturer: 'HP' }
    for (const { id } of [...world.configurations.after(0)].slice(0, 12)) {
      await haloPsa.writeBack?.configurations.write(context(), String(id), change, {})
      await haloPsa.writeBack?.configurations.write(context(), String(id), { warrantyExpiration: null }, {})
    }
    await haloPsa.webhooks?.register?.(context(), hub)
    await haloPsa.webhooks?.register?.(context(), hub)
    await haloPsa.check(context())
    await haloPsa.webhooks?.unregister?.(context(), hub)
  }
  t.ok(check.asked.size > 20 && check.requests > 200)
  t.comment(`${check.requests} requests of ${check.asked.size} operations checked`)
  t.comment(`${check.answers} answers of ${check.answered.size} operations checked`)
  for (const deviation of deviations) t.comment(`deviation: ${deviation}`)
  report(t, check)
})

t.test('every answer of the simulator is as described', { skip }, async (t) => {
  const check = new Check()
  const { simulator, context, settings } = await simulated(
    t,
    size,
    {},
    {
      exchanged: (request, answer) => check.answer(request, answer),
    },
  )
  const { http } = context({}, settings(mightyClient))
  await haloPsa.webhooks?.register?.(context({}, settings(mightyClient)), hub)
  for (const operation of simulator.operations.filter((name) => name.startsWith('GET '))) {
    const url = operation.slice('GET '.length)
    const ids = url.endsWith('/{id}') ? ['1', '12', '101', '182', '224', '400', '999999'] : ['']
    for (const id of ids) {
      const query = {
        includeinactive: true,
        pageinate: true,
        page_size: 100,
        lookupid: 33,
        ticket_id: 1,
        showall: true,
      }
      await http.request({ url: url.replace('{id}', id), query }).catch(() => {})
      await http
        .request({ url: url.replace('{id}', id), query: { assettype_id: 2, includeassetfields: true } })
        .catch(() => {})
    }
  }
  t.ok(check.answered.size > 20 && check.answers > 40)
  t.comment(`${check.answers} answers of ${check.answered.size} operations checked`)
  t.comment(`the simulator serves ${simulator.operations.length} operations`)
  report(t, check)
})

t.test('the check itself finds what is wrong', { skip }, (t) => {
  const request = (own: Partial<SimulatedRequest> = {}): SimulatedRequest => ({
    method: 'GET',
    path: '/api/Asset',
    query: new URLSearchParams(),
    headers: { 'content-type': 'application/json' },
    body: '',
    origin: 'http://127.0.0.1',
    ...own,
  })
  const found = (act: (check: Check) => void) => {
    const check = new Check()
    act(check)
    return [...check.problems.keys()].join('\n')
  }
  const list = (row: object) => ({ status: 200, body: { record_count: 1, assets: [row] } })
  const answers: [SimulatedAnswer, RegExp | undefined][] = [
    [list({ id: 1, key_field: null, warranty_end: '2026-03-31T12:00:00' }), undefined],
    [{ status: 204, body: {} }, /status 204/],
    [{ status: 200, body: [] }, /no wrapped list/],
    [{ status: 200, body: { assets: [], total: 1 } }, /unknown key total/],
    [list({ id: '1' }), /id must be integer/],
    [list({ id: 1, warrenty_end: 'x' }), /additional properties warrenty_end/],
    [list({ id: 1, warranty_end: '31/03/2026' }), /date-time/],
    [list({ id: 1, notes: 'x' }), /additional properties notes/],
    [list({ id: 1, fields: [{ id: 1, nme: 'x' }] }), /additional properties nme/],
  ]
  for (const [answer, problem] of answers) {
    const problems = found((check) => check.answer(request(), answer))
    if (problem === undefined) t.equal(problems, '')
    else t.match(problems, problem)
  }
  const asked = (query: string) => request({ query: new URLSearchParams(query) })
  const post = (body: unknown) => request({ method: 'POST', body: JSON.stringify(body) })
  const requests: [SimulatedRequest, RegExp | undefined][] = [
    [asked('pageinate=true&page_size=100&page_no=1&order=id&lastupdatefromdate=2026-08-01T02:00:00.000Z'), undefined],
    [asked('paginate=true'), /unknown parameter paginate/],
    [asked('page_no=one'), /page_no is no int/],
    [asked('pageinate=yes'), /pageinate is no bool/],
    [asked('lastupdatefromdate=2026-08-01'), /is no time/],
    [post([{ id: 5, warranty_end: '2026-03-31T12:00:00' }]), undefined],
    [post({ id: 5 }), /no array/],
    [post([{ id: 5, warrantyEnd: 'x' }]), /additional properties warrantyEnd/],
    [request({ method: 'POST', headers: {}, body: '[]' }), /not sent as JSON/],
  ]
  for (const [one, problem] of requests) {
    const problems = found((check) => check.request(one))
    if (problem === undefined) t.equal(problems, '')
    else t.match(problems, problem)
  }
  t.end()
})
