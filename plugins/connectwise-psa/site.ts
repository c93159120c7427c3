import type { ConnectWiseSettings } from './settings.ts'

/** Where a ConnectWise is. `host` carries the port if there is one. */
export interface Site {
  readonly protocol: 'https:' | 'http:'
  readonly host: string
}

/**
 * Reads what the admin typed: a host, or a pasted address of which only the host counts. `undefined` if
 * there is none in it, or if it would go unencrypted to anything but this machine.
 */
export function siteOf(typed: string): Site | undefined {
  const trimmed = typed.trim()
  const url = URL.parse(trimmed.includes('://') ? trimmed : `https://${trimmed}`)
  if (!url?.hostname || url.username || url.password) return undefined
  if (url.protocol === 'https:') return { protocol: 'https:', host: url.host }
  return url.protocol === 'http:' && isLoopback(url.hostname) ? { protocol: 'http:', host: url.host } : undefined
}

/**
 * The hosts a connection calls: the cloud serves its screens and its signing keys at `na.…` and its API at
 * `api-na.…`, whichever of the two was typed.
 */
export function hostsOf(settings: Pick<ConnectWiseSettings, 'site'>): readonly string[] {
  const site = siteOf(settings.site)
  if (!site) return []
  if (isAddress(site.host)) return [site.host]
  const screen = screenHost(site.host)
  return site.host === screen ? [screen, `api-${screen}`] : [site.host, screen]
}

/** The host people open: without the prefix of the API. */
export function screenHost(host: string): string {
  return host.startsWith('api-') ? host.slice(4) : host
}

/** The cloud's API host where its answer does not name one; recorded sandboxes answer without the prefix. */
export function cloudApiHost(host: string): string {
  return host.startsWith('api-') || host.startsWith('sandbox-') || isAddress(host) ? host : `api-${host}`
}

/** Whether ConnectWise itself runs the host. */
export function isCloudHost(host: string): boolean {
  return host.endsWith('.myconnectwise.net') || host.endsWith('.connectwisedev.com')
}

/** An IP address or this machine: no other host hides behind a prefix there. */
function isAddress(host: string): boolean {
  const name = hostname(host)
  return isLoopback(name) || name.startsWith('[') || /^[\d.]+$/.test(name)
}

function hostname(host: string): string {
  return URL.parse(`https://${host}`)?.hostname ?? host
}

function isLoopback(name: string): boolean {
  return name === 'localhost' || name === '[::1]' || /^127(\.\d{1,3}){3}$/.test(name)
}
