import type { SourceConnector } from '../../core/connector/contract.ts'
import { faults, signIn } from './client.ts'
import { check, permissions } from './permissions.ts'
import { type ConnectWiseSettings, settings } from './settings.ts'
import { hostsOf } from './site.ts'
import { companies } from './streams/companies.ts'
import { configurations } from './streams/configurations.ts'
import { contacts } from './streams/contacts.ts'
import {
  companyStatuses,
  companyTypes,
  configurationStatuses,
  configurationTypes,
  markets,
  ticketBoards,
  ticketPriorities,
  ticketStatuses,
} from './streams/lookups.ts'
import { sites } from './streams/sites.ts'
import { tickets } from './tickets.ts'
import { webhooks } from './webhooks.ts'
import { writeBack } from './write-back.ts'

export const connectWise: SourceConnector<ConnectWiseSettings> = {
  contract: 1,
  id: 'connectwise-psa',
  name: 'ConnectWise PSA',
  kind: 'psa',
  docs: 'https://developer.connectwise.com/Products/ConnectWise_PSA/REST',
  settings,
  hosts: hostsOf,
  // No official number. Clients saw 429 somewhere above 1,000 a minute; `Retry-After` rules where it comes earlier.
  limits: { concurrency: 4, windows: [{ requests: 900, seconds: 60 }], scope: 'connection' },
  permissions,
  signIn,
  faults,
  check,
  streams: {
    companyTypes,
    companyStatuses,
    markets,
    companies,
    sites,
    contacts,
    configurationTypes,
    configurationStatuses,
    configurations,
    ticketBoards,
    ticketPriorities,
    ticketStatuses,
  },
  filters: ['companyTypes', 'companyStatuses', 'configurationTypes', 'configurationStatuses'],
  tickets,
  writeBack,
  webhooks,
}
