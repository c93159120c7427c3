/** Custom fields of contacts and assets: what is offered, what is read when, and what it costs. */
import sinon from 'sinon'
import t from 'tap'
import { createWorld } from '../../../core/conformance/world.ts'
import { kaseyaBms } from '../../../plugins/kaseya-bms/connector.ts'
import { failure } from '../connected.ts'
import { simulated } from './simulated.ts'

const size = { companies: 12, contacts: 40, configurations: 30, tickets: 1 }
const contactValues = /customFields\/17\/\d+$/
const assetValues = /customFields\/31\/\d+$/
const department = '602'

t.test('what is offered: the fields in use of the module, no passwords; nothing without a module', async (t) => {
  const { context, simulator, server } = await simulated(t, size)
  const offered = await kaseyaBms.streams.contacts?.customFields?.(context())
  t.match(offered, [
    { id: '601', title: 'Newsletter opt-in' },
    { id: department, title: 'Department', options: ['Front desk', 'Accounts', 'R&D', 'Küche'] },
    { id: '603', title: "Baker's date" },
  ])
  t.equal(offered?.length, 3)
  const { contactModule: _one, assetModule: _other, ...without } = simulator.settings(server.origin)
  t.same(await kaseyaBms.streams.contacts?.customFields?.(context({}, without)), [])
  t.match(await kaseyaBms.streams.configurations?.customFields?.(context({}, without)), [{ id: 'state' }])
})

t.test('contacts carry the chosen ones, as BMS has them', async (t) => {
  const { world, records, asked, reported } = await simulated(t, size)
  const found = await records('contacts', { customFields: ['601', department, '603'] })
  t.equal(found.length, size.contacts)
  for (const record of found) {
    const known = world.contacts.get(Number(record.sourceId))?.customFields ?? {}
    t.strictSame(
      record.customFields,
      {
        601: typeof known.newsletter === 'boolean' ? String(known.newsletter) : null,
        [department]: known.department ?? null,
        603: known['cake-day'] ? `${known['cake-day']}T00:00:00` : null,
      },
      record.sourceId,
    )
  }
  t.ok(found.some(({ customFields }) => customFields?.[department]))
  t.equal(asked(contactValues).length, size.contacts)
  t.same(reported, ['info details'])
})

t.test('none chosen: not a call, not a word', async (t) => {
  const { records, asked, reported } = await simulated(t, size)
  t.notOk((await records('contacts')).some((record) => 'customFields' in record))
  t.same([asked(/customFields/).length, reported], [0, []])
})

t.test('contacts take turns within the hour: 1,200, or 200 beside those of assets', async (t) => {
  const clock = sinon.useFakeTimers({ now: Date.parse('2026-07-20T02:00:00Z'), toFake: ['Date'] })
  t.teardown(() => clock.restore())
  const world = createWorld({ ...size, contacts: 350 })
  const all = await simulated(t, {}, {}, { world })
  const customFields = [department]
  const first = await all.pages('contacts', { customFields })
  t.equal(all.asked(contactValues).length, 200)
  const records = first.flatMap((page) => page.records)
  t.equal(records.length, 350)
  t.equal(records.filter((record) => record.customFields !== undefined).length, 200, 'the others keep what the hub has')
  t.same(all.reported, ['warning details'])

  // A pass of what changed goes on with those that wait, though they did not change.
  clock.tick(3_600_000)
  const one = world.contacts.get(1)
  if (one) world.contacts.put({ ...one, updatedAt: '2026-07-20T02:30:00Z' })
  all.server.clearLog()
  const state = first.at(-1)?.state
  const second = await all.pages('contacts', { customFields, state, since: '2026-07-20T02:00:00Z' })
  const read = all.asked(contactValues).map(({ path }) => Number(path.split('/').at(-1)))
  t.equal(read.length, 151, 'and with the one that did')
  t.ok(read.includes(1))
  t.equal(second.flatMap((page) => page.records).filter((record) => record.customFields !== undefined).length, 151)
  t.same(all.reported, ['warning details', 'info details'])

  const { assetModule: _, ...alone } = all.simulator.settings(all.server.origin)
  all.server.clearLog()
  await all.pages('contacts', { customFields }, alone)
  t.equal(all.asked(contactValues).length, 350, 'without a module of assets nobody shares the endpoint')
})

t.test('contacts of companies that the hub ignores cost no call', async (t) => {
  const { world, pages, asked, reported } = await simulated(t, size)
  await pages('contacts', { customFields: [department], companies: ['1', '2'] })
  const wanted = [...world.contacts.after(0)].filter(({ companyId }) => companyId === null || companyId < 3)
  t.ok(wanted.length < size.contacts)
  t.equal(asked(contactValues).length, wanted.length)
  t.same(reported, ['info details'], 'and none of them waits')
})

t.test('the state of an asset needs no module and no further call', async (t) => {
  const { world, records, asked, simulator, server } = await simulated(t, size)
  const { assetModule: _, ...without } = simulator.settings(server.origin)
  for (const record of await records('configurations', { customFields: ['state'] }, without)) {
    const known = world.configurations.get(Number(record.sourceId))
    const state = world.configurationStatuses.get(known?.statusId ?? 0)?.name
    t.strictSame(record.customFields, { state }, record.sourceId)
  }
  t.equal(asked(/customFields/).length, 0)
})

t.test('a module that is not there is a wrong setting; a record that is gone meanwhile is none', async (t) => {
  const { records, server } = await simulated(t, size)
  server.fault({ path: /customFields\/31\/17$/, effect: { kind: 'status', status: 404 } })
  const found = await records('configurations', { customFields: ['501'] })
  t.equal(found.length, size.configurations)
  t.notOk(found.find(({ sourceId }) => sourceId === '17')?.customFields)
  server.fault({ path: /customFields\/17$/, effect: { kind: 'status', status: 404 } })
  const error = await failure(records('contacts', { customFields: [department] }))
  t.equal(error.kind, 'config')
  t.match(error.admin, /no custom field module 17.*settings/)
})

t.test('one that turned into a password is not read any more', async (t) => {
  const { records, asked, server } = await simulated(t, size)
  server.fault({
    path: /customFields\/31$/,
    times: 9,
    effect: {
      kind: 'transform',
      change: (body) => JSON.parse(JSON.stringify(body).replace('Asset owner', 'Password')),
    },
  })
  const found = await records('configurations', { customFields: ['501', '490'] })
  t.notOk(found.some(({ customFields }) => customFields && Object.keys(customFields).length > 0))
  t.equal(asked(assetValues).length, 0)
})
