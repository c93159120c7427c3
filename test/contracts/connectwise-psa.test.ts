/**
 * Every answer of the simulator and every request of the connector against ConnectWise PSA's own published
 * description. The description is no part of the repository: without it nothing is checked, and that is said.
 */
import t, { type Test } from 'tap'
import { streamNames } from '../../core/connector/records.ts'
import type { SimulatedAnswer, SimulatedRequest } from '../../core/connector/simulator.ts'
import { connectWise } from '../../plugins/connectwise-psa/connector.ts'
import type { ConnectWiseQuirks } from '../../plugins/connectwise-psa/simulator.ts'
import { pagesOf, simulated } from '../plugins/connectwise-psa/simulated.ts'
import { Description, deviations, isThere, type Operation } from './connectwise-psa-description.ts'
import { requestProblems } from './connectwise-psa-requests.ts'

const skip = isThere ? false : 'NOT CHECKED: ../shared/vendors/connectwise-psa/ is not there'
if (skip) t.comment(skip)

const size = { companies: 30, contacts: 300, configurations: 1_100, tickets: 30 }
const root = '/v4_6_release/apis/3.0/'

/** Collects what is wrong, what was checked, and what nothing describes. */
class Check {
  readonly problems = new Map<string, number>()
  readonly answered = new Set<string>()
  readonly asked = new Set<string>()
  readonly unchecked = new Set<string>()
  answers = 0
  requests = 0
  readonly #description = new Description()

  answer(request: SimulatedRequest, answer: SimulatedAnswer): void {
    for (const operation of this.#operations(request)) {
      const { version } = operation
      const at = `${version} ${operation.method} ${operation.path}`
      const body: unknown = answer.body === undefined ? undefined : JSON.parse(JSON.stringify(answer.body))
      if (answer.status >= 400) {
        if (typeof body === 'string') this.unchecked.add(`${answer.status} in plain text or HTML: not described`)
        // Error bodies are in one of the copies only.
        else this.#note(at, this.#description.problems('2025.1', { schema: 'ErrorResponseMessage', list: false }, body))
        continue
      }
      this.answers++
      if (!operation.statuses.includes(answer.status)) this.#note(at, [`status ${answer.status}`])
      if (operation.answer !== undefined) {
        this.answered.add(at)
        this.#note(at, this.#description.problems(version, operation.answer, body, request.query.has('fields')))
      } else if (body === undefined) this.answered.add(at)
    }
  }

  request(request: SimulatedRequest): void {
    for (const operation of this.#operations(request)) {
      this.requests++
      const at = `${operation.version} ${operation.method} ${operation.path}`
      this.asked.add(at)
      this.#note(at, requestProblems(this.#description, operation, request, this.#itemSchema(operation)))
    }
  }

  /** A count has the conditions of the list it counts. */
  #itemSchema(operation: Operation): string | undefined {
    if (!operation.path.endsWith('/count')) return operation.answer?.schema
    const list = this.#description.find('GET', operation.path.replace(/\/count$/, ''))
    return list.find(({ version }) => version === operation.version)?.answer?.schema
  }

  #operations({ method, path }: SimulatedRequest): readonly Operation[] {
    if (!path.startsWith(root)) {
      this.unchecked.add(`${path.replace(/\/[^/]+$/, '/…')}: outside the described API`)
      return []
    }
    const operations = this.#description.find(method, path.slice(root.length))
    const named = `${method} ${path.slice(root.length).replaceAll(/\/\d+/g, '/{id}')}`
    if (operations.length === 0) this.unchecked.add(`${named}: not described`)
    for (const { lacking } of operations)
      for (const schema of lacking) this.unchecked.add(`${named}: schema ${schema} is not in the copy`)
    return operations
  }

  #note(at: string, problems: readonly string[]): void {
    for (const problem of problems) {
      const text = `${at}: ${problem.replaceAll(/\/\d+/g, '/#')}`
      this.problems.set(text, (this.problems.get(text) ?? 0) + 1)
    }
  }
}

function report(t: Test, check: Check): void {
  t.same(Object.fromEntries(check.problems), {})
  for (const item of [...check.unchecked].sort()) t.comment(`not checked: ${item}`)
}

