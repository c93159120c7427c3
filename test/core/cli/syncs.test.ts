import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { acquire } from '../../../core/sync/lease.ts'
import { installation } from './installation.ts'
import { start, toyVendor } from './tributary.ts'

t.test('a connection from the first test to the last run', async (t) => {
  const { database, run } = await installation(t)
  const { simulator, server, config, file } = await toyVendor(t)
  const added = await run('connection', 'add', 'toy', '--name', 'Our PSA', '--config', config)
  t.match(added, { code: 0, err: '' })
  t.match(added.out, /^Connection 1, Our PSA, was added\.\nok {7}/)
  t.match(await database.row('select name, state, account is not null as known from connections'), {
    name: 'Our PSA',
    state: 'active',
    known: true,
  })
  t.match(await database.rows("select key from pgboss.schedule where name = 'sync-due'"), [{ key: '1' }])
  t.match(await database.row("select actor, action from audit_log where action = 'connection.add'"), { actor: 'cli' })
  const another = await file(simulator.settings(server.origin))
  const [second, dry] = await Promise.all([
    run('connection', 'add', 'toy', '--name', 'Another', '--config', another),
    run('sync', 'our psa', '--dry-run'),
  ])
  t.match(second, { code: 1 }, 'one PSA')
  t.equal(second.err.trim().split('\n').length, 1, second.err)

  t.match(dry, { code: 0, out: /^Run 1 of Our PSA \(dry run\): succeeded\.\n/ })
  t.match(await database.row('select count(*) from companies'), { count: 0 })
  await database.run("update connections set import_companies = 'all'")
  const first = await run('sync', '1', '--full', '--json')
  t.equal(first.code, 0, first.err)
  t.match(JSON.parse(first.out), { id: 2, state: 'succeeded', trigger: 'cli', pass: 'full', received: Number })
  t.match(first.err, /^companies: succeeded, 12 received, 12 new, 0 changed, 0 gone$/m)
  t.match(await database.row('select count(*) from companies'), { count: 12 })
  t.match(await database.row('select requested_by from sync_runs where id = 2'), { requested_by: /^command line/ })

  const [list, runs, one, none, checked, nobody] = await Promise.all([
    run('connection', 'list', '--json'),
    run('runs', '--connection', 'Our PSA', '-n', '1'),
    run('runs', '2'),
    run('runs', '77'),
    run('check', 'Our PSA'),
    run('connection', 'pause', 'nobody'),
  ])
  t.match(JSON.parse(list.out), [{ id: 1, name: 'Our PSA', state: 'active', lastRun: { id: 2 } }])
  t.notMatch(list.out, simulator.settings(server.origin).key as string, 'no secret')
  t.match(runs.out, /^run +connection +state .*\n +2 +Our PSA +succeeded .* cli .* full +\d+ +\d+ +0 +0\n$/)
  t.match(one.out, /^Run 2 of Our PSA \(full\): succeeded\.\nstream .*\ncompanies +succeeded +12 +12 /)
  t.match(none, { code: 1, err: 'There is no run "77". `tributary runs` shows the last ones.\n' })
  t.match(nobody, { code: 1, err: /^There is no connection "nobody"\./ })
  t.match(checked, { code: 0, out: /The connection works/ })

  const held = await acquire(database, { connectionId: 1, mode: 'apply', pass: 'full', trigger: 'schedule' })
  t.ok('runId' in held)
  t.match(await run('sync', '1'), {
    code: 3,
    out: '',
    err: /^Our PSA is being synced already, by run 3\. Wait for it: `tributary runs 3`\.\n$/,
  })
  await database.run("update sync_runs set state = 'succeeded' where id = 3")

  t.match(await run('connection', 'pause', '1'), { code: 0, out: /^Our PSA is paused/ })
  t.match(await database.rows("select key from pgboss.schedule where name = 'sync-due'"), [])
  t.match(await run('sync', 'Our PSA'), { code: 1, err: /^Our PSA is paused; .* resume it first\.\n$/ })
  t.match(await run('connection', 'resume', '1'), { code: 0, out: 'Our PSA is active.\n' })
  t.match(await run('connection', 'remove', '1'), { code: 0, out: /^Our PSA is disconnected/ })
  t.match(await database.row('select count(*) from connection_secrets'), { count: 0 })
})

t.test('a sync that cannot sign in fails with one line; Ctrl-C gives the run back', async (t) => {
  const { database, environment, run } = await installation(t)
  const { simulator, server, config, file } = await toyVendor(t, 40)
  const wrong = await file(simulator.wrongSettings(server.origin))
  const refused = await run('connection', 'add', 'toy', '--name', 'PSA', '--config', wrong)
  t.equal(refused.code, 1)
  t.match(await database.row('select state from connections'), { state: 'needs-sign-in' })
  await run('connection', 'remove', '1')
  await run('connection', 'add', 'toy', '--name', 'PSA', '--config', config)
  await database.run("update connections set import_companies = 'all'")
  const child = start(['sync', 'PSA', '--full'], environment)
  const out = child.stdout ? text(child.stdout) : ''
  let errors = ''
  for await (const chunk of child.stderr?.iterator({ destroyOnReturn: false }) ?? []) {
    errors += chunk
    if (errors.includes('companies: succeeded')) break
  }
  child.stderr?.on('data', (chunk) => {
    errors += chunk
  })
  child.kill('SIGINT')
  const [code] = await once(child, 'exit')
  t.equal(code, 1)
  t.match(await out, /^Run \d+ of PSA \(full\): /)
  t.match(errors, /Stopped behind the page in hand\. The next run goes on there\.\n$/)
  t.match(await database.row('select state, heartbeat_at::text as beat from sync_runs'), {
    state: 'running',
    beat: '-infinity',
  })
  t.match(await run('sync', 'PSA', '--full'), { code: 0, out: /succeeded/ })
  t.match(await database.rows('select state from sync_runs'), [{ state: 'succeeded' }], 'the same run')
})
