/** What waits for a person: the list on top of home. Plain sentences, each with the place to act. */
import { streams } from '../../core/connector/index.ts'
import { type MappingKind, mappingKinds, mappingTables } from '../../core/mapping/kinds.ts'
import type { DeadLetter } from '../../core/queue/sync-queue.ts'
import type { Database } from '../../core/store/database.ts'
import type { ReviewGroup } from '../../core/sync/review.ts'
import { type ConnectionBrief, waitsForFirstSync } from './overview.ts'

export interface Decision {
  readonly tone: 'bad' | 'warn' | 'info'
  readonly icon: string
  readonly title: string
  readonly detail: string
  readonly href: string
  readonly act: string
}

const day = 86_400_000

function many(count: number, one: string, several = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : several}`
}

function ofConnection(connection: ConnectionBrief, dead: readonly DeadLetter[], now: number): Decision[] {
  const href = `/admin/pages/connection?id=${connection.id}`
  const found: Decision[] = []
  const { last, running } = connection
  if (connection.state === 'needs-sign-in')
    found.push({
      tone: 'bad',
      icon: 'Key',
      title: `${connection.name} refuses our sign-in`,
      detail: connection.problem ?? 'The credentials are no longer accepted. Nothing is synced until they are renewed.',
      href: `${href}&tab=settings`,
      act: 'Renew credentials',
    })
  else if (connection.state === 'active' && last?.state === 'failed' && !running)
    found.push({
      tone: 'bad',
      icon: 'AlertOctagon',
      title: `The last sync of ${connection.name} failed`,
      detail: last.error ?? 'Open the run to see what happened.',
      href: `/admin/pages/run?id=${last.id}`,
      act: 'See the run',
    })
  else if (waitsForFirstSync(connection) && connection.predecessor !== null)
    found.push({
      tone: 'info',
      icon: 'RefreshCw',
      title: `${connection.name} waits for its first sync`,
      detail: `It took the place of ${connection.predecessor}. Until it has been read whole, the hub shows what it had from ${connection.predecessor}.`,
      href,
      act: 'See the connection',
    })
  const given = dead.find(({ connectionId }) => connectionId === connection.id)
  if (given && connection.state === 'active')
    found.push({
      tone: 'bad',
      icon: 'AlertOctagon',
      title: `A sync of ${connection.name} was given up after ${many(given.attempts, 'attempt')}`,
      detail: given.message,
      href,
      act: 'See the connection',
    })
  if (connection.state === 'active' && connection.missingPermissions > 0)
    found.push({
      tone: 'warn',
      icon: 'Shield',
      title: `${connection.name} lacks ${many(connection.missingPermissions, 'permission')}`,
      detail: 'What needs it stays off until it is granted. The page says where to click at the vendor.',
      href: `${href}&tab=permissions`,
      act: 'See permissions',
    })
  const ended = last?.finishedAt?.getTime()
  if (connection.state === 'active' && ended !== undefined && !running && now - ended > 2 * day)
    found.push({
      tone: 'warn',
      icon: 'Clock',
      title: `${connection.name} has been silent for ${many(Math.floor((now - ended) / day), 'day')}`,
      detail: 'No sync has run although the connection is active. Is a worker running?',
      href,
      act: 'See the connection',
    })
  return found
}

const why = {
  breaker: 'More at once than the safety limit of this connection allows.',
  'source-empty': 'The source suddenly had none where there were some.',
  unidentified: 'The source sent records that could not be told apart.',
  plan: 'A dry run: nothing was written yet.',
} as const

const done = { create: 'new', update: 'changed', restore: 'returned', remove: 'gone' } as const

function words(groups: readonly ReviewGroup[]): string {
  return groups.map(({ count, action }) => `${count.toLocaleString('en')} ${done[action]}`).join(', ')
}

function ofReview(groups: readonly ReviewGroup[]): Decision[] {
  const guarded = Map.groupBy(
    groups.filter(({ reason }) => reason !== 'plan'),
    ({ connectionId, stream }) => `${connectionId} ${stream}`,
  )
  const plans = Map.groupBy(
    groups.filter(({ reason }) => reason === 'plan'),
    ({ connectionId }) => connectionId,
  )
  return [
    ...[...guarded.values()].flatMap((parts): Decision[] => {
      const [first] = parts
      if (!first) return []
      const { stream, connection, connectionId, reason } = first
      return [
        {
          tone: 'warn',
          icon: 'PauseCircle',
          title: `${streams[stream].title}: ${words(parts)}, withheld`,
          detail: `${connection}. ${why[reason]}`,
          href: `/admin/pages/reviews?connection=${connectionId}&stream=${stream}`,
          act: 'Review',
        },
      ]
    }),
    ...[...plans.values()].flatMap((parts): Decision[] => {
      const [first] = parts
      if (!first) return []
      const byStream = Map.groupBy(parts, ({ stream }) => stream)
      return [
        {
          tone: 'info',
          icon: 'Eye',
          title: `The dry run of ${first.connection} is ready`,
          detail: `It would bring: ${[...byStream].map(([stream, own]) => `${streams[stream].title.toLowerCase()} ${words(own)}`).join('; ')}.`,
          href: `/admin/pages/run?id=${Math.max(...parts.map(({ runId }) => runId))}&tab=plan`,
          act: 'See the plan',
        },
      ]
    }),
  ]
}

const valueWords: Readonly<Record<MappingKind, readonly [string, string]>> = {
  companyTypes: ['company type', 'company types'],
  companyStatuses: ['company status', 'company statuses'],
  markets: ['market', 'markets'],
}

async function ofMapping(database: Database): Promise<Decision[]> {
  const companies = await database.rows<{ id: number; name: string; state: 'unmapped' | 'ambiguous'; count: number }>(
    `select c.id, c.name, l.link_state as state, count(*) as count
     from company_links l join connections c on c.id = l.connection_id
     where l.removed_at is null and c.state <> 'disconnected' and l.link_state in ('unmapped', 'ambiguous')
       and (c.import_companies = 'selected' or l.link_state = 'ambiguous')
     group by c.id, c.name, l.link_state order by l.link_state, c.name`,
  )
  const values = await database.rows<{ kind: MappingKind; id: number; name: string; count: number }>(
    mappingKinds
      .map(
        (kind) => `select '${kind}' as kind, c.id, c.name, count(*) as count
          from ${mappingTables[kind].mappings} m join connections c on c.id = m.connection_id
          where c.state <> 'disconnected' and m.removed_at is null and m.target_id is null and not m.ignored
          group by c.id, c.name`,
      )
      .join(' union all '),
  )
  return [
    ...companies.map(({ id, name, state, count }): Decision => {
      const href = `/admin/pages/mapping?tab=companies&connection=${id}&state=${state}`
      return state === 'ambiguous'
        ? {
            tone: 'warn',
            icon: 'HelpCircle',
            title: `${many(count, 'company', 'companies')} of ${name} could be more than one of yours`,
            detail: 'The hub never guesses. Choose which company is meant.',
            href,
            act: 'Choose',
          }
        : {
            tone: 'info',
            icon: 'Briefcase',
            title: `${many(count, 'company', 'companies')} of ${name} ${count === 1 ? 'is' : 'are'} not mapped yet`,
            detail: 'Import the ones you look after; their sites, contacts and hardware follow.',
            href,
            act: 'Map companies',
          }
    }),
    ...values.map(({ kind, id, name, count }): Decision => {
      const [one, several] = valueWords[kind]
      return {
        tone: 'info',
        icon: 'Tag',
        title: `${many(count, one, several)} of ${name} ${count === 1 ? 'is' : 'are'} not mapped yet`,
        detail: 'Map them to your own, take them over as they are, or ignore them.',
        href: `/admin/pages/mapping?tab=${kind}&connection=${id}`,
        act: 'Map',
      }
    }),
  ]
}

/** All that waits, the urgent first. */
export async function decisions(
  database: Database,
  connections: readonly ConnectionBrief[],
  groups: readonly ReviewGroup[],
  dead: readonly DeadLetter[],
): Promise<readonly Decision[]> {
  const found = [
    ...connections.flatMap((connection) => ofConnection(connection, dead, Date.now())),
    ...ofReview(groups),
    ...(await ofMapping(database)),
  ]
  const order = ['bad', 'warn', 'info']
  return found.toSorted((a, b) => order.indexOf(a.tone) - order.indexOf(b.tone))
}
