import t from 'tap'
import * as lookups from '../../../plugins/connectwise-psa/streams/lookups.ts'
import { lists, records, vendor } from './vendor.ts'

t.test('the small tables', async (t) => {
  const _info = { lastUpdated: '2026-01-01T00:00:00Z' }
  const { ctx } = vendor(
    lists({
      'company/companies/types': [{ id: 5, name: 'Partner', defaultFlag: false, _info }],
      'company/companies/statuses': [
        { id: 1, name: 'Active', defaultFlag: true, inactiveFlag: false },
        { id: 2, name: 'Former', defaultFlag: false, inactiveFlag: true },
      ],
      'company/marketDescriptions': [{ id: 23, name: 'Healthcare' }],
      'company/configurations/types': [
        { id: 17, name: 'Workstation', inactiveFlag: true },
        { id: 18, name: 'New' },
      ],
      'company/configurations/statuses': [{ id: 2, description: 'Active', closedFlag: false, defaultFlag: true }],
      'service/boards': [
        { id: 1, name: 'Help Desk', inactiveFlag: false },
        { id: 4, name: 'Old', inactiveFlag: true },
      ],
      'service/priorities': [{ id: 4, name: 'Priority 3', color: 'Yellow', sortOrder: 3, defaultFlag: true }],
      'service/boards/1/statuses': [
        {
          id: 16,
          name: 'New',
          board: { id: 1 },
          sortOrder: 1,
          inactive: false,
          closedStatus: false,
          defaultFlag: true,
        },
      ],
      'service/boards/4/statuses': [{ id: 40, name: 'Closed', sortOrder: 9, inactive: true, closedStatus: true }],
    }),
  )
  const same = (one: unknown, other: unknown) => t.same(JSON.parse(JSON.stringify(one)), other)
  same(await records(lookups.companyTypes.read(ctx)), [
    { sourceId: '5', name: 'Partner', isDefault: false, updatedAt: '2026-01-01T00:00:00Z' },
  ])
  same(await records(lookups.companyStatuses.read(ctx)), [
    { sourceId: '1', name: 'Active', active: true, isDefault: true },
    { sourceId: '2', name: 'Former', active: false, isDefault: false },
  ])
  same(await records(lookups.markets.read(ctx)), [{ sourceId: '23', name: 'Healthcare' }])
  same(await records(lookups.configurationTypes.read(ctx)), [
    { sourceId: '17', name: 'Workstation', active: false },
    { sourceId: '18', name: 'New' },
  ])
  same(await records(lookups.configurationStatuses.read(ctx)), [
    { sourceId: '2', name: 'Active', active: true, isDefault: true },
  ])
  same(await records(lookups.ticketBoards.read(ctx)), [
    { sourceId: '1', name: 'Help Desk', active: true },
    { sourceId: '4', name: 'Old', active: false },
  ])
  same(await records(lookups.ticketPriorities.read(ctx)), [
    { sourceId: '4', name: 'Priority 3', sortOrder: 3, isDefault: true, color: 'Yellow' },
  ])
  same(await records(lookups.ticketStatuses.read(ctx)), [
    { sourceId: '16', boardId: '1', name: 'New', closed: false, sortOrder: 1, isDefault: true, active: true },
    { sourceId: '40', boardId: '4', name: 'Closed', closed: true, sortOrder: 9, active: false },
  ])
})
