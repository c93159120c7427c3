import type { Choice, Context, SourceConnector } from '../../core/connector/contract.ts'
import { faults, signIn } from './client.ts'
import { check, permissions } from './permissions.ts'
import { type AutotaskSettings, installDate, settings } from './settings.ts'
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
import { isDateUdf, udfsOf } from './udf.ts'
import { webhooks } from './webhooks.ts'
import { writeBack } from './write-back.ts'
import { hostsOf } from './zone.ts'

export const autotask: SourceConnector<AutotaskSettings> = {
  contract: 1,
  id: 'autotask',
  name: 'Autotask PSA',
  kind: 'psa',
  docs: 'https://www.autotask.net/help/DeveloperHelp/Content/APIs/REST/REST_API_Home.htm',
  settings,
  hosts: hostsOf,
  // 10,000 an hour for all integrations of a tenant together, three at a time for each kind of record. The hub takes
  // half of the hour at most, and never all three.
  limits: { concurrency: 2, windows: [{ requests: 5000, seconds: 3600 }], scope: 'connection' },
  permissions,
  signIn,
  faults,
  check,
  choices,
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

/** The user-defined fields that can hold a purchase date or a manufacturer. */
async function choices(
  ctx: Context<AutotaskSettings>,
  field: keyof AutotaskSettings & string,
): Promise<readonly Choice[]> {
  const forDates = field === 'purchaseDateField'
  if (!forDates && field !== 'manufacturerField') return []
  const udfs = [...(await udfsOf(ctx, 'ConfigurationItems')).values()]
  return [
    ...(forDates ? [{ value: installDate, label: 'Install date (Autotask’s own field)' }] : []),
    ...udfs.filter((udf) => isDateUdf(udf) === forDates).map(({ name, title }) => ({ value: name, label: title })),
  ]
}
