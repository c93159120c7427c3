/** Rights: seen one by one, warned of where they go too far, and never mistaken for deleted records. */
import t from 'tap'
import type { SimulatedAnswer, SimulatedRequest } from '../../../core/connector/simulator.ts'
import { autotask } from '../../../plugins/autotask/connector.ts'
import { failure } from '../connected.ts'
import { simulated } from './simulated.ts'

const size = { companies: 8, contacts: 20, configurations: 30, tickets: 5 }

const states = (checked: Awaited<ReturnType<typeof autotask.check>>) =>
  Object.fromEntries(checked.permissions.map(({ permission, state }) => [permission, state]))

/** Changes what Autotask says may be done with one entity. */
const says = (entity: string, info: object) => (request: SimulatedRequest, answer: SimulatedAnswer) =>
  request.path.endsWith(`/${entity}/entityInformation`)
    ? { ...answer, body: { info: { ...Object(answer.body).info, ...info } } }
    : answer

t.test('with a level made for it, everything is granted and nothing is too much', async (t) => {
  const { context, server } = await simulated(t, size)
  const checked = await autotask.check(context())
  t.equal(checked.account, '123456')
  t.equal(checked.accountName, 'Paper Lantern IT (our own company), America East 5 (SIMULATOR), database 123456')
  t.ok(checked.permissions.every(({ state }) => state === 'ok'))
  t.same(
    checked.permissions.map(({ permission }) => permission),
    autotask.permissions.map(({ id }) => id),
  )
  t.ok(
    server.requests.every(({ method, path }) => method === 'GET' || path.endsWith('/query')),
    'changes nothing',
  )
})

t.test('the level “API User (system)” may do far more than the hub needs', async (t) => {
  const { context } = await simulated(t, size, { systemLevel: true })
  const checked = await autotask.check(context())
  t.same(states(checked), {
    companies: 'excessive',
    locations: 'excessive',
    contacts: 'excessive',
    configurations: 'ok',
    products: 'excessive',
    tickets: 'excessive',
    resources: 'excessive',
    'configurations-edit': 'ok',
    webhooks: 'ok',
  })
  t.match(checked.permissions[0]?.message, /may also create, update Companies/)
})

t.test('each right that is missing is named', async (t) => {
  for (const { id } of autotask.permissions) {
    const { context, simulator } = await simulated(t, size)
    simulator.take(id as Parameters<typeof simulator.take>[0])
    const missing = Object.entries(states(await autotask.check(context()))).filter(([, state]) => state === 'missing')
    const expected = id === 'configurations' ? ['configurations', 'configurations-edit'] : [id]
    t.same(
      missing.map(([name]) => name),
      expected,
      id,
    )
  }
})

t.test('a query that is refused counts more than what the entity information says', async (t) => {
  const { context } = await simulated(
    t,
    size,
    {},
    {
      altered: (request, answer) =>
        request.path.endsWith('/Products/query')
          ? { status: 500, body: { errors: ['The logged in Resource does not have the adequate permissions to x.'] } }
          : answer,
    },
  )
  t.equal(states(await autotask.check(context())).products, 'missing')
})

t.test('an Autotask that says nothing about access is asked by a query', async (t) => {
  const unknown = {
    userAccessForQuery: undefined,
    userAccessForCreate: undefined,
    userAccessForUpdate: undefined,
    userAccessForDelete: undefined,
  }
  const { context, records } = await simulated(t, size, {}, { altered: says('Contacts', unknown) })
  t.equal(states(await autotask.check(context())).contacts, 'unknown')
  t.equal((await records('contacts')).length, 20)
})

t.test('webhooks that are not there are no missing right', async (t) => {
  const { context } = await simulated(
    t,
    size,
    {},
    {
      altered: (request, answer) => (request.path.includes('/CompanyWebhooks') ? { status: 404 } : answer),
    },
  )
  t.equal(states(await autotask.check(context())).webhooks, 'unknown')
})

t.test('who lost a right is told so, whichever way Autotask shows it', async (t) => {
  const one = await simulated(t, size)
  one.simulator.take('configurations', 'contacts', 'locations', 'tickets')
  for (const stream of [
    'configurations',
    'configurationTypes',
    'configurationStatuses',
    'contacts',
    'sites',
    'ticketBoards',
  ] as const)
    t.equal((await failure(one.records(stream))).kind, 'permission', stream)
  t.equal((await one.records('companies')).length, 8, 'the others go on')

  const silent = await simulated(t, size, {}, { altered: says('ConfigurationItems', { userAccessForQuery: 'None' }) })
  t.equal((await failure(silent.records('configurations'))).kind, 'permission', 'though the query would answer')
  const off = await simulated(t, size, {}, { altered: says('ConfigurationItems', { canQuery: false }) })
  t.equal((await failure(off.records('configurations'))).kind, 'permission')
})

t.test('who sees a part only gets that part and is told; nothing of it counts as gone', async (t) => {
  for (const [entity, stream] of [
    ['Companies', 'companies'],
    ['CompanyLocations', 'sites'],
    ['Contacts', 'contacts'],
    ['ConfigurationItems', 'configurations'],
  ] as const) {
    const { pages } = await simulated(t, size, {}, { altered: says(entity, { userAccessForQuery: 'Restricted' }) })
    const read = await pages(stream)
    t.ok(read[0]?.records.length)
    t.equal(read[0]?.partial, undefined)
    t.match(read.at(-1), { records: [], partial: /part of the .* nothing is removed\. Set the level to "All"/ })
  }
  const whole = await simulated(t, size)
  t.notOk((await whole.pages('companies')).some(({ partial }) => partial !== undefined))
  const types = await simulated(t, size, {}, { altered: says('Companies', { userAccessForQuery: 'Restricted' }) })
  t.equal((await types.pages('companyTypes'))[0]?.partial, undefined, 'the list of types is whole all the same')
})

t.test('what becomes invisible in the middle of a pass does not count as gone', async (t) => {
  for (const level of ['None', 'Restricted']) {
    let asked = 0
    const { pages } = await simulated(
      t,
      size,
      {},
      {
        altered: (request, answer) => {
          if (request.path.endsWith('/Contacts/query')) return { ...answer, body: { items: [], pageDetails: {} } }
          if (!request.path.endsWith('/Contacts/entityInformation') || ++asked === 1) return answer
          return says('Contacts', { userAccessForQuery: level })(request, answer)
        },
      },
    )
    t.match(await pages('contacts'), [{ records: [], partial: /nothing is removed/ }], level)
  }
})
