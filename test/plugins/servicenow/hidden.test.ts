/** ServiceNow leaves out what the user may not see and says nothing: what the connector makes of that. */
import t from 'tap'
import type { SimulatedAnswer } from '../../../core/connector/simulator.ts'
import { serviceNow } from '../../../plugins/servicenow/connector.ts'
import { idBelow } from '../../../plugins/servicenow/simulator/rows.ts'
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
  t.match(pages.at(-1)?.partial, new RegExp(`counts ${hidden} rows in cmdb_ci_computer, cmdb_ci_hardware `))
  t.notOk(pages.slice(0, -1).some(({ partial }) => partial))
})

t.test('one hidden row is enough for nothing to count as gone; none, and the list is whole', async (t) => {
  const one = await simulated(t, size)
  t.notOk((await one.pages('configurations')).at(-1)?.partial)
  const [hidden] = [...one.world.configurations.after(1_000)].filter(({ typeId }) => typeId === 1)
  one.simulator.hideRows((table, id) => inComputers(table) && id === hidden?.id)
  t.match((await one.pages('configurations')).at(-1)?.partial, /counts 1 rows/)
  one.simulator.hideRows((table) => table === 'sys_user_group')
  t.match(await failure(one.pages('ticketBoards')), { kind: 'permission', admin: /sys_user_group/ })
  one.simulator.hideRows((table, id) => table === 'sys_user_group' && id === 1)
  t.match((await one.pages('ticketBoards')).at(-1)?.partial, /counts 1 rows in sys_user_group/)
})

t.test('a class that is hidden whole is not taken for deleted', async (t) => {
  const one = await simulated(t, size)
  const pagers = new Set(
    [...one.world.configurations.after(0)].filter(({ typeId }) => typeId === 9).map(({ id }) => id),
  )
  one.simulator.hideRows((table, id) => table === 'cmdb_ci_hardware' && pagers.has(id))
  const pages = await one.pages('configurations')
  t.equal(pages.flatMap(({ records }) => records).length, size.configurations - pagers.size)
  t.match(pages.at(-1)?.partial, new RegExp(`counts ${pagers.size} rows`))
  const types = await one.pages('configurationTypes')
  t.equal(types.flatMap(({ records }) => records).length, 8)
  t.match(types.at(-1)?.partial, /more values of sys_class_name/)
  const filter = { configurationTypes: ['cmdb_ci_server', 'cmdb_ci_netgear'] }
  t.notOk((await one.pages('configurations', { filter })).at(-1)?.partial, 'a selection without it is whole')
})

t.test('what is deleted and added meanwhile is not taken for hidden', async (t) => {
  const one = await simulated(t, { ...size, configurations: 4_500 })
  const read = serviceNow.streams.configurations?.read(one.context())
  let partial: string | undefined
  let pages = 0
  for await (const page of read ?? []) {
    partial = page.partial
    // On both sides of where the reading is.
    const at = ++pages * 600
    for (const id of [at - 7, at - 6, at + 1_501]) one.world.configurations.remove(id)
    const row = one.world.configurations.get(at)
    if (row) one.world.configurations.put({ ...row, id: one.world.configurations.lastId + 1 })
  }
  t.ok(pages > 3)
  t.equal(partial, undefined)
})

t.test('where rows are hidden, what ServiceNow notes as deleted is gone all the same', async (t) => {
  const one = await simulated(t, size)
  const before = (await one.pages('configurations')).at(-1)
  one.world.configurations.remove(9)
  t.notOk((await one.pages('configurations', { state: before?.state ?? null })).at(-1)?.removals, 'its absence tells')
  one.simulator.hideRows((table, id) => inComputers(table) && id % 50 === 0)
  const pages = await one.pages('configurations', { state: before?.state ?? null })
  t.ok(pages.at(-1)?.partial)
  t.same(pages.flatMap(({ removals = [] }) => removals).map(idBelow), [9])
  t.match(await one.pages('configurations'), [{ removals: undefined }], 'nobody knows since when')
})

t.test('a pass goes on behind hidden rows and remembers them', async (t) => {
  const one = await simulated(t, size)
  one.simulator.hideRows((table, id) => inComputers(table) && id < 200)
  const [first] = await one.pages('configurations')
  one.simulator.hideRows(() => false)
  const rest = await one.pages('configurations', { checkpoint: first?.checkpoint ?? null })
  t.match(rest.at(-1)?.partial, /counts \d+ rows/)
})

t.test('where nothing is counted, hidden rows would not show: nothing counts as gone', async (t) => {
  const uncounted = ({ status, body }: SimulatedAnswer): SimulatedAnswer => ({ status, body })
  const one = await simulated(t, size, {}, { altered: (_request, answer) => uncounted(answer) })
  const pages = await one.pages('configurations')
  t.equal(pages.flatMap(({ records }) => records).length, size.configurations)
  t.match(pages.at(-1)?.partial, /did not say how many rows/)
  for (const stream of ['configurationTypes', 'ticketPriorities', 'ticketBoards'] as const)
    t.ok((await one.pages(stream)).at(-1)?.partial, stream)
})

t.test('all rows hidden is a permission error, even in the first pass', async (t) => {
  const one = await simulated(t, size)
  one.simulator.hideRows((table) => table === 'core_company')
  t.match(await failure(one.pages('companies')), { kind: 'permission', admin: /read ACLs/ })
  const since = '2020-01-01T00:00:00.000Z'
  t.match((await one.pages('companies', { since })).at(-1)?.partial, /counts \d+ rows/, 'there may be others')
})

const refused: SimulatedAnswer = {
  status: 403,
  body: { error: { message: 'Operation Failed', detail: 'ACL Exception' }, status: 'failure' },
}

t.test('without the choice lists the values in use are read, and none counts as gone', async (t) => {
  const hidden = await simulated(t, size)
  hidden.simulator.hideRows((table) => table === 'sys_choice')
  const forbidden = await simulated(
    t,
    size,
    {},
    { altered: ({ path }, answer) => (path.endsWith('/sys_choice') ? refused : answer) },
  )
  for (const one of [hidden, forbidden]) {
    for (const stream of ['companyTypes', 'configurationStatuses', 'ticketPriorities', 'ticketStatuses'] as const) {
      const pages = await one.pages(stream)
      t.ok(
        pages.some(({ records }) => records.length > 0),
        stream,
      )
      t.match(pages.at(-1)?.partial, /sys_choice.*personalize_choices/, stream)
    }
  }
})

t.test('without the dictionary custom fields stay as they are, and all else is read', async (t) => {
  const hidden = await simulated(t, size)
  hidden.simulator.hideRows((table) => table === 'sys_dictionary')
  const forbidden = await simulated(
    t,
    size,
    {},
    { altered: ({ path }, answer) => (path.endsWith('/sys_dictionary') ? refused : answer) },
  )
  for (const one of [hidden, forbidden]) {
    const pages = await one.pages('contacts', { customFields: ['u_newsletter'] })
    const records = pages.flatMap((page) => page.records)
    t.ok(records.length > 50)
    t.ok(records.every(({ customFields }) => customFields === undefined))
    t.ok(one.reported.includes('warning custom-fields'))
    t.notOk(pages.at(-1)?.partial)
  }
  const one = await simulated(t, size)
  const [first] = await one.records('contacts', { customFields: ['u_newsletter', 'u_deleted_meanwhile'] })
  t.same(Object.keys(first?.customFields ?? {}), ['u_newsletter'])
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
