/** ServiceNow leaves out what the user may not see and says nothing: what the connector makes of that. */
import t from 'tap'
import { serviceNow } from '../../../plugins/servicenow/connector.ts'
import { failure } from '../connected.ts'
import { simulated } from './simulated.ts'

const size = { companies: 25, contacts: 100, configurations: 2_400, tickets: 5 }
const inComputers = (table: string) => table === 'cmdb_ci_computer'

t.test('pages that are short, or empty, are no end', async (t) => {
  const one = await simulated(t, size)
  one.simulator.hideRows((table, id) => inComputers(table) && (id < 1_700 || id % 3 === 0))
  const pages = await one.pages('configurations')
  const ids = pages.flatMap(({ records }) => records.map(({ sourceId }) => sourceId))
  const hidden = [...one.world.configurations.after(0)].filter(
    ({ id, typeId }) => [1, 2, 3, 7].includes(typeId) && (id < 1_700 || id % 3 === 0),
  ).length
  t.equal(ids.length, size.configurations - hidden)
  t.equal(new Set(ids).size, ids.length)
  t.ok(one.reported.includes('warning hidden-rows'), 'rows that were never seen are told of')
  t.match(pages.at(-1)?.state, { hidden })
})

t.test('rows that are hidden since the last pass: a right was lost, and nothing counts as gone', async (t) => {
  const one = await simulated(t, size)
  const state = (await one.pages('configurations')).at(-1)?.state ?? null
  t.match(state, { hidden: 0 })
  one.simulator.hideRows((table, id) => inComputers(table) && id % 4 === 0)
  t.match(await failure(one.pages('configurations', { state })), { kind: 'permission', admin: /nothing was removed/ })
  const seen: unknown[] = []
  await failure(
    (async () => {
      const read = serviceNow.streams.configurations?.read(one.context({ state }))
      for await (const { checkpoint } of read ?? []) seen.push(checkpoint)
    })(),
  )
  t.notOk(
    seen.slice(1).some((checkpoint) => checkpoint !== undefined),
    'a restart does not go on behind rows that may come back',
  )
  one.simulator.hideRows((table, id) => inComputers(table) && id % 400 === 0)
  const again = await one.pages('configurations', { state })
  t.match(again.at(-1)?.state, { hidden: Number }, 'a few may be chance')
  const other = { configurationStatuses: ['1'] }
  one.simulator.hideRows((table, id) => inComputers(table) && id % 4 === 0)
  t.ok(
    (await one.pages('configurations', { state, filter: other })).length > 0,
    'another selection has another measure',
  )
})

t.test('all rows hidden is a permission error, even in the first pass', async (t) => {
  const one = await simulated(t, size)
  one.simulator.hideRows((table) => table === 'core_company' || table === 'sys_choice')
  t.match(await failure(one.pages('companies')), { kind: 'permission' })
  t.match(await failure(one.pages('ticketPriorities')), { kind: 'permission', admin: /sys_choice/ })
})

t.test('columns that are hidden are not sent; needed ones are a permission error', async (t) => {
  const one = await simulated(t, { ...size, configurations: 50 })
  one.simulator.hideColumns((_table, column) => column === 'warranty_expiration')
  const records = await one.records('configurations')
  t.ok(records.every(({ warrantyExpiration }) => warrantyExpiration === undefined))
  one.simulator.hideColumns((_table, column) => column === 'name')
  t.match(await failure(one.pages('configurations')), { kind: 'permission', admin: /"name"/ })
  one.simulator.hideColumns((_table, column) => column === 'customer')
  t.match(await failure(one.pages('companies')), { kind: 'permission', admin: /"customer".*ignored/ })
})

t.test('a condition that is ignored never reads everything', async (t) => {
  const one = await simulated(t, size)
  const misspelt = one.settings({ companyQuery: 'custommer=true' })
  t.match(await failure(one.pages('companies', {}, misspelt)), { kind: 'permission', admin: /"custommer"/ })
  const own = await simulated(
    t,
    size,
    {},
    {
      altered: (request, answer) => {
        request.query.set('sysparm_query', '')
        return request.path.endsWith('core_company') ? (one.simulator.answer(request) as typeof answer) : answer
      },
    },
  )
  t.match(await failure(own.pages('companies', {}, own.settings({ apiKey: one.settings().apiKey ?? '' }))), {
    kind: 'vendor',
    admin: /ignored a condition/,
  })
})
