import t from 'tap'
import { syncro } from '../../../plugins/syncro/connector.ts'
import { instead, objectIn, simulated } from './simulated.ts'

const size = { companies: 3, contacts: 3, configurations: 3, tickets: 3 }

t.test('every permission is tried by itself', async (t) => {
  const one = await simulated(t, size)
  const { account, accountName, permissions } = await syncro.check(one.context())
  t.equal(account, 'paper-lantern-simulator')
  t.match(accountName, /simulator/i)
  t.strictSame(
    permissions.map(({ permission, state }) => [permission, state]),
    [
      ['customers-list', 'ok'],
      ['customers-view', 'ok'],
      ['assets-list', 'ok'],
      ['assets-view', 'ok'],
      ['assets-edit', 'unknown'],
      ['tickets-list', 'ok'],
      ['tickets-view', 'ok'],
    ],
  )
  t.ok(one.server.requests.every(({ method }) => method === 'GET'))
})

t.test('what is missing is named in the words of Syncro', async (t) => {
  const one = await simulated(t, size)
  const { settings, missing } = one.simulator.limitedSettings(one.server.origin)
  const { permissions } = await syncro.check(one.context({}, settings))
  t.strictSame(
    permissions.filter(({ state }) => state === 'missing').map(({ permission }) => permission),
    missing,
  )
  for (const { permission, state, message } of permissions) {
    if (state === 'missing') t.match(message, syncro.permissions.find(({ id }) => id === permission)?.right ?? '?')
  }
})

t.test('more than needed is warned of', async (t) => {
  const all = { read: true, write: true, delete: true }
  const one = await simulated(
    t,
    size,
    {},
    instead('me', (body) => ({ ...body, permissions: { asset: all, customer: all, ticket: { ...all, write: null } } })),
  )
  const { permissions } = await syncro.check(one.context())
  t.strictSame(
    permissions.filter(({ state }) => state === 'excessive').map(({ permission }) => permission),
    ['customers-list', 'assets-list', 'tickets-list'],
  )
  t.match(permissions[0]?.message, /write, delete/)
  t.match(permissions[0]?.message, /its user/, 'whose rights these are is not certain')
})

t.test('rights that have nothing to do with the hub', async (t) => {
  const one = await simulated(
    t,
    size,
    {},
    instead('me', (body) => ({
      ...body,
      permissions: {
        ...objectIn(body, 'permissions'),
        script: { execute: true },
        invoice: { read: true, write: null, delete: false },
        customer: { read: true },
        odd: 'x',
      },
    })),
  )
  const { permissions } = await syncro.check(one.context())
  t.strictSame(
    permissions.filter(({ state }) => state === 'excessive').map(({ permission }) => permission),
    ['customers-list'],
  )
  t.match(permissions[0]?.message, /invoice \(read\), script \(execute\)/)
})

t.test('without a record to open nobody can tell', async (t) => {
  const one = await simulated(t, { companies: 2, contacts: 2, configurations: 0, tickets: 0 })
  const { permissions } = await syncro.check(one.context())
  const unknown = permissions.filter(({ state }) => state === 'unknown').map(({ permission }) => permission)
  t.strictSame(unknown, ['assets-view', 'assets-edit', 'tickets-view'])
})

t.test('an account that tells nothing about rights', async (t) => {
  const one = await simulated(
    t,
    size,
    {},
    instead('me', ({ user_id }) => ({ user_id, permissions: 'odd' })),
  )
  const { account, permissions } = await syncro.check(one.context())
  t.equal(account, new URL(one.server.origin).host)
  t.notOk(permissions.some(({ state }) => state === 'missing'))
  t.strictSame(objectIn({ a: 1 }, 'a'), {})
})
