/** What happens at the source between two readings. */

import type { StreamName } from '../../connector/records.ts'
import { addLoose, editAll, editedAt } from '../edits.ts'
import type { Lab } from '../lab.ts'
import { type Reading, type ReadRecord, some } from '../reading.ts'
import { messageOf, NotApplicable, type Rule, type Subject } from '../subject.ts'

const dayMs = 86_400_000

interface Changed {
  readonly lab: Lab
  readonly before: ReadonlyMap<StreamName, Reading>
}

/** All streams read, then the world edited. */
async function changed(subject: Subject): Promise<Changed> {
  const lab = await subject.open()
  const loose = addLoose(lab)
  const before = new Map<StreamName, Reading>()
  for (const stream of subject.streams()) before.set(stream, await lab.read(stream))
  editAll(lab, loose)
  return { lab, before }
}

function earlier({ before }: Changed, stream: StreamName): Reading {
  const reading = before.get(stream)
  if (reading === undefined || reading.failure !== undefined)
    throw new NotApplicable(`${stream} cannot be read; see reading.complete`)
  return reading
}

const full: Rule = {
  id: 'changes.full',
  promise: 'A full reading shows the source as it is now, whatever was read before.',
  async run(subject) {
    const world = await changed(subject)
    const { lab } = world
    await subject.eachStream(async (stream) => {
      const { state } = earlier(world, stream)
      // The hub hands the last state to full passes, too.
      const { failure, records } = await lab.read(stream, { state })
      if (failure !== undefined) throw new Error(`the reading fails: ${messageOf(failure)}`)
      const expected = new Set(lab.simulator.expected(stream))
      const missing = [...expected].filter((id) => !records.has(id))
      if (missing.length > 0) throw new Error(`${missing.length} records are not yielded (${some(missing)}).`)
      const gone = [...records.keys()].filter((id) => !expected.has(id))
      if (gone.length > 0) throw new Error(`${some(gone)} is gone at the source and still yielded.`)
    })
  },
}

const since: Rule = {
  id: 'changes.since',
  promise: 'With `since` a stream yields everything that changed at or after that instant, and not the rest.',
  async run(subject) {
    const world = await changed(subject)
    const { lab } = world
    const { streams } = subject.source()
    await subject.eachStream(async (stream) => {
      if (streams[stream]?.incremental === undefined) throw new NotApplicable('no stream is incremental')
      const before = earlier(world, stream)
      const now = await subject.plain(lab, stream)
      const instant = new Date(editedAt).toISOString()
      const part = await lab.read(stream, { since: instant, state: before.state })
      if (part.failure !== undefined) throw new Error(`with ctx.since the reading fails: ${messageOf(part.failure)}`)
      const news = [...now.records].filter(([id, { hash }]) => before.records.get(id)?.hash !== hash).map(([id]) => id)
      const missed = news.filter((id) => !part.records.has(id))
      if (missed.length > 0)
        throw new Error(
          `${some(missed)} changed exactly at ctx.since (${instant}) and is not yielded: "at or after" includes it.`,
        )
      const wrong = [...part.records].find(([id, { hash }]) => now.records.get(id)?.hash !== hash)
      if (wrong) throw new Error(`record ${wrong[0]} comes in another form than in a full reading.`)
      const old = [...part.records].filter(([, record]) => lastChange(record) < Date.parse(instant) - dayMs)
      if (old.length > 0)
        throw new Error(
          `${old.length} records are yielded that did not change since (${some(old.map(([id]) => id))}): ask the vendor for ctx.since.`,
        )
      if (part.records.size > 20 && part.records.size * 2 > now.records.size)
        throw new Error(
          `${part.records.size} of ${now.records.size} records are yielded although ${news.length} changed: ask the vendor for ctx.since.`,
        )
    })
  },
}

/** Milliseconds; not known counts as just now. */
function lastChange(record: ReadRecord): number {
  const value = record.fields.updatedAt
  return typeof value === 'string' ? Date.parse(value) : Number.POSITIVE_INFINITY
}

const later: Rule = {
  id: 'changes.nothing',
  promise: 'With `since` after the last change a stream yields nothing old and ends.',
  async run(subject) {
    const lab = await subject.open()
    const { streams } = subject.source()
    await subject.eachStream(async (stream) => {
      if (streams[stream]?.incremental === undefined) throw new NotApplicable('no stream is incremental')
      const { state, records } = await subject.plain(lab, stream)
      const part = await lab.read(stream, { since: '2099-01-01T00:00:00.000Z', state })
      if (part.failure !== undefined)
        throw new Error(`with ctx.since in the future the reading fails: ${messageOf(part.failure)}`)
      if (part.records.size > 20 && part.records.size * 2 > records.size)
        throw new Error(`${part.records.size} of ${records.size} records are yielded although none changed.`)
      if (part.removals.size > 0 && [...part.removals].some((id) => records.has(id)))
        throw new Error('records are reported as removed that are there.')
    })
  },
}

const deletes: Rule = {
  id: 'changes.deletes',
  promise: 'What is deleted at the source shows the way the stream declares: reported, or by its absence.',
  async run(subject) {
    const world = await changed(subject)
    const { lab } = world
    const { streams } = subject.source()
    await subject.eachStream(async (stream) => {
      const reader = streams[stream]
      if (reader?.deletes !== 'reported') throw new NotApplicable('no stream reports what was deleted')
      const before = earlier(world, stream)
      const expected = new Set(lab.simulator.expected(stream))
      const gone = [...before.records.keys()].filter((id) => !expected.has(id))
      if (gone.length === 0) return
      const wish = reader.incremental
        ? { since: new Date(editedAt).toISOString(), state: before.state }
        : { state: before.state }
      const { failure, removals } = await lab.read(stream, wish)
      if (failure !== undefined) throw new Error(`the reading fails: ${messageOf(failure)}`)
      const silent = gone.filter((id) => !removals.has(id))
      if (silent.length > 0)
        throw new Error(
          `${some(silent)} was deleted and is not among the removals: report it, or declare deletes 'by-absence'.`,
        )
    })
  },
}

export const changeRules: readonly Rule[] = [full, since, later, deletes]
