import type { SourceConnector } from '../../core/connector/contract.ts'
import { hostsOf } from './addresses.ts'
import { assetFieldChoices } from './asset-fields.ts'
import { faults, signIn } from './client.ts'
import { definedCustomFields } from './custom-fields.ts'
import { users } from './paging.ts'
import { check, permissions } from './permissions.ts'
import { type HaloSettings, settings } from './settings.ts'
import { companies } from './streams/companies.ts'
import { configurations } from './streams/configurations.ts'
import { contacts, people } from './streams/contacts.ts'
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

export const haloPsa: SourceConnector<HaloSettings> = {
  contract: 1,
  id: 'halo-psa',
  name: 'Halo PSA',
  kind: 'psa',
  docs: 'https://halo.halopsa.com/apidoc/info',
  settings,
  hosts: hostsOf,
  // Hosted Halo refuses beyond 300 requests in any five minutes; some are left for whoever else uses the API. The short
  // window comes first so that the long one is spread evenly.
  limits: {
    concurrency: 3,
    windows: [
      { requests: 10, seconds: 1 },
      { requests: 280, seconds: 300 },
    ],
    scope: 'connection',
  },
  permissions,
  signIn,
  faults,
  check,
  async choices(ctx, field) {
    if (field !== 'jobTitleField') return assetFieldChoices(ctx, field)
    const fields = await definedCustomFields(ctx, users, people)
    return fields.map(({ id, title }) => ({ value: id, label: title }))
  },
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
  filters: ['companyStatuses', 'configurationTypes', 'configurationStatuses'],
  tickets,
  writeBack,
  webhooks,
}
