import t from 'tap'
import { can, roles } from '../../../core/access/roles.ts'
import { Sessions } from '../../../core/access/sessions.ts'
import { Users } from '../../../core/access/users.ts'
import { testDatabase } from '../../database.ts'

const database = await testDatabase(t)
const users = new Users(database)
const sessions = new Sessions(database)
const password = 'correct horse battery'

t.beforeEach(() => database.run('delete from users'))

t.test('roles build on one another', async (t) => {
  const allowed = (capability: Parameters<typeof can>[1]) => roles.filter((role) => can(role, capability))
  t.same(allowed('look'), ['reader', 'editor', 'manager', 'admin'])
  t.same(allowed('decide'), ['editor', 'manager', 'admin'])
  t.same(allowed('sync'), ['editor', 'manager', 'admin'])
  t.same(allowed('connections'), ['manager', 'admin'])
  t.same(allowed('users'), ['admin'])
})

t.test('adding and finding', async (t) => {
  const added = await users.add({ email: ' Ann@Hub.test ', name: ' Ann ', role: 'editor', password })
  t.match(added, { email: 'Ann@Hub.test', name: 'Ann', role: 'editor', disabled: false, hasPassword: true })
  t.same(await users.get(added.id), added)
  t.same(await users.find('ann@hub.TEST'), added)
  t.equal(await users.count(), 1)
  t.notMatch(JSON.stringify(await users.list()), /argon2/, 'no hash leaves the service')
})

t.test('what is refused', async (t) => {
  await users.add({ email: 'ann@hub.test', name: 'Ann', role: 'editor', password })
  await t.rejects(users.add({ email: 'ANN@hub.test', name: 'B', role: 'reader' }), /ANN@hub.test already/)
  await t.rejects(users.add({ email: 'no address', name: 'B', role: 'reader' }), /no e-mail address/)
  await t.rejects(users.add({ email: 'b@hub.test', name: ' ', role: 'reader' }), /name must have/)
  await t.rejects(users.add({ email: 'b@hub.test', name: 'B', role: 'reader', password: 'short' }), /too short/)
  t.equal(await users.count(), 1)
})

t.test('of two who add the same address at once, one is refused', async (t) => {
  const results = await Promise.allSettled(
    ['a@hub.test', 'A@HUB.test'].map((email) => users.add({ email, name: 'A', role: 'reader' })),
  )
  t.same(results.map((result) => result.status).sort(), ['fulfilled', 'rejected'])
})

t.test('verifying', async (t) => {
  const ann = await users.add({ email: 'ann@hub.test', name: 'Ann', role: 'admin', password })
  const bob = await users.add({ email: 'bob@hub.test', name: 'Bob', role: 'reader', password })
  const cid = await users.add({ email: 'cid@hub.test', name: 'Cid', role: 'reader' })
  await users.disable(bob.id)
  t.same(await users.verify('ANN@hub.test', password), {
    id: ann.id,
    email: 'ann@hub.test',
    name: 'Ann',
    role: 'admin',
  })
  t.equal(await users.verify('ann@hub.test', 'correct horse batterY'), undefined)
  t.equal(await users.verify('bob@hub.test', password), undefined, 'disabled')
  t.equal(await users.verify(cid.email, ''), undefined, 'without a password')
  t.equal(await users.verify('nobody@hub.test', password), undefined)
  await users.enable(bob.id)
  t.match(await users.verify('bob@hub.test', password), { id: bob.id })
})

t.test('an unknown address takes as long as a wrong password', async (t) => {
  await users.add({ email: 'ann@hub.test', name: 'Ann', role: 'admin', password })
  const times: Record<string, number[]> = { 'ann@hub.test': [], 'nobody@hub.test': [] }
  for (let round = 0; round < 8; round++)
    for (const [email, list] of Object.entries(times)) {
      const start = performance.now()
      await users.verify(email, 'wrong password here')
      list.push(performance.now() - start)
    }
  // The fastest of several: the load of the machine only ever adds.
  const [known = 0, unknown = 0] = Object.values(times).map((list) => Math.min(...list))
  t.ok(unknown > known / 2 && known > unknown / 2, `known ${known.toFixed(1)} ms, unknown ${unknown.toFixed(1)} ms`)
})

t.test('a new password ends the sessions', async (t) => {
  const ann = await users.add({ email: 'ann@hub.test', name: 'Ann', role: 'admin', password })
  const token = await sessions.start(ann.id)
  await t.rejects(users.resetPassword(ann.id, 'short'), /too short/)
  t.ok(await sessions.find(token), 'a refused one changes nothing')
  await users.resetPassword(ann.id, 'another horse battery')
  t.equal(await sessions.find(token), undefined)
  t.equal(await users.verify(ann.email, password), undefined)
  t.ok(await users.verify(ann.email, 'another horse battery'))
  await t.rejects(users.resetPassword(999_999, password), /no such user/)
})

t.test('the last admin stays, also when two leave at once', async (t) => {
  const ann = await users.add({ email: 'ann@hub.test', name: 'Ann', role: 'admin' })
  await users.add({ email: 'bob@hub.test', name: 'Bob', role: 'manager' })
  await t.rejects(users.disable(ann.id), /last admin/)
  await t.rejects(users.setRole(ann.id, 'manager'), /last admin/)
  t.match(await users.get(ann.id), { role: 'admin', disabled: false })

  const cid = await users.add({ email: 'cid@hub.test', name: 'Cid', role: 'admin' })
  const results = await Promise.allSettled([users.disable(ann.id), users.setRole(cid.id, 'reader')])
  t.same(results.map((result) => result.status).sort(), ['fulfilled', 'rejected'])
  t.ok(await users.hasAdmin())
})

t.test('a hub without an admin can still get one', async (t) => {
  const bob = await users.add({ email: 'bob@hub.test', name: 'Bob', role: 'manager' })
  await users.setRole(bob.id, 'reader')
  await users.setRole(bob.id, 'admin')
  t.ok(await users.hasAdmin())
})
