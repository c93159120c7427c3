/** Notices of Syncro's Notification Center, where an admin enters the hub's address: there is no API for it. */
import type { WebhookDelivery, WebhookHint, WebhookSource } from '../../core/connector/contract.ts'
import { id, isRow, type Row, text } from '../../core/connector/parse.ts'
import type { SyncroSettings } from './settings.ts'
import { personId } from './streams/contacts.ts'

type Touched = 'companies' | 'contacts' | 'configurations'

export const webhooks: WebhookSource<SyncroSettings> = {
  streams: ['companies', 'contacts', 'configurations'],
  steps: [
    'In Syncro open Admin > Notification Center and make a new notification set, e.g. "Tributary".',
    'Enter the address as the webhook URL of that set.',
    'Tick the webhook of "Customer - Was created" and "Contact - Was created", and of other events about customers, contacts or assets if you like. Leave out those about tickets, invoices and RMM alerts: the hub stores nothing of them.',
    'Save the set.',
  ],

  // No signature is known, so the address is the proof.
  async verify(_ctx, delivery) {
    return parsed(delivery) !== undefined
  },

  touched(delivery) {
    const body = parsed(delivery)
    return { hints: body ? hintsIn(body) : [] }
  },
}

function parsed({ raw }: WebhookDelivery): Row | undefined {
  try {
    const body: unknown = JSON.parse(Buffer.from(raw).toString('utf8'))
    return isRow(body) ? body : undefined
  } catch {
    return undefined
  }
}

/**
 * What a notice holds is not documented. A public receiver for RepairShopr, the twin product, reads `text`, `html`,
 * `link` and the record itself in `attributes`; a record at the top or under its own name is understood, too. What the
 * record is shows in its properties, or else in the address of its screen.
 */
function hintsIn(body: Row): readonly WebhookHint[] {
  const row = isRow(body.attributes) ? body.attributes : body
  const kind = recordId(row) === undefined ? undefined : kindOf(row)
  if (kind === 'other') return []
  if (kind !== undefined) return hintsOf(kind, row)
  return wrapped(row) ?? linked(text(body.link) ?? '')
}

/** What a record is by its properties. Others carry the customer they belong to, which did not change. */
function kindOf(row: Row): Touched | 'other' | undefined {
  const has = (...names: readonly string[]) => names.some((name) => Object.hasOwn(row, name))
  if (has('asset_type', 'asset_serial')) return 'configurations'
  if (has('ticket_id', 'subject', 'number')) return 'other'
  if (has('customer_id')) {
    // People of the MSP's own suppliers have no customer.
    return row.customer_id !== null && has('name') && has('email', 'address1') ? 'contacts' : 'other'
  }
  // Leads write `first_name`.
  return has('firstname', 'business_name') && !has('first_name') ? 'companies' : undefined
}

/** The most particular first: what an asset or a contact belongs to comes along with it. */
const wrappers = [
  ['asset', 'configurations'],
  ['customer_asset', 'configurations'],
  ['contact', 'contacts'],
  ['customer', 'companies'],
] as const

function wrapped(row: Row): readonly WebhookHint[] | undefined {
  // A record of its own that brings others along.
  if (recordId(row) !== undefined) return undefined
  if (
    Object.keys(row).some((name) =>
      /^(ticket|comment|invoice|estimate|payment|lead|appointment|(rmm_)?alert)$/.test(name),
    )
  )
    return []
  for (const [name, stream] of wrappers) {
    const inner = row[name]
    if (isRow(inner) && recordId(inner) !== undefined) return hintsOf(stream, inner)
  }
  return undefined
}

const screens: Readonly<Record<string, Touched>> = {
  customers: 'companies',
  contacts: 'contacts',
  customer_assets: 'configurations',
}

/** By the last record an address names, e.g. `/customers/5`. */
function linked(link: string): readonly WebhookHint[] {
  const path = URL.parse(link)?.pathname ?? link
  const [, screen = '', sourceId = ''] = [...path.matchAll(/([a-z_]+)\/(\d{1,15})(?=\/|$)/g)].at(-1) ?? []
  const stream = Object.hasOwn(screens, screen) ? screens[screen] : undefined
  return stream ? [{ stream, sourceId }] : []
}

/** A customer names a person, who is a contact of the hub. */
function hintsOf(stream: Touched, row: Row): readonly WebhookHint[] {
  const sourceId = recordId(row) ?? ''
  const own = { stream, sourceId }
  const named = stream === 'companies' && Boolean(text(row.firstname) || text(row.lastname))
  return named ? [own, { stream: 'contacts', sourceId: personId(sourceId) }] : [own]
}

/** Ids are whole numbers, as a number or a text; others are no record's. */
function recordId(row: Row): string | undefined {
  const found = id(row.id)
  return found && /^\d{1,15}$/.test(found) ? found : undefined
}
