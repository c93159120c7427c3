/** Asking BMS: its envelope, and what its refusals mean. */
import type { Context, Fault, HttpAnswer, HttpRequest } from '../../core/connector/contract.ts'
import { ConnectorError, type ErrorKind, kindOfStatus } from '../../core/connector/errors.ts'
import { integer, isRow, list, type Row, text } from '../../core/connector/parse.ts'
import { readable } from './names.ts'
import { rightFor } from './rights.ts'
import type { KaseyaSettings } from './settings.ts'

type Ctx = Context<KaseyaSettings>

export interface Reply {
  readonly result: unknown
  /** How many records the whole list has, where BMS says so. */
  readonly total: number | undefined
}

/** One request; the answer in our spelling and out of its envelope. */
export async function ask(ctx: Ctx, request: HttpRequest): Promise<Reply> {
  const body = await bodyOf(ctx, request)
  const envelope = readable(body)
  if (!isRow(envelope)) throw strange(ctx, request)
  // Two single-record endpoints are described without an envelope, and were seen with one.
  if (!('result' in envelope)) {
    if ('id' in envelope && !('success' in envelope)) return { result: envelope, total: undefined }
    throw strange(ctx, request)
  }
  const total = integer(envelope.totalRecords)
  return { result: envelope.result, total: typeof total === 'number' && total >= 0 ? total : undefined }
}

/** A refusal says which right is missing. */
async function bodyOf(ctx: Ctx, request: HttpRequest): Promise<unknown> {
  try {
    return (await ctx.http.request(request)).body
  } catch (error) {
    const right = isForbidden(error) ? rightFor(request) : undefined
    if (right === undefined || !(error instanceof ConnectorError)) throw error
    throw ctx.error(
      'permission',
      `The security role of the API user lacks ${right}. Grant it in Kaseya BMS, Admin > Security > Roles.`,
      error.message,
    )
  }
}

/** One record. */
export async function askRow(ctx: Ctx, request: HttpRequest): Promise<Row> {
  const { result } = await ask(ctx, request)
  if (isRow(result) && result.id !== undefined) return result
  // A record that is not there was also seen as an answer without one.
  if (result === null) throw ctx.error('not-found', 'Kaseya BMS has no such record (any more).', `${request.url}: null`)
  throw strange(ctx, request)
}

/** A list that comes whole. */
export async function askRows(ctx: Ctx, request: HttpRequest): Promise<readonly Row[]> {
  return rowsIn(ctx, request, (await ask(ctx, request)).result)
}

/** The rows of a list; `null` is an empty one. */
export function rowsIn(ctx: Ctx, request: HttpRequest, result: unknown): readonly Row[] {
  if (result === null) return []
  const rows = list(result)
  if (!rows?.every(isRow)) throw strange(ctx, request)
  return rows
}

function strange(ctx: Ctx, { url }: HttpRequest): Error {
  return ctx.error(
    'vendor',
    `Kaseya BMS answered ${url} with something else than it should.`,
    `${url}: no envelope or result`,
  )
}

/** BMS knows numbers only; anything else never came from it. */
export function idNumber(ctx: Ctx, id: string): string {
  if (/^\d{1,10}$/.test(id)) return id
  throw ctx.error('not-found', `Kaseya BMS has no record "${id.slice(0, 40)}".`)
}

export function isNotFound(error: unknown): boolean {
  return error instanceof ConnectorError && error.kind === 'not-found'
}

export function isForbidden(error: unknown): boolean {
  return error instanceof ConnectorError && error.kind === 'permission'
}

/** Begins the log text of every error that is BMS's own "no", whatever its status. */
export const refused = 'BMS refused'

/** BMS says "no" with a status, or with 200 and `success: false`; then its words and code have to tell which kind. */
export function faults(answer: HttpAnswer): Fault | undefined {
  const { status } = answer
  const said = envelopeOf(answer.body)
  if (status < 300) return said?.success === false ? refusal(said) : undefined
  const reason = said && summary(said)
  if (!reason || status === 401 || status === 429 || status >= 500) return undefined
  const log = `${refused}: ${status} ${reason}`
  const kind = kindOfStatus(status)
  if (kind === 'permission') {
    return { kind, admin: `The security role of the API user does not allow this in Kaseya BMS (${reason}).`, log }
  }
  return kind === 'vendor' ? { kind, admin: `Kaseya BMS refused the request: ${reason}.`, log } : { kind, log }
}

/** The outermost properties only: this looks at every answer. */
function envelopeOf(body: unknown): Row | undefined {
  if (!isRow(body)) return undefined
  const found: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(body)) {
    const name = key.toLowerCase()
    if (name === 'success') found.success = value
    else if (name === 'error') found.error = readable(value)
    else if (name === 'message') found.message = value
  }
  return found
}

function refusal(said: Row): Fault {
  const error = isRow(said.error) ? said.error : {}
  const reason = summary(said) ?? 'no reason given'
  const log = `${refused}: success=false, ${reason}`
  const kind = kindSaid(integer(error.code), reason.toLowerCase())
  switch (kind) {
    case 'auth':
      return { kind, log, signInAgain: true }
    case 'permission':
      return { kind, admin: `The security role of the API user does not allow this in Kaseya BMS (${reason}).`, log }
    case 'not-found':
    case 'rate-limit':
    case 'transient':
      return { kind, log }
    default:
      return { kind, admin: `Kaseya BMS refused the request: ${reason}.`, log }
  }
}

/** Kaseya publishes no list of codes; one that is an HTTP status is taken for that. */
function kindSaid(code: number | null | undefined, words: string): ErrorKind {
  if (typeof code === 'number' && code > 400 && code < 600) return kindOfStatus(code)
  if (/too many|rate limit|limit (is )?(exceeded|reached)|exceeded .*limit|throttl|quota/.test(words))
    return 'rate-limit'
  if (/token|unauthenticated|session (has )?expired|not logged in/.test(words)) return 'auth'
  if (/permission|unauthori[sz]ed|access (is )?denied|not allowed|forbidden/.test(words)) return 'permission'
  if (/not found|does not exist|doesn't exist|no longer exists/.test(words)) return 'not-found'
  return 'vendor'
}

function summary(said: Row): string | undefined {
  const error = isRow(said.error) ? said.error : {}
  const inner = (list(error.subErrors) ?? []).filter((line) => typeof line === 'string').slice(0, 5)
  const words = [text(error.message) ?? text(said.message), ...inner, text(error.details)].filter(Boolean).join('; ')
  return words.slice(0, 500) || undefined
}
