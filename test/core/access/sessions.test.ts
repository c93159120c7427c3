import t from 'tap'
import { hashToken, Sessions } from '../../../core/access/sessions.ts'
import { Users } from '../../../core/access/users.ts'
import { testDatabase } from '../../database.ts'

const database = await testDatabase(t)
const users = new Users(database)
const sessions = new Sessions(database)
const ann = await users.add({ email: 'ann@hub.test', name: 'Ann', role: 'editor' })
const identity = { id: ann.id, email: 'ann@hub.test', name: 'Ann', role: 'editor' } as const

const age = (token: string, column: string, value: string) =>
  database.run(`update sessions set ${column} = ${value} where token_hash = $1`, [hashToken(token)])
const expiry = async (token: string) =>
  (
    await database.row<{ left: number }>(
      'select extract(epoch from expires_at - now())::float8 / 60 as left from sessions where token_hash = $1',
      [hashToken(token)],
    )
  )?.left ?? 0

t.test('a session is found by its token only, which the database does not hold', async (t) => {
  const token = await sessions.start(ann.id)
  t.equal(Buffer.from(token, 'base64url').length, 32)
  t.same(await sessions.find(token), identity)
  t.equal(await sessions.find(`${token}x`), undefined)
  t.equal(await sessions.find(''), undefined)
  t.equal(await sessions.find(hashToken(token)), undefined, 'what the table holds opens nothing')
  t.notMatch(JSON.stringify(await database.rows('select * from sessions')), token)
  t.ok((await users.get(ann.id))?.lastLoginAt)
})

t.test('what the browser brought to the log-in is never taken over, and dies', async (t) => {
  const planted = 'chosen-by-somebody-else'
  const token = await sessions.start(ann.id, planted)
  t.not(token, planted)
  t.equal(await sessions.find(planted), undefined)
  const second = await sessions.start(ann.id, token)
  t.equal(await sessions.find(token), undefined, 'the former session of this browser is dead')
  t.ok(await sessions.find(second))
})

t.test('two browsers have two sessions; logging out of one leaves the other', async (t) => {
  const [a, b] = [await sessions.start(ann.id), await sessions.start(ann.id)]
  await sessions.end(a)
  t.equal(await sessions.find(a), undefined)
  t.same(await sessions.find(b), identity)
})

t.test('idle too long', async (t) => {
  const token = await sessions.start(ann.id)
  t.ok((await expiry(token)) > 119 && (await expiry(token)) <= 120, 'two hours')
  await age(token, 'expires_at', "now() - interval '1 second'")
  t.equal(await sessions.find(token), undefined)
  t.equal(await sessions.find(token), undefined, 'asking does not wake it')
  await sessions.start(ann.id)
  t.equal(
    (await database.rows('select 1 from sessions where expires_at < now()')).length,
    0,
    'swept at the next log-in',
  )
})

t.test('every use prolongs it, up to its absolute age', async (t) => {
  const token = await sessions.start(ann.id)
  await age(token, 'expires_at', "now() + interval '5 minutes'")
  await sessions.find(token)
  t.ok((await expiry(token)) > 119)

  await age(token, 'created_at', "now() - interval '11 hours 50 minutes'")
  await age(token, 'expires_at', "now() + interval '5 minutes'")
  t.ok(await sessions.find(token))
  t.ok((await expiry(token)) <= 10, 'no longer than twelve hours after the log-in')

  await age(token, 'created_at', "now() - interval '12 hours 1 second'")
  await age(token, 'expires_at', "now() + interval '1 hour'")
  t.equal(await sessions.find(token), undefined)
})

t.test('a session used a moment ago is not written again', async (t) => {
  const token = await sessions.start(ann.id)
  const before = await database.row('select xmin, expires_at from sessions where token_hash = $1', [hashToken(token)])
  await sessions.find(token)
  t.same(await database.row('select xmin, expires_at from sessions where token_hash = $1', [hashToken(token)]), before)
})

t.test('role and name count at the next request; a disabled user is out', async (t) => {
  const bob = await users.add({ email: 'bob@hub.test', name: 'Bob', role: 'manager' })
  const token = await sessions.start(bob.id)
  await users.setRole(bob.id, 'reader')
  t.match(await sessions.find(token), { role: 'reader' })
  await database.run('update users set disabled_at = now() where id = $1', [bob.id])
  t.equal(await sessions.find(token), undefined, 'even where the session itself is still there')
  await users.disable(bob.id)
  await users.enable(bob.id)
  t.equal(await sessions.find(token), undefined, 'enabled again, the old session stays dead')
})
