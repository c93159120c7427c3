/** Custom fields: their definitions, and their values on a record. */
import type { World, WorldCustomField } from '../../../core/connector/simulator.ts'
import type { Row } from './conditions.ts'
import { href } from './references.ts'

type Value = string | number | boolean | null
type Values = Readonly<Record<string, Value>>

export interface Definition {
  readonly id: number
  /** Its id in the world; undefined for the one only ConnectWise has. */
  readonly key: string | undefined
  readonly caption: string
  readonly type: string
  readonly entryMethod: string
  readonly numberOfDecimals: number
  readonly options: readonly string[]
}

const typesOf: Readonly<
  Record<WorldCustomField['type'], readonly [type: string, entryMethod: string, decimals: number]>
> = {
  text: ['Text', 'EntryField', 0],
  number: ['Number', 'EntryField', 1],
  boolean: ['Checkbox', 'EntryField', 0],
  date: ['Date', 'Date', 0],
  list: ['Text', 'List', 0],
}

function definitionsOf(fields: readonly WorldCustomField[], firstId: number): Definition[] {
  return fields.map(({ id: key, title: caption, type: worldType, options = [] }, index) => {
    const [type, entryMethod, numberOfDecimals] = typesOf[worldType]
    return { id: firstId + index, key, caption, type, entryMethod, numberOfDecimals, options }
  })
}

/** A field of the type Password stands on every configuration; its value must not get out of here. */
export const plantedPassword = 'simulator-planted-password'

export const contactDefinitions = (world: World): readonly Definition[] => definitionsOf(world.contactFields, 15)

export const configurationDefinitions = (world: World): readonly Definition[] => [
  ...definitionsOf(world.configurationFields, 70),
  {
    id: 90,
    key: undefined,
    caption: 'BIOS password',
    type: 'Password',
    entryMethod: 'EntryField',
    numberOfDecimals: 0,
    options: [],
  },
]

function guid(id: number): string {
  return `${id.toString(16).padStart(8, '0')}-51af-4a70-8d21-c0ffee000000`
}

/** Properties of a custom field value that newer models of the API have. */
export function newerColumns(podId: string): (definition: Definition, place: number) => Row {
  return ({ id }, place) => ({ connectWiseId: guid(id), rowNum: place + 1, userDefinedFieldRecId: id, podId })
}

/**
 * Writes a record's custom fields: every definition, with null where nothing is set. Most are, so these
 * rows are made once.
 */
export function customFieldWriter(
  definitions: readonly Definition[],
  columns?: (definition: Definition, place: number) => Row,
): (values: Values) => Row[] {
  const writers = definitions.map((definition, place) => {
    const { id, key, caption, type, entryMethod, numberOfDecimals } = definition
    const make = (value: Value): Row => ({
      id,
      caption,
      type,
      entryMethod,
      numberOfDecimals,
      value: type === 'Date' && value !== null ? `${value}T00:00:00Z` : value,
      ...columns?.(definition, place),
    })
    const unset = make(key === undefined ? plantedPassword : null)
    return (values: Values): Row => {
      const value = key === undefined ? null : (values[key] ?? null)
      return value === null ? unset : make(value)
    }
  })
  return (values) => writers.map((write) => write(values))
}

/** Rows of `/system/userDefinedFields`. */
export function definitionRow(
  { id, caption, type, entryMethod, numberOfDecimals, options }: Definition,
  podId: number,
  screenId: string,
): Row {
  return {
    id,
    podId,
    caption,
    sequenceNumber: id,
    screenId,
    fieldTypeIdentifier: type,
    entryTypeIdentifier: entryMethod,
    numberDecimals: numberOfDecimals,
    requiredFlag: false,
    displayOnScreenFlag: true,
    readOnlyFlag: false,
    listViewFlag: false,
    options: options.map((optionValue, index) => ({
      id: id * 100 + index,
      optionValue,
      defaultFlag: false,
      inactiveFlag: false,
      sortOrder: index + 1,
    })),
    dateCreated: '2019-02-01T09:00:00Z',
    _info: { lastUpdated: '2019-02-01T09:00:00Z', updatedBy: 'simulator', pod_href: href(`system/pods/${podId}`) },
  }
}
