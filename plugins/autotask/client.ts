/** Signing in to Autotask, and what its error answers mean. */
import type { Context, Fault, HttpAnswer, Session } from '../../core/connector/contract.ts'
import { ConnectorError } from '../../core/connector/errors.ts'
import { integer, isRow, type Row, text } from '../../core/connector/parse.ts'
import { camelCased } from './answers.ts'
import type { AutotaskSettings } from './settings.ts'
import { findZone } from './zone.ts'

/** A database moves to another zone now and then: asked again once a day, and whenever a call gives 401. */
const zoneHoldsMs = 86_400_000

/** Three headers with every call; there is no token. */
export async function signIn(ctx: Context<AutotaskSettings>): Promise<Session> {
  const { userName, secret, integrationCode } = ctx.settings
  const zone = await findZone(ctx)
  return {
    baseUrl: `${zone.url}V1.0/`,
    headers: { ApiIntegrationCode: integrationCode, UserName: userName, Secret: secret },
    expiresAt: new Date(Date.now() + zoneHoldsMs).toISOString(),
  }
}

/** Share of the hourly threshold that the hub leaves to the tenant's other integrations. */
const leftToOthers = 0.1
/** How soon it looks again whether there is room. */
const fullPauseSeconds = 120
/** Requests are refused until the oldest of the hour fall out of the window. */
const refusedPauseSeconds = 60

/** Whether an error is the vendor's "nothing there". */
export function isNotFound(error: unknown): boolean {
  return error instanceof ConnectorError && error.kind === 'not-found'
}

/** Whether the API user lacks the right. */
export function isForbidden(error: unknown): boolean {
  return error instanceof ConnectorError && error.kind === 'permission'
}

/** Whether the path takes no such request: not there, or not with this method. */
export function isNotServed(error: unknown): boolean {
  return isNotFound(error) || (error instanceof ConnectorError && error.status === 405)
}

/** What Autotask means where its answer says more than its status. */
export function faults(answer: HttpAnswer): Fault | undefined {
  const { status } = answer
  if (status < 300) return usedUp(answer.body)
  const { said, explains } = summary(camelCased(answer.body))
  switch (status) {
    case 400:
      return said === undefined ? undefined : refused(said)
    case 401:
      return {
        kind: 'auth',
        admin:
          'Autotask does not accept the sign-in. Check Username (Key), Password (Secret) and Tracking Identifier, and that the API user is active and not locked.',
        log: log(said),
        // The database may have moved: with the same zone and keys the hub asks no second time.
        signInAgain: true,
      }
    case 405:
      return { kind: 'bug', log: log(said) }
    case 403:
      return { kind: 'permission', admin: notPermitted(said), log: log(said) }
    case 429:
      return limited(said)
    case 500:
      return said !== undefined && explains ? explained(said) : undefined
    default:
      return undefined
  }
}

/** A 500 with words is no trouble of the server: it is a limit, a missing right or a request it does not take. */
function explained(said: string): Fault {
  const words = said.toLowerCase()
  if (words.includes('threshold') || words.includes('itgenatr005')) return limited(said)
  if (words.includes('permission')) return { kind: 'permission', admin: notPermitted(said), log: said }
  return refused(said)
}

function limited(said: string | undefined): Fault {
  const words = said?.toLowerCase() ?? ''
  // Too many at once passes as soon as one of them is answered; too many in the hour does not.
  const hour = words.includes('threshold') && !words.includes('thread')
  return { kind: 'rate-limit', log: log(said), ...(hour ? { retryAfterSeconds: refusedPauseSeconds } : {}) }
}

function refused(said: string): Fault {
  return { kind: 'vendor', admin: `Autotask refused the request: ${said}`, log: said }
}

function notPermitted(said: string | undefined): string {
  return `The security level of the API user does not allow this in Autotask (${said ?? 'no reason given'}).`
}

/** `ThresholdInformation` answers 200 also when there is nothing left; for the hub that is a reason to wait. */
function usedUp(answer: unknown): Fault | undefined {
  if (!isRow(answer)) return undefined
  const body = camelCased(answer)
  if (!isRow(body) || body.externalRequestThreshold === undefined) return undefined
  const threshold = integer(body.externalRequestThreshold)
  const used = integer(body.currentTimeframeRequestCount)
  if (!threshold || typeof used !== 'number' || used < threshold * (1 - leftToOthers)) return undefined
  return {
    kind: 'rate-limit',
    admin: `All integrations of this Autotask together have used ${used} of ${threshold} requests of this hour. Nothing to do: the hub goes on by itself.`,
    log: `${used} of ${threshold} requests of the hour are used`,
    retryAfterSeconds: fullPauseSeconds,
  }
}

function log(said: string | undefined): string {
  return said ?? 'no reason given by Autotask'
}

/** Autotask explains in `{"errors":["…"]}`, entries rarely `{message, field}`; the web server before it says `{"Message":"…"}`. */
function summary(body: unknown): { readonly said: string | undefined; readonly explains: boolean } {
  if (!isRow(body)) return { said: undefined, explains: false }
  const explains = Array.isArray(body.errors)
  const entries = Array.isArray(body.errors) ? body.errors.slice(0, 5).map(words) : [text(body.message)]
  return { said: entries.filter(Boolean).join('; ').slice(0, 500) || undefined, explains }
}

function words(entry: unknown): string | undefined {
  const row: Row | undefined = isRow(entry) ? entry : undefined
  if (row === undefined) return text(entry) ?? undefined
  return [text(row.field ?? row.Field), text(row.message ?? row.Message)].filter(Boolean).join(': ')
}
