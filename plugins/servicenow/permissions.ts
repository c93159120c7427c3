/** The roles of the integration user, as ServiceNow names them, and how to see whether they do. */
import type { Checked, Context, Permission, PermissionCheck } from '../../core/connector/contract.ts'
import { isRow, type Row } from '../../core/connector/parse.ts'
import { isForbidden, isNoTable } from './client.ts'
import { originOf } from './instance.ts'
import { equals, plain, typed } from './query.ts'
import { type Layout, layoutOf, type ServiceNowSettings } from './settings.ts'
import { list } from './table.ts'
import { rawOf } from './values.ts'
import { hookTable } from './webhooks.ts'

type Ctx = Context<ServiceNowSettings>

const roles = 'User Administration > Users > the integration user > Roles'
const acl = 'System Security > Access Control (ACL)'

interface Right extends Permission {
  /** The table that shows it; undefined = not needed with these settings. */
  readonly probe: (layout: Layout) => string | undefined
  /** Columns without which the capability is worth little. */
  readonly columns?: readonly string[]
  /** Columns that the settings name. */
  readonly chosen?: (settings: ServiceNowSettings) => readonly (string | undefined)[]
  /** Reading does not show it: what does. */
  readonly blind?: string
  /** What it means that the table is not there; else an application is not installed. */
  readonly absent?: string
}

const rights: readonly Right[] = [
  {
    id: 'companies',
    capability: 'companies, manufacturers',
    right: 'read on core_company (with accounts: customer_account, role sn_customerservice_agent)',
    where: acl,
    required: true,
    probe: ({ companies }) => companies,
    columns: ['name', 'website', 'customer', 'manufacturer', 'sys_updated_on'],
    chosen: (settings) => [
      settings.companyTypeColumn,
      settings.companyStatusColumn,
      ...typed(layoutOf(settings).companyQuery).flatMap((part) => part.columns),
    ],
  },
  {
    id: 'sites',
    capability: 'sites',
    right: 'read on cmn_location',
    where: acl,
    required: false,
    probe: () => 'cmn_location',
    columns: ['name', 'company', 'sys_updated_on'],
  },
  {
    id: 'contacts',
    capability: 'contacts',
    right: 'read on sys_user (with accounts: customer_contact)',
    where: acl,
    required: false,
    probe: ({ contacts }) => contacts,
    columns: ['name', 'email', 'sys_updated_on'],
  },
  {
    id: 'configurations',
    capability: 'configurations',
    right: 'role cmdb_read',
    where: roles,
    required: false,
    probe: ({ configurations }) => configurations,
    columns: ['name', 'serial_number', 'manufacturer', 'purchase_date', 'warranty_expiration', 'sys_updated_on'],
    chosen: (settings) => [layoutOf(settings).status],
  },
  {
    id: 'assets',
    capability: 'purchase and warranty dates of assets',
    right: 'role asset',
    where: roles,
    required: false,
    probe: ({ datesInAsset }) => (datesInAsset ? 'alm_hardware' : undefined),
    columns: ['purchase_date', 'warranty_expiration'],
  },
  {
    id: 'tickets',
    capability: 'live tickets',
    right: 'role sn_incident_read (with accounts: sn_customerservice_agent)',
    where: roles,
    required: false,
    probe: ({ tickets }) => tickets,
  },
  {
    id: 'journal',
    capability: 'notes of tickets one by one, with their authors',
    right: 'read on sys_journal_field',
    where: acl,
    required: false,
    probe: () => 'sys_journal_field',
  },
  {
    id: 'groups',
    capability: 'ticket boards',
    right: 'read on sys_user_group',
    where: acl,
    required: false,
    probe: () => 'sys_user_group',
  },
  {
    id: 'choices',
    capability: 'statuses and priorities that are not in use',
    right: 'read on sys_choice (role personalize_choices)',
    where: roles,
    required: false,
    probe: () => 'sys_choice',
  },
  {
    id: 'dictionary',
    capability: 'custom fields',
    right: 'read on sys_dictionary (role personalize_dictionary)',
    where: roles,
    required: false,
    probe: () => 'sys_dictionary',
  },
  {
    id: 'deletions',
    capability: 'deletions without waiting for the full pass',
    right: 'read on sys_audit_delete',
    where: acl,
    required: false,
    probe: () => 'sys_audit_delete',
  },
  {
    id: 'configurations-edit',
    capability: 'write-back',
    right: 'role sn_cmdb_editor, or itil; role asset where the dates are kept in the asset',
    where: roles,
    required: false,
    probe: ({ configurations }) => configurations,
    blind: 'Whether the user may edit shows with the first write-back.',
  },
  {
    id: 'webhooks',
    capability: 'webhooks',
    right: `read, create and delete on ${hookTable}`,
    where: `System Definition > Tables > ${hookTable} > Controls`,
    required: false,
    probe: () => hookTable,
    absent: 'Only for webhooks: follow the recipe in the README of this connector, "Webhooks".',
    blind: 'The table is there. Whether the user may add and delete shows when the webhooks are registered.',
  },
]

const leastRights: Permission = {
  id: 'least-rights',
  capability: 'security: a stolen key opens no more than the hub needs',
  right: 'no role admin, security_admin, user_admin, impersonator or web_service_admin',
  where: roles,
  required: false,
}

const tooMuch = ['admin', 'security_admin', 'user_admin', 'impersonator', 'web_service_admin', 'soap_script']

export const permissions: readonly Permission[] = [
  ...rights.map(({ id, capability, right, where, required }) => ({ id, capability, right, where, required })),
  leastRights,
]

