/** What a job carries: ids and a version, so that a job from another release is understood or refused, never guessed. */
import { type StreamName, streamNames } from '../connector/index.ts'
import type { PassKind, RunMode, RunTrigger } from '../sync/request.ts'

export const payloadVersion = 1
/** More touched records than this are read faster by an incremental pass. */
const mostTouched = 100

export interface TouchedRecord {
  readonly stream: StreamName
  readonly sourceId: string
}

/** What a waiting run will do; with the version as `v` it is the payload of a job in the queue `sync`. */
export interface SyncWish {
  readonly connectionId: number
  readonly mode: RunMode
  /** `null`: only the touched records are read. */
  readonly pass: PassKind | null
  readonly trigger: Extract<RunTrigger, 'schedule' | 'force' | 'webhook'>
  readonly confirmed?: true
  readonly requestedBy?: string
  /** Only these streams are passed over. */
  readonly streams?: readonly StreamName[]
  readonly touched?: readonly TouchedRecord[]
  /** Only to go on with this run; without it there is nothing to do. */
  readonly continues?: number
}

/** `newer`: written by a release that knows more than this one. */
export type ReadPayload = { readonly wish: SyncWish; readonly adopted: boolean } | 'newer' | 'unreadable'

const passes = ['incremental', 'full'] as const
const triggers = ['schedule', 'webhook', 'force'] as const

function one<T extends string>(values: readonly T[], value: unknown): T | undefined {
  return values.find((known) => known === value)
}

/** Understands this release's payloads, adopts older ones that name a connection, and tells the rest apart. */
export function readPayload(data: unknown): ReadPayload {
  if (typeof data !== 'object' || data === null) return 'unreadable'
  const { v, connectionId, mode, pass, trigger, confirmed, requestedBy, streams, touched, continues } =
    data as Readonly<Record<string, unknown>>
  if (typeof v === 'number' && v > payloadVersion) return 'newer'
  if (typeof connectionId !== 'number' || !Number.isSafeInteger(connectionId)) return 'unreadable'
  // Before there were versions a job said no more than which connection; reading it whole errs on the safe side.
  if (v !== payloadVersion)
    return { wish: { connectionId, mode: 'apply', pass: 'full', trigger: 'schedule' }, adopted: true }
  const readMode = one(['apply', 'plan'], mode)
  const readTrigger = one(triggers, trigger)
  const readPass = pass === null ? null : one(passes, pass)
  if (readMode === undefined || readTrigger === undefined || readPass === undefined) return 'unreadable'
  const readStreams = Array.isArray(streams) ? streams.flatMap((name) => one(streamNames, name) ?? []) : undefined
  const readTouched = Array.isArray(touched) ? touched.flatMap(touchedRecord) : undefined
  return {
    wish: {
      connectionId,
      mode: readMode,
      pass: readPass,
      trigger: readTrigger,
      ...(confirmed === true && { confirmed }),
      ...(typeof requestedBy === 'string' && { requestedBy }),
      ...(readStreams && { streams: readStreams }),
      ...(readTouched && { touched: readTouched }),
      ...(typeof continues === 'number' && { continues }),
    },
    adopted: false,
  }
}

function touchedRecord(value: unknown): TouchedRecord[] {
  if (typeof value !== 'object' || value === null) return []
  const { stream, sourceId } = value as Readonly<Record<string, unknown>>
  const known = one(streamNames, stream)
  return known !== undefined && typeof sourceId === 'string' ? [{ stream: known, sourceId }] : []
}

/** Wishes of one key become one waiting job. A dry run, or a vouched-for run, never becomes part of another. */
export function keyOf(wish: SyncWish): string {
  return [wish.connectionId, ...(wish.mode === 'plan' ? ['plan'] : []), ...(wish.confirmed ? ['confirmed'] : [])].join(
    '/',
  )
}

/** A person does not wait behind the night. */
export function priorityOf(wish: SyncWish): number {
  return { schedule: 0, webhook: 5, force: 10 }[wish.trigger]
}

/** One wish that does what both ask for. */
export function merge(waiting: SyncWish, asked: SyncWish): SyncWish {
  const passing = [waiting, asked].filter(({ pass }) => pass !== null)
  const touched = distinct([...(waiting.touched ?? []), ...(asked.touched ?? [])])
  const tooMany = touched.length > mostTouched
  const wishes = tooMany ? [...passing, { pass: 'incremental' as const, streams: undefined }] : passing
  const pass = wishes.some((wish) => wish.pass === 'full') ? 'full' : wishes.length > 0 ? 'incremental' : null
  const streams = wishes.some((wish) => wish.streams === undefined)
    ? undefined
    : [...new Set(wishes.flatMap((wish) => wish.streams ?? []))]
  const person = [waiting, asked].find(({ trigger }) => trigger === 'force')
  const trigger = person?.trigger ?? passing[0]?.trigger ?? asked.trigger
  return {
    connectionId: waiting.connectionId,
    mode: waiting.mode,
    pass,
    trigger,
    ...(waiting.confirmed && { confirmed: waiting.confirmed }),
    ...(person?.requestedBy !== undefined && { requestedBy: person.requestedBy }),
    ...(pass !== null && streams !== undefined && { streams }),
    ...(touched.length > 0 && !tooMany && { touched }),
  }
}

function distinct(records: readonly TouchedRecord[]): TouchedRecord[] {
  return [...new Map(records.map((record) => [`${record.stream} ${record.sourceId}`, record])).values()]
}

/** Whether a run under way was asked for by a person too and does at least as much: pressing twice gives one run. */
export function covers(active: SyncWish, asked: SyncWish): boolean {
  if (active.trigger !== 'force' || asked.trigger !== 'force') return false
  const { streams } = active
  return (
    (active.pass === 'full' || active.pass === asked.pass) &&
    (streams === undefined || (asked.streams?.every((stream) => streams.includes(stream)) ?? false))
  )
}
