/**
 * Every answer of the simulator and every request of the connector against Syncro's own published description. The
 * description is no part of the repository: without it nothing is checked, and that is said.
 */
import t, { type Test } from 'tap'
import { streamNames } from '../../core/connector/records.ts'
import type { SimulatedAnswer, SimulatedRequest } from '../../core/connector/simulator.ts'
import { syncro } from '../../plugins/syncro/connector.ts'
import { failure } from '../plugins/connected.ts'
import { simulated } from '../plugins/syncro/simulated.ts'
import { Description, deviations, differences, isThere } from './syncro-description.ts'

const skip = isThere ? false : 'NOT CHECKED: ../shared/vendors/syncro/ is not there'
if (skip) t.comment(skip)

const size = { companies: 12, contacts: 120, configurations: 120, tickets: 60 }
const root = '/api/v1/'

/** Collects what is wrong, what was checked, and what nothing describes. */
class Check {
  readonly problems = new Map<string, number>()
  readonly answered = new Set<string>()
  readonly asked = new Set<string>()
  readonly unchecked = new Set<string>()
  answers = 0
  requests = 0
  readonly #description = new Description()
  readonly #known = new Set(deviations.map(({ at }) => at))

  answer(request: SimulatedRequest, { status, body }: SimulatedAnswer): void {
    const operation = this.#operation(request)
    if (!operation) return
    const at = `${operation.method} ${operation.path}`
    const sent: unknown = body === undefined ? undefined : JSON.parse(JSON.stringify(body))
    const example = operation.examples.get(String(status))
    this.answers++
    if (!operation.statuses.has(String(status))) {
      if (status < 400) this.#note(at, [` status ${status}`])
      else this.unchecked.add(`${status} of ${at}: not described there`)
      return
    }
    if (example === undefined) {
      if (status < 400) this.unchecked.add(`${at}: no example, and a schema in which rows and columns are mixed up`)
      else this.unchecked.add(`${status} of ${at}: without a body in the description`)
      return
    }
    this.answered.add(at)
    this.#note(
      at,
      differences(example, sent, (place) => this.unchecked.add(`${at} ${place}: the list in the example is empty`)),
    )
  }

  request(request: SimulatedRequest): void {
    const operation = this.#operation(request)
    if (!operation) return
    const at = `${operation.method} ${operation.path}`
    this.requests++
    this.asked.add(at)
    this.#note(at, this.#description.requestProblems(operation, request))
  }

  #operation({ method, path }: SimulatedRequest) {
    const below = path.startsWith(root) ? path.slice(root.length) : path
    const operation = this.#description.find(method, below)
    if (!operation) this.#note(`${method} ${below}`, [' is not described'])
    return operation
  }

  #note(at: string, problems: readonly string[]): void {
    for (const problem of problems) {
      const text = `${at} ${problem}`
      if (this.#known.has(text.replace(/ is (not described|missing)$/, ''))) continue
      this.problems.set(text, (this.problems.get(text) ?? 0) + 1)
    }
  }
}

function report(t: Test, check: Check): void {
  t.same(Object.fromEntries(check.problems), {})
  for (const item of [...check.unchecked].sort()) t.comment(`not checked: ${item}`)
}

