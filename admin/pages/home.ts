/** Home: the state of everything, so that nobody has to read a log to know it. */
import { type StreamName, streams } from '../../core/connector/index.ts'
import { tables } from '../../core/store/columns.ts'
import type { Database } from '../../core/store/database.ts'
import type { PanelServices } from '../services.ts'
import { type Decision, decisions } from './decisions.ts'
import { type ConnectionBrief, newestRuns, overview, type RunBrief } from './overview.ts'
import type { PanelPage } from './page.ts'

export interface Total {
  readonly resource: string
  readonly title: string
  readonly count: number
  /** Taken from the planner's statistics; counting would take too long. */
  readonly estimated: boolean
}

export interface HomeData {
  readonly connections: readonly ConnectionBrief[]
  readonly decisions: readonly Decision[]
  readonly totals: readonly Total[]
  readonly runs: readonly RunBrief[]
}

const shown: readonly StreamName[] = [
  'sites',
  'contacts',
  'configurations',
  'flexibleAssets',
  'domains',
  'sslCertificates',
  'm365Users',
]
const countedUpTo = 100_000

async function totals(database: Database): Promise<Total[]> {
  const wanted = [
    { resource: 'companies', title: 'Companies', table: 'companies' },
    ...shown.map((stream) => ({
      resource: stream.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
      title: streams[stream].title,
      table: tables[stream],
    })),
  ]
  const counted = await Promise.all(
    wanted.map(async ({ resource, title, table }) => {
      const row = await database.row<{ count: number; estimate: number }>(
        `select (select count(*) from (select 1 from ${table} where removed_at is null limit ${countedUpTo + 1}) few) as count,
           (select reltuples::bigint from pg_class where oid = $1::regclass) as estimate`,
        [table],
      )
      const count = row?.count ?? 0
      const estimated = count > countedUpTo
      return { resource, title, count: estimated ? Math.max(count, row?.estimate ?? 0) : count, estimated }
    }),
  )
  return counted.filter(({ resource, count }) => count > 0 || resource === 'companies')
}

export function homePage(services: PanelServices): PanelPage {
  return {
    component: 'HomePage',
    capability: 'look',
    read: async (): Promise<HomeData> => {
      const { database, queue, review } = services
      const all = await services.connections.list()
      const [connections, groups, dead, sums, runs] = await Promise.all([
        overview(
          services,
          all.filter(({ state }) => state !== 'disconnected'),
        ),
        review.summary(),
        queue.deadLetters(),
        totals(database),
        newestRuns(database, 8),
      ])
      return { connections, decisions: await decisions(database, connections, groups, dead), totals: sums, runs }
    },
    actions: {},
  }
}
