/** What is served where below `V1.0/`, and the right it takes. */
import type { StreamName } from '../../../core/connector/records.ts'
import type { SimulatedAnswer, SimulatedDelivery, SimulatedRequest, World } from '../../../core/connector/simulator.ts'
import { companies, companyLocations, contacts } from './clients.ts'
import { type Entity, fieldSpecs, noPicklists, ofRows } from './entities.ts'
import { type Hardware, hardwareOf } from './hardware.ts'
import { type Caller, metadata } from './metadata.ts'
import { countries } from './places.ts'
import { count, query } from './queries.ts'
import { noResource, noSuchPath, notPermitted, wrongMethod } from './refusals.ts'
import { serviceOf } from './service.ts'
import { bodyOf, update } from './updates.ts'
import { Webhooks } from './webhooks.ts'

const picklistStreams: Readonly<Partial<Record<StreamName, readonly [entity: string, field: string]>>> = {
  companyTypes: ['companies', 'companyType'],
  markets: ['companies', 'marketSegmentID'],
  configurationTypes: ['configurationitems', 'configurationItemType'],
  ticketBoards: ['tickets', 'queueID'],
  ticketPriorities: ['tickets', 'priority'],
  ticketStatuses: ['tickets', 'status'],
}

const entityStreams: Readonly<Partial<Record<StreamName, string>>> = {
  companies: 'companies',
  sites: 'companylocations',
  contacts: 'contacts',
  configurations: 'configurationitems',
}

export class Api {
  readonly #world: World
  readonly #hardware: Hardware
  readonly #entities: ReadonlyMap<string, Entity>
  readonly #webhooks: ReadonlyMap<StreamName, Webhooks>
  readonly #noPatch: boolean

  constructor(world: World, apiUser: string, quirks: { readonly noPatch?: boolean; readonly fewerWebhooks?: boolean }) {
    this.#world = world
    this.#noPatch = quirks.noPatch === true
    this.#hardware = hardwareOf(world)
    const { items, products } = this.#hardware
    const { tickets, notes, resources } = serviceOf(world, apiUser)
    const [company, contact] = [companies(world), contacts(world)]
    this.#webhooks = new Map<StreamName, Webhooks>([
      ['companies', new Webhooks('Company', 'Account', company)],
      ['contacts', new Webhooks('Contact', 'Contact', contact)],
      ...(quirks.fewerWebhooks
        ? []
        : [['configurations', new Webhooks('ConfigurationItem', 'InstalledProduct', items)] as const]),
    ])
    const types = ofRows(
      {
        name: 'ConfigurationItemTypes',
        fields: fieldSpecs('id:long- name:string* isActive:boolean*'),
        udfs: [],
        picklists: noPicklists,
        right: 'configurations',
      },
      () => [...world.configurationTypes.after(0)].map(({ id, name, active }) => ({ id, name, isActive: active })),
    )
    const all = [
      company,
      companyLocations(world),
      contact,
      items,
      types,
      products,
      tickets,
      notes,
      resources,
      countries,
    ]
    for (const hooks of this.#webhooks.values()) all.push(...hooks.entities)
    this.#entities = new Map(all.map((entity) => [entity.name.toLowerCase(), entity]))
  }

  get names(): readonly string[] {
    return [...this.#entities.values()].map(({ name }) => name)
  }

  /** `steps` is the path in lower case, `base` the address it is below. */
  serve(request: SimulatedRequest, steps: readonly string[], caller: Caller, base: string): SimulatedAnswer {
    const [name = '', ...rest] = steps
    const entity = this.#entities.get(name)
    if (entity === undefined) throw noResource(request.path)
    const [first, second] = rest
    if (first === 'entityinformation') {
      if (request.method !== 'GET') throw wrongMethod(request.method)
      return metadata(entity, second, caller)
    }
    if (entity.right !== undefined && caller.lacks.includes(entity.right)) throw notPermitted('query', entity.name)
    if (first === 'query') {
      if (second === undefined || second === 'next') return query(entity, request, base)
      if (second === 'count') return count(entity, request)
      throw noResource(request.path)
    }
    if (request.method !== 'GET') return this.#write(request, entity, rest, caller)
    const children = this.#hooksOf(entity)?.children(rest)
    if (children !== undefined) return children
    if (first === undefined || second !== undefined || !/^\d+$/.test(first)) throw noResource(request.path)
    // What is not there is no 404.
    return { status: 200, body: { item: entity.get(Number(first)) ?? null } }
  }

  #hooksOf(entity: Entity): Webhooks | undefined {
    return [...this.#webhooks.values()].find(({ name }) => name === entity.name)
  }

  #write(request: SimulatedRequest, entity: Entity, rest: readonly string[], caller: Caller): SimulatedAnswer {
    const { method } = request
    const hooks = this.#hooksOf(entity)
    if (hooks) return hooks.write(method, rest, method === 'DELETE' ? {} : bodyOf(request))
    if (entity !== this.#hardware.items) throw wrongMethod(method)
    if (caller.lacks.includes('configurations-edit')) throw notPermitted('update', entity.name)
    if (method === 'PATCH' && rest.length === 0) {
      if (this.#noPatch) throw noSuchPath()
      return update(this.#world, this.#hardware, bodyOf(request), false)
    }
    // At the record's own address only zones that take no PATCH were seen to serve it.
    const whole = method === 'PUT' && (this.#noPatch ? rest.length === 1 : rest.length === 0)
    if (!whole) throw wrongMethod(method)
    return update(
      this.#world,
      this.#hardware,
      { ...bodyOf(request), ...(rest[0] ? { id: Number(rest[0]) } : {}) },
      true,
    )
  }

  *expected(stream: StreamName): Generator<string> {
    const [entity, field] = picklistStreams[stream] ?? []
    if (stream === 'companyStatuses' || stream === 'configurationStatuses') yield* ['active', 'inactive']
    else if (entity !== undefined && field !== undefined) {
      for (const { value } of this.#entities.get(entity)?.picklists()[field] ?? []) yield value
    } else {
      for (const row of this.#entities.get(entityStreams[stream] ?? '')?.rows(0) ?? []) yield String(row.id)
    }
  }

  deliveries(stream: StreamName, id: number, action: 'added' | 'updated' | 'deleted'): SimulatedDelivery[] {
    const row = this.#entities.get(entityStreams[stream] ?? '')?.get(id)
    return this.#webhooks.get(stream)?.deliveries(id, action, action === 'deleted' ? undefined : row) ?? []
  }
}
