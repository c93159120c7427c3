import t from 'tap'
import { serveSimulator } from '../../../core/conformance/server.ts'
import { createWorld } from '../../../core/conformance/world.ts'
import { simulate } from '../../../plugins/servicenow/simulator.ts'
import { simulate as simulateSyncro } from '../../../plugins/syncro/simulator.ts'
import { installation } from './installation.ts'
import { tributary } from './tributary.ts'

const world = createWorld({ companies: 3, contacts: 0, configurations: 3, tickets: 0 })

t.test('entered by hand: the address is told once, with the steps, and another one the next time', async (t) => {
  const { database, environment } = await installation(t)
  const simulator = simulateSyncro(world)
  const server = await serveSimulator(simulator)
  t.teardown(() => server.close())
  const run = (args: readonly string[], env = {}, input = '') => tributary(args, { ...environment, ...env }, input)
  const settings = JSON.stringify(simulator.settings(server.origin))
  const added = await run(['connection', 'add', 'syncro', '--name', 'PSA', '--config', '-'], {}, settings)
  t.equal(added.code, 0, added.err)

  const nowhere = await run(['connection', 'webhooks', 'PSA'])
  t.match(nowhere, { code: 1, err: /TRIBUTARY_PUBLIC_URL/ })
  const reached = { TRIBUTARY_PUBLIC_URL: 'https://hub.example' }
  const on = await run(['connection', 'webhooks', 'PSA'], reached)
  const address = /^https:\/\/hub\.example\/hooks\/1\/[\w-]{43}$/m
  t.match(on, { code: 0, out: address })
  t.match(on.out, /^To be done at the vendor:\n1\. /m)
  const again = await run(['connection', 'webhooks', '1'], reached)
  t.match(again.out, address)
  t.not(again.out, on.out, 'the one before is worth nothing any more')
  t.match(await database.rows("select action from audit_log where action like 'connection.webhooks%'"), [{}, {}])

  const off = await run(['connection', 'webhooks', 'PSA', '--off'])
  t.match(off, { code: 0, out: 'PSA takes no webhooks any more.\n', err: /Delete the webhook in Syncro too/ })
  t.match(await database.row('select webhook_url from connections'), { webhook_url: null })
})

t.test('where something must be done at the vendor first, the steps are told with the error', async (t) => {
  const { environment } = await installation(t)
  const simulator = simulate(world)
  const server = await serveSimulator(simulator)
  t.teardown(() => server.close())
  const { webhookSecret: _, ...settings } = simulator.settings(server.origin)
  const env = { ...environment, TRIBUTARY_PUBLIC_URL: 'https://hub.example' }
  await tributary(['connection', 'add', 'servicenow', '--name', 'PSA', '--config', '-'], env, JSON.stringify(settings))
  const told = await tributary(['connection', 'webhooks', 'PSA'], env)
  t.match(told, { code: 1, err: /^To be done at the vendor:\n1\. [\s\S]*webhook secret/ })
})
