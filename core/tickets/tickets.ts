/** Tickets of a company, read live from its PSA; nothing of them is stored. */
import { Refusal } from '../access/refusal.ts'
import type { Catalogue } from '../connections/catalogue.ts'
import type { Connections } from '../connections/connections.ts'
import { within } from '../connections/limit.ts'
import {
  ConnectorError,
  type Context,
  type Settings,
  type Ticket,
  type TicketDetail,
  type TicketSource,
} from '../connector/index.ts'
import type { Database } from '../store/database.ts'
import { SharedAnswers } from './shared-answers.ts'

export interface TicketQuery {
  /** Only closed, or only open ones. */
  readonly closed?: boolean
  /** 1 to 200; 50 unless told. */
  readonly limit?: number
}

export interface TicketList {
  /** The ones changed last first. */
  readonly tickets: readonly Ticket[]
  /** Why there can be none: no connection that has tickets knows the company. */
  readonly unavailable?: string
}

interface Link {
  readonly connection_id: number
  readonly connector: string
  readonly name: string
  readonly source_id: string
}

const limitMs = 15_000
const keepMs = 3_000

export class Tickets {
  readonly #database: Database
  readonly #connections: Pick<Connections, 'open' | 'needsSignIn'>
  readonly #catalogue: Catalogue
  readonly #answers = new SharedAnswers(keepMs)

  constructor(database: Database, connections: Pick<Connections, 'open' | 'needsSignIn'>, catalogue: Catalogue) {
    this.#database = database
    this.#connections = connections
    this.#catalogue = catalogue
  }

  /** Throws a `ConnectorError` if the vendor does not answer, within 15 seconds at most. */
  async list(companyId: number, query: TicketQuery = {}): Promise<TicketList> {
    const links = await this.#links(companyId)
    if (links.length === 0) return { tickets: [], unavailable: unavailable }
    const limit = Math.min(Math.max(query.limit ?? 50, 1), 200)
    const { closed } = query
    const lists = await Promise.all(
      links.map((link) =>
        this.#ask(link, `list ${link.source_id} ${closed} ${limit}`, (source, ctx) =>
          source.list(ctx, { companyId: link.source_id, limit, ...(closed !== undefined && { closed }) }),
        ),
      ),
    )
    const tickets = lists.flat().sort((a, b) => ageOf(b) - ageOf(a))
    return { tickets: tickets.slice(0, limit) }
  }

  /** One ticket with its notes; notes that are not for the client's eyes only with `internal`. */
  async detail(
    companyId: number,
    sourceId: string,
    options: { readonly internal?: boolean } = {},
  ): Promise<TicketDetail> {
    const [link] = await this.#links(companyId)
    if (link === undefined) throw new Refusal(unavailable)
    const ticket = await this.#ask(link, `ticket ${sourceId}`, (source, ctx) => source.get(ctx, sourceId))
    return options.internal ? ticket : { ...ticket, notes: ticket.notes.filter((note) => !note.internal) }
  }

  /** The companies at the sources that have tickets. */
  async #links(companyId: number): Promise<readonly Link[]> {
    const links = await this.#database.rows<Link>(
      `select l.connection_id, c.connector, c.name, l.source_id
       from company_links l join connections c on c.id = l.connection_id
       where l.company_id = $1 and l.removed_at is null and c.state <> 'disconnected'
       order by l.connection_id, l.id`,
      [companyId],
    )
    return links.filter((link) => {
      const connector = this.#catalogue.get(link.connector)
      return connector !== undefined && connector.kind !== 'warranty' && connector.tickets !== undefined
    })
  }

  async #ask<T>(
    link: Link,
    question: string,
    work: (source: TicketSource<Settings>, ctx: Context<Settings>) => Promise<T>,
  ): Promise<T> {
    const { connection_id: id, name } = link
    return this.#answers.ask(`${id} ${question}`, async () => {
      try {
        return await within(
          limitMs,
          `${name} did not answer within ${limitMs / 1000} seconds. Try again.`,
          async (signal) => {
            const open = await this.#connections.open(id, { signal })
            try {
              const source = open.connector.kind === 'warranty' ? undefined : open.connector.tickets
              if (source === undefined) throw new Refusal(unavailable)
              return await work(source, open.context())
            } finally {
              open.close()
            }
          },
        )
      } catch (error) {
        if (error instanceof ConnectorError && error.kind === 'auth')
          await this.#connections.needsSignIn(id, error.admin)
        throw error
      }
    })
  }
}

const unavailable = 'No connection that has tickets knows this company.'

function ageOf(ticket: Ticket): number {
  return Date.parse(ticket.updatedAt ?? ticket.createdAt ?? '') || 0
}
