/** Pushing fields to the source. */
import type { Settings, Writable, WritableField, WriteBack, WriteOutcome } from '../../connector/contract.ts'
import type { SimulatedRequest } from '../../connector/simulator.ts'
import { removeOne } from '../edits.ts'
import type { Lab } from '../lab.ts'
import { some } from '../reading.ts'
import { messageOf, NotApplicable, type Rule, type Subject } from '../subject.ts'
import { assertKind } from './check.ts'

type Target = WriteBack<Settings>['configurations']
type Values = Readonly<Record<string, unknown>>

interface Scene {
  readonly lab: Lab
  readonly fields: readonly WritableField[]
  readonly id: string
  /** What the source holds in the writable fields. */
  readonly held: Writable
  /** Another value the source would take. */
  other(field: WritableField): string
  write(change: Writable, expected?: Writable): Promise<WriteOutcome>
}

async function scene(subject: Subject): Promise<Scene> {
  const target: Target | undefined = subject.source().writeBack?.configurations
  if (target === undefined) throw new NotApplicable('no write-back')
  const { fields } = target
  const lab = await subject.open()
  const { records } = await subject.plain(lab, 'configurations')
  const rows = [...records].map(([id, record]) => ({ id, values: record.fields }))
  // One that holds every field, so that each can be seen to stay.
  const row = rows.find(({ values }) => fields.every((field) => typeof values[field] === 'string'))
  if (row === undefined) throw new NotApplicable('no configuration here holds all writable fields')
  const held = heldIn(row.values, fields)
  return {
    lab,
    fields,
    id: row.id,
    held,
    other: (field) => {
      const taken = rows.map(({ values }) => values[field])
      const found = taken.find((value) => typeof value === 'string' && value !== '' && value !== held[field])
      return field === 'manufacturer' ? String(found) : '2031-05-17'
    },
    write: (change, expected = held) => lab.call('writeBack', (ctx) => target.write(ctx, row.id, change, expected)),
  }
}

function heldIn(values: Values, fields: readonly WritableField[]): Writable {
  return Object.fromEntries(fields.map((field) => [field, values[field]]))
}

async function valuesNow(subject: Subject, { lab, id }: Scene): Promise<Values> {
  const record = (await subject.plain(lab, 'configurations')).records.get(id)
  return record?.fields ?? {}
}

/** Runs and answers what was sent that changes anything. */
async function writesOf(lab: Lab, run: () => Promise<unknown>): Promise<readonly string[]> {
  const writes: string[] = []
  lab.answering = async (request, next) => {
    const before = lab.worldVersion
    const answer = await next()
    const changes = lab.worldVersion !== before || ['PUT', 'PATCH', 'DELETE'].includes(request.method)
    if (changes) writes.push(placeOf(request))
    return answer
  }
  try {
    await run()
  } finally {
    lab.answering = undefined
  }
  return writes
}

function placeOf({ method, path }: SimulatedRequest): string {
  return `${method} ${path}`
}

function assertOutcome(outcome: WriteOutcome, wanted: WriteOutcome['outcome'], when: string): void {
  if (outcome.outcome !== wanted)
    throw new Error(`write() answers "${outcome.outcome}" ${when}; it should be "${wanted}".`)
}

const written: Rule = {
  id: 'write-back.written',
  promise: 'A write changes the fields it names, and no others; the second time nothing is sent.',
  async run(subject) {
    const { fields } = await scene(subject)
    for (const field of fields) {
      const own = await scene(subject)
      const change: Writable = { [field]: own.other(field) }
      const before = await valuesNow(subject, own)
      const outcome = await own.write(change)
      assertOutcome(outcome, 'written', `to a new ${field}`)
      if (outcome.current[field] !== change[field])
        throw new Error(`write() of ${field} answers ${JSON.stringify(outcome.current)} as what the source holds now.`)
      const after = await valuesNow(subject, own)
      if (after[field] !== change[field])
        throw new Error(`write() of ${field} says "written", but the source does not hold it.`)
      const touched = Object.keys(after).filter(
        (name) =>
          name !== 'updatedAt' && name !== field && JSON.stringify(after[name]) !== JSON.stringify(before[name]),
      )
      if (touched.length > 0) throw new Error(`write() of ${field} changes ${some(touched)} as well.`)
      const again = await writesOf(own.lab, async () => {
        assertOutcome(
          await own.write(change, { ...own.held, ...change }),
          'unchanged',
          'when it is called a second time',
        )
      })
      if (again.length > 0) throw new Error(`a second write() sends ${some(again)} although the source has it already.`)
    }
  },
}

