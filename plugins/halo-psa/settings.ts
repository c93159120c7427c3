import type { SettingField, SettingsSchema } from '../../core/connector/contract.ts'

export type HaloSettings = {
  readonly resourceServer: string
  readonly authServer?: string
  readonly tenant?: string
  readonly clientId: string
  readonly clientSecret: string
  readonly scopes?: string
  readonly serialNumberField?: string
  readonly osField?: string
  readonly manufacturerField?: string
  readonly purchaseDateField?: string
  readonly warrantyField?: string
  readonly jobTitleField?: string
}

const assetField = (title: string, found: string): SettingField => ({
  type: 'string',
  title,
  description: `The asset field that holds it. Leave empty and the hub finds it by name: ${found}.`,
  maxLength: 200,
  choices: true,
})

export const settings: SettingsSchema<HaloSettings> = {
  type: 'object',
  required: ['resourceServer', 'clientId', 'clientSecret'],
  properties: {
    resourceServer: {
      type: 'string',
      title: 'Resource server',
      description:
        'Halo shows it under Configuration > Integrations > Halo API. HaloPSA, HaloITSM, HaloServiceDesk or your own server.',
      examples: ['https://acme.halopsa.com/api', 'https://acme.haloitsm.com/api', 'https://halo.example.com/api'],
      pattern: '^\\s*\\S+\\s*$',
      maxLength: 500,
    },
    authServer: {
      type: 'string',
      title: 'Authorisation server',
      description:
        'Shown on the same page. Leave empty and the hub asks the resource server; needed where it is on another host.',
      examples: ['https://acme.halopsa.com/auth'],
      pattern: '^\\s*\\S*\\s*$',
      maxLength: 500,
    },
    tenant: {
      type: 'string',
      title: 'Tenant',
      description: 'Shown on the same page for hosted Halo. Leave empty and the hub asks; self-hosted has none.',
      examples: ['acme'],
      pattern: '^\\S*$',
      maxLength: 200,
    },
    clientId: {
      type: 'string',
      title: 'Client ID',
      description: 'Of the API application. Copy it after saving: until then Halo may still change it.',
      pattern: '^\\S+$',
      maxLength: 200,
    },
    clientSecret: {
      type: 'string',
      title: 'Client secret',
      description: 'Of the API application.',
      secret: true,
      minLength: 1,
    },
    scopes: {
      type: 'string',
      title: 'Permissions to ask for',
      description:
        'Leave empty for what the hub can use and the application allows. Fill in, separated by spaces, to ask for less.',
      examples: ['read:customers read:assets'],
      pattern: '^[\\w: ]*$',
      maxLength: 500,
    },
    serialNumberField: assetField('Serial number field', '"Serial Number", "Serial No", "Service Tag" …'),
    osField: assetField('Operating system field', '"Operating System", "OS" …'),
    manufacturerField: assetField('Manufacturer field', '"Manufacturer", "Make" …'),
    purchaseDateField: assetField('Purchase date field', '"Purchase Date", "Date Purchased" …, else the supplier tab'),
    warrantyField: assetField('Warranty end field', 'the warranty tab, else "Warranty End", "Warranty Expiry" …'),
    jobTitleField: {
      type: 'string',
      title: 'Job title field',
      description: 'The custom field of users that holds the job title. Leave empty for Halo’s own "Title".',
      maxLength: 100,
      choices: true,
    },
  },
}
