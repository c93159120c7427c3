import t from 'tap'
import { OneTimeLinks } from '../../../core/access/one-time-links.ts'
import { hashToken, Sessions } from '../../../core/access/sessions.ts'
import { Users } from '../../../core/access/users.ts'
import { testDatabase } from '../../database.ts'

const database = await testDatabase(t)
const users = new Users(database)
const links = new OneTimeLinks(database, users)
const password = 'correct horse battery'
const admin = { email: 'ann@hub.test', name: 'Ann', password }

t.beforeEach(() => database.run('truncate users cascade'))

const expire = (token: string) =>
  database.run("update one_time_links set expires_at = now() - interval '1 second' where token_hash = $1", [
    hashToken(token),
  ])

async function firstAdmin(): Promise<string> {
  const token = await links.firstAdmin()
  if (token === undefined) throw new Error('There is an admin already.')
  return token
}

t.test('the first admin', async (t) => {
  const token = await firstAdmin()
  t.notMatch(JSON.stringify(await database.rows('select * from one_time_links')), token, 'stored hashed')
  t.ok(await links.offersFirstAdmin(token))
  t.ok(await links.offersFirstAdmin(token), 'looking uses nothing up')

  await t.rejects(links.useFirstAdmin(token, { ...admin, password: 'short' }), /too short/)
  t.match(
    await links.useFirstAdmin(token, admin),
    { email: 'ann@hub.test', role: 'admin' },
    'a refused one may try again',
  )
  t.ok(await users.verify(admin.email, password))

  t.notOk(await links.offersFirstAdmin(token))
  await t.rejects(links.useFirstAdmin(token, { ...admin, email: 'b@hub.test' }), /does not work any more/)
  t.equal(await links.firstAdmin(), undefined, 'no new one once there is an admin')
})

t.test('another first-admin link is worth nothing once there is an admin', async (t) => {
  const [a, b] = [await firstAdmin(), await firstAdmin()]
  await links.useFirstAdmin(a, admin)
  t.notOk(await links.offersFirstAdmin(b))
  await t.rejects(links.useFirstAdmin(b, { ...admin, email: 'b@hub.test' }), /There is an admin already/)
  t.equal(await users.count(), 1)
})

t.test('of many who use links at once, one becomes the admin', async (t) => {
  const [a, b] = [await firstAdmin(), await firstAdmin()]
  const results = await Promise.allSettled(
    [a, b, a, b].map((token, index) => links.useFirstAdmin(token, { ...admin, email: `${index}@hub.test` })),
  )
  t.equal(results.filter((result) => result.status === 'fulfilled').length, 1)
  t.equal(await users.count(), 1)
})

t.test('setting a password', async (t) => {
  const bob = await users.add({ email: 'bob@hub.test', name: 'Bob', role: 'reader' })
  const session = await new Sessions(database).start(bob.id)
  const first = await links.setPassword(bob.id)
  const token = await links.setPassword(bob.id)
  t.equal(await links.offersPasswordOf(first), undefined, 'a newer link replaces the older')
  t.match(await links.offersPasswordOf(token), { email: 'bob@hub.test' })
  await t.rejects(links.useSetPassword(token, 'short'), /too short/)
  t.match(await links.useSetPassword(token, password), { id: bob.id })
  t.ok(await users.verify(bob.email, password))
  t.equal(await new Sessions(database).find(session), undefined, 'sessions end')
  await t.rejects(links.useSetPassword(token, 'another horse battery'), /does not work any more/)
})

t.test('what does not work', async (t) => {
  const bob = await users.add({ email: 'bob@hub.test', name: 'Bob', role: 'reader' })
  const token = await links.setPassword(bob.id)
  const first = await firstAdmin()
  await t.rejects(links.useFirstAdmin(token, admin), /does not work/, 'a link of the other kind')
  await t.rejects(links.useSetPassword(first, password), /does not work/)
  await t.rejects(links.useSetPassword('made-up', password), /does not work/)
  await t.rejects(links.useSetPassword(hashToken(token), password), /does not work/, 'what the table holds')

  await users.disable(bob.id)
  t.equal(await links.offersPasswordOf(token), undefined)
  await t.rejects(links.useSetPassword(token, password), /does not work/, 'a disabled user')
  await t.rejects(links.setPassword(bob.id), /disabled/)
  await users.enable(bob.id)

  await expire(token)
  await expire(first)
  t.equal(await links.offersPasswordOf(token), undefined)
  t.notOk(await links.offersFirstAdmin(first))
  await t.rejects(links.useSetPassword(token, password), /does not work/, 'too old')
  await t.rejects(links.useFirstAdmin(first, admin), /does not work/)
})
