/**
 * The canonical records: one table of fields per stream. Everything else that knows a record is made
 * from these tables: the TypeScript types, the validator, the columns the page writer fills, the
 * field tables in the documentation.
 *
 * In a record `undefined` means "the vendor did not send it" (what is stored stays) and `null` means
 * "the vendor says it is empty". Never turn one into the other.
 */

/**
 * - `text`     string; may be empty only where the vendor means empty
 * - `boolean`, `integer`, `number`
 * - `date`     `YYYY-MM-DD`, a calendar day without a time zone
 * - `instant`  RFC 3339 with offset, e.g. `2026-08-01T09:00:00Z`
 * - `id`       the source id of a record in another stream (or of the vendor's own look-up)
 * - `ids`, `texts`  arrays of the above, in the vendor's order
 * - `values`   flat object: custom field id → scalar or null
 * - `json`     any JSON the vendor shaped (a flexible asset's traits)
 */
export type FieldKind =
  | 'text'
  | 'boolean'
  | 'integer'
  | 'number'
  | 'date'
  | 'instant'
  | 'id'
  | 'ids'
  | 'texts'
  | 'values'
  | 'json'

export interface Field {
  readonly kind: FieldKind
  /** A record without it is rejected. */
  readonly required?: true
  /** One sentence for admins and plugin authors. */
  readonly means: string
}

export interface StreamShape {
  /** The stream in words, as the panel and the docs print it. */
  readonly title: string
  readonly fields: Readonly<Record<string, Field>>
  /** Streams that must be complete before this one is read in the same run. */
  readonly after: readonly StreamName[]
}

const text = (means: string) => ({ kind: 'text', means }) as const
const boolean = (means: string) => ({ kind: 'boolean', means }) as const
const integer = (means: string) => ({ kind: 'integer', means }) as const
const date = (means: string) => ({ kind: 'date', means }) as const
const instant = (means: string) => ({ kind: 'instant', means }) as const
const id = (means: string) => ({ kind: 'id', means }) as const
const ids = (means: string) => ({ kind: 'ids', means }) as const
const texts = (means: string) => ({ kind: 'texts', means }) as const
const json = (means: string) => ({ kind: 'json', means }) as const
const required = <F extends Field>(field: F) => ({ ...field, required: true }) as const

const common = {
  sourceId: { kind: 'id', required: true, means: 'The id at the source; unique within the stream.' },
  url: text("Deep link into the vendor's own screen."),
  updatedAt: instant('When the source last changed the record.'),
} as const

const address = {
  addressLine1: text('First line of the address.'),
  addressLine2: text('Second line of the address.'),
  city: text('City.'),
  state: text('State, province or region.'),
  postalCode: text('Postal code.'),
  country: text('Country.'),
} as const

const customFields = {
  customFields: { kind: 'values', means: 'The custom fields the admin selected, by field id.' },
} as const

