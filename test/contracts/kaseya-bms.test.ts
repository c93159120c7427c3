/**
 * Every answer of the simulator and every request of the connector against Kaseya's own published description. The
 * description is no part of the repository: without it nothing is checked, and that is said.
 */
import t, { type Test } from 'tap'
import { streamNames } from '../../core/connector/records.ts'
import type { SimulatedAnswer, SimulatedRequest } from '../../core/connector/simulator.ts'
import { kaseyaBms } from '../../plugins/kaseya-bms/connector.ts'
import { simulated } from '../plugins/kaseya-bms/simulated.ts'
import { Check, deviations, isThere } from './kaseya-bms-description.ts'

const skip = isThere ? false : 'NOT CHECKED: ../shared/vendors/kaseya-bms/ is not there'
if (skip) t.comment(skip)

const size = { companies: 25, contacts: 150, configurations: 160, tickets: 60 }

function report(t: Test, check: Check): void {
  t.same(Object.fromEntries(check.problems), {})
  for (const item of [...check.unchecked].sort()) t.comment(`not checked: ${item}`)
}

t.test('every answer of the simulator is as described, in both spellings', { skip }, async (t) => {
  for (const [spelling, quirks] of [
    ['camel', { singlesWrapped: true }],
    ['pascal', { pascalCase: true }],
  ] as const) {
    const check = new Check(spelling)
    const exchanged = (request: SimulatedRequest, answer: SimulatedAnswer) => check.answer(request, answer)
    const { context, simulator, world } = await simulated(t, size, quirks, { exchanged })
    const { http } = context()
    const ask = async (url: string, method: 'GET' | 'PUT' = 'GET', body?: object) =>
      http.request({ url, method, ...(body ? { body } : {}) }).catch(() => undefined)
    for (const operation of simulator.operations.filter((name) => name.startsWith('GET '))) {
      const path = operation.slice(4)
      if (path.includes('customFields')) {
        for (const module of ['31', '17'])
          for (const id of [1, 2, 3]) await ask(path.replace('{id}', module).replace('{id}', String(id)))
      } else if (path.includes('{id}')) {
        for (let id = 1; id <= 20; id++) await ask(path.replace('{id}', String(id)))
        await ask(path.replace('{id}', '1999999999'))
      } else {
        await ask(path)
        if (path.endsWith('lookup') || path.endsWith('userinfo')) continue
        await ask(`${path}?PageSize=1000&PageNumber=2&Filter.IsActive=false`)
        await ask(`${path}?PageSize=x`)
      }
    }
    const asset = [...world.configurations.after(0)].find(({ siteId }) => siteId)
    const whole = { Name: 'x', AccountId: asset?.companyId, AccountLocationId: asset?.siteId, CategoryId: 1 }
    await ask(`v2/servicedesk/hardwareasset/${asset?.id}`, 'PUT', whole)
    await ask(`v2/servicedesk/hardwareasset/${asset?.id}`, 'PUT', { Name: 'x' })
    t.ok(check.answered.size >= 16 && check.answers > 90, `${check.answers} of ${check.answered.size}`)
    t.comment(`${spelling}: ${check.answers} answers of ${check.answered.size} operations checked`)
    t.comment(`the simulator serves ${simulator.operations.length} operations`)
    report(t, check)
  }
})

t.test('every request of the connector is as described', { skip }, async (t) => {
  const check = new Check('camel')
  const exchanged = (request: SimulatedRequest, answer: SimulatedAnswer) => {
    check.request(request)
    check.answer(request, answer)
  }
  for (const quirks of [{}, { multipartOnly: true }]) {
    const { context, simulator, server, world } = await simulated(t, size, quirks, { exchanged })
    const { settings } = simulator.limitedSettings(server.origin)
    await kaseyaBms.check(context())
    await kaseyaBms.check(context({}, settings))
    await kaseyaBms.check(context({}, simulator.wrongSettings(server.origin))).catch(() => {})
    const filter = {
      companyTypes: ['1', '4'],
      companyStatuses: ['inactive'],
      configurationTypes: ['1', '2'],
      configurationStatuses: ['active'],
    }
    for (const stream of streamNames) {
      const reader = kaseyaBms.streams[stream]
      if (reader === undefined) continue
      const read = async (reading: object) => {
        for await (const _ of reader.read(context(reading)));
      }
      await read({ customFields: { configurations: ['501', 'state'], contacts: ['602'] }[String(stream)] ?? [] })
      await read({ filter })
      if (reader.incremental) await read({ since: '2026-06-01T00:00:00Z' })
      await reader.readOne?.(context(), '2')
      await reader.customFields?.(context())
    }
    for (const closed of [undefined, true, false])
      await kaseyaBms.tickets?.list(context(), {
        companyId: '2',
        limit: 5,
        ...(closed === undefined ? {} : { closed }),
      })
    await kaseyaBms.tickets?.get(context(), '1')
    const change = { warrantyExpiration: '2031-02-28', purchaseDate: '2028-02-29', manufacturer: 'HP' }
    for (const { id } of [...world.configurations.after(0)].slice(0, 12)) {
      const outcome = await kaseyaBms.writeBack?.configurations.write(context(), String(id), change, {})
      t.equal(outcome?.outcome, 'written')
    }
  }
  t.ok(check.asked.size >= 18 && check.requests > 500)
  t.comment(`${check.requests} requests of ${check.asked.size} operations checked`)
  for (const because of deviations) t.comment(`deviation: ${because}`)
  report(t, check)
})

