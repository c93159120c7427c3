/** The vendor behind the toy connector. */
import type {
  SimulatedAnswer,
  SimulatedRequest,
  Simulator,
  World,
  WorldRow,
  WorldTable,
} from '../../../../core/connector/simulator.ts'
import { signature } from './beyond.ts'
import type { ToySettings } from './client.ts'

const keys: Readonly<Record<string, readonly string[]>> = {
  'toy-key-with-all-rights': ['companies', 'configurations', 'write'],
  'toy-key-with-few-rights': ['companies'],
}
const hookSecret = 'toy-hook-secret'

type Row = Readonly<Record<string, unknown>>
type Writer = (row: never) => Row

const notThere: SimulatedAnswer = { status: 404, body: { message: 'There is no such thing.' } }

export function simulate(world: World): Simulator<ToySettings> {
  const tokens = new Map<string, readonly string[]>()
  const hooks = new Map<number, { readonly id: number; readonly url: string; readonly stream: string }>()
  let given = 0
  let sent = 0

  const fieldsOf = (row: World['configurations'] extends WorldTable<infer T> ? T : never): Row => ({
    ...row.customFields,
    pin: 'planted-password',
  })
  const company = (row: NonNullable<ReturnType<World['companies']['get']>>): Row => ({
    id: row.id,
    name: row.name,
    updated: row.updatedAt,
    phone: row.phone,
    city: row.city,
    active: row.active,
    types: row.typeIds,
  })
  const contact = (row: NonNullable<ReturnType<World['contacts']['get']>>): Row => ({
    id: row.id,
    name: `${row.firstName} ${row.lastName ?? ''}`,
    updated: row.updatedAt,
    company: row.companyId,
    email: row.email,
  })
  const configuration = (row: NonNullable<ReturnType<World['configurations']['get']>>): Row => ({
    id: row.id,
    name: row.name,
    updated: row.updatedAt,
    company: row.companyId,
    type: row.typeId,
    active: row.active,
    serial: row.serialNumber,
    maker: row.manufacturerId === null ? null : (world.manufacturers.get(row.manufacturerId)?.name ?? null),
    notes: row.notes,
    warranty: row.warrantyExpiration,
    fields: fieldsOf(row),
  })
  const ticket = (row: NonNullable<ReturnType<World['tickets']['get']>>): Row => ({
    id: row.id,
    summary: row.summary,
    company: row.companyId,
    closed: world.ticketStatuses.get(row.statusId)?.closed ?? false,
    notes: row.notes,
  })
  const tables: Readonly<Record<string, readonly [WorldTable<WorldRow>, Writer, string]>> = {
    companies: [world.companies, company, 'companies'],
    contacts: [world.contacts, contact, 'companies'],
    configurations: [world.configurations, configuration, 'configurations'],
  }
  const write = (writer: Writer, row: unknown): Row => writer(row as never)

  function listOf(name: string, query: URLSearchParams): SimulatedAnswer {
    const [table, writer] = tables[name] ?? []
    if (table === undefined || writer === undefined) return notThere
    const [limit, after, since, type] = [
      Number(query.get('limit')),
      Number(query.get('after')),
      query.get('since'),
      query.get('type')?.split(','),
    ]
    const items: Row[] = []
    for (const row of table.after(after)) {
      const item = write(writer, row)
      if (since !== null && Date.parse(row.updatedAt) < Date.parse(since)) continue
      if (type !== undefined && ![item.types ?? item.type].flat().some((one) => type.includes(String(one)))) continue
      if (items.length === limit) return { status: 200, body: { items, next: items.at(-1)?.id } }
      items.push(item)
    }
    return { status: 200, body: { items, next: null } }
  }

  function patched(id: number, body: string): SimulatedAnswer {
    const row = world.configurations.get(id)
    if (row === undefined) return notThere
    const { warrantyExpiration = row.warrantyExpiration, manufacturer, notes = row.notes } = JSON.parse(body)
    const maker = [...world.manufacturers.after(0)].find(({ name }) => name === manufacturer)
    world.configurations.put({ ...row, warrantyExpiration, notes, manufacturerId: maker?.id ?? row.manufacturerId })
    return { status: 204 }
  }

  function hooked({ method, body }: SimulatedRequest, id: number): SimulatedAnswer {
    if (method === 'DELETE') return { status: hooks.delete(id) ? 204 : 404 }
    if (method === 'GET') return { status: 200, body: { items: [...hooks.values()] } }
    const hook = { ...JSON.parse(body), id: hooks.size + ++sent }
    hooks.set(hook.id, hook)
    return { status: 201, body: hook }
  }

  function answer(request: SimulatedRequest): SimulatedAnswer {
    const { method, path, query } = request
    const [, name = '', part, inner] = path.split('/')
    if (name === 'token') {
      const rights = keys[JSON.parse(request.body).key]
      if (rights === undefined) return { status: 401, body: { message: 'Unknown key.' } }
      const token = `toy-token-${++given}`
      tokens.set(token, rights)
      return { status: 200, body: { token } }
    }
    const rights = tokens.get(request.headers.authorization?.slice('Bearer '.length) ?? '')
    if (rights === undefined) return { status: 401, body: { message: 'Unknown token.' } }
    if (name === 'me') return { status: 200, body: { account: 'toy-account', rights } }
    const right = method === 'PATCH' ? 'write' : tables[name]?.[2]
    if (right !== undefined && !rights.includes(right))
      return { status: 403, body: { message: `You lack the right "${right}".` } }
    const id = Number(part)
    if (name === 'hooks') return hooked(request, id)
    if (name === 'boards') return { status: 200, body: { items: [...world.boards.after(0)] } }
    if (name === 'fields') return { status: 200, body: { items: world.configurationFields } }
    if (name === 'contacts-deleted') {
      const ids = Array.from({ length: world.contacts.lastId }, (_, place) => place + 1)
      return { status: 200, body: { ids: ids.filter((one) => world.contacts.get(one) === undefined) } }
    }
    if (name === 'tickets') return ticketsFor(query, part)
    if (method === 'PATCH') return patched(id, request.body)
    if (inner === 'sites') {
      if (world.companies.get(id) === undefined) return notThere
      const items = [...world.sites.after(0)].filter(({ companyId }) => companyId === id)
      return {
        status: 200,
        body: { items: items.map((row) => ({ id: row.id, name: row.name, updated: row.updatedAt })) },
      }
    }
    if (part === undefined) return listOf(name, query)
    const [table, writer] = tables[name] ?? []
    const row = table?.get(id)
    return row === undefined || writer === undefined ? notThere : { status: 200, body: write(writer, row) }
  }

  function ticketsFor(query: URLSearchParams, part: string | undefined): SimulatedAnswer {
    if (part !== undefined) {
      const row = world.tickets.get(Number(part))
      return row === undefined ? notThere : { status: 200, body: ticket(row) }
    }
    const closed = query.get('closed')
    const items = [...world.tickets.after(0)]
      .map(ticket)
      .filter(
        (row) => String(row.company) === query.get('company') && (closed === null || String(row.closed) === closed),
      )
    return { status: 200, body: { items: items.slice(0, Number(query.get('limit'))) } }
  }

  const settings = (url: string, key: string): ToySettings => ({ url, key, hookSecret })
  return {
    answer,
    settings: (origin) => settings(origin, 'toy-key-with-all-rights'),
    wrongSettings: (origin) => settings(origin, 'toy-key-that-is-wrong'),
    limitedSettings: (origin) => ({
      settings: settings(origin, 'toy-key-with-few-rights'),
      missing: ['configurations', 'write'],
    }),
    *expected(stream) {
      if (stream === 'sites') {
        for (const site of world.sites.after(0)) if (world.companies.get(site.companyId)) yield String(site.id)
      } else for (const { id } of tables[stream]?.[0].after(0) ?? []) yield String(id)
    },
    deliveries(stream, sourceId) {
      const called = [...hooks.values()].filter((hook) => hook.stream === stream)
      return called.map(({ url }) => {
        const body = JSON.stringify({ delivery: `delivery-${++sent}`, stream, record: sourceId })
        return {
          url,
          headers: { 'Content-Type': 'application/json', 'X-Toy-Signature': signature(Buffer.from(body), hookSecret) },
          body,
        }
      })
    },
  }
}