t.test('every answer of the simulator is as described', { skip }, async (t) => {
  for (const quirks of [{}, { typesApart: true, questionsRequired: true }]) {
    const check = new Check()
    const { simulator, server, world } = await simulated(t, size, quirks, (request, answer) =>
      check.answer(request, answer),
    )
    const settings = simulator.settings(server.origin)
    const keys = Buffer.from(`${settings.companyId}+${settings.publicKey}:${settings.privateKey}`).toString('base64')
    const ask = async (method: string, path: string, query = '', body?: unknown): Promise<unknown> => {
      const answer = await fetch(`${server.origin}${root}${path}?${query}`, {
        method,
        headers: {
          authorization: `Basic ${keys}`,
          clientid: settings.clientId,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await answer.text()
      return text === '' ? undefined : JSON.parse(text)
    }
    const callback = { url: 'https://hub.example/x?recordId=', objectId: 1, type: 'contact', level: 'owner' }
    const made = Object(await ask('POST', 'system/callbacks', '', callback))
    await ask('PUT', `system/callbacks/${made.id}`, '', { ...callback, description: 'other' })
    await ask('PATCH', `system/callbacks/${made.id}`, '', [{ op: 'replace', path: 'inactiveFlag', value: true }])
    await ask('POST', 'service/tickets/search', 'pageSize=1000', { conditions: 'closedFlag=False' })
    const patched = [...world.configurations.after(0)].find(({ customFields }) =>
      Object.values(customFields).every((value) => value === null),
    )
    await ask('PATCH', `company/configurations/${patched?.id}`, '', [
      { op: 'replace', path: 'notes', value: 'x' },
      { op: 'replace', path: 'questions', value: [] },
    ])
    for (const operation of simulator.operations.filter((name) => name.startsWith('GET '))) {
      const path = operation.slice(4).replace('{parentId}', '2')
      if (!path.endsWith('/{id}')) {
        await ask('GET', path, 'pageSize=1000')
        await ask('GET', path, 'pageSize=1000&page=2&fields=id')
        await ask('GET', path, 'conditions=nonsense=1')
        continue
      }
      const rows = await ask('GET', path.replace('/{id}', ''), 'fields=id&pageSize=30')
      for (const { id } of Array.isArray(rows) ? rows : []) await ask('GET', path.replace('{id}', id))
      await ask('GET', path.replace('{id}', '1999999999'))
    }
    await ask('DELETE', `system/callbacks/${made.id}`)
    await ask('DELETE', `system/callbacks/${made.id}`)
    await ask('PATCH', 'company/configurations/1', '', [{ op: 'replace', path: 'nonsense', value: 1 }])
    t.ok(check.answered.size > 60 && check.answers > 400)
    t.comment(
      `${check.answers} answers of ${check.answered.size} operations checked (of both copies of the description)`,
    )
    const served = new Set([...check.answered].map((name) => name.slice(7)))
    t.comment(
      `the simulator serves ${simulator.operations.length} operations, ${served.size} of them described with a schema`,
    )
    report(t, check)
  }
})

t.test('every request of the connector is as described', { skip }, async (t) => {
  const check = new Check()
  const exchanged = (request: SimulatedRequest, answer: SimulatedAnswer) => {
    check.request(request)
    check.answer(request, answer)
  }
  const connected = (quirks: ConnectWiseQuirks = {}) => simulated(t, size, quirks, exchanged)
  for (const quirks of [{}, { typesApart: true, questionsRequired: true }]) {
    const { context, simulator, server, world } = await connected(quirks)
    await connectWise.check(context())
    await connectWise.check(context({}, simulator.limitedSettings(server.origin).settings))
    const filters = {
      companyTypes: ['1', '4'],
      companyStatuses: ['1'],
      configurationTypes: ['1', '2', '3'],
      configurationStatuses: ['1', '2'],
    }
    for (const stream of streamNames) {
      const { incremental, readOne, customFields } = connectWise.streams[stream] ?? {}
      if (!connectWise.streams[stream]) continue
      await pagesOf(stream, context())
      await pagesOf(stream, context({ filter: filters }))
      if (incremental) await pagesOf(stream, context({ since: '2026-06-01T00:00:00Z' }))
      await readOne?.(context(), '2')
      await customFields?.(context())
    }
    await connectWise.tickets?.list(context(), { companyId: '2', limit: 5 })
    await connectWise.tickets?.list(context(), { companyId: '2', limit: 5, closed: false })
    await connectWise.tickets?.get(context(), '1')
    const write = connectWise.writeBack?.configurations.write
    for (const { id } of [...world.configurations.after(0)].slice(0, 30)) {
      await write?.(
        context(),
        String(id),
        { warrantyExpiration: '2031-02-28', purchaseDate: '2028-02-29', manufacturer: 'HP' },
        {},
      )
    }
    await connectWise.webhooks?.register?.(context(), 'https://hub.example/hook')
    const [delivery] = simulator.deliveries?.('contacts', '1', 'updated') ?? []
    if (delivery)
      await connectWise.webhooks?.verify(context(), {
        raw: Buffer.from(delivery.body),
        headers: delivery.headers,
        query: {},
      })
    await connectWise.webhooks?.unregister?.(context(), 'https://hub.example/hook')
  }
  t.ok(check.asked.size > 25 && check.requests > 200)
  t.comment(`${check.requests} requests of ${check.asked.size} operations checked (of both copies of the description)`)
  t.comment('not checked: the header pagination-type: not described')
  for (const { schema, property, because } of deviations) t.comment(`deviation: ${schema}.${property}: ${because}`)
  report(t, check)
})

t.test('the check itself finds what is wrong', { skip }, (t) => {
  const request = (own: Partial<SimulatedRequest> & { readonly query?: URLSearchParams } = {}): SimulatedRequest => ({
    method: 'GET',
    path: `${root}company/configurations`,
    query: new URLSearchParams(),
    headers: { clientid: 'x', 'content-type': 'application/json' },
    body: '',
    origin: 'http://127.0.0.1',
    ...own,
  })
  const found = (act: (check: Check) => void) => {
    const check = new Check()
    act(check)
    return [...check.problems.keys()].join('\n')
  }
  const row = { id: 1, name: 'x', type: { id: 1 }, company: { id: 1 } }
  const answers: [SimulatedAnswer, RegExp | undefined][] = [
    [{ status: 200, body: [row] }, undefined],
    [{ status: 201, body: [row] }, /status 201/],
    [{ status: 200, body: row }, /must be array/],
    [{ status: 200, body: [{ ...row, name: undefined }] }, /must have required property 'name'/],
    [{ status: 200, body: [{ ...row, nme: 'x' }] }, /additional properties.*nme/],
    [{ status: 200, body: [{ ...row, id: '1' }] }, /must be integer/],
    [{ status: 200, body: [{ ...row, tagNumber: 'x'.repeat(51) }] }, /more than 50 characters/],
    [{ status: 200, body: [{ ...row, serialNumber: null }] }, /must be string/],
    [{ status: 200, body: [{ ...row, purchaseDate: '2026-02-30' }] }, /date-time/],
    [{ status: 400, body: { code: 'x', oops: 1 } }, /additional properties.*oops/],
  ]
  for (const [answer, problem] of answers) {
    const problems = found((check) => check.answer(request(), answer))
    if (problem === undefined) t.equal(problems, '')
    else t.match(problems, problem)
  }
  const patch = (...body: unknown[]) =>
    request({ method: 'PATCH', path: `${root}company/configurations/5`, body: JSON.stringify(body) })
  const asked = (query: string) => request({ query: new URLSearchParams(query) })
  const requests: [SimulatedRequest, RegExp | undefined][] = [
    [
      asked('conditions=company/id=5 and name like "nonsense=1"&orderBy=id desc&fields=id,company/name&pageSize=5'),
      undefined,
    ],
    [request({ headers: {} }), /no clientId/],
    [asked('pagesize=5'), /unknown parameter pagesize/],
    [asked('pageSize=five'), /no integer/],
    [asked('conditions=companyId=5'), /no field companyId/],
    [asked('fields=id,companyName'), /no field companyName/],
    [asked('orderBy=nme asc'), /no field nme/],
    [asked('childConditions=customFields/name="x"'), /no field customFields\/name/],
    [patch({ op: 'replace', path: 'warrantyExpirationDate', value: '2027-03-31T00:00:00Z' }), undefined],
    [patch({ op: 'replace', path: 'warrantyExpirationDate', value: '2027-03-31' }), /date-time/],
    [
      patch({ op: 'replace', path: 'warrantyExpiration', value: '2027-03-31T00:00:00Z' }),
      /no field warrantyExpiration/,
    ],
    [patch({ op: 'set', path: 'name', value: 'x' }), /unknown patch operation/],
    [patch({ op: 'replace', path: 'manufacturer', value: 'HP' }), /must be object/],
    [request({ method: 'POST', path: `${root}system/callbacks`, body: '{"url":"x"}' }), /required property 'objectId'/],
    [request({ method: 'POST', path: `${root}system/callbacks` }), /no body/],
  ]
  for (const [one, problem] of requests) {
    const problems = found((check) => check.request(one))
    if (problem === undefined) t.equal(problems, '')
    else t.match(problems, problem)
  }
  t.end()
})
