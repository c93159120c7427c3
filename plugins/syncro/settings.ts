import type { SettingField, SettingsSchema } from '../../core/connector/contract.ts'

export type SyncroSettings = {
  readonly subdomain: string
  readonly apiToken: string
  readonly warrantyField?: string
  readonly purchaseDateField?: string
  readonly manufacturerField?: string
  readonly modelField?: string
  readonly serialField?: string
  readonly osField?: string
  readonly statusField?: string
  readonly notesField?: string
  readonly websiteField?: string
}

/** Syncro has no columns for these: every MSP keeps them in custom fields of its own naming. */
function chosen(title: string, description: string): SettingField {
  return { type: 'string', title, description, choices: true, maxLength: 200 }
}

export const settings: SettingsSchema<SyncroSettings> = {
  type: 'object',
  required: ['subdomain', 'apiToken'],
  properties: {
    subdomain: {
      type: 'string',
      title: 'Subdomain',
      description: 'The first part of the address you open Syncro at: "acme" of acme.syncromsp.com.',
      examples: ['acme', 'acme.syncromsp.com', 'acme.repairshopr.com'],
      pattern: '^\\s*\\S+\\s*$',
      maxLength: 500,
    },
    apiToken: {
      type: 'string',
      title: 'API token',
      description: 'Admin > API > API Tokens > New Token > Custom Permissions. Shown once.',
      secret: true,
      minLength: 8,
      pattern: '^\\S+$',
    },
    warrantyField: chosen(
      'Asset field: warranty expiration',
      'Leave empty to use the field that is named like it, e.g. "Warranty Expiration". Write-back writes to it.',
    ),
    purchaseDateField: chosen(
      'Asset field: purchase date',
      'Leave empty to use the field that is named like it, e.g. "Purchase Date". Write-back writes to it.',
    ),
    manufacturerField: chosen(
      'Asset field: manufacturer',
      'Leave empty for "Manufacturer", else what the agent reports. Choose a field of your own for write-back: the agent overwrites its own.',
    ),
    modelField: chosen('Asset field: model', 'Leave empty for "Model", else what the agent reports.'),
    serialField: chosen('Asset field: serial number', "Leave empty for the asset's own serial number."),
    osField: chosen('Asset field: operating system', 'Leave empty for what the agent reports, else "OS".'),
    statusField: chosen(
      'Asset field: status',
      'A drop-down field that says whether a device is in use, in stock or retired. Left empty, every asset is "Active".',
    ),
    notesField: chosen('Asset field: notes', 'Leave empty to use the field that is named "Notes".'),
    websiteField: chosen('Customer field: website', 'Leave empty to use the field that is named "Website".'),
  },
}
