import type { SourceConnector } from '../../core/connector/contract.ts'
import { faults, signIn } from './client.ts'
import { hostsOf } from './instance.ts'
import { check, permissions } from './permissions.ts'
import { type ServiceNowSettings, settings } from './settings.ts'
import { companies } from './streams/companies.ts'
import { configurations } from './streams/configurations.ts'
import { contacts } from './streams/contacts.ts'
import {
  companyStatuses,
  companyTypes,
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

export const serviceNow: SourceConnector<ServiceNowSettings> = {
  contract: 1,
  id: 'servicenow',
  name: 'ServiceNow',
  kind: 'psa',
  docs: 'https://www.servicenow.com/docs/bundle/zurich-api-reference/page/integrate/inbound-rest/concept/c_TableAPI.html',
  settings,
  hosts: hostsOf,
  // No rate limit but what an admin sets (429 tells); a node runs few REST transactions side by side.
  limits: { concurrency: 3, windows: [], scope: 'connection' },
  permissions,
  signIn,
  faults,
  check,
  streams: {
    companyTypes,
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
  filters: ['companyTypes', 'companyStatuses', 'configurationTypes', 'configurationStatuses'],
  tickets,
  writeBack,
  webhooks,
}
