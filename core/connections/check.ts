/** Tests a connection: can the hub sign in, to which account, and which rights are missing. */
import { Refusal } from '../access/refusal.ts'
import { type Checked, type Connector, ConnectorError, type ErrorKind, type Settings } from '../connector/index.ts'
import { Redactor, secretsOf } from '../http/redact.ts'
import { within } from './limit.ts'
import { type ConnectionParts, connectorOf, contexts, fullSettings } from './open.ts'
import { type CheckResult, type ConnectionRow, loadConnection } from './rows.ts'
import { violated } from './violations.ts'

export interface CheckReport extends CheckResult {
  /** The vendor's id of the account, if the sign-in worked. */
  readonly account?: string
  readonly accountName?: string
}

const limitMs = 30_000

/** Signs in with the settings and reads the rights; nothing is stored. Never throws what the vendor did wrong. */
export async function tryOut(
  parts: Pick<ConnectionParts, 'clients'>,
  connector: Connector,
  settings: Settings,
  key: string,
): Promise<CheckReport> {
  const http = parts.clients.open({ key, connector, settings })
  try {
    const late = `${connector.name} did not answer within ${limitMs / 1000} seconds. Try again later; if that happens always, check the address and the firewall.`
    const checked = await within(limitMs, late, (signal) =>
      connector.check(contexts(connector, settings, http, { signal }).context()),
    )
    return judge(connector, checked)
  } catch (error) {
    return { ok: false, ...failure(connector, settings, error), permissions: [] }
  } finally {
    http.close()
  }
}

function judge(connector: Connector, checked: Checked): CheckReport {
  const { account, accountName, permissions } = checked
  const missing = connector.permissions.filter(
    ({ id, required }) => required && permissions.some((check) => check.permission === id && check.state === 'missing'),
  )
  return {
    ok: missing.length === 0,
    ...(missing.length > 0 && {
      kind: 'permission',
      message: `Without these rights nothing works: ${missing.map(({ right, where }) => `${right} (${where})`).join('; ')}.`,
    }),
    account,
    ...(accountName !== undefined && { accountName }),
    permissions,
  }
}

function failure(connector: Connector, settings: Settings, error: unknown): { kind: ErrorKind; message: string } {
  if (error instanceof ConnectorError) return { kind: error.kind, message: error.admin }
  const what = new Redactor(secretsOf(connector.settings.properties, settings)).redact(String(error))
  return { kind: 'bug', message: `The connector for ${connector.name} failed (${what}). Report it to its author.` }
}

/** Tests settings that are not stored yet; refuses an account that another connection has. */
export async function checkSettings(
  parts: ConnectionParts,
  connector: Connector,
  settings: Settings,
  existing?: ConnectionRow,
): Promise<CheckReport> {
  // One key for all: the vendor's limits hold for the tries as a whole.
  const report = await tryOut(parts, connector, settings, 'check')
  if (report.account === undefined) return report
  const owner = await parts.database.row<{ name: string }>(
    "select name from connections where connector = $1 and account = $2 and state <> 'disconnected' and id is distinct from $3",
    [connector.id, report.account, existing?.id ?? null],
  )
  if (owner !== undefined) return { ...report, ok: false, kind: 'config', message: accountTaken(report, owner.name) }
  return otherAccount(report, existing) ?? report
}

/**
 * Tests a stored connection and keeps the result. A sign-in that fails, or that leads to an account it must not
 * lead to, sets the state "needs sign-in" (nothing syncs then); a good one clears it.
 */
export async function checkStored(parts: ConnectionParts, id: number): Promise<CheckReport> {
  const row = await loadConnection(parts.database.pool, id)
  if (row.state === 'disconnected') throw new Refusal(`${row.name} is disconnected.`)
  const connector = connectorOf(parts.catalogue, row.connector)
  const settings = await fullSettings(parts, connector, row)
  const report = await tryOut(parts, connector, settings, String(id))
  return keep(parts, row, otherAccount(report, row) ?? report)
}

async function keep(parts: ConnectionParts, row: ConnectionRow, report: CheckReport): Promise<CheckReport> {
  const { account, accountName, ...result } = report
  const unusable = report.kind === 'auth' || report.kind === 'config'
  try {
    // Settings changed meanwhile were not the ones that were tested.
    await parts.database.run(
      `update connections set check_result = $2, checked_at = now(),
         account = case when $3 then account else coalesce($4, account) end,
         account_name = case when $3 then account_name else coalesce($5, account_name) end,
         state = case when $3 and state = 'active' then 'needs-sign-in' when $6 and state = 'needs-sign-in' then 'active' else state end
       where id = $1 and settings = $7`,
      [
        row.id,
        JSON.stringify(result),
        unusable,
        account ?? null,
        accountName ?? null,
        report.ok,
        JSON.stringify(row.settings),
      ],
    )
    return report
  } catch (error) {
    if (!violated(error, 'connections_account')) throw error
    const owner = await parts.database.row<{ name: string }>(
      "select name from connections where connector = $1 and account = $2 and state <> 'disconnected'",
      [row.connector, account],
    )
    return keep(parts, row, {
      ...report,
      ok: false,
      kind: 'config',
      message: accountTaken(report, owner?.name ?? 'another connection'),
    })
  }
}

function accountTaken(report: CheckReport, owner: string): string {
  return `${report.accountName ?? report.account} is connected already, as "${owner}". One account, one connection: use that one, or disconnect it first.`
}

/** A connection stays with its account: another one's records would mix with those that are here. */
function otherAccount(report: CheckReport, row: ConnectionRow | undefined): CheckReport | undefined {
  if (row?.account == null || report.account === undefined || report.account === row.account) return undefined
  const message = `These settings lead to another account (${report.accountName ?? report.account}) than the one of this connection (${row.accountName ?? row.account}). Correct them, or add a new connection for the other account.`
  return { ...report, ok: false, kind: 'config', message }
}
