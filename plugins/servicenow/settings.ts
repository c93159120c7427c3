import type { SettingsSchema } from '../../core/connector/contract.ts'

export const signInWays = ['API key', 'OAuth', 'Basic'] as const
export const customerTables = ['core_company', 'customer_account'] as const
export const configurationTables = ['cmdb_ci_hardware', 'cmdb_ci_computer'] as const
export const statusColumns = ['install_status', 'operational_status', 'hardware_status', 'life_cycle_stage'] as const
export const dateHolders = ['configuration item', 'asset'] as const

export type ServiceNowSettings = {
  readonly instance: string
  readonly signInWith: (typeof signInWays)[number]
  readonly apiKey?: string
  readonly clientId?: string
  readonly clientSecret?: string
  readonly username?: string
  readonly password?: string
  readonly customerTable?: (typeof customerTables)[number]
  readonly companyQuery?: string
  readonly companyTypeColumn?: string
  readonly companyStatusColumn?: string
  readonly configurationTable?: (typeof configurationTables)[number]
  readonly statusColumn?: (typeof statusColumns)[number]
  readonly datesFrom?: (typeof dateHolders)[number]
  readonly companyByPlace?: boolean
  readonly webhookSecret?: string
}

const column = '^([a-z][a-z0-9_]*)?$'

export const settings: SettingsSchema<ServiceNowSettings> = {
  type: 'object',
  required: ['instance', 'signInWith'],
  properties: {
    instance: {
      type: 'string',
      title: 'Instance',
      description: 'The address you open ServiceNow at, or the part of it before ".service-now.com".',
      examples: ['acme', 'acme.service-now.com', 'https://support.example.com'],
      pattern: '^\\s*\\S+\\s*$',
      maxLength: 500,
    },
    signInWith: {
      type: 'string',
      title: 'Sign in with',
      description: 'API key is the simplest. Basic needs a user with "Web service access only".',
      enum: signInWays,
      default: 'API key',
    },
    apiKey: {
      type: 'string',
      title: 'API key',
      description: 'System Web Services > API Access Policies > REST API Key. Only for "API key".',
      secret: true,
      minLength: 1,
    },
    clientId: {
      type: 'string',
      title: 'Client ID',
      description: 'System OAuth > Application Registry. Only for "OAuth".',
      maxLength: 200,
    },
    clientSecret: { type: 'string', title: 'Client secret', description: 'Only for "OAuth".', secret: true },
    username: {
      type: 'string',
      title: 'User name',
      description: 'For "Basic"; for "OAuth" only if the application has no user of its own (password grant).',
      maxLength: 200,
    },
    password: { type: 'string', title: 'Password', description: 'Together with the user name.', secret: true },
    customerTable: {
      type: 'string',
      title: 'Customers are kept as',
      description:
        'core_company; or customer_account with its contacts and cases, if you run Customer Service Management.',
      enum: customerTables,
      default: 'core_company',
    },
    companyQuery: {
      type: 'string',
      title: 'Which companies',
      description:
        'An encoded query, copied from a list\'s filter ("Copy query"). Left empty: customer=true for core_company, all for customer_account. No ^NQ.',
      examples: ['customer=true', 'customer=true^u_managed=true'],
      pattern: '^(?!.*(\\^NQ|ORDERBY|GROUPBY)).*$',
      maxLength: 1000,
    },
    companyTypeColumn: {
      type: 'string',
      title: 'Column with the company type',
      description:
        'ServiceNow has none of its own. Left empty: the flags customer, vendor, manufacturer are the types.',
      examples: ['u_type'],
      pattern: column,
    },
    companyStatusColumn: {
      type: 'string',
      title: 'Column with the company status',
      description: 'ServiceNow has none of its own. Left empty: every company is active.',
      examples: ['u_status', 'u_active'],
      pattern: column,
    },
    configurationTable: {
      type: 'string',
      title: 'Configurations',
      description: 'cmdb_ci_hardware: computers, network gear, printers and so on. cmdb_ci_computer: computers only.',
      enum: configurationTables,
      default: 'cmdb_ci_hardware',
    },
    statusColumn: {
      type: 'string',
      title: 'Column with the configuration status',
      enum: statusColumns,
      default: 'install_status',
    },
    datesFrom: {
      type: 'string',
      title: 'Purchase and warranty dates are kept in',
      description:
        'Where they are read and written. "asset" if your people maintain the asset: a later save of it would overwrite the configuration item.',
      enum: dateHolders,
      default: 'configuration item',
    },
    companyByPlace: {
      type: 'boolean',
      title: 'Find the company of devices without one',
      description: 'By the company of their location, else of the person they are assigned to.',
      default: false,
    },
    webhookSecret: {
      type: 'string',
      title: 'Webhook secret',
      description:
        "The system property tributary.hook.secret of the recipe in the connector's README. 32 characters or more.",
      secret: true,
      minLength: 32,
    },
  },
}

/** Where things are in this instance, with the defaults filled in. */
export interface Layout {
  readonly companies: (typeof customerTables)[number]
  readonly contacts: 'sys_user' | 'customer_contact'
  readonly tickets: 'incident' | 'sn_customerservice_case'
  /** How contacts and tickets name their company. */
  readonly owner: 'company' | 'account'
  readonly configurations: (typeof configurationTables)[number]
  readonly status: (typeof statusColumns)[number]
  readonly datesInAsset: boolean
  readonly companyQuery: string
}

export function layoutOf(settings: ServiceNowSettings): Layout {
  const { customerTable, configurationTable, statusColumn, datesFrom, companyQuery } = settings
  const cases = customerTable === 'customer_account'
  return {
    companies: customerTable ?? 'core_company',
    contacts: cases ? 'customer_contact' : 'sys_user',
    tickets: cases ? 'sn_customerservice_case' : 'incident',
    owner: cases ? 'account' : 'company',
    configurations: configurationTable ?? 'cmdb_ci_hardware',
    status: statusColumn ?? 'install_status',
    datesInAsset: datesFrom === 'asset',
    companyQuery: companyQuery || (cases ? '' : 'customer=true'),
  }
}
