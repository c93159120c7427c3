/** Webhooks: registered once, verified on the raw bytes, and never more than a hint. */
import type { Settings, WebhookDelivery, WebhookSource } from '../../connector/contract.ts'
import type { SimulatedDelivery } from '../../connector/simulator.ts'
import type { Lab } from '../lab.ts'
import { some } from '../reading.ts'
import { messageOf, NotApplicable, type Rule, type Subject } from '../subject.ts'

const ours = 'https://hub.example/hooks/kit-0a1b2c3d'
const theirs = 'https://elsewhere.example/hooks/other'

interface Scene {
  readonly lab: Lab
  readonly source: WebhookSource<Settings>
  register(url: string): Promise<readonly string[]>
  unregister(url: string): Promise<void>
  /** What would be sent now, to any url, about a record of each stream. */
  deliveries(): readonly { readonly delivery: SimulatedDelivery; readonly stream: string; readonly sourceId: string }[]
}

async function scene(subject: Subject): Promise<Scene> {
  const source = subject.source().webhooks
  if (source === undefined) throw new NotApplicable('no webhooks')
  const lab = await subject.open()
  const { simulator } = lab
  if (simulator.deliveries === undefined)
    throw new Error('the simulator has no deliveries(): without them webhooks are untested.')
  const { register, unregister } = source
  if (register === undefined && simulator.enterWebhook === undefined)
    throw new Error('webhooks are set up by hand, and the simulator has no enterWebhook(): they are untested.')
  return {
    lab,
    source,
    register: async (url) => {
      if (register) return lab.call('webhooks.register', (ctx) => register(ctx, url))
      simulator.enterWebhook?.(url)
      return []
    },
    unregister: async (url) => {
      if (unregister) await lab.call('webhooks.unregister', (ctx) => unregister(ctx, url))
    },
    deliveries: () =>
      source.streams.flatMap((stream) => {
        const [sourceId] = simulator.expected(stream)
        if (sourceId === undefined) return []
        return (simulator.deliveries?.(stream, sourceId, 'updated') ?? []).map((delivery) => ({
          delivery,
          stream,
          sourceId,
        }))
      }),
  }
}

function received({ url, headers, body }: SimulatedDelivery): WebhookDelivery {
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])
  return {
    raw: Buffer.from(body),
    headers: Object.fromEntries(lower),
    query: Object.fromEntries(new URL(url).searchParams),
  }
}

const register: Rule = {
  id: 'webhooks.register',
  promise: 'Registering twice is registering once, and other registrations are left alone.',
  async run(subject) {
    const { register, unregister, deliveries, source } = await scene(subject)
    if (source.register === undefined) throw new NotApplicable('webhooks are set up by hand')
    await register(theirs)
    const foreign = deliveries().length
    const ids = await register(ours)
    const once = deliveries()
    const mine = once.length - foreign
    if (mine === 0) throw new Error('after register() nothing is delivered.')
    const silent = source.streams.filter(
      (name) => !once.some(({ stream, delivery }) => stream === name && delivery.url.startsWith(ours)),
    )
    if (silent.length > 0) throw new Error(`after register() no change of ${some(silent)} is delivered.`)
    const again = await register(ours)
    if (JSON.stringify([...again].sort()) !== JSON.stringify([...ids].sort()))
      throw new Error('register() called twice answers other ids: look first for what is registered already.')
    if (deliveries().length !== once.length) throw new Error('register() called twice registers twice.')
    await unregister(ours)
    if (deliveries().some(({ delivery }) => delivery.url.startsWith(ours)))
      throw new Error('after unregister() deliveries still come.')
    if (deliveries().length !== foreign) throw new Error('unregister() removes registrations that point elsewhere.')
    await unregister(ours)
  },
}

type Parts = Readonly<Record<string, string>>

/** Headers and query values without which a delivery is not believed. */
interface Proofs {
  readonly headers: readonly string[]
  readonly query: readonly string[]
}

async function proofsOf(
  good: WebhookDelivery,
  verified: (delivery: WebhookDelivery) => Promise<boolean>,
): Promise<Proofs> {
  const needed = async (parts: Parts, made: (rest: Parts) => WebhookDelivery) => {
    const names: string[] = []
    for (const name of Object.keys(parts)) {
      const { [name]: _left, ...rest } = parts
      if (!(await verified(made(rest)).catch(() => false))) names.push(name)
    }
    return names
  }
  return {
    headers: await needed(good.headers, (headers) => ({ ...good, headers })),
    query: await needed(good.query, (query) => ({ ...good, query })),
  }
}

function* forgedValues(name: string, value: string): Generator<readonly [how: string, value: string]> {
  const last = value.at(-1) === 'A' ? 'B' : 'A'
  yield [`with an empty ${name}`, '']
  yield [`with a shorter ${name}`, value.slice(0, Math.floor(value.length / 2))]
  yield [`with a longer ${name}`, value + value]
  yield [`with another ${name} of the same length`, `${value[0] === 'x' ? 'y' : 'x'}${value.slice(1, -1)}${last}`]
}

