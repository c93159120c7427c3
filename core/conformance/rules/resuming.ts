/** Going on where a reading stopped, and coming to an end at all. */
import { ConnectorError } from '../../connector/errors.ts'
import type { Json } from '../../connector/records.ts'
import type { SimulatedAnswer } from '../../connector/simulator.ts'
import type { Lab } from '../lab.ts'
import { lossOf, type Reading, type ReadPage, some } from '../reading.ts'
import { messageOf, NotApplicable, type Rule } from '../subject.ts'
import { chainIn } from '../trace.ts'

/** A checkpoint is stored with every page and shown in the panel. */
const longestCheckpoint = 8_192

function isFlat(value: unknown): boolean {
  const inner = typeof value === 'object' && value !== null ? Object.values(value) : [value]
  return inner.every((item) => item === null || typeof item !== 'object')
}

const checkpoints: Rule = {
  id: 'resuming.checkpoints',
  promise: 'A checkpoint is small, flat JSON and stays what it was when it was handed over.',
  async run(subject) {
    const lab = await subject.open({ size: await subject.long() })
    await subject.eachStream(async (stream) => {
      const { pages } = await subject.plain(lab, stream)
      const carrying = pages.filter(({ checkpoint }) => checkpoint !== undefined)
      if (carrying.length === 0) throw new NotApplicable('no page carries a checkpoint')
      for (const { page, checkpoint = '' } of carrying) {
        if (JSON.stringify(page.checkpoint) !== checkpoint)
          throw new Error(
            `a checkpoint changes after its page was handed out (${checkpoint}): make a new object for each page.`,
          )
        const stored: unknown = JSON.parse(checkpoint)
        if (JSON.stringify(stored) !== checkpoint || !isSame(stored, page.checkpoint))
          throw new Error(`a checkpoint does not survive being stored as JSON (${checkpoint}).`)
        if (!isFlat(stored))
          throw new Error(`a checkpoint is nested (${checkpoint}): a scalar, or a flat object of scalars.`)
        if (checkpoint.length > longestCheckpoint)
          throw new Error(`a checkpoint takes ${checkpoint.length} characters; keep it below ${longestCheckpoint}.`)
      }
    })
  },
}

/** Dates, NaN and the like become something else in JSON; `undefined` in an object does not matter. */
function isSame(stored: unknown, given: unknown): boolean {
  if (typeof given !== 'object' || given === null) return Object.is(stored, given)
  if (typeof stored !== 'object' || stored === null) return false
  const known = new Map(Object.entries(stored))
  return Object.entries(given).every(([name, value]) => value === undefined || isSame(known.get(name), value))
}

const resumes: Rule = {
  id: 'resuming.anywhere',
  promise: 'From the checkpoint of any page the reading goes on behind it: nothing lost, nothing read a second time.',
  async run(subject) {
    const lab = await subject.open({ size: await subject.long() })
    await subject.eachStream(async (stream) => {
      const whole = await subject.plain(lab, stream)
      const places = [...whole.pages.keys()].filter((place) => whole.pages[place]?.checkpoint !== undefined)
      if (places.length === 0) throw new NotApplicable('no page carries a checkpoint')
      const middle = places[Math.floor(places.length / 2)] ?? 0
      for (const place of new Set([places[0] ?? 0, middle, places.at(-1) ?? 0])) {
        await resumeBehind(whole, place, async (checkpoint) => lab.read(stream, { checkpoint }))
      }
    })
  },
}