const unchanged: Rule = {
  id: 'write-back.unchanged',
  promise: 'What the source has already is not written; what it does not expect is a conflict and not written either.',
  async run(subject) {
    const own = await scene(subject)
    const [field] = own.fields
    if (field === undefined) throw new NotApplicable('no writable fields')
    const quiet = await writesOf(own.lab, async () => {
      assertOutcome(await own.write(own.held), 'unchanged', 'to what the source holds already')
      assertOutcome(
        await own.write(own.held, {}),
        'unchanged',
        'to what the source holds already, whatever was expected',
      )
    })
    if (quiet.length > 0) throw new Error(`write() sends ${some(quiet)} although the source has it already.`)
    const conflicting = await writesOf(own.lab, async () => {
      const expected = { ...own.held, [field]: field === 'manufacturer' ? 'Somebody else' : '1999-12-31' }
      const outcome = await own.write({ [field]: own.other(field) }, expected)
      assertOutcome(outcome, 'conflict', 'when the source no longer holds what is expected')
      if (outcome.current[field] !== own.held[field])
        throw new Error(`a conflict should say what the source holds; it says ${JSON.stringify(outcome.current)}.`)
    })
    if (conflicting.length > 0) throw new Error(`write() sends ${some(conflicting)} in spite of the conflict.`)
  },
}

const gone: Rule = {
  id: 'write-back.not-found',
  promise: 'A record that is gone is "not-found", and a refusal is told.',
  async run(subject) {
    const own = await scene(subject)
    const [field] = own.fields
    if (field === undefined) throw new NotApplicable('no writable fields')
    const change = { [field]: own.other(field) }
    const [place] = await writesOf(own.lab, () => own.write(change))
    if (place === undefined) throw new Error('a write() that says "written" sends nothing.')
    own.lab.server.fault({
      when: (request) => placeOf(request) === place,
      times: Number.POSITIVE_INFINITY,
      effect: { kind: 'status', status: 403, body: { message: 'Simulated by the kit' } },
    })
    const refused = await own.write(own.held, change).catch((error: unknown) => error)
    own.lab.server.clearFaults()
    assertKind(
      refused instanceof Error ? refused : undefined,
      ['permission', 'auth', 'config'],
      'write() without the right to',
    )
    const target = subject.source().writeBack?.configurations
    const id = removeOne(own.lab, 'configurations')
    if (target === undefined || id === undefined) return
    const outcome = await own.lab.call('writeBack', (ctx) => target.write(ctx, id, change, {}))
    assertOutcome(outcome, 'not-found', 'for a record that is gone')
  },
}

const doubt: Rule = {
  id: 'write-back.doubt',
  promise: 'When the answer to a write is lost, the next write finds out and does nothing twice.',
  async run(subject) {
    const first = await scene(subject)
    const [field] = first.fields
    if (field === undefined) throw new NotApplicable('no writable fields')
    const change = { [field]: first.other(field) }
    const [place] = await writesOf(first.lab, () => first.write(change))
    const own = await scene(subject)
    const lost = own.lab.server.fault({
      when: (request) => placeOf(request) === place,
      acted: true,
      effect: { kind: 'reset' },
    })
    const outcome = await own.write(change).then(
      (value) => value.outcome,
      (error: unknown) => error,
    )
    own.lab.server.clearFaults()
    if (lost.hits === 0) throw new NotApplicable('the writing request has another address each time')
    if (outcome instanceof Error) assertKind(outcome, ['transient'], 'write() with its answer lost')
    else if (outcome !== 'written' && outcome !== 'unchanged')
      throw new Error(`write() with its answer lost answers ${messageOf(outcome)}.`)
    const again = await writesOf(own.lab, async () => {
      assertOutcome(await own.write(change), 'unchanged', 'after a write whose answer was lost')
    })
    if (again.length > 0) throw new Error(`write() sends ${some(again)} again although the source has it already.`)
  },
}

export const writeBackRules: readonly Rule[] = [written, unchanged, gone, doubt]
