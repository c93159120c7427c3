/** Custom fields: the definitions of a module, and one record's values. */
import type { World, WorldCustomField } from '../../../core/connector/simulator.ts'
import type { Row } from './answers.ts'

interface Module {
  /** Of its fields; further ones follow. */
  readonly firstId: number
  readonly fields: readonly WorldCustomField[]
  valuesOf(id: number): Readonly<Record<string, unknown>> | undefined
}

/** The numbers of the modules; real ones are not published. */
export const assetModule = 31
export const contactModule = 17

const dataTypes = { text: 0, number: 1, boolean: 2, date: 3, list: 4 } as const

function moduleOf(world: World, number: number | undefined): Module | undefined {
  if (number === assetModule) {
    const valuesOf = (id: number) => world.configurations.get(id)?.customFields
    return { firstId: 501, fields: world.configurationFields, valuesOf }
  }
  if (number === contactModule) {
    const valuesOf = (id: number) => world.contacts.get(id)?.customFields
    return { firstId: 601, fields: world.contactFields, valuesOf }
  }
  return undefined
}

/** Every module has a password among its fields. */
const passwordOf = ({ firstId }: Module) => ({ id: firstId - 11, name: 'Admin password' })

export function definitions(world: World, number: number | undefined): readonly Row[] {
  const module = moduleOf(world, number)
  if (module === undefined) return []
  const { firstId, fields } = module
  const own = fields.map(({ title, type, options = [] }, place) => ({
    Id: firstId + place,
    Name: title,
    DataType: dataTypes[type],
    IsRequired: false,
    ErrorMessage: null,
    IsActive: true,
    Settings: options.map((name, option) => ({ Id: (firstId + place) * 100 + option, Name: name, IsActive: true })),
  }))
  const { id, name } = passwordOf(module)
  const common = { DataType: 0, IsRequired: false, ErrorMessage: null, Settings: [] }
  return [...own, { Id: id, Name: name, IsActive: true, ...common }]
}

export function values(world: World, number: number | undefined, record: number): readonly Row[] {
  const module = moduleOf(world, number)
  const known = module?.valuesOf(record)
  if (module === undefined || known === undefined) return []
  const { firstId, fields } = module
  const rows = fields.map(({ id, type, title, options = [] }, place) => {
    const value = known[id] ?? null
    const option = type === 'list' ? options.indexOf(String(value)) : -1
    const data = value === null || option >= 0 ? null : type === 'date' ? `${value}T00:00:00` : String(value)
    return {
      Id: record * 10 + place,
      Name: title,
      Data: data,
      SettingsId: option >= 0 ? (firstId + place) * 100 + option : 0,
      CustomFieldType: dataTypes[type],
      CustomFieldId: firstId + place,
    }
  })
  const password = passwordOf(module)
  const secret = {
    Name: password.name,
    Data: 'hunter2-hunter2',
    SettingsId: 0,
    CustomFieldType: 0,
    CustomFieldId: password.id,
  }
  return [...rows, { Id: record * 10 + 9, ...secret }]
}
