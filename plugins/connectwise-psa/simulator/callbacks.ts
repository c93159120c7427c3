/** `/system/callbacks`: registrations, signed deliveries and the page that hands out the signing keys. */
import { createHash, createHmac } from 'node:crypto'
import type { SimulatedAnswer, SimulatedDelivery } from '../../../core/connector/simulator.ts'
import type { Row } from './conditions.ts'
import type { Resource } from './lists.ts'
import { type Complaint, invalid, recordMissing } from './refusals.ts'

const levelsOf: Readonly<Record<string, readonly string[]>> = {
  company: ['owner', 'status', 'type', 'territory', 'company', 'integratortag'],
  contact: ['owner', 'type', 'territory', 'company', 'contact'],
  configuration: ['owner', 'type', 'status', 'configuration'],
  ticket: ['owner', 'board', 'project', 'phase', 'status', 'ticket', 'integratortag'],
  site: ['owner', 'site'],
}

interface Entry {
  readonly id: number
  readonly description: string | undefined
  readonly url: string
  readonly objectId: number
  readonly type: string
  readonly level: string
  readonly payloadVersion: string
  readonly inactiveFlag: boolean
  readonly isSelfSuppressedFlag: boolean
  readonly updatedAt: string
  /** Where the API was called when it was registered; its signing key is served there. */
  readonly root: string
}

type Action = 'added' | 'updated' | 'deleted'

function guidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-')
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function isCallable(url: string): boolean {
  const parsed = URL.parse(url)
  if (parsed === null) return false
  return (
    parsed.protocol === 'https:' ||
    (parsed.protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(parsed.hostname))
  )
}

function rowOf(entry: Entry): Row {
  const { root: _root, updatedAt, ...columns } = entry
  return {
    ...columns,
    memberId: 243,
    isSoapCallbackFlag: false,
    connectWiseID: guidOf(`entry ${entry.id}`),
    _info: { lastUpdated: updatedAt, updatedBy: 'simulator' },
  }
}

export class Callbacks {
  readonly #company: string
  readonly #entries = new Map<number, Entry>()
  #lastId = 26_558
  #messages = 0
  #version = 0

  constructor(company: string) {
    this.#company = company
  }

  readonly resource: Resource = {
    name: 'CallbackEntry',
    rows: (after) => [...this.#entries.values()].filter(({ id }) => id > after).map(rowOf),
    get: (id) => {
      const entry = this.#entries.get(id)
      return entry && rowOf(entry)
    },
    size: () => this.#entries.size,
    version: () => this.#version,
  }

  add(body: unknown, root: string): SimulatedAnswer {
    const entry = this.#entryOf(Object(body), this.#lastId + 1, root)
    this.#lastId++
    this.#keep(entry)
    return { status: 201, body: rowOf(entry) }
  }

  replace(id: number, body: unknown, root: string): SimulatedAnswer {
    if (!this.#entries.has(id)) throw recordMissing('CallbackEntry', id)
    const entry = this.#entryOf(Object(body), id, root)
    this.#keep(entry)
    return { status: 200, body: rowOf(entry) }
  }

  patch(id: number, body: unknown, root: string): SimulatedAnswer {
    const known = this.#entries.get(id)
    if (known === undefined) throw recordMissing('CallbackEntry', id)
    const changed: Record<string, unknown> = { ...known }
    for (const operation of Array.isArray(body) ? body : []) {
      const { op, path, value } = Object(operation)
      changed[text(path).replace(/^\//, '')] = op === 'remove' ? undefined : value
    }
    return this.replace(id, changed, root)
  }

  remove(id: number): SimulatedAnswer {
    if (!this.#entries.delete(id)) throw recordMissing('CallbackEntry', id)
    this.#version++
    return { status: 204 }
  }

  /** Answers the page a delivery names as its `key_url`. */
  key(query: URLSearchParams): SimulatedAnswer {
    const entry = [...this.#entries.values()].find(({ id }) => guidOf(`key ${id}`) === query.get('id'))
    const known = entry !== undefined && query.get('companyName')?.toLowerCase() === this.#company.toLowerCase()
    return known
      ? { status: 200, body: { signing_key: guidOf(`signing ${entry.id}`) } }
      : { status: 404, body: 'Not found' }
  }

  /** What goes to the registrations for everything of a type; `record` is null once it is deleted. */
  deliveries(type: string, id: number, action: Action, record: Row | null): SimulatedDelivery[] {
    return [...this.#entries.values()]
      .filter((entry) => entry.type === type && entry.level === 'owner' && !entry.inactiveFlag)
      .map((entry) => {
        const body = JSON.stringify({
          MessageId: guidOf(`message ${++this.#messages}`),
          FromUrl: 'na.simulator.example',
          CompanyId: this.#company,
          MemberId: 'simulator',
          Action: action,
          Type: type,
          ID: id,
          ProductInstanceId: 'simulator',
          PartnerId: 'simulator',
          Entity: record && JSON.stringify(record),
          Metadata: {
            key_url: `${entry.root}/system/callbackkey/index.rails?companyName=${encodeURIComponent(this.#company)}&id=${guidOf(`key ${entry.id}`)}`,
          },
          CallbackObjectRecId: entry.id,
        })
        const secret = createHash('sha256')
          .update(guidOf(`signing ${entry.id}`))
          .digest()
        const signature = createHmac('sha256', secret).update(body).digest('base64')
        // The id and the action are written right behind the address, whatever it ends with.
        return {
          url: `${entry.url}${id}&action=${action}`,
          headers: { 'content-type': 'application/json; charset=utf-8', 'x-content-signature': signature },
          body,
        }
      })
  }

  #keep(entry: Entry): void {
    this.#entries.set(entry.id, entry)
    this.#version++
  }

  #entryOf(body: Readonly<Record<string, unknown>>, id: number, root: string): Entry {
    const [url, type, level] = [text(body.url), text(body.type).toLowerCase(), text(body.level).toLowerCase()]
    const complaints: Complaint[] = []
    if (!isCallable(url)) complaints.push({ code: 'InvalidField', message: 'Invalid URL', field: 'url' })
    if (!levelsOf[type]?.includes(level)) {
      complaints.push({ code: 'InvalidObject', message: 'Unrecognized level for type', field: 'level' })
    }
    if (typeof body.objectId !== 'number') {
      complaints.push({ code: 'MissingRequiredField', message: 'The objectId field is required.', field: 'objectId' })
    }
    for (const entry of this.#entries.values()) {
      if (entry.id !== id && entry.url === url && entry.type === type && entry.level === level) {
        complaints.push({
          code: 'ObjectExists',
          message: 'A matching callback entry already exists',
          field: 'objectId',
        })
      }
    }
    if (complaints.length > 0) throw invalid('callbackEntry', ...complaints)
    return {
      id,
      description: text(body.description) || undefined,
      url,
      // Whatever was sent, the owner level means everything.
      objectId: level === 'owner' ? 1 : Number(body.objectId),
      type,
      level,
      payloadVersion: text(body.payloadVersion) || '3.0.0',
      inactiveFlag: body.inactiveFlag === true,
      isSelfSuppressedFlag: body.isSelfSuppressedFlag === true,
      updatedAt: `${new Date().toISOString().slice(0, 19)}Z`,
      root,
    }
  }
}
