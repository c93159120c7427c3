/** Webhooks: registrations with their fields and excluded resources, and signed deliveries. */
import { createHash, createHmac } from 'node:crypto'
import type { SimulatedAnswer, SimulatedDelivery } from '../../../core/connector/simulator.ts'
import { type Entity, fieldSpecs, noPicklists, ofRows, type Row } from './entities.ts'
import { complaint, noResource, wrongMethod } from './refusals.ts'

type Body = Readonly<Record<string, unknown>>

const webhookFields = fieldSpecs(`
  id:long- name:string* isActive:boolean* isReady:boolean- webhookUrl:string* deactivationUrl:string* secretKey:string*
  isSubscribedToCreateEvents:boolean isSubscribedToUpdateEvents:boolean isSubscribedToDeleteEvents:boolean
  sendThresholdExceededNotification:boolean* notificationEmailAddress:string ownerResourceID:integer
  webhookGUID:string-
`)
const writable = [...webhookFields.values()].filter(({ readOnly }) => !readOnly).map(({ name }) => name)

/** Once registered it is not shown again. */
const hidden = { secretKey: '' }

const actions = { added: 'Create', updated: 'Update', deleted: 'Delete' } as const
const subscriptions = {
  added: 'isSubscribedToCreateEvents',
  updated: 'isSubscribedToUpdateEvents',
  deleted: 'isSubscribedToDeleteEvents',
} as const

/** The webhooks of one entity. */
export class Webhooks {
  readonly #of: Entity
  /** As deliveries name the entity. */
  readonly #type: string
  readonly #rows = new Map<number, Row>()
  readonly #fields = new Map<number, Row>()
  readonly #excluded = new Map<number, Row>()
  #lastId = 0
  #sequence = 0
  readonly entities: readonly Entity[]
  /** `CompanyWebhooks` */
  readonly name: string

