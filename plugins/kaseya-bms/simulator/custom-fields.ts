/** Custom fields of hardware assets: the module's definitions, and one asset's values. */
import type { World, WorldConfiguration } from '../../../core/connector/simulator.ts'
import type { Row } from './answers.ts'

/** The number of the module of hardware assets; real ones are not published. */
export const assetModule = 31

const dataTypes = { text: 0, number: 1, boolean: 2, date: 3, list: 4 } as const
const firstId = 501

export function definitions(world: World): readonly Row[] {
  const own = world.configurationFields.map(({ title, type, options = [] }, place) => ({
    Id: firstId + place,
    Name: title,
    DataType: dataTypes[type],
    IsRequired: false,
    ErrorMessage: null,
    IsActive: true,
    Settings: options.map((name, option) => ({ Id: (firstId + place) * 100 + option, Name: name, IsActive: true })),
  }))
  const common = { DataType: 0, IsRequired: false, ErrorMessage: null, Settings: [] }
  return [...own, { Id: 490, Name: 'Admin password', IsActive: true, ...common }]
}

export function values(world: World, asset: WorldConfiguration): readonly Row[] {
  const rows = world.configurationFields.map(({ id, type, title, options = [] }, place) => {
    const value = asset.customFields[id] ?? null
    const option = type === 'list' ? options.indexOf(String(value)) : -1
    const data = value === null || option >= 0 ? null : type === 'date' ? `${value}T00:00:00` : String(value)
    return {
      Id: asset.id * 10 + place,
      Name: title,
      Data: data,
      SettingsId: option >= 0 ? (firstId + place) * 100 + option : 0,
      CustomFieldType: dataTypes[type],
      CustomFieldId: firstId + place,
    }
  })
  const secret = {
    Name: 'Admin password',
    Data: 'hunter2-hunter2',
    SettingsId: 0,
    CustomFieldType: 0,
    CustomFieldId: 490,
  }
  return [...rows, { Id: asset.id * 10 + 9, ...secret }]
}
