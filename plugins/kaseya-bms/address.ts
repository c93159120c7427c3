/** Where a BMS is: its API, and the screens that belong to it. */
import type { KaseyaSettings } from './settings.ts'

type Named = Pick<KaseyaSettings, 'region' | 'apiAddress'>

const regions: ReadonlyMap<string, string> = new Map([
  ['US', 'api.bms.kaseya.com'],
  ['EMEA', 'api.bmsemea.kaseya.com'],
  ['APAC', 'api.bmsapac.kaseya.com'],
  ['Vorex', 'api.vorexlogin.com'],
])

/**
 * The origin of the API, e.g. `https://api.bms.kaseya.com`. `undefined` if what was typed is no address, or if the
 * password would go unencrypted to anything but this machine.
 */
export function apiOrigin(settings: Named): string | undefined {
  const known = regions.get(settings.region)
  if (known !== undefined) return `https://${known}`
  const typed = settings.apiAddress?.trim() ?? ''
  const url = URL.parse(typed.includes('://') ? typed : `https://${typed}`)
  if (!url?.hostname || url.username || url.password) return undefined
  if (url.protocol === 'https:') return url.origin
  return url.protocol === 'http:' && /^(localhost|\[::1\]|127(\.\d{1,3}){3})$/.test(url.hostname)
    ? url.origin
    : undefined
}

export function hostsOf(settings: Named): readonly string[] {
  const origin = apiOrigin(settings)
  return origin === undefined ? [] : [new URL(origin).host]
}

/** The screen of a ticket, all but the id at its end. Only Kaseya's own regions are known to have it at this address. */
export function ticketScreen(settings: Named): string | undefined {
  const [host = ''] = hostsOf(settings)
  return host.startsWith('api.bms') ? `https://${host.slice(4)}/react/servicedesk/tickets/` : undefined
}