t.test('the check itself finds what is wrong', { skip }, async (t) => {
  const request = (own: Partial<SimulatedRequest> = {}): SimulatedRequest => ({
    method: 'GET',
    path: '/v2/crm/accounts/summary',
    query: new URLSearchParams(),
    headers: { authorization: 'Bearer x', 'content-type': 'application/json' },
    body: '',
    origin: 'http://127.0.0.1',
    ...own,
  })
  const found = (act: (check: Check) => void) => {
    const check = new Check('camel')
    act(check)
    return [...check.problems.keys()].join('\n')
  }
  const answers: [SimulatedAnswer, RegExp][] = [
    [{ status: 201, body: { success: true, error: null, result: [] } }, /status 201/],
    [{ status: 200, body: { success: true, result: {} } }, /must be array/],
    [{ status: 200, body: { success: true, result: [{ id: '1' }] } }, /must be integer/],
    [
      { status: 200, body: { success: true, result: [{ id: 1, acountName: 'x' }] } },
      /additional properties.*acountName/,
    ],
    [{ status: 200, body: { success: true, result: [{ id: 1, modifiedOn: 'yesterday' }] } }, /iso-date-time/],
    [{ status: 200, body: { success: true, result: [{ id: 1, isActive: null }] } }, /must be boolean/],
  ]
  for (const [answer, problem] of answers)
    t.match(
      found((check) => check.answer(request(), answer)),
      problem,
    )
  const good = {
    status: 200,
    body: { success: true, error: null, result: [{ id: 1, accountName: null }], totalRecords: 1 },
  }
  t.equal(
    found((check) => check.answer(request(), good)),
    '',
  )
  const put = (body: object) =>
    request({ method: 'PUT', path: '/v2/servicedesk/hardwareasset/5', body: JSON.stringify(body) })
  const asked = (query: string) => request({ query: new URLSearchParams(query) })
  const whole = { Name: 'x', AccountId: 1, AccountLocationId: 2, CategoryId: 3 }
  const requests: [SimulatedRequest, RegExp][] = [
    [request({ headers: {} }), /no bearer token/],
    [asked('pageSize=5'), /unknown parameter pageSize/],
    [asked('PageSize=five'), /no integer/],
    [asked('Filter.IsActive=1'), /no boolean/],
    [request({ body: '{}' }), /a body where none is described/],
    [put({ Name: 'x' }), /required property 'AccountId'/],
    [put({ ...whole, ComputerNam: 'x' }), /additional properties.*ComputerNam/],
    [put({ ...whole, WarrantyExpirationDate: '2027-02-31T00:00:00' }), /iso-date-time/],
    [request({ ...put(whole), headers: { authorization: 'Bearer x', 'content-type': 'text/plain' } }), /text\/plain/],
    [
      request({ method: 'POST', path: '/v2/security/authenticate', body: 'UserName=x' }),
      /required property 'GrantType'/,
    ],
    [
      request({ method: 'POST', path: '/v2/security/authenticate', body: 'GrantType=password&User=x' }),
      /additional properties.*User/,
    ],
  ]
  for (const [one, problem] of requests)
    t.match(
      found((check) => check.request(one)),
      problem,
    )
  t.equal(
    found((check) => check.request(put({ ...whole, WarrantyExpirationDate: '2027-02-28T00:00:00' }))),
    '',
  )
  t.equal(
    found((check) => check.request(asked('PageSize=5&Filter.IsActive=true'))),
    '',
  )
})
