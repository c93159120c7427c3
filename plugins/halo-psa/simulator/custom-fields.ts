/** Custom fields: their definitions, and their values on a record. */
import type { World, WorldCustomField } from '../../../core/connector/simulator.ts'
import type { Row } from './lists.ts'

export interface Definition {
  readonly id: number
  /** Its id in the world; undefined for those only Halo has. */
  readonly key: string | undefined
  readonly name: string
  readonly label: string
  readonly type: number
  readonly options: readonly string[]
  readonly encrypted: boolean
}

const types: Readonly<Record<WorldCustomField['type'], number>> = { text: 0, number: 0, boolean: 6, date: 4, list: 2 }

function definitionsOf(fields: readonly WorldCustomField[], firstId: number): Definition[] {
  return fields.map(({ id: key, title: label, type, options = [] }, index) => {
    const name = `CF${key.replaceAll('-', '')}`
    return { id: firstId + index, key, name, label, type: types[type], options, encrypted: false }
  })
}

/** Stands on every asset; its value must not get out of here. */
export const plantedPassword = 'simulator-planted-password'

const known = new WeakMap<World, { contacts: readonly Definition[]; assets: readonly Definition[] }>()

function definitions(world: World) {
  const found = known.get(world)
  if (found) return found
  const bios = { id: 490, key: undefined, name: 'CFbios', label: 'BIOS', type: 0, options: [], encrypted: true }
  const made = {
    contacts: definitionsOf(world.contactFields, 300),
    assets: [...definitionsOf(world.configurationFields, 400), bios],
  }
  known.set(world, made)
  return made
}

export const fieldsOfContacts = (world: World): readonly Definition[] => definitions(world).contacts
export const fieldsOfAssets = (world: World): readonly Definition[] => definitions(world).assets

const tier: Definition = {
  id: 182,
  key: undefined,
  name: 'CFsupporttier',
  label: 'Support tier',
  type: 2,
  options: ['Silver', 'Gold'],
  encrypted: false,
}

/** All that customers have. */
export function clientFields(id: number, count: number): Row[] {
  const choice = count > 0 && id > 0 ? (id % 3) - 1 : -1
  return [valueRow(tier, choice < 0 ? null : (tier.options[choice] ?? null))]
}

type Value = string | number | boolean | null

export function customFieldsOf(fields: readonly Definition[], values: Readonly<Record<string, Value>>): Row[] {
  return fields.map((field) => valueRow(field, field.key === undefined ? plantedPassword : (values[field.key] ?? null)))
}

function valueRow(field: Definition, value: Value): Row {
  const { id, name, label, type, options, encrypted } = field
  const choice = type === 2 && typeof value === 'string' ? options.indexOf(value) + 1 : null
  return {
    id,
    name,
    label,
    type,
    value: type === 2 ? choice : type === 4 && value !== null ? `${value}T12:00:00` : value,
    display: value === null ? '' : String(value),
    isencrypted: encrypted,
  }
}

/** `/FieldInfo/{id}` */
export function fieldInfo(world: World, id: number): Row | undefined {
  const found = [tier, ...fieldsOfContacts(world), ...fieldsOfAssets(world)].find((field) => field.id === id)
  return (
    found && {
      id,
      name: found.name,
      label: found.label,
      type: found.type,
      values: found.options.map((option, index) => ({ id: index + 1, lookupid: id, name: option })),
    }
  )
}
