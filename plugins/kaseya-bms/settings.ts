import type { SettingsSchema } from '../../core/connector/contract.ts'

export type KaseyaSettings = {
  readonly region: string
  readonly apiAddress?: string
  readonly tenant: string
  readonly userName: string
  readonly password: string
  readonly assetModule?: number
  readonly contactModule?: number
  readonly manufacturerTable?: string
}

export const settings: SettingsSchema<KaseyaSettings> = {
  type: 'object',
  required: ['region', 'tenant', 'userName', 'password'],
  properties: {
    region: {
      type: 'string',
      title: 'Region',
      description:
        'Where your BMS is: bms.kaseya.com is US, bmsemea… is EMEA, bmsapac… is APAC. "Other address" is for Vorex under another name, Pulseway PSA and the like.',
      enum: ['US', 'EMEA', 'APAC', 'Vorex', 'Other address'],
      default: 'US',
    },
    apiAddress: {
      type: 'string',
      title: 'API address',
      description: 'Only for "Other address": the host of the API, without /v2.',
      examples: ['https://api.vorexlogin.com'],
      maxLength: 500,
    },
    tenant: {
      type: 'string',
      title: 'Company name',
      description:
        'As it stands in BMS under your name > My Settings > Company Name; neither the subdomain nor an account.',
      minLength: 1,
      maxLength: 200,
    },
    userName: {
      type: 'string',
      title: 'User name',
      description: 'Of the user of type "Api Employee". One with MFA or single sign-on cannot be used.',
      minLength: 1,
      maxLength: 200,
    },
    password: {
      type: 'string',
      title: 'Password',
      description: 'BMS mails it when the user is made.',
      secret: true,
      minLength: 1,
    },
    assetModule: {
      type: 'integer',
      title: 'Custom field module of hardware assets',
      description:
        'The number of the module in BMS; Kaseya publishes no list. Without it custom fields of hardware assets are not read.',
      minimum: 1,
    },
    contactModule: {
      type: 'integer',
      title: 'Custom field module of contacts',
      description: 'The same for contacts. Without it custom fields of contacts are not read.',
      minimum: 1,
    },
    manufacturerTable: {
      type: 'string',
      title: 'Lookup table of manufacturers',
      description:
        'Only for write-back of the manufacturer: the name of the table in the BMS API. Empty: "Manufacturer".',
      pattern: '^\\w*$',
      maxLength: 100,
    },
  },
}
