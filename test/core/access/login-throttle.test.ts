import sinon from 'sinon'
import t from 'tap'
import { LoginThrottle } from '../../../core/access/login-throttle.ts'

const clock = sinon.useFakeTimers({ now: Date.UTC(2026, 0, 1), toFake: ['Date'] })
t.teardown(() => clock.restore())

function tryTimes(
  throttle: LoginThrottle,
  times: number,
  account: string | ((n: number) => string),
  address = '192.0.2.1',
) {
  return Array.from({ length: times }, (_, n) =>
    throttle.attempt(typeof account === 'string' ? account : account(n), address),
  )
}

t.test('five attempts are free, then the wait doubles', async (t) => {
  const throttle = new LoginThrottle()
  t.same(tryTimes(throttle, 6, 'ann@hub.test'), [0, 0, 0, 0, 0, 1])
  const waits: number[] = []
  for (let round = 0; round < 14; round++) {
    const wait = throttle.attempt('ann@hub.test', '192.0.2.1')
    waits.push(wait)
    clock.tick(wait * 1000)
    t.equal(throttle.attempt('ANN@hub.test ', '192.0.2.1'), 0, 'after the wait it may be tried')
  }
  t.same(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900])
})

t.test('a refused attempt does not make the wait longer', async (t) => {
  const throttle = new LoginThrottle()
  tryTimes(throttle, 7, 'ann@hub.test')
  t.same(tryTimes(throttle, 50, 'ann@hub.test'), Array(50).fill(1))
})

t.test('nobody locks out somebody who comes from elsewhere', async (t) => {
  const throttle = new LoginThrottle()
  tryTimes(throttle, 20, 'ann@hub.test')
  t.equal(throttle.attempt('ann@hub.test', '192.0.2.99'), 0)
  t.equal(throttle.attempt('bob@hub.test', '192.0.2.1'), 0)
})

t.test('many accounts from one address are slowed down too', async (t) => {
  const throttle = new LoginThrottle()
  t.same(
    tryTimes(throttle, 31, (n) => `${n}@hub.test`),
    [...Array(30).fill(0), 1],
  )
})

t.test('an address is its network: IPv6 /64, IPv4-mapped', async (t) => {
  const throttle = new LoginThrottle()
  for (let n = 0; n < 5; n++) throttle.attempt('ann@hub.test', `2001:db8:1:1::${n}`)
  t.equal(throttle.attempt('ann@hub.test', '2001:db8:1:1:ffff::1'), 1)
  t.equal(throttle.attempt('ann@hub.test', '2001:db8:1:2::1'), 0)
  for (let n = 0; n < 5; n++) throttle.attempt('bob@hub.test', '10.0.0.1')
  t.equal(throttle.attempt('bob@hub.test', '::ffff:10.0.0.1'), 1)
})

t.test('the right password forgives', async (t) => {
  const throttle = new LoginThrottle()
  for (let round = 0; round < 100; round++) {
    t.equal(throttle.attempt('ann@hub.test', '192.0.2.1'), 0)
    throttle.succeeded('ann@hub.test', '192.0.2.1')
  }
  tryTimes(throttle, 5, 'ann@hub.test')
  throttle.succeeded('ann@hub.test', '192.0.2.1')
  t.equal(throttle.attempt('ann@hub.test', '192.0.2.1'), 0)
})

t.test('after an hour of rest the count starts anew', async (t) => {
  const throttle = new LoginThrottle()
  tryTimes(throttle, 5, 'ann@hub.test')
  clock.tick(61 * 60 * 1000)
  t.same(tryTimes(throttle, 6, 'ann@hub.test'), [0, 0, 0, 0, 0, 1])
})

t.test('memory is bounded', async (t) => {
  const throttle = new LoginThrottle()
  tryTimes(throttle, 5, 'ann@hub.test')
  for (let n = 0; n < 30_000; n++) throttle.attempt(`${n}@hub.test`, `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`)
  t.equal(throttle.attempt('ann@hub.test', '192.0.2.1'), 0, 'the oldest count made room')
  t.same(tryTimes(throttle, 5, '29999@hub.test', '10.0.117.47'), [0, 0, 0, 0, 1], 'the newest is there')
})
