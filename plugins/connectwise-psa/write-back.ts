/** Pushing warranty facts to configurations: JSON Patch, only what changes, on what was read a moment before. */
import type { Context, Writable, WritableField, WriteBack, WriteOutcome } from '../../core/connector/contract.ts'
import { bool, date, id, isRow, list, type Row, text } from '../../core/connector/parse.ts'
import { isNotFound, isRefused } from './client.ts'
import { idNumber, quoted } from './conditions.ts'
import { readAll } from './paging.ts'
import type { ConnectWiseSettings } from './settings.ts'
import { refName, withheldTypes } from './streams/fields.ts'

const fields = ['warrantyExpiration', 'purchaseDate', 'manufacturer'] as const satisfies readonly WritableField[]

interface Operation {
  readonly op: 'replace' | 'remove'
  readonly path: string
  readonly value?: unknown
}

export const writeBack: WriteBack<ConnectWiseSettings> = {
  configurations: { fields, write },
}

async function write(
  ctx: Context<ConnectWiseSettings>,
  sourceId: string,
  change: Writable,
  expected: Writable,
): Promise<WriteOutcome> {
  const url = `company/configurations/${idNumber(ctx, sourceId)}`
  let before: Row
  try {
    before = await configuration(ctx, url)
  } catch (error) {
    if (isNotFound(error)) return { outcome: 'not-found', current: {} }
    throw error
  }
  const current = held(before)
  const wanted = fields.filter((field) => change[field] !== undefined && !isSame(field, current[field], change[field]))
  if (wanted.length === 0) return { outcome: 'unchanged', current }
  const moved = wanted.filter(
    (field) => expected[field] !== undefined && !isSame(field, current[field], expected[field]),
  )
  if (moved.length > 0) {
    return { outcome: 'conflict', current, message: `Changed in ConnectWise meanwhile: ${moved.join(', ')}.` }
  }
  const { operations, message } = await operationsFor(ctx, wanted, change)
  const after = await patch(ctx, url, operations, before)
  const written = held(after)
  const kept = wanted.filter(
    (field) => !(field === 'manufacturer' && message) && !isSame(field, written[field], change[field]),
  )
  if (kept.length > 0) {
    throw ctx.error(
      'vendor',
      `ConnectWise took the change but did not make it: ${kept.join(', ')}.`,
      `${url}: 200, unchanged`,
    )
  }
  return { outcome: 'written', current: written, ...(message ? { message } : {}) }
}

async function configuration(ctx: Context<ConnectWiseSettings>, url: string): Promise<Row> {
  const { body } = await ctx.http.request({ url })
  if (isRow(body) && body.id !== undefined) return body
  throw ctx.error('vendor', 'ConnectWise answered the configuration with something else.')
}

/** The record was read whole, so a property that is left out is an empty one here. */
function held(row: Row): { readonly [F in WritableField]: string | null } {
  return {
    warrantyExpiration: date(row.warrantyExpirationDate) ?? null,
    purchaseDate: date(row.purchaseDate) ?? null,
    manufacturer: refName(row.manufacturer) ?? null,
  }
}

/** Days by the day alone: a rewritten midnight would go on for ever. Makers by name, whatever the case. */
function isSame(field: WritableField, one: string | null | undefined, other: string | null | undefined): boolean {
  if (field !== 'manufacturer') return (one ?? null) === (other ?? null)
  return name(one) === name(other)
}

function name(value: string | null | undefined): string {
  return value?.trim().toLowerCase() ?? ''
}

async function operationsFor(
  ctx: Context<ConnectWiseSettings>,
  wanted: readonly WritableField[],
  change: Writable,
): Promise<{ operations: readonly Operation[]; message?: string }> {
  const operations: Operation[] = []
  let message: string | undefined
  for (const field of wanted) {
    const value = change[field] ?? null
    if (field !== 'manufacturer') {
      const path = field === 'warrantyExpiration' ? 'warrantyExpirationDate' : 'purchaseDate'
      operations.push({ op: 'replace', path, value: value && `${value}T00:00:00Z` })
      continue
    }
    const maker = value === null ? null : await manufacturer(ctx, value)
    if (maker === undefined)
      message = `ConnectWise has no active manufacturer "${value}". Add it under Procurement > Manufacturers.`
    else operations.push({ op: 'replace', path: 'manufacturer', value: maker && { id: maker } })
  }
  if (operations.length === 0 && message) throw ctx.error('vendor', message)
  return { operations, ...(message ? { message } : {}) }
}

/** Written by id only, and it must exist. */
async function manufacturer(ctx: Context<ConnectWiseSettings>, wanted: string): Promise<number | undefined> {
  const literal = quoted(wanted)
  const rows = await readAll(ctx, 'procurement/manufacturers', literal ? { conditions: `name=${literal}` } : {})
  const found = rows.find((row) => name(text(row.name)) === name(wanted) && bool(row.inactiveFlag) !== true)
  return typeof found?.id === 'number' ? found.id : undefined
}

/**
 * A record with custom fields or required questions may refuse (400) a patch that does not mention them, and what
 * clears a field is not documented. So: the plain patch first; refused, once more with both as they are and with
 * `remove` for what is to be emptied. A patch sets fixed values, so it may be repeated.
 */
async function patch(
  ctx: Context<ConnectWiseSettings>,
  url: string,
  operations: readonly Operation[],
  before: Row,
): Promise<Row> {
  const send = async (body: readonly Operation[]): Promise<Row> => {
    const answer = await ctx.http.request({ method: 'PATCH', url, body, repeatable: true })
    return isRow(answer.body) && answer.body.id !== undefined ? answer.body : configuration(ctx, url)
  }
  try {
    return await send(operations)
  } catch (error) {
    const mentions = [...currentCustomFields(before), ...currentQuestions(before)]
    const clears = operations.some((operation) => operation.value === null)
    if (!isRefused(error) || (mentions.length === 0 && !clears)) throw error
    const removing = operations.map(
      (operation): Operation => (operation.value === null ? { op: 'remove', path: operation.path } : operation),
    )
    return await send([...removing, ...mentions])
  }
}

/** As they are. Passwords are left out: a field that is not mentioned keeps its value, and what is read of one may be a mask. */
function currentCustomFields(row: Row): readonly Operation[] {
  const value = rows(row.customFields)
    .filter((field) => id(field.id) && !withheldTypes.has(field.type))
    .map((field) => ({ id: field.id, value: field.value ?? null }))
  return value.length > 0 ? [{ op: 'replace', path: 'customFields', value }] : []
}

/** All of them or none, as they are; none if nothing is required, or if one is a password that could be overwritten. */
function currentQuestions(row: Row): readonly Operation[] {
  const value = rows(row.questions)
  const send =
    value.some((question) => bool(question.requiredFlag) === true) &&
    !value.some((question) => withheldTypes.has(question.fieldType))
  return send ? [{ op: 'replace', path: 'questions', value }] : []
}

function rows(value: unknown): readonly Row[] {
  return (list(value) ?? []).filter(isRow)
}
