/** What a source's companies and their types, statuses and markets are in the hub. */
import { listSourceCompanies, type SourceCompanyPage } from '../../core/mapping/company-list.ts'
import { isMappingKind, type MappingKind, mappingKinds, mappingTables } from '../../core/mapping/kinds.ts'
import { previewImport } from '../../core/mapping/preview.ts'
import type { ValueList } from '../../core/mapping/values.ts'
import type { Database } from '../../core/store/database.ts'
import type { PanelServices } from '../services.ts'
import type { Input } from './input.ts'
import type { PanelPage } from './page.ts'

export interface Target {
  readonly id: number
  readonly name: string
}

export interface MappingData {
  readonly connections: readonly { readonly id: number; readonly name: string }[]
  /** The connection shown; null if none has anything to map. */
  readonly connection: number | null
  /** How many wait, by tab, in that connection. */
  readonly waiting: Readonly<Record<'companies' | MappingKind, number>>
  readonly companies?: SourceCompanyPage
  readonly values?: ValueList & { readonly targets: readonly Target[] }
}

/** What an import would do. */
export interface ImportCounts {
  readonly link: number
  readonly create: number
  readonly ambiguous: number
}

const tabs = ['companies', ...mappingKinds] as const
const filters = ['all', 'unmapped', 'linked', 'ignored', 'ambiguous', 'removed'] as const

/** Connections that brought companies, the PSA first: what is mapped there decides the most. */
function mappable(database: Database): Promise<{ id: number; name: string }[]> {
  return database.rows(
    `select id, name from connections
     where state <> 'disconnected' and exists (select from company_links l where l.connection_id = connections.id)
     order by kind <> 'psa', lower(name), id`,
  )
}

async function find(database: Database, text: string): Promise<readonly Target[]> {
  return database.rows<{ id: number; name: string }>(
    `select id, name from companies where removed_at is null and name ilike $1
     order by lower(name) <> lower($2), lower(name), id limit 20`,
    [`%${text.replace(/[\\%_]/g, '\\$&')}%`, text],
  )
}

export function mappingPage(services: PanelServices): PanelPage {
  const { database } = services
  const { companies, values } = services.mapping
  const kindOf = (input: Input): MappingKind => input.oneOf('kind', mappingKinds)
  const links = (input: Input) => (input.has('ids') ? input.ids('ids') : 'all-passing')

  const waiting = async (connection: number): Promise<MappingData['waiting']> => {
    const [page, ...lists] = await Promise.all([
      listSourceCompanies(database, connection, { limit: 1 }),
      ...mappingKinds.map(async (kind) => [kind, (await values.list(connection, kind)).counts.unmapped] as const),
    ])
    // fromEntries forgets which names it was given.
    const open = Object.fromEntries(lists) as Record<MappingKind, number>
    return { companies: page.counts.unmapped + page.counts.ambiguous, ...open }
  }

  return {
    component: 'MappingPage',
    capability: 'look',
    read: async (input): Promise<MappingData | { readonly found: readonly Target[] }> => {
      if (input.has('find')) return { found: await find(database, input.text('find', 200)) }
      const connections = await mappable(database)
      const wished = input.optionalId('connection')
      const connection = connections.find(({ id }) => id === wished)?.id ?? connections[0]?.id
      if (connection === undefined)
        return {
          connections,
          connection: null,
          waiting: { companies: 0, companyTypes: 0, companyStatuses: 0, markets: 0 },
        }
      const base = { connections, connection, waiting: await waiting(connection) }
      const tab = input.optionalOneOf('tab', tabs) ?? 'companies'
      if (isMappingKind(tab)) {
        const targets = await database.rows<{ id: number; name: string }>(
          `select id, name from ${mappingTables[tab].targets} order by lower(name), id`,
        )
        return { ...base, values: { ...(await values.list(connection, tab)), targets } }
      }
      const search = input.optionalText('q', 200)
      const after = input.optionalText('after', 2000)
      const page = await listSourceCompanies(database, connection, {
        filter: input.optionalOneOf('state', filters) ?? 'all',
        ...(search && { search }),
        ...(after && { after }),
      })
      return { ...base, companies: page }
    },
    actions: {
      preview: {
        capability: 'decide',
        run: async (input): Promise<ImportCounts> => {
          const preview = await previewImport(database, input.id('connection'), links(input))
          return {
            link: preview.link.length,
            create: preview.create.length,
            ambiguous: preview.ambiguous.length,
          }
        },
      },
      import: {
        capability: 'decide',
        run: (input, by) => companies.import(input.id('connection'), links(input), by),
      },
      ignore: {
        capability: 'decide',
        run: (input, by) => companies.ignore(input.ids('ids'), !input.flag('heed'), by),
      },
      link: { capability: 'decide', run: (input, by) => companies.link(input.id('id'), input.id('companyId'), by) },
      linkToNew: { capability: 'decide', run: (input, by) => companies.linkToNew(input.id('id'), by) },
      unlink: { capability: 'decide', run: (input, by) => companies.unlink(input.id('id'), by) },
      map: {
        capability: 'decide',
        run: async (input, by) => {
          const to = input.text('to')
          if (to === 'ignore') return values.ignore(kindOf(input), input.id('id'), true, by)
          return values.map(kindOf(input), input.id('id'), to === 'none' ? null : input.id('to'), by)
        },
      },
      createUnmapped: {
        capability: 'decide',
        run: (input, by) => values.createUnmapped(input.id('connection'), kindOf(input), by),
      },
    },
  }
}
