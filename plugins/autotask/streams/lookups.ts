/** The small tables: picklists of other entities' fields, and the two statuses that stand for a flag. */
import type { Page, Stream } from '../../../core/connector/contract.ts'
import type { RecordOf, StreamName } from '../../../core/connector/records.ts'
import { assertReadable } from '../access.ts'
import { fieldsOf, type Picked } from '../metadata.ts'
import type { AutotaskSettings } from '../settings.ts'
import { activeStatuses } from './fields.ts'

/** The one status of tickets that Autotask itself knows: "Complete", whatever it is called. */
export const complete = '5'

function picklist<K extends StreamName>(
  entity: string,
  field: string,
  record: (picked: Picked) => RecordOf<K>,
): Stream<K, AutotaskSettings> {
  return {
    deletes: 'by-absence',
    async *read(ctx): AsyncGenerator<Page<K>> {
      await assertReadable(ctx, entity)
      const values = (await fieldsOf(ctx, entity)).picklist(ctx, field)
      yield { records: values.map(record) }
    },
  }
}

function statuses<K extends 'companyStatuses' | 'configurationStatuses'>(
  entity: string,
  records: readonly RecordOf<K>[],
): Stream<K, AutotaskSettings> {
  return {
    deletes: 'by-absence',
    async *read(ctx): AsyncGenerator<Page<K>> {
      await assertReadable(ctx, entity)
      yield { records }
    },
  }
}

const common = ({ value, label }: Picked) => ({ sourceId: value, name: label })

export const companyTypes = picklist<'companyTypes'>('Companies', 'companyType', (picked) => ({
  ...common(picked),
  active: picked.active,
  isDefault: picked.isDefault,
}))

export const companyStatuses = statuses<'companyStatuses'>('Companies', activeStatuses)

export const markets = picklist<'markets'>('Companies', 'marketSegmentID', common)

export const configurationTypes = picklist<'configurationTypes'>(
  'ConfigurationItems',
  'configurationItemType',
  (picked) => ({ ...common(picked), active: picked.active }),
)

export const configurationStatuses = statuses<'configurationStatuses'>('ConfigurationItems', activeStatuses)

export const ticketBoards = picklist<'ticketBoards'>('Tickets', 'queueID', (picked) => ({
  ...common(picked),
  active: picked.active,
}))

export const ticketPriorities = picklist<'ticketPriorities'>('Tickets', 'priority', (picked) => ({
  ...common(picked),
  sortOrder: picked.sortOrder,
  isDefault: picked.isDefault,
}))

/** Statuses belong to no queue here. */
export const ticketStatuses = picklist<'ticketStatuses'>('Tickets', 'status', (picked) => ({
  ...common(picked),
  closed: picked.value === complete,
  sortOrder: picked.sortOrder,
  isDefault: picked.isDefault,
  active: picked.active,
}))
