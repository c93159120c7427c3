import t from 'tap'
import { serveSimulator } from '../../../core/conformance/server.ts'
import { createWorld } from '../../../core/conformance/world.ts'
import { simulate } from '../../../plugins/connectwise-psa/simulator.ts'
import { installation } from './installation.ts'
import { toyVendor } from './tributary.ts'

t.test('another PSA takes over: refused as a second one, planned, then switched', async (t) => {
  const { database, run } = await installation(t)
  const { config, file } = await toyVendor(t)
  await run('connection', 'add', 'toy', '--name', 'Our PSA', '--config', config)
  const simulator = simulate(createWorld({ companies: 12, contacts: 0, configurations: 20, tickets: 0 }))
  const server = await serveSimulator(simulator)
  t.teardown(() => server.close())
  const other = await file(simulator.settings(server.origin))
  const wrong = await file(simulator.wrongSettings(server.origin))

  const refused = await run('connection', 'switch', 'connectwise-psa', '--config', wrong, '--apply')
  t.equal(refused.code, 1)
  const plan = await run('connection', 'switch', 'connectwise-psa', '--config', other)
  t.equal(plan.code, 0, plan.err)
  t.match(
    plan.out,
    /^Our PSA would be disconnected; its data and mappings stay\.\nCompanies: 0 are known, \d+ are new\./,
  )
  t.match(plan.err, /Nothing was changed/)
  t.match(await database.rows('select name, state from connections'), [{ name: 'Our PSA', state: 'active' }])

  const applied = await run(
    'connection',
    'switch',
    'connectwise-psa',
    '--config',
    other,
    '--name',
    'New PSA',
    '--apply',
  )
  t.equal(applied.code, 0, applied.err)
  t.match(applied.out, /Switched: connection 2, New PSA, is the PSA now/)
  t.match(await database.rows('select name, state, predecessor_id from connections order by id'), [
    { name: 'Our PSA', state: 'disconnected', predecessor_id: null },
    { name: 'New PSA', state: 'active', predecessor_id: 1 },
  ])
  t.match(await database.rows("select key from pgboss.schedule where name = 'sync-due'"), [{ key: '2' }])
})
