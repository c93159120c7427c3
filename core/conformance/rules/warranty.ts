/** Look-ups of warranties. */
import type { Device, WarrantyAnswer } from '../../connector/contract.ts'
import { ConnectorError } from '../../connector/errors.ts'
import type { FaultEffect } from '../faults.ts'
import { abortMs, type Lab } from '../lab.ts'
import { some } from '../reading.ts'
import { listed, messageOf, NotApplicable, type Rule, type Subject } from '../subject.ts'
import { isSame, nameOf, targetsIn } from '../trace.ts'

const mostDevices = 120
const isoDay = /^\d{4}-\d\d-\d\d$/
const unknownDevice = 'KIT0NOSUCHDEVICE'

/** Devices of the connector's makers out of the world, each serial number once. */
function devicesOf(subject: Subject, lab: Lab): readonly Device[] {
  const makers = new Set(subject.warranty().makers.map((maker) => maker.toLowerCase()))
  const devices = new Map<string, Device>()
  for (const { serialNumber, productNumber, manufacturerId } of lab.world.configurations.after(0)) {
    const maker = manufacturerId === null ? undefined : lab.world.manufacturers.get(manufacturerId)?.name
    const serial = serialNumber?.trim().toUpperCase()
    if (!serial || serial.length < 5 || maker === undefined || !isOneOf(maker, makers)) continue
    if (devices.size < mostDevices && !devices.has(serial))
      devices.set(serial, { serialNumber: serial, manufacturer: maker, ...(productNumber ? { productNumber } : {}) })
  }
  if (devices.size === 0) throw new NotApplicable(`no device of ${[...makers].join(' or ')} in the world`)
  return [...devices.values()]
}

/** "Acme" and "Acme Inc." are the same maker. */
function isOneOf(maker: string, makers: ReadonlySet<string>): boolean {
  const name = maker.toLowerCase()
  return [...makers].some((one) => name === one || name.startsWith(`${one} `) || one.startsWith(`${name} `))
}

async function answersFor(
  subject: Subject,
  lab: Lab,
  devices: readonly Device[],
  signal = lab.signal,
): Promise<WarrantyAnswer[]> {
  const connector = subject.warranty()
  return lab.call(
    'lookup',
    async (ctx) => {
      const answers: WarrantyAnswer[] = []
      for await (const answer of connector.lookup(ctx, devices)) answers.push(answer)
      return answers
    },
    lab.context(lab.settings, signal),
  )
}

function bySerial(answers: readonly WarrantyAnswer[]): ReadonlyMap<string, WarrantyAnswer> {
  return new Map(answers.map((answer) => [answer.device.serialNumber, answer]))
}

function problemWith({
  device,
  outcome,
  grade,
  purchaseDate,
  entitlements,
  message,
}: WarrantyAnswer): string | undefined {
  const days = [purchaseDate, ...(entitlements ?? []).flatMap(({ startsOn, endsOn }) => [startsOn, endsOn])]
  const odd = days.find((day) => day !== undefined && day !== null && !isoDay.test(day))
  if (odd !== undefined) return `${device.serialNumber}: "${odd}" is no day, YYYY-MM-DD`
  if (!['official', 'public', 'estimated'].includes(grade)) return `${device.serialNumber}: grade "${grade}"`
  if (outcome === 'found' && entitlements === undefined && !purchaseDate)
    return `${device.serialNumber}: found, but nothing is said of it`
  if (outcome !== 'found' && (purchaseDate || entitlements?.length))
    return `${device.serialNumber}: ${outcome}, and yet it has dates`
  if (outcome === 'error' && !message) return `${device.serialNumber}: an error without a message`
  return undefined
}