/** Reads a few rows of every table the connector needs; changes nothing. */
export async function check(ctx: Ctx): Promise<Checked> {
  const layout = layoutOf(ctx.settings)
  // Alone and first: refused credentials must not be tried a dozen times.
  const owner = await nameOfInstance(ctx)
  const probes = new Map(
    await Promise.all(
      rights.flatMap((right) => {
        const table = right.probe(layout)
        if (table === undefined) return []
        const chosen = right.chosen?.(ctx.settings).flatMap((column) => column || []) ?? []
        const columns = [...new Set([...(right.columns ?? []), ...chosen])]
        return [probe(ctx, table, columns).then((seen) => [right.id, seen] as const)]
      }),
    ),
  )
  const host = new URL(originOf(ctx.settings.instance) ?? 'https://unknown').host
  return {
    account: host,
    accountName: [owner, host].filter(Boolean).join(', '),
    permissions: [...rights.map((right) => verdict(right, probes.get(right.id))), await privileges(ctx)],
  }
}

/** The company that the instance belongs to. */
async function nameOfInstance(ctx: Ctx): Promise<string | undefined> {
  try {
    const question = {
      table: 'core_company',
      columns: ['sys_id', 'name'],
      conditions: [equals(ctx, 'primary', 'true')],
    }
    const { rows } = await list(ctx, question, { limit: 1 })
    return rawOf(rows[0]?.name) ?? undefined
  } catch (error) {
    if (!isForbidden(error)) throw error
    return undefined
  }
}

interface Seen {
  readonly state: 'readable' | 'forbidden' | 'hidden' | 'absent'
  readonly missing: readonly string[]
  /** Rows of the first few that are counted and do not come. */
  readonly hidden?: number
}

/** Rows looked at in each table. */
const few = 20

/** `hidden`: ServiceNow counts rows and hands out none, which is how it refuses without saying so. */
async function probe(ctx: Ctx, table: string, columns: readonly string[]): Promise<Seen> {
  try {
    const { rows, total } = await list(ctx, { table, columns: ['sys_id', ...columns], conditions: [] }, { limit: few })
    const missing = rows.length === 0 ? [] : columns.filter((column) => rows.every((row) => row[column] === undefined))
    const hidden = Math.max(0, Math.min(few, total ?? 0) - rows.length)
    return { state: hidden > 0 && rows.length === 0 ? 'hidden' : 'readable', missing, hidden }
  } catch (error) {
    if (isForbidden(error)) return { state: 'forbidden', missing: [] }
    if (isNoTable(error)) return { state: 'absent', missing: [] }
    throw error
  }
}

function verdict({ id, right, blind, absent }: Right, seen: Seen | undefined): PermissionCheck {
  const line = (state: PermissionCheck['state'], message: string): PermissionCheck => ({
    permission: id,
    state,
    message,
  })
  if (seen === undefined) return line('ok', 'Not needed with these settings.')
  if (seen.state === 'absent') {
    const why = absent ?? 'Its application is not installed; look at the settings, e.g. how customers are kept.'
    return line('missing', `The table is not there. ${why}`)
  }
  if (seen.state === 'forbidden') return line('missing', `Grant ${right}.`)
  if (seen.state === 'hidden') return line('missing', `ServiceNow counts rows but hands out none. Grant ${right}.`)
  if (seen.missing.length > 0) {
    return line(
      'missing',
      `The table is readable, but not its columns ${seen.missing.join(', ')}: field ACLs hide them, or they do not exist. Look at the ACLs, and at the columns that the settings name.`,
    )
  }
  if (seen.hidden && !blind) {
    const message = `ServiceNow does not hand out ${seen.hidden} of the first ${few} rows: the user may not read them. Where rows are hidden nothing counts as gone. Look at the read ACLs of the table and of its child tables.`
    return line('unknown', message)
  }
  return blind ? line('unknown', blind) : line('ok', 'Readable.')
}

/** Only who may read his own roles can be told of too many; an administrator always may. */
async function privileges(ctx: Ctx): Promise<PermissionCheck> {
  const line = (state: PermissionCheck['state'], message: string) => ({ permission: leastRights.id, state, message })
  const user = await ownUser(ctx)
  const held = user === undefined ? undefined : await rolesOf(ctx, user)
  if (held === undefined) return line('unknown', 'The user may not read its own roles; the role admin could.')
  const excessive = held.filter((role) => tooMuch.includes(role))
  if (excessive.length === 0) return line('ok', 'No role beyond what the hub needs was found.')
  return line(
    'excessive',
    `Take away ${excessive.join(', ')}: with it a stolen credential opens the whole instance. The hub never needs it.`,
  )
}

async function ownUser(ctx: Ctx): Promise<string | undefined> {
  const me = plain('sys_id=javascript:gs.getUserID()', 'sys_id')
  const { rows, total } = await quietly(ctx, 'sys_user', ['sys_id'], [me])
  // More than one row: the script was not run, and the condition ignored.
  return rows.length === 1 && (total ?? 1) === 1 ? (rawOf(rows[0]?.sys_id) ?? undefined) : undefined
}

async function rolesOf(ctx: Ctx, user: string): Promise<readonly string[] | undefined> {
  const { rows } = await quietly(ctx, 'sys_user_has_role', ['sys_id', 'role.name'], [equals(ctx, 'user', user)])
  return rows.length === 0 ? undefined : rows.flatMap((row) => rawOf(row['role.name']) ?? [])
}

async function quietly(
  ctx: Ctx,
  table: string,
  columns: readonly string[],
  conditions: Parameters<typeof list>[1]['conditions'],
): Promise<{ rows: readonly Row[]; total: number | undefined }> {
  try {
    const { rows, total } = await list(ctx, { table, columns, conditions }, { order: 'ORDERBYsys_id', limit: 500 })
    return { rows: rows.filter(isRow), total }
  } catch (error) {
    if (!isForbidden(error)) throw error
    return { rows: [], total: undefined }
  }
}
