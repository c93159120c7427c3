/** The database alone gives no secret away, and the vault notices a wrong key and any change to its rows. */
import { randomBytes } from 'node:crypto'
import t from 'tap'
import { Audit } from '../../core/access/audit.ts'
import { OneTimeLinks } from '../../core/access/one-time-links.ts'
import { Sessions } from '../../core/access/sessions.ts'
import { Users } from '../../core/access/users.ts'
import { keyId } from '../../core/secrets/cipher.ts'
import { Vault } from '../../core/secrets/vault.ts'
import { testDatabase } from '../database.ts'
import { dump, formsOf } from './dump.ts'

const database = await testDatabase(t)
const key = randomBytes(32)
const vault = new Vault(database, key)
await vault.open()

async function connection(): Promise<number> {
  const row = await database.row<{ id: number }>(
    `insert into connections (connector, kind, name, settings)
     values ('acme', 'documentation', gen_random_uuid()::text, '{}') returning id`,
  )
  return row?.id ?? 0
}

t.beforeEach(() => database.run('delete from connection_secrets'))

t.test('nothing planted appears in a dump of all tables', async (t) => {
  const planted = ['pl4nted/api+key "quoted"', 'pl4nted-refresh-token', 'pl4nted-webhook-secret', 'pl4nted-p4ssw0rd']
  const [apiKey = '', refreshToken = '', webhookSecret = '', password = ''] = planted
  const id = await connection()
  await vault.write(id, { apiKey, refreshToken, 'webhook-token': webhookSecret })

  const users = new Users(database)
  const admin = await users.add({ email: 'admin@hub.test', name: 'Admin', role: 'admin', password })
  const links = new OneTimeLinks(database, users)
  const session = await new Sessions(database).start(admin.id)
  const link = await links.setPassword(admin.id)
  await new Audit(database).record({ actor: admin, action: 'test', detail: { apiKey, newPassword: password } })

  const text = await dump(database)
  t.match(text, 'connection_secrets', 'the dump holds the rows')
  t.match(text, 'admin@hub.test')
  for (const secret of [...planted, session, link, key.toString('hex'), key.toString('base64')])
    for (const form of formsOf(secret)) t.notOk(text.includes(form), `not in the dump: ${form.slice(0, 12)}…`)
})

t.test('a wrong key is refused, naming the expected and the given one', async (t) => {
  const wrong = randomBytes(32)
  const refused = new Vault(database, wrong).open()
  await t.rejects(refused, new RegExp(`need the key ${keyId(key)}, but TRIBUTARY_KEY is the key ${keyId(wrong)}`))
  await t.rejects(refused, { message: /^((?!undefined).)*$/ })
  await t.rejects(new Vault(database, wrong).write(await connection(), { apiKey: 'x' }), /was changed/)
  await t.resolves(vault.open())
})

t.test('every flipped bit is noticed, in the ciphertext, its tag and the nonce', async (t) => {
  const id = await connection()
  await vault.write(id, { apiKey: 'value' })
  const flip = (column: string, index: number) =>
    database.run(
      `update connection_secrets set ${column} = set_byte(${column}, ${index}, get_byte(${column}, ${index}) # 1)`,
    )
  for (const [column, length] of [
    ['ciphertext', 'value'.length + 16],
    ['nonce', 12],
  ] as const)
    for (let index = 0; index < length; index++) {
      await flip(column, index)
      await t.rejects(vault.read(id), /apiKey of connection \d+ cannot be decrypted/, `${column} byte ${index}`)
      await flip(column, index)
    }
  t.same(await vault.read(id), { apiKey: 'value' })
  await database.run("update connection_secrets set ciphertext = ''")
  await t.rejects(vault.read(id), /cannot be decrypted/)
})

t.test('ciphertexts exchanged between fields or connections do not open', async (t) => {
  const [a, b] = [await connection(), await connection()]
  await vault.write(a, { user: 'u', password: 'p' })
  await vault.write(b, { user: 'other' })
  const swap = (where: string) =>
    database.run(
      `update connection_secrets x set nonce = y.nonce, ciphertext = y.ciphertext from connection_secrets y
       where (x.connection_id, x.field) <> (y.connection_id, y.field) and ${where}`,
      [a],
    )
  await swap('x.connection_id = $1 and y.connection_id = $1')
  await t.rejects(vault.read(a), /cannot be decrypted/)
  await swap('x.connection_id = $1 and y.connection_id = $1')
  t.same(await vault.read(a), { user: 'u', password: 'p' }, 'exchanged back they open')
  await swap("$1 in (x.connection_id, y.connection_id) and x.field = 'user' and y.field = 'user'")
  await t.rejects(vault.read(a), /user of connection/)
  await t.rejects(vault.read(b), /user of connection/)
})

t.test('a rotation interrupted half-way', async (t) => {
  const next = randomBytes(32)
  const ids = [await connection(), await connection()]
  for (const id of ids) await vault.write(id, { one: `one ${id}`, two: `two ${id}`, three: `three ${id}` })
  const expected = await Promise.all(ids.map((id) => vault.read(id)))
  const both = new Vault(database, next, key)

  await t.rejects(new Vault(database, next).rotate(), /TRIBUTARY_PREVIOUS_KEY/, 'not without the previous key')

  // The row of the second connection cannot be decrypted: the rotation stops there.
  const damage = (index: number) =>
    database.run(
      `update connection_secrets set ciphertext = set_byte(ciphertext, 0, get_byte(ciphertext, 0) # 255)
       where connection_id = $1 and field = 'three'`,
      [ids[index]],
    )
  await damage(1)
  await t.rejects(both.rotate(), /three of connection/)
  await damage(1)
  const keys = await database.rows<{ key_id: string }>('select distinct key_id from connection_secrets')
  t.same(new Set(keys.map((row) => row.key_id)), new Set([keyId(key), keyId(next)]), 'rows under both keys')

  await t.resolves(both.open())
  t.same(await Promise.all(ids.map((id) => both.read(id))), expected, 'with both keys everything is readable')
  await t.rejects(new Vault(database, key).open(), new RegExp(`need the key ${keyId(next)}`))
  await t.rejects(new Vault(database, next).open(), new RegExp(`need the key ${keyId(key)}`))

  await vault.write(ids[0] ?? 0, { late: 'written by a process that still has the previous key' })
  t.equal(await both.rotate(), 3, 'the second run moves only what is left')
  const after = new Vault(database, next)
  await t.resolves(after.open())
  t.same(await after.read(ids[1] ?? 0), expected[1])
  t.same(await after.read(ids[0] ?? 0), {
    ...expected[0],
    late: 'written by a process that still has the previous key',
  })
  await t.rejects(vault.write(ids[0] ?? 0, { one: 'x' }), /was changed while/, 'the previous key writes no more')
  await t.rejects(vault.open(), new RegExp(`need the key ${keyId(next)}`))
  t.equal(await after.rotate(), 0, 'nothing left to do')
})