  constructor(prefix: string, type: string, of: Entity) {
    this.#of = of
    this.#type = type
    this.name = `${prefix}Webhooks`
    const own = { udfs: [], right: 'webhooks' } as const
    this.entities = [
      ofRows({ ...own, name: this.name, fields: webhookFields, picklists: noPicklists }, () =>
        [...this.#rows.values()].map((row) => ({ ...row, isReady: this.#isReady(row), ...hidden })),
      ),
      ofRows(
        {
          ...own,
          name: `${prefix}WebhookFields`,
          fields: fieldSpecs(
            'id:long- webhookID:integer* fieldID:integer*# isSubscribedField:boolean isDisplayAlwaysField:boolean',
          ),
          picklists: () => ({
            fieldID: [...of.fields.values()]
              .filter(({ name, readOnly }) => name !== 'id' && !readOnly)
              .map(({ name }, index) => ({ value: String(index + 10), label: name })),
          }),
        },
        () => [...this.#fields.values()],
      ),
    ]
  }

  /** A child collection of a webhook; undefined = the path is none. */
  children(steps: readonly string[]): SimulatedAnswer | undefined {
    const [id, child] = steps
    const table = child === 'fields' ? this.#fields : child === 'excludedresources' ? this.#excluded : undefined
    if (table === undefined || steps.length > 2) return undefined
    const items = [...table.values()].filter((row) => row.webhookID === Number(id))
    const pageDetails = { count: items.length, requestCount: 500, prevPageUrl: null, nextPageUrl: null }
    return { status: 200, body: { items, pageDetails } }
  }

  /** Writes below the collection: `steps` is what follows its name in the path. */
  write(method: string, steps: readonly string[], body: Body): SimulatedAnswer {
    const [id, child] = steps
    if (id === undefined) {
      if (method === 'POST') return this.#add(body)
      if (method === 'PATCH') return this.#patch(body)
      throw wrongMethod(method)
    }
    const webhook = this.#rows.get(Number(id))
    if (child === undefined) {
      if (method !== 'DELETE') throw wrongMethod(method)
      if (webhook === undefined) throw noResource(`${this.name}/${id}`)
      this.#rows.delete(Number(id))
      return { status: 200, body: { itemId: Number(id) } }
    }
    if (method !== 'POST' || webhook === undefined)
      throw method === 'POST' ? noResource(`${this.name}/${id}`) : wrongMethod(method)
    if (child === 'fields')
      return this.#child(this.#fields, body, ['fieldID', 'isSubscribedField', 'isDisplayAlwaysField'])
    if (child === 'excludedresources') return this.#child(this.#excluded, body, ['resourceID'])
    throw noResource(`${this.name}/${id}/${child}`)
  }

  /** What goes to the registrations for a record; `row` is undefined once it is gone. */
  deliveries(id: number, action: keyof typeof actions, row: Row | undefined): SimulatedDelivery[] {
    return [...this.#rows.values()]
      .filter((hook) => hook.isActive === true && hook[subscriptions[action]] === true && this.#isReady(hook))
      .map((hook) => {
        const body = JSON.stringify({
          Action: actions[action],
          Guid: hook.webhookGUID,
          EntityType: this.#type,
          Id: id,
          Fields: this.#fieldsOf(hook, row),
          EventTime: new Date().toISOString(),
          SequenceNumber: ++this.#sequence,
          PersonID: 29_682_885,
        })
        const signature = createHmac('sha1', String(hook.secretKey)).update(body).digest('base64')
        return {
          url: String(hook.webhookUrl),
          headers: { 'content-type': 'application/json', 'x-hook-signature': `sha1=${signature}` },
          body,
        }
      })
  }

  #add(body: Body): SimulatedAnswer {
    for (const field of ['name', 'webhookUrl', 'deactivationUrl', 'secretKey']) {
      if (!body[field]) throw complaint(`Missing Required Field: ${field}`)
    }
    const id = ++this.#lastId
    const webhookGUID = createHash('sha1').update(`${this.name} ${id}`).digest('hex')
    this.#keep({ id, webhookGUID }, body)
    return { status: 200, body: { itemId: id } }
  }

  #patch(body: Body): SimulatedAnswer {
    const known = this.#rows.get(Number(body.id))
    if (known === undefined) throw complaint(`No matching records found for ${this.name} ${body.id}.`)
    this.#keep(known, body)
    return { status: 200, body: { itemId: known.id } }
  }

  #keep(known: Row, body: Body): void {
    const row: Record<string, unknown> = { isActive: false, sendThresholdExceededNotification: false, ...known }
    for (const name of writable) if (body[name] !== undefined) row[name] = body[name]
    if (String(row.secretKey ?? '').length > 64) throw complaint('secretKey is longer than 64 characters.')
    this.#rows.set(Number(row.id), { notificationEmailAddress: '', userDefinedFields: [], ...row })
  }

  #child(table: Map<number, Row>, body: Body, names: readonly string[]): SimulatedAnswer {
    const id = ++this.#lastId
    const row: Record<string, unknown> = { id, webhookID: body.webhookID, userDefinedFields: [] }
    for (const name of names) row[name] = body[name]
    table.set(id, row)
    return { status: 200, body: { itemId: id } }
  }

  #isReady(hook: Row): boolean {
    return [...this.#fields.values()].some((field) => field.webhookID === hook.id && field.isSubscribedField === true)
  }

  #fieldsOf(hook: Row, row: Row | undefined): Row {
    const names = new Map(
      this.entities[1]?.picklists().fieldID?.map(({ value, label }) => [Number(value), label]) ?? [],
    )
    const shown = [...this.#fields.values()].filter((field) => field.webhookID === hook.id)
    const values = shown
      .map((field) => names.get(Number(field.fieldID)) ?? '')
      .map((name) => [name, row?.[name] ?? null])
    return row === undefined || !this.#of.fields.size ? {} : Object.fromEntries(values)
  }
}
