/** Trouble that passes: the reading goes on and nothing is lost. */
import { ConnectorError, kindOfStatus } from '../../connector/errors.ts'
import type { StreamName } from '../../connector/records.ts'
import type { FaultEffect } from '../faults.ts'
import type { Lab } from '../lab.ts'
import { differenceOf } from '../reading.ts'
import { messageOf, NotApplicable, type Rule, type Subject } from '../subject.ts'
import { isSame, signatureOf, targetsIn } from '../trace.ts'
import { measure, passing, refusals, type Trouble } from './errors.ts'

/** Whether the client tries again by itself. */
function isRetried(subject: Subject, { effect }: Trouble): boolean {
  if (effect.kind !== 'status') return true
  const kind =
    subject.connector.faults?.({ status: effect.status, headers: {}, body: effect.body })?.kind ??
    kindOfStatus(effect.status)
  return kind === 'transient' || kind === 'rate-limit'
}

const passes: Rule = {
  id: 'recovery.passing',
  promise: 'Trouble that passes (500, 502, 503, 409, 429, reset, broken off) costs no record.',
  async run(subject) {
    const lab = await subject.open({ size: await subject.long() })
    const troubles = passing.filter((trouble) => isRetried(subject, trouble))
    await subject.eachStream(async (stream) => {
      const { whole, asked } = await measure(subject, lab, stream)
      const different = [...new Map(asked.map((request) => [signatureOf(request), request])).values()]
      for (let round = 0; round * different.length < troubles.length; round++) {
        // Each request once, each by another trouble.
        const faults = different.map((request, place) => {
          const trouble = troubles[(place + round * different.length) % troubles.length] ?? refusals.rateLimit
          return lab.server.fault({ when: isSame(request), effect: trouble.effect })
        })
        const reading = await lab.read(stream)
        lab.server.clearFaults()
        if (faults.every(({ hits }) => hits === 0)) throw new NotApplicable('no request comes twice')
        if (reading.failure !== undefined)
          throw new Error(`the reading fails although the trouble passes: ${messageOf(reading.failure)}`)
        const difference = differenceOf(whole, reading)
        if (difference !== undefined) throw new Error(`after trouble that passed ${difference}.`)
      }
    })
  },
}

const renewal: Rule = {
  id: 'recovery.renewal',
  promise:
    'A refused token is renewed once and the request repeated; credentials that stay the same are not tried again.',
  async run(subject) {
    const lab = await subject.open()
    await subject.eachStream(async (stream) => {
      const { whole, asked } = await measure(subject, lab, stream)
      const [, middle = asked[0]] = targetsIn(asked)
      if (middle === undefined) throw new NotApplicable('no requests')
      const before = lab.signIns.length
      const last = lab.signIns.at(-1)
      const fault = lab.server.fault({ when: isSame(middle), effect: refusals.auth.effect })
      const { failure, ...reading } = await lab.read(stream)
      lab.server.clearFaults()
      if (fault.hits === 0) throw new NotApplicable('no request comes twice')
      const again = lab.signIns.slice(before)
      if (again.length > 1) throw new Error(`it signs in ${again.length} times after one 401; once is enough.`)
      const renewed = JSON.stringify(again[0]?.headers) !== JSON.stringify(last?.headers)
      if (again.length === 0 && last?.expires)
        throw new Error('a token that is refused is not renewed: leave 401 out of faults(), or answer signInAgain.')
      if (failure === undefined) {
        const difference = differenceOf(whole, { ...reading, failure })
        if (difference !== undefined) throw new Error(`after the renewal ${difference}.`)
      } else if (again.length === 1 && renewed)
        throw new Error(`although the token was renewed the reading fails: ${messageOf(failure)}`)
      else if (!(failure instanceof ConnectorError) || failure.kind !== 'auth')
        throw new Error(`a 401 becomes "${messageOf(failure)}" instead of an error of kind auth.`)
    })
  },
}

/** The stream whose reading takes most requests stands for all: how long to wait is up to the client. */
async function busiest(subject: Subject, lab: Lab): Promise<StreamName> {
  let best: { stream: StreamName; requests: number } | undefined
  for (const stream of subject.streams()) {
    const { requests, failure } = await lab.read(stream)
    if (failure === undefined && requests > (best?.requests ?? 0)) best = { stream, requests }
  }
  if (best === undefined) throw new NotApplicable('no stream can be read')
  return best.stream
}

const retryAfter: Rule = {
  id: 'recovery.retry-after',
  promise: 'After a 429 with Retry-After nothing is asked before the time, and nothing is lost.',
  async run(subject) {
    const lab = await subject.open()
    const stream = await busiest(subject, lab)
    const { whole, asked } = await measure(subject, lab, stream)
    const [first] = targetsIn(asked)
    if (first === undefined) throw new NotApplicable('no requests')
    const effect: FaultEffect = { kind: 'status', status: 429, headers: { 'retry-after': '1' }, body: {} }
    lab.server.fault({ when: isSame(first), effect })
    const reading = await lab.read(stream)
    if (reading.failure !== undefined) throw new Error(`${stream}: the reading fails: ${messageOf(reading.failure)}`)
    const [refused, again] = lab.server.requests.filter(isSame(first))
    if (refused === undefined || again === undefined) throw new Error(`${stream}: the refused request is not repeated.`)
    if (again.startedAt - refused.startedAt < 990)
      throw new Error(
        `${stream}: the request is repeated after ${Math.round(again.startedAt - refused.startedAt)} ms instead of 1 s.`,
      )
    const difference = differenceOf(whole, reading)
    if (difference !== undefined) throw new Error(`${stream}: after the pause ${difference}.`)
  },
}

const drip: Rule = {
  id: 'recovery.drip',
  promise: 'An answer that drips is waited for while it comes, and given up and asked again when it takes for ever.',
  async run(subject) {
    const lab = await subject.open({ times: { deadlineMs: 700 } })
    const stream = await busiest(subject, lab)
    const { whole, asked } = await measure(subject, lab, stream)
    const target = targetsIn(asked).at(-1)
    if (target === undefined) throw new NotApplicable('no requests')
    for (const everyMs of [1, 60_000]) {
      const bytes = everyMs === 1 ? 65_536 : 1
      const fault = lab.server.fault({ when: isSame(target), effect: { kind: 'drip', bytes, everyMs } })
      const reading = await lab.read(stream)
      lab.server.clearFaults()
      if (fault.hits === 0) throw new NotApplicable('no request comes twice')
      const difference = reading.failure === undefined ? differenceOf(whole, reading) : messageOf(reading.failure)
      if (difference !== undefined) throw new Error(`${stream}: after an answer that drips: ${difference}.`)
    }
  },
}

export const recoveryRules: readonly Rule[] = [passes, renewal, retryAfter, drip]
