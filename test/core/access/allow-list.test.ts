import t from 'tap'
import { AllowList, trustedProxies } from '../../../core/access/allow-list.ts'

const list = (...entries: string[]) => new AllowList('TRIBUTARY_ALLOWED_CLIENTS', entries)

t.test('an empty list permits everybody', async (t) => {
  t.ok(list().permits('203.0.113.9'))
  t.ok(list().permits(undefined))
})

t.test('addresses and ranges', async (t) => {
  const some = list('10.0.0.0/8', '192.0.2.7', '2001:db8::/32', '::ffff:198.51.100.0/120')
  for (const address of ['10.9.8.7', '192.0.2.7', '2001:db8::1', '::ffff:10.1.1.1', '::ffff:a01:101', '198.51.100.3'])
    t.ok(some.permits(address), address)
  for (const address of [
    '11.0.0.1',
    '192.0.2.8',
    '2001:db9::1',
    '::ffff:11.0.0.1',
    '::1',
    '',
    'garbage',
    '10.0.0.1, 9.9.9.9',
  ])
    t.notOk(some.permits(address), address)
  t.notOk(some.permits(undefined), 'an unknown address is none of them')
})

t.test('an IPv6 range does not take in IPv4 addresses, nor the reverse', async (t) => {
  t.notOk(list('::/0').permits('10.0.0.1'))
  t.notOk(list('0.0.0.0/0').permits('2001:db8::1'))
  t.ok(list('0.0.0.0/0', '::/0').permits('2001:db8::1'))
})

t.test('a list that cannot be read stops the start', async (t) => {
  for (const entry of [
    'true',
    '1',
    '10',
    'localhost',
    '10.0.0.0/33',
    '10.0.0',
    '0x0a000001',
    '010.0.0.1.2',
    '',
    'fe80::/129',
  ])
    t.throws(() => list(entry), /TRIBUTARY_ALLOWED_CLIENTS: .* is no address/, entry)
})

t.test('trusted proxies: a list or nothing; never everybody, never a number', async (t) => {
  t.equal(trustedProxies('P', []), false)
  t.same(trustedProxies('P', ['10.0.0.0/8', '::1']), ['10.0.0.0/8', '::1'])
  for (const entry of ['true', '1', '2']) t.throws(() => trustedProxies('P', [entry]), /P: .* is no address/)
  for (const entry of ['0.0.0.0/0', '::/0']) t.throws(() => trustedProxies('P', [entry]), /believe everybody/)
})
