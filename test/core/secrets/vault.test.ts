import { randomBytes } from 'node:crypto'
import t from 'tap'
import { Vault } from '../../../core/secrets/vault.ts'
import { testDatabase } from '../../database.ts'

const database = await testDatabase(t)
const key = randomBytes(32)
const vault = new Vault(database, key)
await vault.open()

async function connection(name: string): Promise<number> {
  const row = await database.row<{ id: number }>(
    "insert into connections (connector, kind, name, settings) values ('acme', 'documentation', $1, '{}') returning id",
    [name],
  )
  return row?.id ?? 0
}

t.test('what is written is read, per connection', async (t) => {
  const [a, b] = [await connection('a'), await connection('b')]
  const odd = { apiKey: 'pässwörd \u0000 😀', empty: '', __proto__name: 'x' }
  await vault.write(a, odd)
  await vault.write(b, { apiKey: 'other' })
  t.same(await vault.read(a), odd)
  t.same(await vault.read(b), { apiKey: 'other' })
  t.same(await vault.read(999_999), {}, 'an unknown connection has none')
})

t.test('null deletes, fields not named stay', async (t) => {
  const id = await connection('c')
  await vault.write(id, { user: 'u', password: 'p' })
  await vault.write(id, { password: null, token: 't' })
  t.same(await vault.read(id), { user: 'u', token: 't' })
  await vault.write(id, { user: 'u2' })
  t.same(await vault.read(id), { user: 'u2', token: 't' })
})

t.test('a write inside a transaction that fails leaves nothing', async (t) => {
  const id = await connection('d')
  await t.rejects(
    database.transaction(async (sql) => {
      await vault.write(id, { apiKey: 'k' }, sql)
      throw new Error('no')
    }),
    /^no$/,
  )
  t.same(await vault.read(id), {})
})

t.test('the same value looks different each time', async (t) => {
  const id = await connection('e')
  const stored = () => database.row('select nonce, ciphertext from connection_secrets where connection_id = $1', [id])
  await vault.write(id, { apiKey: 'same' })
  const first = await stored()
  await vault.write(id, { apiKey: 'same' })
  t.notSame(await stored(), first)
})

t.test('derived keys differ by purpose and by key, and are stable', async (t) => {
  t.same(vault.derive('cookie'), new Vault(database, key).derive('cookie'))
  t.notSame(vault.derive('cookie'), vault.derive('oidc'))
  t.notSame(vault.derive('cookie'), new Vault(database, randomBytes(32)).derive('cookie'))
  t.equal(vault.derive('cookie').length, 32)
  t.notSame(vault.derive('cookie'), key)
})

t.test('processes that start together agree on one key check', async (t) => {
  await database.run("delete from settings where name = 'vault.key-check'")
  await t.resolves(Promise.all(Array.from({ length: 5 }, () => new Vault(database, key).open())))
})