t.test('every request of the connector and every answer of the simulator is as described', { skip }, async (t) => {
  const check = new Check()
  const exchanged = (request: SimulatedRequest, answer: SimulatedAnswer) => {
    check.request(request)
    check.answer(request, answer)
  }
  const one = await simulated(t, size, {}, { exchanged })
  const { context, companies } = one
  await syncro.check(context())
  const limited = one.simulator.limitedSettings(one.server.origin).settings
  await syncro.check(context({}, limited))
  for (const stream of streamNames) {
    const reader = syncro.streams[stream]
    if (!reader) continue
    const all = await one.pages(stream, { companies })
    const filter = { companyStatuses: ['active'], configurationTypes: ['1', '4'] }
    await one.pages(stream, { companies, filter })
    if (reader.incremental) await one.pages(stream, { companies, since: '2026-06-01T00:00:00Z' })
    await reader.customFields?.(context())
    for (const { sourceId } of [all[0]?.records[0], all.at(-1)?.records.at(-1)].filter(
      (record) => record !== undefined,
    ))
      await reader.readOne?.(context(), sourceId)
  }
  for (const field of ['warrantyField', 'websiteField'] as const) await syncro.choices?.(context(), field)
  const [companyId = ''] = companies
  await syncro.tickets?.list(context(), { companyId, limit: 100 })
  await syncro.tickets?.list(context(), { companyId, limit: 100, closed: false })
  await syncro.tickets?.get(context(), '1')
  const write = syncro.writeBack?.configurations.write
  const change = { warrantyExpiration: '2031-02-28', purchaseDate: '2028-02-29', manufacturer: 'HP' }
  for (const id of ['1', '2', '3', '99999']) await write?.(context(), id, change, {})
  await failure(syncro.tickets?.get(context(), '99999') ?? Promise.resolve())

  t.comment(`${check.requests} requests of ${check.asked.size} operations checked`)
  t.comment(`${check.answers} answers seen, those of ${check.answered.size} operations held against their examples`)
  t.strictSame(
    [...check.asked].sort(),
    [...one.simulator.operations].sort(),
    'the simulator serves what is asked, no more',
  )
  t.ok(check.requests > 60 && check.answered.size >= 9)
  for (const { at, because } of deviations) t.comment(`deviation: ${at}: ${because}`)
  report(t, check)
})

t.test('the check itself finds what is wrong', { skip }, async (t) => {
  const request = (own: Partial<SimulatedRequest> = {}): SimulatedRequest => ({
    method: 'GET',
    path: `${root}contacts`,
    query: new URLSearchParams(),
    headers: { authorization: 'Bearer x', 'content-type': 'application/json' },
    body: '',
    origin: 'http://127.0.0.1',
    ...own,
  })
  const found = (act: (check: Check) => void) => {
    const check = new Check()
    act(check)
    return [...check.problems.keys()].join('\n')
  }
  const asked = (query: string) => request({ query: new URLSearchParams(query) })
  const put = (body: unknown) =>
    request({ method: 'PUT', path: `${root}customer_assets/5`, body: body === undefined ? '' : JSON.stringify(body) })
  const requests: [SimulatedRequest, RegExp | undefined][] = [
    [asked('page=2&customer_id=5'), undefined],
    [asked('per_page=100'), /unknown parameter per_page/],
    [asked('page=two'), /no integer/],
    [request({ headers: {} }), /no bearer token/],
    [request({ path: `${root}contact` }), /not described/],
    [put({ name: 'x', properties: { a: 1 } }), undefined],
    [put({ properties: {} }), /required property 'name'/],
    [put({ name: 'x', status: 1 }), /additional properties/],
    [put(undefined), /no body/],
  ]
  for (const [one, problem] of requests) {
    const problems = found((check) => check.request(one))
    if (problem === undefined) t.equal(problems, '')
    else t.match(problems, problem)
  }
  const meta = { total_pages: 1, total_entries: 1, per_page: 50, page: 1 }
  const answers: [SimulatedAnswer, RegExp | undefined][] = [
    [{ status: 200, body: { contacts: [], meta } }, undefined],
    [{ status: 200, body: { contacts: {}, meta } }, /no list/],
    [{ status: 200, body: { contacts: [{ id: 'x' }], meta } }, /contacts\/#\/id is no number/],
    [{ status: 200, body: { contacts: [{ nme: 1 }], meta } }, /nme is not described/],
    [{ status: 200, body: { contacts: [] } }, /meta is missing/],
    [{ status: 201, body: {} }, /status 201/],
    [{ status: 401, body: { errors: [] } }, /errors is not described/],
  ]
  for (const [answer, problem] of answers) {
    const problems = found((check) => check.answer(request(), answer))
    if (problem === undefined) t.equal(problems, '')
    else t.match(problems, problem)
  }
})
