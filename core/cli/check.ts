import { type CheckReport, tryOut } from '../connections/check.ts'
import type { Connector } from '../connector/index.ts'
import { say, sayJson } from './output.ts'
import { connectionOf, done, failed, type Session, withHub } from './session.ts'
import { withVendor } from './vendor.ts'

interface Options {
  readonly config?: string
  readonly json?: boolean
}

/** `tributary check`: one line per right; fails if the connection cannot be used. */
export async function check(session: Session, which: string, { config, json = false }: Options): Promise<number> {
  if (config !== undefined)
    return withVendor(session, which, config, async ({ connector, settings, clients }) =>
      report(connector, await tryOut({ clients }, connector, settings, 'check'), json),
    )
  return withHub(session, async (hub) => {
    const { id, connector } = await connectionOf(hub, which)
    return report(hub.catalogue.get(connector), await hub.connections.check(id), json)
  })
}

const marks = { ok: 'ok       ', missing: 'MISSING  ', excessive: 'too much ', unknown: 'unknown  ' } as const

/** Prints a report and answers the exit code that goes with it. */
export function report(connector: Connector | undefined, checked: CheckReport, json = false): number {
  if (json) sayJson(checked)
  else {
    for (const { permission, state, message } of checked.permissions) {
      const wanted = connector?.permissions.find(({ id }) => id === permission)
      const place = state === 'missing' && wanted ? ` Where: ${wanted.where}.` : ''
      const right = wanted?.right ?? permission
      say(`${marks[state]}${right}${state === 'ok' ? '' : `: ${message}${place}`}`)
    }
    const account = checked.accountName ?? checked.account
    if (checked.ok) say(`The connection works${account === undefined ? '' : `; it leads to ${account}`}.`)
    else say(checked.message ?? 'The connection cannot be used.')
  }
  return checked.ok ? done : failed
}
