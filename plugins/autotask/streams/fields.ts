/** How Autotask writes what many records have in common: stamps, flags, countries, links. */
import type { Context, ReadContext } from '../../../core/connector/contract.ts'
import { bool, id, instant, text } from '../../../core/connector/parse.ts'
import { isForbidden, isNotFound } from '../client.ts'
import { readAll } from '../paging.ts'
import type { AutotaskSettings } from '../settings.ts'
import { type Udfs, udfsOf } from '../udf.ts'
import { ownZone } from '../zone.ts'

type Read<T> = T | null | undefined

/** A stamp is UTC whether it says so or not. */
export function stamp(value: unknown): Read<string> {
  return instant(value) ?? (typeof value === 'string' ? instant(`${value}Z`) : undefined) ?? missing(value)
}

/** Empty stays empty where the value could not be read otherwise. */
function missing(value: unknown): null | undefined {
  return value === null || value === '' ? null : undefined
}

/** A boolean; contacts write theirs as 0 and 1. */
export function flag(value: unknown): Read<boolean> {
  return value === 1 ? true : value === 0 ? false : bool(value)
}

/** What Autotask has as a flag, the hub knows as a status: these stand for its two values. */
export const activeStatuses = [
  { sourceId: 'active', name: 'Active', active: true },
  { sourceId: 'inactive', name: 'Inactive', active: false },
] as const

/** The status that stands for a flag. */
export function statusOf(active: Read<boolean>): { statusId: Read<string>; status: Read<string> } {
  if (typeof active !== 'boolean') return { statusId: active, status: active }
  const [on, off] = activeStatuses
  const { sourceId, name } = active ? on : off
  return { statusId: sourceId, status: name }
}

/** Name by id. Addresses lose no more than their country where they cannot be read. */
export async function countryNames(ctx: Context<AutotaskSettings>): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>()
  try {
    for (const row of await readAll(ctx, { entity: 'Countries' })) {
      const key = id(row.id)
      const name = text(row.displayName) ?? text(row.name)
      if (key && name) names.set(key, name)
    }
  } catch (error) {
    if (!isForbidden(error) && !isNotFound(error)) throw error
    ctx.report({
      level: 'warning',
      code: 'countries',
      message: 'The API user may not read countries, so addresses come without theirs.',
    })
  }
  return names
}

const screens = {
  company: 'ExecuteCommand.aspx?Code=OpenAccount&AccountID=',
  contact: 'ExecuteCommand.aspx?Code=OpenContact&ContactID=',
  configuration: 'AutotaskCommand.aspx?Code=OpenInstalledProduct&InstalledProductID=',
  ticket: 'ExecuteCommand.aspx?Code=OpenTicketDetail&TicketID=',
} as const

/** The address of a record's screen by its id. */
export async function screenLink(
  ctx: Context<AutotaskSettings>,
  screen: keyof typeof screens,
): Promise<(id: string) => string | undefined> {
  const { webUrl } = await ownZone(ctx)
  return (id) => (webUrl === undefined ? undefined : `${webUrl}Autotask/AutotaskExtend/${screens[screen]}${id}`)
}

/** The UDFs the admin chose; undefined if he chose none. */
export async function chosenUdfs(ctx: ReadContext<AutotaskSettings>, entity: string): Promise<Udfs | undefined> {
  if (ctx.customFields.length === 0) return undefined
  const all = await udfsOf(ctx, entity)
  return new Map([...all].filter(([name]) => ctx.customFields.includes(name)))
}
