/** What the kit finds in a manifest and in `check`: the toy connector, broken in one point at a time. */
import t from 'tap'
import type { Connector } from '../../../core/connector/contract.ts'
import { breaks, having } from './toy/broken.ts'
import { get } from './toy/client.ts'
import { toy } from './toy/connector.ts'

type Cases = Record<string, [connector: Connector, rules: string[], detail?: RegExp]>

const { properties } = toy.settings

const manifest: Cases = {
  'a secret that is not marked': [
    having({ settings: { ...toy.settings, properties: { ...properties, key: { type: 'string', title: 'Key' } } } }),
    ['settings.secrets'],
    /key is named like a secret/,
  ],
  'a secret that only its title gives away': [
    having({
      settings: {
        ...toy.settings,
        properties: { ...properties, board: { ...properties.board, title: 'Board password' } },
      },
    }),
    ['settings.secrets'],
    /board is titled/,
  ],
  'a misspelt name': [Object.assign(having({}), { webhook: {} }), ['manifest.shape'], /connector\.webhook is no name/],
  'an example that does not fit': [
    having({
      settings: {
        ...toy.settings,
        properties: { ...properties, url: { ...properties.url, examples: ['toy.example'] } },
      },
    }),
    ['settings.schema'],
    /the example "toy.example" of url/,
  ],
  'a host with its scheme': [
    having({ hosts: ({ url }) => [new URL(url).host, 'https://toy.example'] }),
    ['settings.hosts'],
    /names "https:\/\/toy.example": write a host/,
  ],
  'a host for this case only': [
    having({ hosts: ({ url }) => (url.includes('127.0.0.1') ? [new URL(url).host] : []) }),
    ['settings.hosts'],
    /names no host for \{"url":"https:\/\/toy.example"\}/,
  ],
  'choices without labels': [
    having({ choices: async () => [{ value: '1', label: '' }] }),
    ['settings.choices'],
    /without value or label/,
  ],
  'a class instead of an object': [
    Object.assign(Object.create({ inherited: true }), toy),
    ['manifest.shape'],
    /plain object/,
  ],
}

const check: Cases = {
  'an account that changes': [
    having({ check: async (ctx) => ({ ...(await toy.check(ctx)), account: String(Math.random()) }) }),
    ['check.right'],
    /names the account "0\.\d+" and then/,
  ],
  'a line left out': [
    having({ check: async (ctx) => ({ account: 'x', permissions: (await toy.check(ctx)).permissions.slice(1) }) }),
    ['check.right', 'check.limited'],
    /no line for permission companies/,
  ],
  'wrong credentials called a wrong setting': [
    having({
      signIn: (ctx) =>
        toy.signIn(ctx).catch((error) => {
          throw error.kind === 'auth' ? ctx.error('config', 'Wrong key.') : error
        }),
    }),
    ['check.wrong'],
    /kind config .* it should be auth/,
  ],
  'rights it does not look at': [
    having({
      check: async (ctx) => ({
        account: String((await get(ctx, 'me')).account),
        permissions: toy.permissions.map(({ id }) => ({ permission: id, state: 'ok', message: '' })),
      }),
    }),
    ['check.limited'],
    /configurations: ok, write: ok; these rights are missing/,
  ],
  'a dead host taken for wrong credentials': [
    having({
      check: (ctx) =>
        toy.check(ctx).catch((error) => {
          ctx.signal.throwIfAborted()
          throw ctx.error('auth', 'Could not sign in.', error.message)
        }),
    }),
    ['check.unreachable'],
    /nobody at the address fails with kind auth/,
  ],
  'a check that answers although it was stopped': [
    having({
      check: (ctx) =>
        toy.check(ctx).catch((error) => {
          if (ctx.signal.aborted) return { account: 'toy-account', permissions: [] }
          throw error
        }),
    }),
    ['check.stops'],
    /as if all were well/,
  ],
}

for (const [group, cases] of Object.entries({ manifest, check })) {
  // One battery at a time.
  await t.test(group, async (t) => {
    for (const [name, [connector, rules, detail]] of Object.entries(cases)) {
      await t.test(name, (t) => breaks(t, connector, rules, detail))
    }
  })
}
