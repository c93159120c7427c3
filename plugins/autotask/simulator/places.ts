/** Countries: a table of their own, referred to by number. */
import { fieldSpecs, noPicklists, ofRows, type Row } from './entities.ts'

const names: readonly (readonly [id: number, code: string, name: string])[] = [
  [28, 'BR', 'Brazil'],
  [38, 'CA', 'Canada'],
  [78, 'DE', 'Germany'],
  [171, 'PL', 'Poland'],
  [237, 'US', 'United States'],
]

const ids = new Map(names.map(([id, , name]) => [name, id]))

export function countryId(name: string | null): number | null {
  return (name === null ? undefined : ids.get(name)) ?? null
}

export const countries = ofRows(
  {
    name: 'Countries',
    fields: fieldSpecs(
      'id:long- countryCode:string displayName:string name:string isActive:boolean isDefaultCountry:boolean',
    ),
    udfs: [],
    picklists: noPicklists,
    right: undefined,
  },
  () =>
    names.map(
      ([id, countryCode, name]): Row => ({
        id,
        countryCode,
        displayName: name,
        name: name.toUpperCase(),
        isActive: true,
        isDefaultCountry: countryCode === 'US',
      }),
    ),
)