async function resumeBehind(
  whole: Reading,
  place: number,
  read: (checkpoint: Json) => Promise<Reading>,
): Promise<void> {
  const checkpoint: Json = JSON.parse(whole.pages[place]?.checkpoint ?? 'null')
  const rest = await read(checkpoint)
  const at = `from the checkpoint of page ${place + 1} of ${whole.pages.length}`
  if (rest.failure !== undefined) throw new Error(`${at} the reading fails: ${messageOf(rest.failure)}`)
  const idsOf = (pages: readonly ReadPage[]) => new Set(pages.flatMap(({ ids }) => ids))
  const before = idsOf(whole.pages.slice(0, place + 1))
  const missing = [...whole.records.keys()].filter((id) => !before.has(id) && !rest.records.has(id))
  if (missing.length > 0) throw new Error(`${at} ${missing.length} records are lost (${some(missing)}).`)
  // The page itself may be read again: ties at the position are safer read twice than not at all.
  const passed = idsOf(whole.pages.slice(0, place))
  const own = idsOf(whole.pages.slice(place))
  const again = [...rest.records.keys()].filter((id) => passed.has(id) && !own.has(id))
  const firstAgain =
    place === 0 && whole.pages.length > 1 && [...before].every((id) => rest.records.has(id)) ? before.size : 0
  if (again.length > 0)
    throw new Error(`${at} ${again.length} records of the pages before it are read again: go on behind ctx.checkpoint.`)
  if (firstAgain > 0) throw new Error(`${at} the reading begins anew: go on behind ctx.checkpoint.`)
}

/** Requests beyond what a whole reading takes, before it counts as endless. */
const patience = { factor: 3, more: 30 }

async function circling(
  lab: Lab,
  whole: Reading,
  read: (mostRequests: number) => Promise<Reading>,
  has: Parameters<typeof countedAnswers>[0],
  answerFor: (place: number, sent: readonly SimulatedAnswer[]) => SimulatedAnswer | undefined,
  what: string,
): Promise<void> {
  lab.answering = countedAnswers(has, answerFor)
  const reading = await read(whole.requests * patience.factor + patience.more)
  lab.answering = undefined
  if (reading.endless)
    throw new Error(`${what} the reading goes on for ever: stop with ctx.error('vendor', …) when a page is not new.`)
  if (reading.failure === undefined) {
    const loss = lossOf(whole, reading)
    if (loss !== undefined)
      throw new Error(`${what} the reading ends as if complete, but ${loss}: fail with ctx.error('vendor', …).`)
  } else if (!(reading.failure instanceof ConnectorError) || reading.failure.kind === 'bug') {
    throw new Error(`${what} the reading fails with "${messageOf(reading.failure)}": fail with ctx.error('vendor', …).`)
  }
}

function countedAnswers(
  has: (request: Parameters<NonNullable<Lab['answering']>>[0]) => boolean,
  answerFor: (place: number, sent: readonly SimulatedAnswer[]) => SimulatedAnswer | undefined,
): NonNullable<Lab['answering']> {
  const sent: SimulatedAnswer[] = []
  let place = 0
  return async (request, next) => {
    if (!has(request)) return next()
    const planned = answerFor(place++, sent)
    if (planned !== undefined) return planned
    const answer = await next()
    sent.push(answer)
    return answer
  }
}

const loops: Rule = {
  id: 'resuming.loops',
  promise: 'A list that sends the same page for ever, or two pages in turns, ends in an error.',
  async run(subject) {
    const lab = await subject.open({ size: await subject.long() })
    const parents = await lab.companies()
    await subject.eachStream(async (stream) => {
      const whole = await subject.plain(lab, stream)
      lab.server.clearLog()
      await lab.read(stream)
      const chain = chainIn(lab.server.requests, parents)
      if (chain === undefined) throw new NotApplicable('no list takes a second page here')
      const read = (mostRequests: number) => lab.read(stream, { mostRequests })
      await circling(
        lab,
        whole,
        read,
        chain.has,
        (place, [first]) => (place > 0 ? first : undefined),
        'When the same page comes again and again',
      )
      if (chain.length < 3) return
      await circling(
        lab,
        whole,
        read,
        chain.has,
        (place, sent) => (place > 1 ? sent[place % 2] : undefined),
        'When two pages come in turns',
      )
    })
  },
}

export const resumingRules: readonly Rule[] = [checkpoints, resumes, loops]
