/** `/Webhook` and `/Notification`: registrations and what they send. */
import type { SimulatedAnswer, SimulatedDelivery } from '../../../core/connector/simulator.ts'
import type { Row } from './lists.ts'
import { invalid, missing } from './refusals.ts'
import { guid } from './tickets.ts'

interface Hook {
  readonly id: string
  readonly row: Row
  readonly secret: string
}

export class Hooks {
  readonly #hooks = new Map<string, Hook>()
  readonly #withEvents: boolean
  #count = 0
  #messages = 0

  /** `withEvents`: somebody in Halo ticks the events of customers, users and assets the moment a webhook appears. */
  constructor(withEvents: boolean) {
    this.#withEvents = withEvents
  }

  list(): readonly Row[] {
    return [...this.#hooks.values()].map(({ row }) => row)
  }

  /** Creates, or changes the one whose id is given. */
  save(body: unknown): SimulatedAnswer {
    const [sent] = Array.isArray(body) ? body : []
    const change: Row = Object(sent)
    if (!Array.isArray(body) || typeof change.url !== 'string') throw invalid('The webhook needs a URL')
    const id = typeof change.id === 'string' ? change.id : guid(`webhook ${++this.#count}`)
    const known = this.#hooks.get(id)
    if (typeof change.id === 'string' && known === undefined) throw missing('Webhook')
    const { basic_password: secret, ...row } = change
    this.#hooks.set(id, {
      id,
      row: { ...known?.row, ...row, id },
      secret: typeof secret === 'string' ? secret : (known?.secret ?? ''),
    })
    return { status: 201, body: { ...known?.row, ...row, id } }
  }

  remove(id: string): SimulatedAnswer {
    if (!this.#hooks.delete(id)) throw missing('Webhook')
    return { status: 200 }
  }

  events(id: string | null): readonly Row[] {
    if (!this.#withEvents || id === null || !this.#hooks.has(id)) return []
    return ['Customer Updated', 'User Updated', 'Asset Updated'].map((name, index) => ({
      id: index + 1,
      name,
      webhook_id: id,
      delivery_method: 6,
    }))
  }

  /** `name`: what the record is called in the body. */
  deliveries(name: string, record: Row): readonly SimulatedDelivery[] {
    if (!this.#withEvents) return []
    return [...this.#hooks.values()].flatMap(({ row, secret }) =>
      row.active === true
        ? [
            {
              url: String(row.url),
              headers: { 'content-type': 'application/json', [String(row.authentication_header)]: secret },
              body: JSON.stringify({
                webhook_event_id: guid(`delivery ${++this.#messages}`),
                timestamp: '2026-07-01T08:00:00',
                [name]: record,
              }),
            },
          ]
        : [],
    )
  }
}
