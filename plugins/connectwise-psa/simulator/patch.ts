/** `PATCH /company/configurations/{id}`: a bare JSON array of operations, and what ConnectWise minds about them. */
import type { World, WorldConfiguration } from '../../../core/connector/simulator.ts'
import { questionedType } from './configurations.ts'
import { configurationDefinitions } from './custom-fields.ts'
import { type Complaint, invalid } from './refusals.ts'

type Mutable = { -readonly [K in keyof WorldConfiguration]: WorldConfiguration[K] }
type Setter = (row: Mutable, value: unknown, world: World) => string | undefined

type TextField =
  | 'serialNumber'
  | 'model'
  | 'assetTag'
  | 'productNumber'
  | 'osType'
  | 'osVersion'
  | 'macAddress'
  | 'ipAddress'
  | 'notes'
type DateField = 'purchaseDate' | 'installationDate' | 'warrantyExpiration'

function text(field: TextField): Setter {
  return (row, value) => {
    if (value !== null && typeof value !== 'string') return 'The value must be a text.'
    row[field] = value
    return undefined
  }
}

function date(field: DateField): Setter {
  return (row, value) => {
    if (value === null) {
      row[field] = null
      return undefined
    }
    if (
      typeof value !== 'string' ||
      !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value) ||
      Number.isNaN(Date.parse(value))
    ) {
      return 'The value must be a date-time like 2027-03-31T00:00:00Z.'
    }
    row[field] = value.slice(0, 10)
    return undefined
  }
}

function idOf(value: unknown): number | undefined {
  const id = typeof value === 'object' && value !== null && 'id' in value ? value.id : undefined
  return typeof id === 'number' ? id : undefined
}

/** A reference is set by its id alone; the record must be there. */
function reference(
  field: 'manufacturerId' | 'siteId' | 'contactId',
  table: 'manufacturers' | 'sites' | 'contacts',
): Setter {
  return (row, value, world) => {
    const id = value === null ? null : idOf(value)
    if (id === undefined || (id !== null && world[table].get(id) === undefined)) return `The ${field} does not exist.`
    row[field] = id
    return undefined
  }
}

function customFields(row: Mutable, value: unknown, world: World): string | undefined {
  if (!Array.isArray(value)) return 'customFields must be a list.'
  const values = { ...row.customFields }
  for (const entry of value) {
    const id = idOf(entry)
    const definition = configurationDefinitions(world).find((candidate) => candidate.id === id)
    if (definition === undefined) return `There is no custom field ${id}.`
    const given: unknown = entry.value ?? null
    const known = given === null || typeof given === 'string' || typeof given === 'number' || typeof given === 'boolean'
    if (!known) return `The value of custom field ${id} must be a single value.`
    if (definition.key !== undefined)
      values[definition.key] = definition.type === 'Date' && typeof given === 'string' ? given.slice(0, 10) : given
  }
  row.customFields = values
  return undefined
}

const setters: Readonly<Record<string, Setter>> = {
  name: (row, value) => {
    if (typeof value !== 'string' || value === '') return 'The name field is required.'
    row.name = value
    return undefined
  },
  serialNumber: text('serialNumber'),
  modelNumber: text('model'),
  tagNumber: text('assetTag'),
  manufacturerPartNumber: text('productNumber'),
  osType: text('osType'),
  osInfo: text('osVersion'),
  macAddress: text('macAddress'),
  ipAddress: text('ipAddress'),
  notes: text('notes'),
  purchaseDate: date('purchaseDate'),
  installationDate: date('installationDate'),
  warrantyExpirationDate: date('warrantyExpiration'),
  manufacturer: reference('manufacturerId', 'manufacturers'),
  site: reference('siteId', 'sites'),
  contact: reference('contactId', 'contacts'),
  customFields,
  questions: (_row, value) => (Array.isArray(value) ? undefined : 'questions must be a list.'),
}

interface Operation {
  readonly op: 'add' | 'replace' | 'remove'
  readonly path: string
  readonly value: unknown
}

function operationOf(item: unknown): Operation {
  const { op, path, value } = Object(item)
  if ((op !== 'add' && op !== 'replace' && op !== 'remove') || typeof path !== 'string') {
    throw invalid('configuration', {
      code: 'InvalidObject',
      message: 'The body must be a list of patch operations.',
      field: 'operations',
    })
  }
  return { op, path: path.replace(/^\//, ''), value: op === 'remove' ? null : (value ?? null) }
}

function apply(row: Mutable, { path, value }: Operation, world: World): string | undefined {
  const [root = '', inner] = path.split('/')
  // Names are case-sensitive here, unlike in conditions.
  const set = Object.hasOwn(setters, root) ? setters[root] : undefined
  if (set === undefined) return `There is no field '${path}'.`
  if (inner === undefined) return set(row, value, world)
  // The id of a reference may be set by itself; its name is taken without complaint and without effect.
  return inner === 'id' ? set(row, value === null ? null : { id: value }, world) : undefined
}

/** The row as the operations leave it; throws a refusal where ConnectWise answers 400. */
export function patched(
  world: World,
  row: WorldConfiguration,
  body: unknown,
  questionsRequired: boolean,
): WorldConfiguration {
  if (!Array.isArray(body)) {
    throw invalid('configuration', {
      code: 'InvalidObject',
      message: 'The body must be a list of patch operations.',
      field: 'operations',
    })
  }
  const operations = body.map(operationOf)
  const mentions = (root: string) => operations.some(({ path }) => path.split('/')[0] === root)
  const complaints: Complaint[] = []
  // Seen with contacts, reported for configurations: records with custom field values cannot be patched without them.
  if (Object.values(row.customFields).some((value) => value !== null) && !mentions('customFields')) {
    complaints.push({ code: 'InvalidField', message: 'Custom fields must be sent.', field: 'customFields' })
  }
  if (questionsRequired && row.typeId === questionedType && !mentions('questions')) {
    complaints.push({
      code: 'MissingRequiredField',
      message: 'Required questions must be answered.',
      field: 'questions',
    })
  }
  const changed: Mutable = { ...row }
  for (const operation of operations) {
    const message = apply(changed, operation, world)
    if (message !== undefined) complaints.push({ code: 'InvalidField', message, field: operation.path })
  }
  if (complaints.length > 0) throw invalid('configuration', ...complaints)
  return { ...changed, updatedAt: new Date().toISOString() }
}
