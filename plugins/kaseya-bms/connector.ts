import type { SourceConnector } from '../../core/connector/contract.ts'
import { hostsOf } from './address.ts'
import { faults } from './client.ts'
import { check } from './permissions.ts'
import { permissions } from './rights.ts'
import { type KaseyaSettings, settings } from './settings.ts'
import { signIn } from './sign-in.ts'
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
import { writeBack } from './write-back.ts'

/** No webhooks: Kaseya's help page on them offers ticket-related events only, and the hub keeps no tickets. */
export const kaseyaBms: SourceConnector<KaseyaSettings> = {
  contract: 1,
  id: 'kaseya-bms',
  name: 'Kaseya BMS',
  kind: 'psa',
  docs: 'https://help.bms.kaseya.com/help/Content/BMS%20API/bms-api-v2-bms-rest-apis.html',
  settings,
  hosts: hostsOf,
  // 1,500 an hour for each endpoint, which other integrations of the same tenant may count against; no other number.
  limits: { concurrency: 4, windows: [], perEndpoint: [{ requests: 1_450, seconds: 3_600 }], scope: 'connection' },
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
}
