/** What can go wrong while reading: passing trouble costs nothing, lasting trouble is told and never taken for an end. */
import { ConnectorError, type ErrorKind, kindOfStatus } from '../../connector/errors.ts'
import type { StreamName } from '../../connector/records.ts'
import type { FaultEffect } from '../faults.ts'
import type { Lab } from '../lab.ts'
import { lossOf, type Reading } from '../reading.ts'
import { listed, messageOf, NotApplicable, type Rule, type Subject } from '../subject.ts'
import { type Asked, isSame, nameOf, signatureOf, targetsIn } from '../trace.ts'

export interface Trouble {
  readonly name: string
  readonly effect: FaultEffect
  /** What it may become. */
  readonly kinds: readonly ErrorKind[]
}

const html = '<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>'
const status = (code: number, body: unknown = { message: 'Simulated by the kit' }): FaultEffect => ({
  kind: 'status',
  status: code,
  body,
})

export const refusals = {
  auth: { name: '401', effect: status(401), kinds: ['auth'] },
  permission: { name: '403', effect: status(403), kinds: ['permission', 'auth', 'config'] },
  notFound: { name: '404', effect: status(404), kinds: ['not-found', 'permission', 'config', 'vendor'] },
  rateLimit: { name: '429', effect: status(429), kinds: ['rate-limit'] },
} as const satisfies Record<string, Trouble>

export const passing: readonly Trouble[] = [
  { name: '500', effect: status(500), kinds: ['transient', 'vendor'] },
  { name: '502 with an HTML body', effect: status(502, html), kinds: ['transient'] },
  { name: 'a connection reset', effect: { kind: 'reset' }, kinds: ['transient'] },
  { name: 'JSON that breaks off', effect: { kind: 'cut' }, kinds: ['transient'] },
  { name: 'a transfer that breaks off', effect: { kind: 'truncate' }, kinds: ['transient'] },
  { name: '409', effect: status(409), kinds: ['transient', 'vendor'] },
  { name: '429 without Retry-After', effect: status(429), kinds: ['rate-limit'] },
  { name: '503', effect: status(503), kinds: ['transient'] },
]

const notData: readonly Trouble[] = [
  { name: 'a web page with status 200', effect: status(200, html), kinds: ['vendor', 'config', 'auth'] },
  {
    name: 'JSON of another shape with status 200',
    effect: status(200, { message: 'Maintenance' }),
    kinds: ['vendor', 'config', 'auth', 'transient'],
  },
]

export interface Measured {
  readonly whole: Reading
  /** The requests of a reading whose session is open already. */
  readonly asked: readonly Asked[]
}

export async function measure(subject: Subject, lab: Lab, stream: StreamName): Promise<Measured> {
  const whole = await subject.plain(lab, stream)
  lab.server.clearLog()
  await lab.read(stream)
  const asked = [...lab.server.requests]
  lab.server.clearLog()
  return { whole, asked }
}

/** Lays the trouble on every request like `target`, for good. */
async function lasting(
  lab: Lab,
  stream: StreamName,
  { whole, asked }: Measured,
  target: Asked,
  trouble: Trouble,
): Promise<void> {
  const { effect } = trouble
  const same = isSame(target)
  let fault = lab.server.fault({ when: same, times: Number.POSITIVE_INFINITY, effect })
  let reading = await lab.read(stream)
  if (fault.hits === 0) {
    // Its addresses change from reading to reading, so the place has to do.
    lab.server.clearFaults()
    const wanted = signatureOf(target)
    const place = asked.findIndex((request) => signatureOf(request) === wanted)
    let count = 0
    let struck: string | undefined
    const when = (request: Asked) => {
      if (count++ === place) struck = signatureOf(request)
      return struck !== undefined && signatureOf(request) === struck
    }
    fault = lab.server.fault({ when, times: Number.POSITIVE_INFINITY, effect })
    reading = await lab.read(stream)
  }
  lab.server.clearFaults()
  if (fault.hits === 0)
    throw new Error(`${nameOf(target)} is not asked a second time: read the source anew with every reading.`)
  const at = `${trouble.name} at ${nameOf(target)}`
  if (reading.failure === undefined) {
    // A pass that says what it could not see has told it.
    if (trouble === refusals.permission && reading.pages.at(-1)?.page.partial !== undefined) return
    const loss = lossOf(whole, reading, trouble === refusals.notFound ? (id) => isPartOf(whole, id, target) : undefined)
    if (loss !== undefined) throw new Error(`${at} is swallowed: the reading ends as if complete, but ${loss}.`)
    return
  }
  const { failure } = reading
  if (!(failure instanceof ConnectorError))
    throw new Error(`${at} becomes "${messageOf(failure)}": let the error of ctx.http pass.`)
  if (!trouble.kinds.some((kind) => kind === failure.kind))
    throw new Error(
      `${at} becomes kind ${failure.kind} ("${failure.message}"); it should be ${trouble.kinds.join(' or ')}.`,
    )
}

