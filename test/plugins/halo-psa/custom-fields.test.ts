/** Custom fields where lists carry none of them, or one that is gone. */
import t from 'tap'
import { haloPsa } from '../../../plugins/halo-psa/connector.ts'
import { simulated } from './simulated.ts'

const size = { companies: 5, contacts: 120, configurations: 60, tickets: 1 }
const sparse = { sparseLists: true }
const chosen = { contacts: ['300', '301'], configurations: ['400', '404', 'field:os build'] } as const

t.test('they are offered and come the same, whether lists carry them or not', async (t) => {
  const [full, bare] = [await simulated(t, size), await simulated(t, size, sparse)]
  for (const stream of ['contacts', 'configurations'] as const) {
    const offered = async ({ context }: typeof full) => haloPsa.streams[stream]?.customFields?.(context())
    t.same(await offered(bare), await offered(full))
    const values = async ({ records }: typeof full) =>
      new Map((await records(stream, { customFields: chosen[stream] })).map((one) => [one.sourceId, one.customFields]))
    t.same(await values(bare), await values(full))
  }
  t.equal(full.server.requests.filter(({ path }) => /Users.\d/.test(path)).length, 5, 'those that showed what there is')
})

t.test('the job title from a field that lists do not carry', async (t) => {
  const { records, settings, world } = await simulated(t, size, sparse)
  for (const { sourceId, title } of await records('contacts', {}, settings({ jobTitleField: '301' })))
    t.equal(title, world.contacts.get(Number(sourceId))?.customFields.department ?? null)
})

t.test('a chosen field that Halo no longer has costs no request for every contact', async (t) => {
  for (const quirks of [sparse, {}]) {
    const { records, server } = await simulated(t, size, quirks)
    const before = server.requests.length
    const found = await records('contacts', { customFields: ['999'] })
    t.ok(found.every(({ customFields }) => Object.keys(customFields ?? {}).length === 0))
    t.ok(server.requests.length - before < 15, `${server.requests.length - before} requests`)
  }
})

t.test('without its detail an asset keeps what is known of its custom fields', async (t) => {
  const { records } = await simulated(t, { ...size, configurations: 410 }, sparse)
  for (const { customFields } of await records('configurations', { customFields: chosen.configurations }))
    t.equal(customFields, undefined)
  const asset = await records('configurations', { customFields: ['field:os build'] })
  t.ok(
    asset.some(({ customFields }) => customFields?.['field:os build']),
    'asset fields come with the list',
  )
})
