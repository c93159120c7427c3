import type { SettingsSchema } from '../../core/connector/contract.ts'

export type AutotaskSettings = {
  readonly userName: string
  readonly secret: string
  readonly integrationCode: string
  readonly purchaseDateField?: string
  readonly manufacturerField?: string
  readonly lookUpHost?: string
}

/** The value of `purchaseDateField` that means Autotask's own field and no user-defined one. */
export const installDate = 'installDate'

export const settings: SettingsSchema<AutotaskSettings> = {
  type: 'object',
  required: ['userName', 'secret', 'integrationCode'],
  properties: {
    userName: {
      type: 'string',
      title: 'Username (Key)',
      description:
        'From the Credentials section of the API user. It looks like an e-mail address, but it is not the e-mail address of the user.',
      pattern: '^\\S+$',
      maxLength: 200,
    },
    secret: {
      type: 'string',
      title: 'Password (Secret)',
      description: 'From the same section; shown once, when it is generated.',
      secret: true,
      minLength: 1,
    },
    integrationCode: {
      type: 'string',
      title: 'Tracking Identifier',
      description:
        'From the section API Tracking Identifier of the API user: the identifier of a custom integration, or of the vendor that was chosen there.',
      secret: true,
      minLength: 1,
    },
    purchaseDateField: {
      type: 'string',
      title: 'Purchase date',
      description:
        'Autotask has no purchase date. Name the user-defined field that holds it, or installDate if your install dates are purchase dates. Empty: not read, not written.',
      choices: true,
      maxLength: 200,
    },
    manufacturerField: {
      type: 'string',
      title: 'Manufacturer',
      description:
        'The manufacturer is read from the product. Name a user-defined field of configuration items that goes before it where it is filled, and that write-back may fill. Empty: not written.',
      choices: true,
      maxLength: 200,
    },
    lookUpHost: {
      type: 'string',
      title: 'Zone look-up host',
      description:
        'Leave empty. The host that is asked for your zone, if it must be another than webservices2.autotask.net.',
      examples: ['webservices5.autotask.net'],
      pattern: '^\\s*\\S*\\s*$',
      maxLength: 500,
    },
  },
}