/** What is asked for by an id may be gone, and with it what belongs to it. */
function isPartOf(whole: Reading, id: string, { path }: Asked): boolean {
  const steps = new Set(path.split('/').map(decodeURIComponent))
  const record = whole.records.get(id)
  if (steps.has(id)) return true
  return (
    record !== undefined &&
    Object.entries(record.fields).some(
      ([name, value]) => name.endsWith('Id') && typeof value === 'string' && steps.has(value),
    )
  )
}

/**
 * Trouble at the first, a middle and the last request of every stream: up to three kinds each everywhere, more in turns,
 * for the client makes the same of all of them.
 */
async function everywhere(subject: Subject, lab: Lab, troubles: readonly Trouble[]): Promise<void> {
  await subject.eachStream(async (stream) => {
    const measured = await measure(subject, lab, stream)
    const problems: string[] = []
    for (const [turn, trouble] of troubles.entries()) {
      const targets = targetsIn(measured.asked)
      for (const [place, target] of targets.entries()) {
        if (troubles.length > 3 && targets.length > 2 && (turn + place) % 3 > 0) continue
        try {
          await lasting(lab, stream, measured, target, trouble)
        } catch (error) {
          subject.signal.throwIfAborted()
          problems.push(messageOf(error))
        }
      }
    }
    if (problems.length > 0) throw new Error(listed(problems))
  })
}

function lastingRule(id: string, promise: string, ...troubles: readonly Trouble[]): Rule {
  return {
    id,
    promise,
    async run(subject) {
      // Longer than any single pause of the client here, and short: how long it insists is its own matter.
      const lab = await subject.open({ times: { longestWaitMs: 24 }, size: await subject.long() })
      await everywhere(subject, lab, troubles)
    },
  }
}

const kinds: Rule = {
  id: 'errors.kinds',
  promise:
    '`faults` takes any body, and never makes a refused sign-in, a pause or trouble of the vendor into something else.',
  async run(subject) {
    const { faults } = subject.connector
    if (faults === undefined) throw new NotApplicable('the table from status to kind stands as it is')
    const bodies: readonly unknown[] = [
      null,
      '',
      html,
      [],
      {},
      { message: null, errors: null },
      { errors: [null, 'x', {}] },
      42,
    ]
    for (const code of [400, 401, 403, 404, 409, 429, 500, 502, 503, 504]) {
      const allowed = [refusals.auth, refusals.rateLimit].find(({ name }) => name === String(code))?.kinds
      for (const body of bodies) {
        const kind = subject.connector.faults?.({ status: code, headers: {}, body })?.kind ?? kindOfStatus(code)
        const wrong =
          allowed !== undefined
            ? !allowed.some((one) => one === kind)
            : code > 500 && kind !== 'transient' && kind !== 'rate-limit'
        if (wrong) throw new Error(`faults() makes ${code} with the body ${JSON.stringify(body)} a ${kind}.`)
      }
    }
  },
}

const limitedRights: Rule = {
  id: 'errors.limited',
  promise: 'With too few rights a stream is read whole or fails with kind permission; it is never silently short.',
  async run(subject) {
    const lab = await subject.open()
    const companies = await lab.companies()
    const { settings } = lab.simulator.limitedSettings(lab.server.origin)
    await subject.eachStream(async (stream) => {
      const whole = await subject.plain(lab, stream)
      const reading = await lab.read(stream, { companies }, settings)
      if (reading.failure === undefined) {
        const loss = lossOf(whole, reading)
        if (loss !== undefined) throw new Error(`the reading ends as if complete, but ${loss}.`)
      } else if (!(reading.failure instanceof ConnectorError) || reading.failure.kind !== 'permission')
        throw new Error(`the reading fails with "${messageOf(reading.failure)}" instead of kind permission.`)
    })
  },
}

export const errorRules: readonly Rule[] = [
  kinds,
  lastingRule('errors.auth', 'A sign-in that is refused (401) ends the reading with kind auth.', refusals.auth),
  lastingRule(
    'errors.permission',
    'A missing right (403) at any request is told, never taken for an empty list.',
    refusals.permission,
  ),
  lastingRule(
    'errors.not-found',
    'A list that is not there (404) is told; only what was asked for by its id may be gone.',
    refusals.notFound,
  ),
  lastingRule('errors.rate-limit', 'A pause the vendor asks for (429) is a wait, never a skip.', refusals.rateLimit),
  lastingRule(
    'errors.trouble',
    'Trouble that lasts ends the reading; it never passes for the end of the list.',
    ...passing.slice(0, 6),
  ),
  lastingRule(
    'errors.not-data',
    'An answer that is no data of the vendor ends the reading; it never passes for an empty list.',
    ...notData,
  ),
  limitedRights,
]
