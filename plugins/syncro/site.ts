/** Where a Syncro account is. `host` carries the port if there is one. */
export interface Site {
  readonly origin: string
  readonly host: string
}

const home = 'syncromsp.com'

/**
 * Reads what the admin typed: `acme`, `acme.syncromsp.com` (or the twin product's `acme.repairshopr.com`), or a pasted
 * address of which only the host counts. `undefined` if there is no host in it, or if it would go unencrypted to
 * anything but this machine.
 */
export function siteOf(typed: string): Site | undefined {
  const trimmed = typed.trim()
  const named = /^[\w-]+$/.test(trimmed) && trimmed !== 'localhost' ? `${trimmed}.${home}` : trimmed
  const url = URL.parse(named.includes('://') ? named : `https://${named}`)
  if (!url?.hostname || url.username || url.password) return undefined
  const encrypted = url.protocol === 'https:'
  return encrypted || (url.protocol === 'http:' && isLoopback(url.hostname))
    ? { origin: url.origin, host: url.host }
    : undefined
}

/** The one host a connection calls. */
export function hostsOf(settings: { readonly subdomain: string }): readonly string[] {
  const site = siteOf(settings.subdomain)
  return site ? [site.host] : []
}

function isLoopback(name: string): boolean {
  return name === 'localhost' || name === '[::1]' || /^127(\.\d{1,3}){3}$/.test(name)
}

export type Screen = 'customers' | 'customer_assets' | 'tickets'

/** The address of a record's screen, all but the id at its end. */
export function screenLink(settings: { readonly subdomain: string }, screen: Screen): string {
  return `${siteOf(settings.subdomain)?.origin ?? ''}/${screen}/`
}
