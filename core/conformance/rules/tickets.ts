/** Tickets, read live. */
import type { Context, Settings, Ticket, TicketSource } from '../../connector/contract.ts'
import { abortMs, type Lab } from '../lab.ts'
import { some } from '../reading.ts'
import { messageOf, NotApplicable, type Rule, type Subject } from '../subject.ts'
import { assertKind } from './check.ts'

const limit = 100

function tickets(subject: Subject): TicketSource<Settings> {
  const source = subject.source().tickets
  if (source === undefined) throw new NotApplicable('no tickets')
  return source
}

async function ticketsOf(subject: Subject, lab: Lab, companyId: string, closed?: boolean): Promise<readonly Ticket[]> {
  const query = { companyId, limit, ...(closed === undefined ? {} : { closed }) }
  return lab.call('tickets.list', (ctx) => tickets(subject).list(ctx, query))
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  )
}

const list: Rule = {
  id: 'tickets.list',
  promise: "The tickets of a company, open and closed, never another company's and never more than asked for.",
  async run(subject) {
    tickets(subject)
    const lab = await subject.open()
    const seen = new Map<string, string>()
    let busiest = ''
    let most: readonly Ticket[] = []
    for (const company of await lab.companies()) {
      const found = await ticketsOf(subject, lab, company)
      for (const { sourceId, summary } of found) {
        if (!sourceId || !summary) throw new Error('a ticket comes without sourceId or summary.')
        const owner = seen.get(sourceId)
        if (owner !== undefined)
          throw new Error(`ticket ${sourceId} is listed for company ${owner} and for ${company}.`)
        seen.set(sourceId, company)
      }
      if (found.length > most.length) [most, busiest] = [found, company]
    }
    const { size } = lab.world.tickets
    if (seen.size !== size)
      throw new Error(`${seen.size} of ${size} tickets are listed, over all companies, open and closed.`)
    for (const closed of [true, false]) {
      const found = await ticketsOf(subject, lab, busiest, closed)
      const wrong = found.filter((ticket) => typeof ticket.closed === 'boolean' && ticket.closed !== closed)
      if (wrong.length > 0)
        throw new Error(
          `asked for ${closed ? 'closed' : 'open'} tickets, ${some(wrong.map(({ sourceId }) => sourceId))} is none.`,
        )
      const missing = most.filter(
        (ticket) => ticket.closed === closed && !found.some(({ sourceId }) => sourceId === ticket.sourceId),
      )
      if (missing.length > 0)
        throw new Error(
          `asked for ${closed ? 'closed' : 'open'} tickets, ${some(missing.map(({ sourceId }) => sourceId))} is left out.`,
        )
    }
    const few = await lab.call('tickets.list', (ctx) => tickets(subject).list(ctx, { companyId: busiest, limit: 2 }))
    if (few.length > 2) throw new Error(`asked for 2 tickets, ${few.length} come.`)
  },
}

const detail: Rule = {
  id: 'tickets.detail',
  promise: 'A ticket comes with its notes; one that is not there is not-found.',
  async run(subject) {
    tickets(subject)
    const lab = await subject.open()
    let withNotes = 0
    const get = (id: string) => lab.call('tickets.get', (ctx) => tickets(subject).get(ctx, id))
    for (const company of (await lab.companies()).slice(0, 4)) {
      for (const listed of (await ticketsOf(subject, lab, company)).slice(0, 3)) {
        const ticket = await get(listed.sourceId)
        if (ticket.sourceId !== listed.sourceId || ticket.summary !== listed.summary)
          throw new Error(`get(${listed.sourceId}) answers another ticket than the list.`)
        for (const { text, kind, internal, sourceId } of ticket.notes) {
          if (
            typeof text !== 'string' ||
            !sourceId ||
            !['description', 'note', 'resolution'].includes(kind) ||
            typeof internal !== 'boolean'
          )
            throw new Error(`a note of ticket ${listed.sourceId} lacks sourceId, text, kind or internal.`)
        }
        if (ticket.notes.length > 0) withNotes++
      }
    }
    if (withNotes === 0) throw new Error('no ticket has a note, although the simulator has some.')
    const [first] = await someTickets(subject, lab)
    if (first === undefined) return
    for (let id = lab.world.tickets.lastId; id > 0; id--) lab.world.tickets.remove(id)
    assertKind(await failureOf(get(first.sourceId)), ['not-found'], 'get() of a ticket that is gone')
  },
}

async function someTickets(subject: Subject, lab: Lab): Promise<readonly Ticket[]> {
  for (const company of await lab.companies()) {
    const found = await ticketsOf(subject, lab, company)
    if (found.length > 0) return found
  }
  return []
}

const troubles: Rule = {
  id: 'tickets.errors',
  promise: `Refusals and trouble are told, never shown as "no tickets"; and a call ends within ${abortMs / 1000} s of its signal.`,
  async run(subject) {
    const source = tickets(subject)
    const lab = await subject.open()
    const [company] = await lab.companies()
    const [ticket] = await someTickets(subject, lab)
    if (company === undefined || ticket === undefined) throw new NotApplicable('no company has tickets here')
    const calls: readonly [name: string, call: (ctx: Context<Settings>) => Promise<unknown>][] = [
      ['list()', (ctx) => source.list(ctx, { companyId: company, limit })],
      ['get()', (ctx) => source.get(ctx, ticket.sourceId)],
    ]
    for (const [name, call] of calls) {
      const run = () => failureOf(lab.call('tickets', call))
      for (const [code, kinds] of [
        [403, ['permission', 'auth', 'config']],
        [500, ['transient', 'vendor']],
      ] as const) {
        lab.server.fault({
          times: Number.POSITIVE_INFINITY,
          effect: { kind: 'status', status: code, body: { message: 'Simulated by the kit' } },
        })
        assertKind(await run(), kinds, `${name} with status ${code}`)
        lab.server.clearFaults()
      }
      const hanging = lab.server.fault({ times: Number.POSITIVE_INFINITY, effect: { kind: 'hang' } })
      const outcome = await lab.aborted(
        (signal) => lab.call('tickets', call, lab.context(lab.settings, signal)),
        () => hanging.hits > 0,
      )
      lab.server.clearFaults()
      if (outcome === undefined) throw new Error(`${name} goes on after its signal.`)
      if ('value' in outcome) throw new Error(`${name} answers ${messageOf(outcome.value)} although it was stopped.`)
    }
  },
}

export const ticketRules: readonly Rule[] = [list, detail, troubles]