export const streams = {
  companyTypes: {
    title: 'Company types',
    after: [],
    fields: {
      ...common,
      name: required(text('Name of the type.')),
      active: boolean('Whether it can still be chosen at the source.'),
      isDefault: boolean('Whether new companies get it.'),
    },
  },
  companyStatuses: {
    title: 'Company statuses',
    after: [],
    fields: {
      ...common,
      name: required(text('Name of the status.')),
      active: boolean('Whether it can still be chosen at the source.'),
      isDefault: boolean('Whether new companies get it.'),
    },
  },
  markets: {
    title: 'Markets',
    after: [],
    fields: { ...common, name: required(text('Name of the market.')) },
  },
  companies: {
    title: 'Companies',
    after: ['companyTypes', 'companyStatuses', 'markets'],
    fields: {
      ...common,
      name: required(text('Name of the company.')),
      identifier: text('Short name or account number at the source.'),
      website: text('Web site.'),
      phone: text('Main phone number.'),
      statusId: id('Status of the company.'),
      status: text('Name of the status.'),
      typeIds: ids('Types of the company.'),
      types: texts('Names of the types.'),
      marketIds: ids('Markets of the company, the primary one first.'),
      markets: texts('Names of the markets.'),
      active: boolean('Whether the source counts it as active.'),
      ...address,
      ...customFields,
    },
  },
  sites: {
    title: 'Sites',
    after: ['companies'],
    fields: {
      ...common,
      companyId: required(id('Company of the site.')),
      name: required(text('Name of the site.')),
      active: boolean('Whether the site is in use.'),
      primary: boolean('Whether it is the main address of the company.'),
      phone: text('Phone number.'),
      ...address,
    },
  },
  configurationTypes: {
    title: 'Configuration types',
    after: [],
    fields: {
      ...common,
      name: required(text('Name of the type.')),
      active: boolean('Whether it can still be chosen at the source.'),
    },
  },
  configurationStatuses: {
    title: 'Configuration statuses',
    after: [],
    fields: {
      ...common,
      name: required(text('Name of the status.')),
      active: boolean('Whether a configuration in this status is in use.'),
      isDefault: boolean('Whether new configurations get it.'),
    },
  },
  contacts: {
    title: 'Contacts',
    after: ['companies'],
    fields: {
      ...common,
      companyId: id('Company of the contact.'),
      siteId: id('Site of the contact.'),
      name: required(text('Full name.')),
      firstName: text('First name.'),
      lastName: text('Last name.'),
      types: texts('Kinds of contact, e.g. "Decision Maker".'),
      title: text('Job title.'),
      email: text('Primary e-mail address.'),
      phone: text('Primary phone number.'),
      mobile: text('Mobile phone number.'),
      primary: boolean('Whether it is the main contact of the company.'),
      active: boolean('Whether the contact is active.'),
      ...address,
      ...customFields,
    },
  },
  configurations: {
    title: 'Configurations',
    after: ['companies', 'configurationTypes', 'configurationStatuses'],
    fields: {
      ...common,
      companyId: id('Company that owns or uses it.'),
      siteId: id('Site where it stands.'),
      contactId: id('Contact who uses it.'),
      name: required(text('Name of the configuration.')),
      typeId: id('Type of the configuration.'),
      type: text('Name of the type.'),
      statusId: id('Status of the configuration.'),
      status: text('Name of the status.'),
      active: boolean('Whether the source counts it as in use.'),
      serialNumber: text('Serial number as the source has it.'),
      assetTag: text('Inventory tag.'),
      manufacturer: text('Maker.'),
      model: text('Model.'),
      productNumber: text("Maker's product or part number."),
      osType: text('Operating system.'),
      osVersion: text('Version of the operating system.'),
      macAddress: text('MAC address.'),
      ipAddress: text('IP address.'),
      purchaseDate: date('Day of purchase.'),
      installationDate: date('Day of installation.'),
      warrantyExpiration: date('Last day of warranty.'),
      notes: text('Notes.'),
      ...customFields,
    },
  },
  ticketBoards: {
    title: 'Ticket boards',
    after: [],
    fields: {
      ...common,
      name: required(text('Name of the board or queue.')),
      active: boolean('Whether the board is in use.'),
    },
  },
  ticketPriorities: {
    title: 'Ticket priorities',
    after: [],
    fields: {
      ...common,
      name: required(text('Name of the priority.')),
      sortOrder: integer('Order, most urgent first.'),
      isDefault: boolean('Whether new tickets get it.'),
      color: text('Colour as the source has it.'),
    },
  },
  ticketStatuses: {
    title: 'Ticket statuses',
    after: ['ticketBoards'],
    fields: {
      ...common,
      boardId: id('Board of the status, where statuses belong to boards.'),
      name: required(text('Name of the status.')),
      closed: boolean('Whether a ticket in this status is closed.'),
      sortOrder: integer('Order on the board.'),
      isDefault: boolean('Whether new tickets get it.'),
      active: boolean('Whether it can still be chosen.'),
    },
  },
  flexibleAssetTypes: {
    title: 'Flexible asset types',
    after: [],
    fields: {
      ...common,
      name: required(text('Name of the type.')),
      description: text('What the type is for.'),
      active: boolean('Whether the type is in use.'),
      fieldDefinitions: json('The fields of the type, as the source lays them out.'),
    },
  },
  flexibleAssets: {
    title: 'Flexible assets',
    after: ['companies', 'flexibleAssetTypes'],
    fields: {
      ...common,
      companyId: id('Company of the asset.'),
      typeId: id('Type of the asset.'),
      type: text('Name of the type.'),
      name: required(text('Name of the asset.')),
      active: boolean('Whether it is in use (not archived).'),
      traits: json('Field values by field key.'),
    },
  },
  domains: {
    title: 'Domains',
    after: ['companies'],
    fields: {
      ...common,
      companyId: id('Company of the domain.'),
      name: required(text('Domain name.')),
      registrar: text('Registrar.'),
      expiresOn: date('Day the registration ends.'),
      notes: text('Notes.'),
    },
  },
  sslCertificates: {
    title: 'SSL certificates',
    after: ['companies'],
    fields: {
      ...common,
      companyId: id('Company of the certificate.'),
      name: required(text('Host or common name.')),
      issuer: text('Issuer.'),
      serialNumber: text('Serial number of the certificate.'),
      fingerprint: text('Fingerprint.'),
      validFrom: date('First day of validity.'),
      expiresOn: date('Last day of validity.'),
      active: boolean('Whether it is in use.'),
    },
  },
  m365Users: {
    title: 'Microsoft 365 users',
    after: [],
    fields: {
      ...common,
      name: required(text('Display name.')),
      userPrincipalName: text('Sign-in name.'),
      email: text('Mail address.'),
      title: text('Job title.'),
      department: text('Department.'),
      userType: text('Member or Guest.'),
      enabled: boolean('Whether the account may sign in.'),
      mfaRegistered: boolean('Whether a second factor is registered; null = not known, see mfaReason.'),
      mfaReason: text('Which report said so, or why it is not known.'),
      lastSignInAt: instant('Last sign-in.'),
    },
  },
  m365Licenses: {
    title: 'Microsoft 365 licences',
    after: [],
    fields: {
      ...common,
      name: required(text('Product name.')),
      skuPartNumber: text("Microsoft's part number."),
      total: integer('Seats bought.'),
      assigned: integer('Seats in use.'),
      status: text('Enabled, warning, suspended.'),
    },
  },
  m365UserLicenses: {
    title: 'Microsoft 365 licence assignments',
    after: ['m365Users', 'm365Licenses'],
    fields: {
      ...common,
      userId: required(id('The user.')),
      licenseId: required(id('The licence.')),
    },
  },
} as const satisfies Record<string, Omit<StreamShape, 'after'> & { after: readonly string[] }>

