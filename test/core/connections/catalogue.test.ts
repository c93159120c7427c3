import t from 'tap'
import { Catalogue } from '../../../core/connections/catalogue.ts'
import type { Connector } from '../../../core/connector/index.ts'
import { acme, variant, warranties } from './fixture.ts'

/** As a plugin without types would hand it over. */
const loose = (connector: unknown) => connector as Connector

t.test('connectors are found by id and listed by name', (t) => {
  const catalogue = new Catalogue()
  catalogue.host.connectors.add(variant('zeta', 'documentation'))
  catalogue.add(acme())
  catalogue.add(warranties())
  t.equal(catalogue.get('acme')?.name, 'Acme PSA')
  t.equal(catalogue.get('nothing'), undefined)
  t.same(
    catalogue.all().map((connector) => connector.id),
    ['acme', 'maker', 'zeta'],
  )
  t.throws(() => catalogue.add(acme()), /already/)
  t.end()
})

t.test('a manifest that does not fit is refused, and the author is told everything that is wrong', (t) => {
  const { settings, limits } = acme()
  const { url } = settings.properties
  const withFields = (properties: object) => ({
    ...acme(),
    settings: { ...settings, properties: { ...settings.properties, ...properties } },
  })
  const cases: [name: string, connector: unknown, message: RegExp][] = [
    ['nothing', undefined, /must be object/],
    ['another contract', { ...acme(), contract: 2 }, /contract/],
    ['an id with capitals', { ...acme(), id: 'Acme' }, /\/id must match/],
    ['no name', { ...acme(), name: '' }, /\/name/],
    ['an unknown kind', { ...acme(), kind: 'crm' }, /\/kind/],
    ['no streams', { ...acme(), streams: undefined }, /streams/],
    ['an unknown stream', { ...acme(), streams: { invoices: { deletes: 'none', read() {} } } }, /streams/],
    [
      'a stream that cannot be read',
      { ...acme(), streams: { sites: { deletes: 'none' } } },
      /sites\.read must be a function/,
    ],
    ['no makers', { ...warranties(), makers: [] }, /makers/],
    ['no check', { ...acme(), check: undefined }, /check must be a function/],
    ['no concurrency', { ...acme(), limits: { ...limits, concurrency: 0 } }, /concurrency/],
    ['a secret in the open', withFields({ apiKey: url }), /apiKey is named like a secret/],
    ['a misspelt secret', withFields({ pin: { ...url, secrets: true } }), /pin must NOT have additional/],
    [
      'a secret number',
      withFields({ pin: { type: 'integer', title: 'Pin', secret: true } }),
      /pin is secret, so its type/,
    ],
    [
      'a secret with a default',
      withFields({ pin: { type: 'string', title: 'Pin', secret: true, default: '1' } }),
      /no default/,
    ],
    ['a field name with a hyphen', withFields({ 'webhook-token': { ...url, secret: true } }), /property name/],
    ['a field without title', withFields({ other: { type: 'string' } }), /title/],
    ['a broken pattern', withFields({ other: { ...url, pattern: '(' } }), /pattern/],
    ['an unknown required field', { ...acme(), settings: { ...settings, required: ['colour'] } }, /"colour"/],
    ['choices nobody answers', { ...acme(), choices: undefined }, /board offers choices/],
    [
      'a permission twice',
      { ...acme(), permissions: [...acme().permissions, ...acme().permissions] },
      /"read" more than once/,
    ],
  ]
  for (const [name, connector, message] of cases) {
    const catalogue = new Catalogue()
    t.throws(() => catalogue.add(loose(connector)), { message }, name)
    t.same(catalogue.all(), [], name)
  }
  t.end()
})

t.test('a broken plugin is kept with its reason', (t) => {
  const catalogue = new Catalogue()
  catalogue.addBroken('/plugins/broken', new Error('no such module'))
  catalogue.addBroken('odd', 'thrown text')
  t.same(catalogue.broken, [
    { source: '/plugins/broken', message: 'no such module' },
    { source: 'odd', message: 'thrown text' },
  ])
  t.end()
})
