import type { SettingsSchema } from '../../core/connector/contract.ts'

export type ConnectWiseSettings = {
  readonly site: string
  readonly companyId: string
  readonly publicKey: string
  readonly privateKey: string
  readonly clientId: string
  readonly apiVersion?: string
}

/** The public key is half of the credential, so the vault keeps it too; the client id only names the integration. */
export const settings: SettingsSchema<ConnectWiseSettings> = {
  type: 'object',
  required: ['site', 'companyId', 'publicKey', 'privateKey', 'clientId'],
  properties: {
    site: {
      type: 'string',
      title: 'Site',
      description:
        'The address you open ConnectWise PSA at: na.myconnectwise.net, eu.myconnectwise.net, au.myconnectwise.net or your own server.',
      examples: ['na.myconnectwise.net', 'connect.example.com'],
      pattern: '^\\s*\\S+\\s*$',
      maxLength: 500,
    },
    companyId: {
      type: 'string',
      title: 'Company ID',
      description: 'What you type as "Company" on the sign-in screen; not a company record.',
      pattern: '^[^\\s:+]+$',
      maxLength: 100,
    },
    publicKey: {
      type: 'string',
      title: 'Public key',
      description: 'System > Members > API Members > your member > API Keys.',
      secret: true,
      minLength: 1,
      pattern: '^[^\\s:]+$',
    },
    privateKey: {
      type: 'string',
      title: 'Private key',
      description: 'Shown once, when the key is made.',
      secret: true,
      minLength: 1,
    },
    clientId: {
      type: 'string',
      title: 'Client ID',
      description: 'From developer.connectwise.com/ClientID: names this integration in every call.',
      format: 'uuid',
    },
    apiVersion: {
      type: 'string',
      title: 'API version',
      description: 'Leave empty for the newest. Pins the shape of the answers; a pinned version lives about a year.',
      examples: ['2025.1'],
      pattern: '^(\\d{4}\\.\\d{1,2})?$',
    },
  },
}
