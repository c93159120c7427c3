/** Choices, the dictionary, groups, the book of deletions, and the recipe's table of webhooks. */
import type { World, WorldRow, WorldTable } from '../../../core/connector/simulator.ts'
import { classOf, installState } from './hardware.ts'
import { choice, flag, moment, ofList, ofWorld, type Row, sysId, type Table, tableOf } from './rows.ts'
import { states } from './tickets.ts'

interface Choice {
  readonly id: number
  readonly name: string
  readonly element: string
  readonly value: string
  readonly label: string
  readonly language: string
}

export function choiceTable(world: World): Table {
  const listed = (): Choice[] => {
    const made: Omit<Choice, 'id' | 'language'>[] = []
    for (const { id, name } of world.configurationStatuses.after(0))
      made.push({ name: 'cmdb_ci', element: 'install_status', value: installState(id), label: name })
    for (const { id, name } of world.companyTypes.after(0))
      made.push({ name: 'core_company', element: 'u_type', value: String(id), label: name })
    for (const { id, name } of world.companyStatuses.after(0))
      made.push({ name: 'core_company', element: 'u_status', value: String(id), label: name })
    for (const { id, name } of world.priorities.after(0))
      made.push({ name: 'task', element: 'priority', value: String(id), label: name })
    for (const [name, own] of Object.entries(states)) {
      for (const { value, label } of Object.values(own)) made.push({ name, element: 'state', value, label })
    }
    // Those of all tasks, which incidents and cases do not inherit.
    for (const [value, label] of [
      ['-5', 'Pending'],
      ['4', 'Closed Incomplete'],
    ] as const)
      made.push({ name: 'task', element: 'state', value, label })
    for (const label of world.configurationFields.flatMap(({ options = [] }) => options))
      made.push({ name: 'cmdb_ci', element: 'u_lifecycle', value: label, label })
    for (const label of world.contactFields.flatMap(({ options = [] }) => options))
      made.push({ name: 'sys_user', element: 'u_department', value: label, label })
    const both = made.flatMap((one) => [
      { ...one, language: 'en' },
      { ...one, label: `de: ${one.label}`, language: 'de' },
    ])
    return both.map((one, index) => ({ ...one, id: index + 1 }))
  }
  const version = () =>
    [world.configurationStatuses, world.companyTypes, world.companyStatuses, world.priorities].reduce(
      (sum, table) => sum + table.version,
      0,
    )
  return tableOf({
    name: 'sys_choice',
    base: 'sys_choice',
    source: ofList(listed, version),
    columns: {
      name: ({ name }) => name,
      element: ({ element }) => element,
      value: ({ value }) => value,
      label: ({ label }) => label,
      language: ({ language }) => language,
      sequence: ({ id }) => String(id),
      inactive: ({ value }) => flag(value === '8'),
    },
  })
}

export function dictionaryTable(): Table {
  const entry = (name: string, element: string, label: string, type: string, choices = '0') => ({
    name,
    element,
    label,
    type,
    choices,
  })
  const entries = [
    entry('cmdb_ci', 'name', 'Name', 'string'),
    entry('cmdb_ci', 'u_asset_owner', 'Asset owner', 'string'),
    entry('cmdb_ci', 'u_rack_units', 'Rack units', 'decimal'),
    entry('cmdb_ci', 'u_backed_up', 'Backed up?', 'boolean'),
    entry('cmdb_ci', 'u_battery_date', 'Battery "best before"', 'glide_date'),
    entry('cmdb_ci', 'u_lifecycle', 'Lifecycle & Größe', 'string', '1'),
    entry('cmdb_ci', 'u_admin_login', 'Local admin', 'password2'),
    entry('sys_user', 'u_newsletter', 'Newsletter opt-in', 'boolean'),
    entry('sys_user', 'u_department', 'Department', 'string', '3'),
    entry('sys_user', 'u_cake_day', "Baker's date", 'glide_date'),
    entry('core_company', 'u_type', 'Type', 'string', '1'),
    entry('core_company', 'u_status', 'Status', 'string', '1'),
  ].map((one, index) => ({ ...one, id: index + 1 }))
  return tableOf({
    name: 'sys_dictionary',
    base: 'sys_dictionary',
    source: ofList(() => entries),
    columns: {
      name: ({ name }) => name,
      element: ({ element }) => element,
      column_label: ({ label }) => label,
      internal_type: ({ type }) => ({ value: type, label: type, table: 'sys_glide_object' }),
      choice: ({ choices }) => choice(choices, choices === '0' ? null : 'Dropdown with -- None --'),
      active: () => 'true',
    },
  })
}

export function groupTable(world: World): Table {
  return tableOf({
    name: 'sys_user_group',
    base: 'sys_user_group',
    source: ofWorld(world.boards),
    columns: {
      sys_updated_on: ({ updatedAt }) => moment(updatedAt),
      name: ({ name }) => name,
      active: ({ active }) => flag(active),
    },
  })
}

interface Deletion {
  readonly id: number
  readonly table: string
  readonly key: string
}

/** The world keeps no book: an id that was given and has no row was deleted, just now. */
export function deletionTable(world: World): Table {
  const gone = <T extends WorldRow>(table: WorldTable<T>): number[] => {
    if (table.size === table.lastId) return []
    const ids: number[] = []
    for (let id = 1; id <= table.lastId; id++) if (table.get(id) === undefined) ids.push(id)
    return ids
  }
  const book = (): Deletion[] =>
    [
      ...gone(world.companies).map((id) => ({ table: 'customer_account', key: sysId('core_company', id) })),
      ...gone(world.sites).map((id) => ({ table: 'cmn_location', key: sysId('cmn_location', id) })),
      ...gone(world.contacts).map((id) => ({ table: 'customer_contact', key: sysId('sys_user', id) })),
      ...gone(world.configurations).map((id) => ({ table: classOf((id % 9) + 1), key: sysId('cmdb_ci', id) })),
    ].map((one, index) => ({ ...one, id: index + 1 }))
  const version = () =>
    [world.companies, world.sites, world.contacts, world.configurations].reduce((sum, table) => sum + table.version, 0)
  return tableOf({
    name: 'sys_audit_delete',
    base: 'sys_audit_delete',
    source: ofList(book, version),
    columns: {
      sys_created_on: () => moment(new Date().toISOString()),
      tablename: ({ table }) => table,
      documentkey: ({ key }) => key,
      display_value: () => '',
    },
  })
}

/** `u_tributary_hook`, as the recipe makes it. */
export class Hooks {
  readonly #rows: { id: number; url: string }[] = []
  #lastId = 0
  #version = 0

  get urls(): readonly string[] {
    return this.#rows.map(({ url }) => url)
  }

  readonly table: Table = {
    ...tableOf({
      name: 'u_tributary_hook',
      base: 'u_tributary_hook',
      source: ofList(
        () => this.#rows,
        () => this.#version,
      ),
      columns: { u_url: ({ url }) => url, sys_created_on: () => '2026-06-01 00:00:00' },
    }),
    add: (values): Row => {
      const row = { id: ++this.#lastId, url: values.u_url ?? '' }
      this.#rows.push(row)
      this.#version++
      return {
        id: row.id,
        cell: (column) =>
          column === 'sys_id' ? sysId('u_tributary_hook', row.id) : column === 'u_url' ? row.url : undefined,
      }
    },
    remove: (id) => {
      const place = this.#rows.findIndex((row) => row.id === id)
      if (place !== -1) this.#rows.splice(place, 1)
      this.#version++
    },
  }
}
