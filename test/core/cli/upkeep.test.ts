import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { OneTimeLinks } from '../../../core/access/one-time-links.ts'
import { Users } from '../../../core/access/users.ts'
import { Database } from '../../../core/store/database.ts'
import { startEmbeddedPostgres } from '../../../core/store/embedded.ts'
import { installation, key } from './installation.ts'
import { toyVendor, tributary } from './tributary.ts'

t.test('users get links, not passwords', async (t) => {
  const { database, environment } = await installation(t)
  const there = { ...environment, TRIBUTARY_PUBLIC_URL: 'https://hub.example.com' }
  const added = await tributary(['user', 'add', 'ann@example.com', '--role', 'admin', '--name', 'Ann'], there)
  t.match(added, { code: 0, err: '', out: /^ann@example.com was added, as admin\.\n/ })
  const links = new OneTimeLinks(database, new Users(database))
  const token = /https:\/\/hub\.example\.com\/set-password\/(\S+)/.exec(added.out)?.[1] ?? ''
  t.match(await links.offersPasswordOf(token), { email: 'ann@example.com', role: 'admin', hasPassword: false })
  const [again, reset, nobody, wrong] = await Promise.all([
    tributary(['user', 'add', 'ANN@example.com'], there),
    tributary(['user', 'reset', 'Ann@Example.com'], there),
    tributary(['user', 'reset', 'bob@example.com'], there),
    tributary(['user', 'add', 'bob@example.com', '--role', 'god'], there),
  ])
  t.match(again, { code: 1, err: /^There is a user with the e-mail address/ })
  t.match(reset, { code: 0, out: /set-password/ })
  t.equal(await links.offersPasswordOf(token), undefined, 'the older link is dead')
  t.match(nobody, { code: 1, err: 'There is no user bob@example.com.\n' })
  t.match(wrong, { code: 2, err: /Allowed choices are reader, editor, manager, admin/ })
  t.match(await database.rows('select actor, action from audit_log order by id'), [
    { actor: 'cli', action: 'user.add' },
    { actor: 'cli', action: 'user.reset' },
  ])
})

t.test('the key is changed; a wrong one is refused in one line', async (t) => {
  const { database, environment, run } = await installation(t)
  const { config } = await toyVendor(t)
  await run('connection', 'add', 'toy', '--name', 'PSA', '--config', config)
  const next = 'cd'.repeat(32)
  const alone = await tributary(['connection', 'list'], { ...environment, TRIBUTARY_KEY: next })
  t.match(alone, { code: 1, out: '' })
  t.match(alone.err, /^The stored secrets need the key .* `tributary key rotate`\. ?.*\n$/)
  const rotated = await tributary(['key', 'rotate'], {
    ...environment,
    TRIBUTARY_KEY: next,
    TRIBUTARY_PREVIOUS_KEY: key,
  })
  t.match(rotated, { code: 0, out: /^\d+ secrets were moved; all are under the key .*\n.*not needed any more/ })
  t.match(await tributary(['check', 'PSA'], { ...environment, TRIBUTARY_KEY: next }), { code: 0 })
  t.match(await database.row('select count(distinct key_id) from connection_secrets'), { count: 1 })
})

t.test('a database that is not there', async (t) => {
  const environment = { DATABASE_URL: 'postgres://u:secret@127.0.0.1:1/x', TRIBUTARY_KEY: key }
  const [away, keyless] = await Promise.all([
    tributary(['runs'], environment),
    tributary(['runs'], { DATABASE_URL: 'postgres://u:secret@127.0.0.1:1/x' }),
  ])
  t.same(away, {
    code: 1,
    out: '',
    err: 'PostgreSQL cannot be reached (ECONNREFUSED). Is it running, and is DATABASE_URL right?\n',
  })
  t.match(keyless, { code: 1, err: /^TRIBUTARY_KEY is not set\./ })
})

t.test('the PostgreSQL of a hub that runs is used, and left running', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-embedded-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const environment = { DATA_DIR: folder }
  const pid = join(folder, 'postgres', 'postmaster.pid')
  const migrated = await tributary(['migrate'], environment)
  t.match(migrated, { code: 0, out: /^Brought up to date: 001-/ }, migrated.err)
  await t.rejects(stat(pid), 'what the command started, it stopped')
  const hub = await startEmbeddedPostgres(folder)
  t.teardown(() => hub.stop())
  t.match(await tributary(['runs'], environment), { code: 0, out: 'There was no run yet.\n' })
  t.match(await tributary(['migrate'], environment), { code: 0, out: 'The database is up to date.\n' })
  await stat(pid)
  const database = new Database(hub.url)
  t.ok(await database.row('select 1'))
  await database.close()
})
