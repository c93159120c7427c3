/** `entityInformation`: what an entity is, its fields, its user-defined fields. */
import type { SimulatedAnswer } from '../../../core/connector/simulator.ts'
import type { Entity, PicklistValue, Right } from './entities.ts'
import { noResource } from './refusals.ts'
import { picklistOf } from './udfs.ts'

/** What a user may do: the rights he lacks, and whether he has the vendor's own level, which may do everything. */
export interface Caller {
  readonly lacks: readonly Right[]
  readonly everything: boolean
}

export function metadata(entity: Entity, what: string | undefined, caller: Caller): SimulatedAnswer {
  if (what === undefined) return { status: 200, body: { info: infoOf(entity, caller) } }
  if (what === 'fields') return { status: 200, body: { fields: fieldsOf(entity) } }
  if (what === 'userdefinedfields') return { status: 200, body: { fields: udfsOf(entity) } }
  throw noResource(`${entity.name}/entityInformation/${what}`)
}

function infoOf(entity: Entity, { lacks, everything }: Caller) {
  const has = (right: Right | undefined) => right === undefined || !lacks.includes(right)
  const canRead = has(entity.right)
  const canEdit = canRead && (everything || (entity.editRight !== undefined && has(entity.editRight)))
  const level = (granted: boolean) => (granted ? 'All' : 'None')
  const webhooks = entity.right === 'webhooks'
  return {
    name: entity.name,
    canCreate: true,
    canDelete: webhooks,
    canQuery: true,
    canUpdate: true,
    userAccessForCreate: level(webhooks ? canRead : canRead && everything),
    userAccessForDelete: level(webhooks && canRead),
    userAccessForQuery: level(canRead),
    userAccessForUpdate: level(webhooks ? canRead : canEdit),
    hasUserDefinedFields: entity.udfs.length > 0,
    supportsWebhookCallouts: ['Companies', 'Contacts', 'ConfigurationItems', 'Tickets'].includes(entity.name),
  }
}

function fieldsOf(entity: Entity) {
  const picklists = entity.picklists()
  return [...entity.fields.values()].map((field) => ({
    name: field.name,
    dataType: field.dataType,
    length: field.dataType === 'string' ? 100 : 0,
    isRequired: field.required,
    isReadOnly: field.readOnly,
    isQueryable: field.queryable,
    isReference: field.name !== 'id' && field.name.endsWith('ID') && !field.picklist,
    referenceEntityType: '',
    isPickList: field.picklist,
    picklistValues: field.picklist ? (picklists[field.name] ?? []).map(written) : null,
    picklistParentValueField: '',
    isSupportedWebhookField: false,
  }))
}

function written({ value, label, isActive, isDefaultValue, sortOrder, isSystem }: PicklistValue) {
  return {
    value,
    label,
    isDefaultValue: isDefaultValue ?? false,
    sortOrder: sortOrder ?? 0,
    parentValue: '',
    isActive: isActive ?? true,
    isSystem: isSystem ?? false,
  }
}

function udfsOf(entity: Entity) {
  return entity.udfs.map((udf) => ({
    name: udf.name,
    label: udf.name,
    type: udf.type,
    length: 0,
    description: '',
    isRequired: false,
    isReadOnly: false,
    isQueryable: true,
    isReference: false,
    referenceEntityType: '',
    isPickList: udf.options !== undefined,
    picklistValues: picklistOf(udf)?.map(written) ?? null,
    picklistParentValueField: '',
    defaultValue: '',
    isSupportedWebhookField: true,
  }))
}
