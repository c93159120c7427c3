import type { ServiceNowSettings } from './settings.ts'

/**
 * Where the instance is: a name (`acme`), a host, or a pasted address of which only scheme, host and port count.
 * `undefined` if it is none of these, or if it would go unencrypted to anything but this machine.
 */
export function originOf(typed: string): string | undefined {
  const trimmed = typed.trim()
  const named = /^[a-z0-9][a-z0-9-]*$/i.test(trimmed) && trimmed.toLowerCase() !== 'localhost'
  const address = named
    ? `https://${trimmed}.service-now.com`
    : trimmed.includes('://')
      ? trimmed
      : `https://${trimmed}`
  const url = URL.parse(address)
  if (!url?.hostname || url.username || url.password) return undefined
  if (url.protocol === 'https:') return url.origin
  return url.protocol === 'http:' && isLoopback(url.hostname) ? url.origin : undefined
}

/** The one host a connection calls. */
export function hostsOf(settings: Pick<ServiceNowSettings, 'instance'>): readonly string[] {
  const origin = originOf(settings.instance)
  return origin === undefined ? [] : [new URL(origin).host]
}

/** The address of a record's form, all but the id at its end. */
export function formLink(settings: Pick<ServiceNowSettings, 'instance'>, table: string): string {
  return `${originOf(settings.instance) ?? ''}/nav_to.do?uri=${encodeURIComponent(`${table}.do?sys_id=`)}`
}

function isLoopback(name: string): boolean {
  return name === 'localhost' || name === '[::1]' || /^127(\.\d{1,3}){3}$/.test(name)
}
