/** What the API user may do with an entity, in Autotask's own words. */
import type { Context } from '../../core/connector/contract.ts'
import { bool, isRow, type Row, text } from '../../core/connector/parse.ts'
import { camelCased } from './answers.ts'
import type { AutotaskSettings } from './settings.ts'

/** `Restricted`: a part of the records only; `unknown`: Autotask does not say. */
export type Level = 'All' | 'Restricted' | 'None' | 'unknown'

export interface Access {
  readonly query: Level
  readonly create: Level
  readonly update: Level
  readonly delete: Level
}

export async function accessTo(ctx: Context<AutotaskSettings>, entity: string): Promise<Access> {
  const answer = await ctx.http.request({ url: `${entity}/entityInformation` })
  const body = camelCased(answer.body)
  const info = isRow(body) ? body.info : undefined
  if (!isRow(info)) throw ctx.error('vendor', `Autotask answered what may be done with ${entity} with something else.`)
  return {
    query: level(info, 'Query'),
    create: level(info, 'Create'),
    update: level(info, 'Update'),
    delete: level(info, 'Delete'),
  }
}

/** What the entity allows at all goes before what the user may do with it. */
function level(info: Row, action: string): Level {
  if (bool(info[`can${action}`]) === false) return 'None'
  const word = text(info[`userAccessFor${action}`])
  return word === 'All' || word === 'Restricted' || word === 'None' ? word : 'unknown'
}

/**
 * Whether a lost right answers with a refusal or with fewer records is not documented for every entity, so it is
 * looked up before a pass. Throws `permission` where nothing may be read. Answers why the list cannot be whole, if it
 * cannot: what is not visible must not be taken for deleted.
 */
export async function assertReadable(ctx: Context<AutotaskSettings>, entity: string): Promise<string | undefined> {
  const { query } = await accessTo(ctx, entity)
  if (query === 'None')
    throw ctx.error('permission', `The security level of the API user does not let it see ${entity}.`)
  return lack(entity, query)
}

/** The same after a pass: a right can be lost in the middle of it, and what was read until then is to be kept. */
export async function lackOf(ctx: Context<AutotaskSettings>, entity: string): Promise<string | undefined> {
  return lack(entity, (await accessTo(ctx, entity)).query)
}

function lack(entity: string, query: Level): string | undefined {
  if (query !== 'None' && query !== 'Restricted') return undefined
  const seen = query === 'None' ? `see no ${entity} any more` : `see a part of the ${entity} only`
  return `The security level of the API user lets it ${seen}. What it does not see cannot be told from what was deleted, so nothing is removed. Set the level to "All".`
}
