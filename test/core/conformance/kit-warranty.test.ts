/** What the kit finds in look-ups of warranties. */
import t from 'tap'
import { conform } from '../../../core/conformance/kit.ts'
import type { Settings, WarrantyAnswer, WarrantyConnector } from '../../../core/connector/contract.ts'
import { ConnectorError } from '../../../core/connector/errors.ts'
import { isRow } from '../../../core/connector/parse.ts'
import type { SimulatorModule } from '../../../core/connector/simulator.ts'
import { toy } from './toy/connector.ts'
import * as simulator from './toy/simulator.ts'

/** Answers `GET /warranty/{serial}` for the Dells of the world. */
const makerSimulator: SimulatorModule = {
  simulate: (world) => {
    const good = simulator.simulate(world)
    return {
      ...good,
      answer: (request) => {
        const serial = decodeURIComponent(/^\/warranty\/(.+)$/.exec(request.path)?.[1] ?? '')
        if (!serial || !request.headers.authorization) return good.answer(request)
        const device = [...world.configurations.after(0)].find(
          (row) => row.serialNumber?.trim().toUpperCase() === serial,
        )
        return device
          ? { status: 200, body: { bought: device.purchaseDate, ends: device.warrantyExpiration } }
          : { status: 404, body: {} }
      },
    }
  },
}

const {
  streams: _streams,
  tickets: _tickets,
  writeBack: _writeBack,
  webhooks: _webhooks,
  filters: _filters,
  choices: _choices,
  ...base
} = toy
const { board: _board, ...fields } = base.settings.properties

async function* lookup(
  ctx: Parameters<WarrantyConnector<Settings>['lookup']>[0],
  devices: Parameters<WarrantyConnector<Settings>['lookup']>[1],
): AsyncGenerator<WarrantyAnswer> {
  for (const device of devices) {
    const common = { device, grade: 'official' } as const
    try {
      const { body } = await ctx.http.request({ url: `warranty/${encodeURIComponent(device.serialNumber)}` })
      if (!isRow(body) || !('ends' in body)) throw ctx.error('vendor', 'Toy answered something else than a warranty.')
      const day = (value: unknown) => (typeof value === 'string' ? value : null)
      yield {
        ...common,
        outcome: 'found',
        purchaseDate: day(body.bought),
        entitlements: [{ name: 'Standard', kind: 'warranty', endsOn: day(body.ends) }],
      }
    } catch (error) {
      if (!(error instanceof ConnectorError) || error.kind !== 'not-found') throw error
      yield { ...common, outcome: 'not-found' }
    }
  }
}

// The settings of the toy; the kit treats connectors whatever their settings are.
const maker = {
  ...base,
  settings: { ...base.settings, properties: fields },
  kind: 'warranty',
  makers: ['Dell'],
  lookup,
} as unknown as WarrantyConnector<Settings>

await t.test('warranties', async (t) => {
  await t.test('the good one passes', async (t) => {
    const { rules } = await conform(maker, makerSimulator)
    t.same(
      rules.filter(({ outcome }) => outcome === 'fail'),
      [],
    )
    t.same(
      rules.filter(({ id }) => id.startsWith('warranty')).map(({ outcome }) => outcome),
      ['pass', 'pass', 'pass'],
    )
  })
  const broken: Record<string, [WarrantyConnector<Settings>['lookup'], string, RegExp]> = {
    'a device left out': [
      async function* (ctx, devices) {
        yield* lookup(ctx, devices.slice(1))
      },
      'warranty.answers',
      /gets no answer: yield one for every device/,
    ],
    'trouble taken for "not found"': [
      async function* (ctx, devices) {
        for (const device of devices) {
          try {
            yield* lookup(ctx, [device])
          } catch {
            ctx.signal.throwIfAborted()
            yield { device, grade: 'official', outcome: 'not-found' }
          }
        }
      },
      'warranty.errors',
      /403 at GET .* is answered "not-found" instead of error/,
    ],
    'an instant instead of a day': [
      async function* (ctx, devices) {
        for await (const answer of lookup(ctx, devices))
          yield { ...answer, ...(answer.purchaseDate ? { purchaseDate: `${answer.purchaseDate}T00:00:00Z` } : {}) }
      },
      'warranty.answers',
      /is no day, YYYY-MM-DD/,
    ],
    'a look-up that answers although it was stopped': [
      async function* (ctx, devices) {
        try {
          yield* lookup(ctx, devices)
        } catch (error) {
          if (!ctx.signal.aborted) throw error
          yield {
            device: devices[0] ?? { serialNumber: '', manufacturer: '' },
            grade: 'official',
            outcome: 'not-found',
          }
        }
      },
      'warranty.stops',
      /as if all were well/,
    ],
  }
  for (const [name, [other, rule, detail]] of Object.entries(broken)) {
    await t.test(name, async (t) => {
      const { rules } = await conform({ ...maker, lookup: other }, makerSimulator, { only: ['warranty'] })
      const failed = rules.filter(({ outcome }) => outcome === 'fail')
      t.same(
        failed.map(({ id }) => id),
        [rule],
        failed.map(({ detail }) => detail).join('\n'),
      )
      t.match(failed[0]?.detail ?? '', detail)
    })
  }
})