export type StreamName = keyof typeof streams
export const streamNames = Object.keys(streams) as readonly StreamName[]

export type Scalar = string | number | boolean
export type Json = null | Scalar | readonly Json[] | { readonly [key: string]: Json }

interface KindTypes {
  text: string
  boolean: boolean
  integer: number
  number: number
  date: string
  instant: string
  id: string
  ids: readonly string[]
  texts: readonly string[]
  values: Readonly<Record<string, Scalar | null>>
  json: Json
}

type Fields<K extends StreamName> = (typeof streams)[K]['fields']
type Required<F> = { [N in keyof F]: F[N] extends { required: true } ? N : never }[keyof F]
type Value<F> = F extends { kind: infer T extends FieldKind } ? KindTypes[T] : never

/** A record of stream `K`: required fields are there, others may be `undefined` (not sent) or `null` (empty). */
export type RecordOf<K extends StreamName> = {
  readonly [N in Required<Fields<K>>]: Value<Fields<K>[N]>
} & {
  readonly [N in Exclude<keyof Fields<K>, Required<Fields<K>>>]?: Value<Fields<K>[N]> | null | undefined
}

/** The fields of a stream as data, for code that is generic over streams. */
export function fieldsOf(stream: StreamName): Readonly<Record<string, Field>> {
  return streams[stream].fields
}