const answers: Rule = {
  id: 'warranty.answers',
  promise: 'Each device is answered once, known ones with days, unknown ones as not-found; none asked, none sent.',
  async run(subject) {
    const lab = await subject.open()
    const devices = devicesOf(subject, lab)
    const maker = devices[0]?.manufacturer ?? ''
    const asked = [...devices, { serialNumber: unknownDevice, manufacturer: maker }]
    const got = await answersFor(subject, lab, asked)
    const serials = got.map(({ device }) => device.serialNumber)
    const silent = asked
      .filter(({ serialNumber }) => !serials.includes(serialNumber))
      .map(({ serialNumber }) => serialNumber)
    if (silent.length > 0) throw new Error(`${some(silent)} gets no answer: yield one for every device.`)
    const more = serials.filter(
      (serial, place) =>
        serials.indexOf(serial) !== place || !asked.some(({ serialNumber }) => serialNumber === serial),
    )
    if (more.length > 0)
      throw new Error(`${some(more)} is answered twice or was not asked for: yield the device as it was asked.`)
    const problems = got.flatMap((answer) => problemWith(answer) ?? [])
    if (problems.length > 0) throw new Error(listed(problems))
    if (!got.some(({ outcome }) => outcome === 'found')) throw new Error('no device of the simulator is found.')
    const unknown = bySerial(got).get(unknownDevice)
    if (unknown?.outcome !== 'not-found')
      throw new Error(`a device nobody knows is answered "${unknown?.outcome}" instead of not-found.`)
    const again = await answersFor(subject, lab, asked)
    if (JSON.stringify(again) !== JSON.stringify(got))
      throw new Error('the same devices are answered differently the second time.')
    lab.server.clearLog()
    if ((await answersFor(subject, lab, [])).length > 0 || lab.server.total > 0)
      throw new Error('lookup() of no devices asks the vendor something.')
  },
}

const status = (code: number, body: unknown = { message: 'Simulated by the kit' }): FaultEffect => ({
  kind: 'status',
  status: code,
  body,
})
const troubles: readonly (readonly [name: string, effect: FaultEffect])[] = [
  ['401', status(401)],
  ['403', status(403)],
  ['429', status(429)],
  ['500', status(500)],
  ['502 with an HTML body', status(502, '<html></html>')],
  ['a web page with status 200', status(200, '<html><title>Welcome</title></html>')],
  ['JSON that breaks off', { kind: 'cut' }],
  ['a connection reset', { kind: 'reset' }],
]

const trouble: Rule = {
  id: 'warranty.errors',
  promise:
    'Trouble is told, as an error of the look-up or of the device; it is never "not found" and never an empty answer.',
  async run(subject) {
    const lab = await subject.open({ times: { longestWaitMs: 24 } })
    const devices = devicesOf(subject, lab)
    const before = bySerial(await answersFor(subject, lab, devices))
    lab.server.clearLog()
    await answersFor(subject, lab, devices)
    const targets = targetsIn([...lab.server.requests])
    const problems: string[] = []
    for (const [name, effect] of troubles) {
      for (const target of targets) {
        const fault = lab.server.fault({ when: isSame(target), times: Number.POSITIVE_INFINITY, effect })
        const problem = await outcomeUnder(subject, lab, devices, before)
        lab.server.clearFaults()
        if (fault.hits > 0 && problem !== undefined) problems.push(`${name} at ${nameOf(target)}: ${problem}`)
      }
    }
    if (problems.length > 0) throw new Error(listed(problems))
  },
}

async function outcomeUnder(
  subject: Subject,
  lab: Lab,
  devices: readonly Device[],
  before: ReadonlyMap<string, WarrantyAnswer>,
): Promise<string | undefined> {
  let got: ReadonlyMap<string, WarrantyAnswer>
  try {
    got = bySerial(await answersFor(subject, lab, devices))
  } catch (error) {
    subject.signal.throwIfAborted()
    return error instanceof ConnectorError && error.kind !== 'bug' ? undefined : `lookup() throws "${messageOf(error)}"`
  }
  for (const { serialNumber } of devices) {
    const answer = got.get(serialNumber)
    if (answer === undefined) return `${serialNumber} gets no answer`
    if (answer.outcome !== 'error' && JSON.stringify(answer) !== JSON.stringify(before.get(serialNumber)))
      return `${serialNumber} is answered "${answer.outcome}" instead of error`
  }
  return undefined
}

const stops: Rule = {
  id: 'warranty.stops',
  promise: `A look-up ends within ${abortMs / 1000} s of its signal.`,
  async run(subject) {
    const lab = await subject.open()
    const devices = devicesOf(subject, lab)
    await answersFor(subject, lab, devices.slice(0, 1))
    const hanging = lab.server.fault({ times: Number.POSITIVE_INFINITY, effect: { kind: 'hang' } })
    const outcome = await lab.aborted(
      (signal) => answersFor(subject, lab, devices, signal),
      () => hanging.hits > 0,
    )
    if (outcome === undefined) throw new Error('lookup() goes on after its signal.')
    if ('value' in outcome && outcome.value.some(({ outcome: one }) => one !== 'error'))
      throw new Error('lookup() answers as if all were well although it was stopped.')
  },
}

export const warrantyRules: readonly Rule[] = [answers, trouble, stops]
