/**
 * From a connector's record to a row: checked against the stream's field table, serialised, hashed. A bad record is set aside with its reason; the page goes on.
 */
import { hash } from 'node:crypto'
import type { FieldKind, Page, ReportLine, StreamName } from '../connector/index.ts'
import { fieldsOf } from '../connector/index.ts'
import { columnsOf } from '../store/columns.ts'

/** A record as it is about to be stored; `companySourceId` undefined = the stream or record has no company. */
export interface Prepared {
  readonly sourceId: string
  readonly companySourceId: string | undefined
  readonly label: string
  readonly hash: string
  readonly json: string
}

export interface Rejected {
  readonly sourceId: string | undefined
  readonly companySourceId: string | undefined
  readonly reason: string
}

/** For the run log. */
export function lineOf({ sourceId, reason }: Rejected): ReportLine {
  return {
    level: 'warning',
    code: 'record-rejected',
    message: `Record ${sourceId ?? '(no id)'} was set aside: ${reason}.`,
    ...(sourceId !== undefined && { sourceId }),
  }
}

export interface PreparedPage {
  readonly rows: readonly Prepared[]
  readonly rejected: readonly Rejected[]
  /** Records that came twice in the page; the last one counts. */
  readonly duplicates: number
  readonly removals: readonly string[]
  readonly bytes: number
}

const maximumBytes = 1_048_576
const maximumIdLength = 200
const isoDate = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/
const isoInstant =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/

/** Whether the month has the day `YYYY-MM-DD` names; only the 29th to the 31st may not exist. */
function exists(value: string): boolean {
  const day = value.slice(0, 10)
  return day.slice(8) <= '28' || new Date(`${day}T00:00:00Z`).toISOString().startsWith(day)
}

function isScalar(value: unknown): boolean {
  return value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)
}

const checks: Record<FieldKind, { readonly is: (value: unknown) => boolean; readonly words: string }> = {
  text: { is: (value) => typeof value === 'string', words: 'text' },
  id: {
    is: (value) => typeof value === 'string' && value !== '' && value.length <= maximumIdLength,
    words: 'an id (text)',
  },
  boolean: { is: (value) => typeof value === 'boolean', words: 'true or false' },
  integer: { is: (value) => Number.isSafeInteger(value), words: 'a whole number' },
  number: { is: (value) => Number.isFinite(value), words: 'a number' },
  date: {
    is: (value) => typeof value === 'string' && isoDate.test(value) && exists(value),
    words: 'a date, YYYY-MM-DD',
  },
  instant: {
    is: (value) => typeof value === 'string' && isoInstant.test(value) && exists(value),
    words: 'a time with zone, e.g. 2026-08-01T09:00:00Z',
  },
  ids: {
    is: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== ''),
    words: 'a list of ids',
  },
  texts: {
    is: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
    words: 'a list of texts',
  },
  values: {
    is: (value) =>
      typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isScalar),
    words: 'an object of plain values',
  },
  json: { is: () => true, words: 'JSON' },
}

/** What PostgreSQL cannot hold in text: NUL, and half of a surrogate pair. JSON.stringify writes both as escapes. */
function unstorable(json: string): boolean {
  if (!json.includes('\\u')) return false
  // An escaped backslash before the u is the text "\u", not an escape.
  return /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/.test(json)
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/**
 * Answers the function that prepares pages of `stream`. Pages come from connectors and are not trusted.
 * `leftOutWhenEmpty`: fields whose absence means that they are empty.
 */
export function preparer(
  stream: StreamName,
  leftOutWhenEmpty: readonly string[] = [],
): (page: Page<StreamName>) => PreparedPage {
  const fields = fieldsOf(stream)
  const columns = columnsOf(stream).map((column) => ({
    field: column.field,
    required: fields[column.field]?.required === true,
    check: checks[column.kind],
  }))
  const ownCompany = stream === 'companies'

  function problemOf(record: Readonly<Record<string, unknown>>): string | undefined {
    for (const { field, required, check } of columns) {
      const value = record[field]
      if (value === undefined || value === null || (required && value === '')) {
        if (required) return `${field} is missing`
      } else if (!check.is(value)) return `${field} should be ${check.words}, but is ${shown(value)}`
    }
    return undefined
  }

  function withEmpties(record: Readonly<Record<string, unknown>>, json: string): string {
    let empties = ''
    for (const field of leftOutWhenEmpty) if (record[field] === undefined) empties += `,"${field}":null`
    return empties === '' ? json : `${json.slice(0, -1)}${empties}}`
  }

  /** The record as JSON. Connectors build their records in one order, so the text can be compared by its hash. */
  function row(record: Readonly<Record<string, unknown>>): { json: string } | { reason: string } {
    const reason = problemOf(record)
    if (reason !== undefined) return { reason }
    const json = withEmpties(record, JSON.stringify(record))
    if (json.length > maximumBytes) return { reason: `the record is larger than ${maximumBytes / 1_048_576} MiB` }
    if (unstorable(json)) return { reason: 'a text holds a NUL or broken character, which PostgreSQL cannot store' }
    return { json }
  }

  return (page) => {
    const rows = new Map<string, Prepared>()
    const rejected: Rejected[] = []
    let bytes = 0
    for (const record of page.records as readonly unknown[]) {
      if (typeof record !== 'object' || record === null) {
        rejected.push({
          sourceId: undefined,
          companySourceId: undefined,
          reason: `it is ${shown(record)}, not an object`,
        })
        continue
      }
      const loose = record as Readonly<Record<string, unknown>>
      const sourceId = asText(loose.sourceId)
      const companySourceId = ownCompany ? sourceId : asText(loose.companyId)
      const result = row(loose)
      if ('reason' in result || sourceId === undefined) {
        rejected.push({ sourceId, companySourceId, reason: 'reason' in result ? result.reason : 'sourceId is missing' })
        continue
      }
      bytes += result.json.length
      rows.set(sourceId, {
        sourceId,
        companySourceId,
        label: asText(loose.name) ?? sourceId,
        hash: hash('sha1', result.json).slice(0, 32),
        json: result.json,
      })
    }
    return {
      rows: [...rows.values()],
      rejected,
      duplicates: page.records.length - rejected.length - rows.size,
      removals: page.removals ?? [],
      bytes,
    }
  }
}

function shown(value: unknown): string {
  const text =
    typeof value === 'string'
      ? JSON.stringify(value)
      : typeof value === 'object'
        ? value === null
          ? 'null'
          : 'an object'
        : String(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}
