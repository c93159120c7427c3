import t from 'tap'
import { checkPassword, hashPassword, verifyPassword } from '../../../core/access/passwords.ts'

t.test('what is accepted', async (t) => {
  t.throws(() => checkPassword('eleven-char', 'a@b.test'), /at least 12/)
  t.doesNotThrow(() => checkPassword('twelve-chars', 'a@b.test'))
  t.doesNotThrow(() => checkPassword('x1y2'.repeat(64), 'a@b.test'), '256 characters')
  t.throws(() => checkPassword(`${'x1y2'.repeat(64)}x`, 'a@b.test'), /at most 256/)
  t.throws(() => checkPassword('aaaaaaaaaaaa', 'a@b.test'), /repeats/)
  t.throws(() => checkPassword('Long.Name@hub.test', 'long.name@HUB.test'), /e-mail/)
})

t.test('argon2id with the parameters OWASP names, a salt of its own each time', async (t) => {
  const [a, b] = [await hashPassword('correct horse battery'), await hashPassword('correct horse battery')]
  t.match(a, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  t.not(a, b)
  t.ok(await verifyPassword(a, 'correct horse battery'))
  t.notOk(await verifyPassword(a, 'correct horse batterY'))
})

t.test('the same letters composed otherwise are the same password', async (t) => {
  t.ok(await verifyPassword(await hashPassword('pässwörd-lang'), 'pässwörd-lang'.normalize('NFD')))
})

t.test('without a stored password nothing matches, not even what the decoy was made from', async (t) => {
  t.notOk(await verifyPassword(null, 'nobody has this password'))
  t.notOk(await verifyPassword(null, ''))
})

t.test('a megabyte is not hashed', async (t) => {
  const stored = await hashPassword('correct horse battery')
  t.notOk(await verifyPassword(stored, 'x'.repeat(1_000_000)))
})