/** Deliveries nobody genuine sent; `signed` = the vendor signs the body. */
function* forgeries(
  good: WebhookDelivery,
  proofs: Proofs,
  signed: boolean,
): Generator<readonly [string, WebhookDelivery]> {
  yield ['without headers and query', { ...good, headers: {}, query: {} }]
  for (const name of proofs.headers) {
    for (const [how, value] of forgedValues(name, good.headers[name] ?? ''))
      yield [how, { ...good, headers: { ...good.headers, [name]: value } }]
  }
  for (const name of proofs.query) {
    for (const [how, value] of forgedValues(name, good.query[name] ?? ''))
      yield [how, { ...good, query: { ...good.query, [name]: value } }]
  }
  if (!signed) return
  const text = Buffer.from(good.raw).toString()
  yield ['with an empty body', { ...good, raw: Buffer.alloc(0) }]
  yield ['with one more byte', { ...good, raw: Buffer.from(`${text} `) }]
  yield ['with a body that is no JSON', { ...good, raw: Buffer.from('{"a":') }]
  yield ['with a body that is no text', { ...good, raw: Buffer.from([0xff, 0xfe, 0x00, 0x80]) }]
  yield ['over the same JSON written anew', { ...good, raw: Buffer.from(reserialised(text)) }]
}

function reserialised(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 1)
  } catch {
    return `${text}\n`
  }
}

/** A vendor that only sends a token proves nothing about the body; then the proof is the same for every body. */
function isSigned(deliveries: readonly WebhookDelivery[], { headers, query }: Proofs): boolean {
  const proofs = deliveries.map((one) =>
    JSON.stringify([headers.map((name) => one.headers[name]), query.map((name) => one.query[name])]),
  )
  return new Set(proofs).size > 1
}

const verify: Rule = {
  id: 'webhooks.verify',
  promise:
    'Only what the vendor signed is believed: not unsigned, not forged, not altered by a byte, not written anew.',
  async run(subject) {
    const { lab, source, register, deliveries } = await scene(subject)
    await register(ours)
    const verified = (delivery: WebhookDelivery, settings = lab.settings) =>
      lab.call('webhooks.verify', (ctx) => source.verify(ctx, delivery), lab.context(settings))
    const genuine = deliveries().map(({ delivery }) => received(delivery))
    const [good] = genuine
    if (good === undefined) throw new Error('after register() nothing is delivered.')
    for (const delivery of genuine) {
      if ((await verified(delivery)) !== true) throw new Error('verify() refuses a genuine delivery.')
    }
    const proofs = await proofsOf(good, verified)
    if (source.register === undefined && proofs.headers.length + proofs.query.length === 0) {
      // The address is the proof, and the hub has looked at it; what the vendor could not have sent is still refused.
      if (await verified({ ...good, raw: Buffer.from('{"a":') })) throw new Error('verify() believes what is no JSON.')
      return
    }
    for (const [how, forged] of forgeries(good, proofs, isSigned(genuine, proofs))) {
      const answer = await verified(forged).catch((error: unknown) => {
        throw new Error(`verify() throws "${messageOf(error)}" for a delivery ${how}: answer false.`)
      })
      if (answer !== false) throw new Error(`verify() believes a delivery ${how}.`)
    }
    const { properties, required } = subject.connector.settings
    for (const [name, field] of Object.entries(properties)) {
      if (!field.secret || required.includes(name) || lab.settings[name] === undefined) continue
      const { [name]: _secret, ...without } = lab.settings
      const open = await verified({ ...good, headers: {}, query: {} }, without).catch(() => false)
      if (open)
        throw new Error(`verify() believes everything when ${name} is not set: without a secret nothing is genuine.`)
    }
  },
}

const touched: Rule = {
  id: 'webhooks.touched',
  promise: '`touched` names the record to read again, and the delivery, so that a repeated one counts once.',
  async run(subject) {
    const { source, register, deliveries, lab } = await scene(subject)
    await register(ours)
    const ids = new Map<string, string>()
    for (const { delivery, stream, sourceId } of deliveries()) {
      const { id, hints } = source.touched(received(delivery))
      if (!hints.some((hint) => hint.stream === stream && hint.sourceId === sourceId))
        throw new Error(`touched() does not name record ${sourceId} of ${stream}, but ${JSON.stringify(hints)}.`)
      if (id === undefined) continue
      if (source.touched(received(delivery)).id !== id)
        throw new Error('touched() names the same delivery differently the second time.')
      if (ids.has(id))
        throw new Error(`touched() gives two deliveries the id ${id}: the second would be taken for a repetition.`)
      ids.set(id, delivery.body)
    }
    for (const stream of source.streams) {
      const [sourceId] = lab.simulator.expected(stream)
      for (const action of ['added', 'deleted'] as const) {
        const [delivery] = sourceId === undefined ? [] : (lab.simulator.deliveries?.(stream, sourceId, action) ?? [])
        if (delivery === undefined) continue
        if (!source.touched(received(delivery)).hints.some((hint) => hint.sourceId === sourceId))
          throw new Error(`touched() does not name a record of ${stream} that was ${action}.`)
      }
    }
  },
}

export const webhookRules: readonly Rule[] = [register, verify, touched]
