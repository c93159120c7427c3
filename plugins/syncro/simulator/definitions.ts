/** Custom fields of the simulated account: every asset type has its own, with labels in common. */
import type { World } from '../../../core/connector/simulator.ts'
import { indexed, type Row } from './paged.ts'

/** Types of machines that have Syncro's agent on them. */
const agentTypes = 3

export function hasAgent(typeId: number): boolean {
  return typeId <= agentTypes
}

interface Definition {
  readonly label: string
  readonly type: 'text' | 'date' | 'text_area' | 'check_box' | 'drop_down'
  readonly options: readonly string[]
}

export const labels = {
  purchase: 'Purchase Date',
  warranty: 'Warranty Expiration',
  status: 'Stage',
  notes: 'Notes',
  manufacturer: 'Manufacturer',
  model: 'Model',
  website: 'Website',
} as const

const kinds = { text: 'text', number: 'text', boolean: 'check_box', date: 'date', list: 'drop_down' } as const
const perType = 100

export class Definitions {
  readonly #world: World
  readonly #fields: () => readonly Definition[]

  constructor(world: World) {
    this.#world = world
    this.#fields = indexed(() => world.configurationStatuses.version, this.#all)
  }

  readonly #all = (): readonly Definition[] => [
    { label: labels.purchase, type: 'date', options: [] },
    { label: labels.warranty, type: 'date', options: [] },
    {
      label: labels.status,
      type: 'drop_down',
      options: [...this.#world.configurationStatuses.after(0)].map(({ name }) => name),
    },
    { label: labels.notes, type: 'text_area', options: [] },
    { label: labels.manufacturer, type: 'text', options: [] },
    { label: labels.model, type: 'text', options: [] },
    ...this.#world.configurationFields.map(({ title, type, options = [] }) => ({
      label: title,
      type: kinds[type],
      options,
    })),
  ]

  /** Fields by their place; machines with an agent need none for maker and model. */
  #of(typeId: number): readonly (readonly [place: number, definition: Definition])[] {
    const own = [labels.manufacturer, labels.model] as readonly string[]
    return [...this.#fields().entries()].filter(([, { label }]) => !hasAgent(typeId) || !own.includes(label))
  }

  isDefined(typeId: number, label: string): boolean {
    return this.#of(typeId).some(([, definition]) => definition.label === label)
  }

  /** What an asset holds for the text of an option. */
  optionId(typeId: number, label: string, text: string): number | undefined {
    const place = this.#fields().findIndex((definition) => definition.label === label)
    const option = this.#fields()[place]?.options.indexOf(text) ?? -1
    return option < 0 ? undefined : answerId(typeId, place, option)
  }

  optionText(label: string, answer: unknown): string | undefined {
    const definition = this.#fields().find((one) => one.label === label)
    return typeof answer === 'number' ? definition?.options[(answer % perType) - 1] : undefined
  }

  /** `GET /settings` */
  settings(): Row {
    const types = [...this.#world.configurationTypes.after(0)]
    const fields = types.flatMap(({ id }) => this.#of(id).map(([place, definition]) => ({ id, place, definition })))
    return {
      customers: {
        required_fields: null,
        customer_fields: [{ id: 1, name: labels.website, field_type: 'web_link', account_id: 1 }],
        customer_field_answers: [],
      },
      assets: {
        asset_types: types.map(({ id, name }) => ({ id, name, account_id: 1 })),
        asset_type_fields: fields.map(({ id, place, definition }) => ({
          id: fieldId(id, place),
          name: definition.label,
          field_type: definition.type,
          asset_type_id: id,
          required: false,
          position: place,
        })),
        asset_type_field_answers: fields.flatMap(({ id, place, definition }) =>
          definition.options.map((value, option) => ({
            id: answerId(id, place, option),
            value,
            asset_type_field_id: fieldId(id, place),
          })),
        ),
      },
      locale: {
        iso_code: 'en',
        currency_symbol: '$',
        date_format: 'mm-dd-yy',
        time_format: 'hh:mm tt',
        time_zone: 'America/Los_Angeles',
        time_offset: '-08:00',
      },
      ticket: {
        ticket_types: [],
        ticket_type_fields: [],
        ticket_type_field_answers: [],
        problem_types: [...this.#world.boards.after(0)].map(({ name }) => name),
        priorities: ['', ...[...this.#world.priorities.after(0)].map(({ name }) => name)],
      },
      business_hours_enabled: true,
      business_hours: [{ day: 'Sunday', start: '09:00', end: '17:00', closed: true }],
      default_holiday_calendar: 'USA',
      msp_addon: null,
    }
  }
}

function fieldId(typeId: number, place: number): number {
  return typeId * perType + place
}

function answerId(typeId: number, place: number, option: number): number {
  return fieldId(typeId, place) * perType + option + 1
}
