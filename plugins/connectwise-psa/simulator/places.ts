/** Countries and states are tables of their own in ConnectWise PSA; the world has them as text. */
import type { Row } from './conditions.ts'
import { href } from './references.ts'

const countries = ['United States', 'Canada', 'Germany', 'Poland', 'Brazil']

const states: ReadonlyMap<string, string> = new Map([
  ['WA', 'Washington'],
  ['OR', 'Oregon'],
  ['TX', 'Texas'],
  ['FL', 'Florida'],
  ['NY', 'New York'],
  ['ID', 'Idaho'],
  ['OH', 'Ohio'],
  ['ON', 'Ontario'],
])
const stateOrder = [...states.keys()]

export function countryReference(name: string | null): Row {
  if (name === null) return {}
  const id = countries.indexOf(name) + 1
  return { id: id === 0 ? 99 : id, name, _info: { country_href: href(`company/countries/${id}`) } }
}

export function stateReference(identifier: string | null): Row {
  if (identifier === null) return {}
  const id = stateOrder.indexOf(identifier) + 1
  return {
    id: id === 0 ? 99 : id,
    identifier,
    name: states.get(identifier) ?? identifier,
    _info: { state_href: href(`company/states/${id}`) },
  }
}
