import type { SourceConnector } from '../../core/connector/contract.ts'
import { faults, signIn } from './client.ts'
import { choices } from './custom-fields.ts'
import { check, permissions } from './permissions.ts'
import { type SyncroSettings, settings } from './settings.ts'
import { hostsOf } from './site.ts'
import { companies } from './streams/companies.ts'
import { configurations } from './streams/configurations.ts'
import { contacts } from './streams/contacts.ts'
import {
  companyStatuses,
  configurationStatuses,
  configurationTypes,
  ticketBoards,
  ticketPriorities,
  ticketStatuses,
} from './streams/lookups.ts'
import { sites } from './streams/sites.ts'
import { tickets } from './tickets.ts'
import { webhooks } from './webhooks.ts'
import { writeBack } from './write-back.ts'

export const syncro: SourceConnector<SyncroSettings> = {
  contract: 1,
  id: 'syncro',
  name: 'Syncro',
  kind: 'psa',
  docs: 'https://api-docs.syncromsp.com',
  settings,
  hosts: hostsOf,
  // Syncro counts 180 a minute per address it is called from; the rest is for whoever else calls from there.
  limits: { concurrency: 3, windows: [{ requests: 150, seconds: 60 }], scope: 'app' },
  permissions,
  signIn,
  faults,
  check,
  choices,
  streams: {
    companyStatuses,
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
  filters: ['companyStatuses', 'configurationTypes'],
  tickets,
  writeBack,
  webhooks,
}
