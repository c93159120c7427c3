import { randomBytes } from 'node:crypto'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { findKey } from '../../../core/secrets/key.ts'

t.test('a given key is taken as it is, whatever the database', async (t) => {
  const key = randomBytes(32)
  t.same(await findKey({ key, databaseUrl: 'postgres://db/hub', dataDir: '/nowhere' }), { key })
})

t.test('a database of the operator without a key is refused with the way out', async (t) => {
  const refused = findKey({ databaseUrl: 'postgres://someone:hunter2@db/hub', dataDir: t.testdir() })
  await t.rejects(refused, /TRIBUTARY_KEY is not set.*openssl rand -hex 32/)
  await t.rejects(refused, { message: /^((?!hunter2).)*$/ }, 'the message does not repeat the URL')
})

t.test('with the embedded PostgreSQL a key is made once, for its owner only, and announced', async (t) => {
  const dataDir = join(t.testdir(), 'data')
  const first = await findKey({ dataDir })
  t.equal(first.key.length, 32)
  t.match(first.notice, /Back it up/)
  t.equal((await stat(join(dataDir, 'key'))).mode & 0o777, 0o600)
  t.same(await findKey({ dataDir }), { key: first.key }, 'the second start takes the same one and says nothing')
})

t.test('two processes that start together agree on one key', async (t) => {
  const dataDir = t.testdir()
  const found = await Promise.all(Array.from({ length: 8 }, () => findKey({ dataDir })))
  t.equal(new Set(found.map(({ key }) => key.toString('hex'))).size, 1)
  t.equal((await readFile(join(dataDir, 'key'), 'utf8')).trim(), found[0]?.key.toString('hex'))
})

t.test('a damaged key file stops the start and is left as it is', async (t) => {
  const dataDir = t.testdir()
  await writeFile(join(dataDir, 'key'), 'abc\n')
  await t.rejects(findKey({ dataDir }), /holds no key.*backup/)
  t.equal(await readFile(join(dataDir, 'key'), 'utf8'), 'abc\n')
})
