/** The two addresses of a Halo: the resource server (the API) and the authorisation server (tokens). */
import type { HaloSettings } from './settings.ts'

export interface Addresses {
  /** `https://acme.halopsa.com`: where people open Halo. */
  readonly origin: string
  /** Ends in `/`. */
  readonly api: string
  /** Without a slash at its end; as typed, or undefined: ask the resource server. */
  readonly auth: string | undefined
}

/**
 * Reads what the admin typed: `acme.halopsa.com`, `https://acme.halopsa.com/api` or a pasted page. `undefined` if
 * there is no address in it, or if it would go unencrypted to anything but this machine.
 */
export function addressesOf(settings: Pick<HaloSettings, 'resourceServer' | 'authServer'>): Addresses | undefined {
  const resource = addressOf(settings.resourceServer)
  if (resource === undefined) return undefined
  const auth = settings.authServer?.trim() ? addressOf(settings.authServer) : undefined
  if (settings.authServer?.trim() && auth === undefined) return undefined
  return {
    origin: resource.origin,
    api: `${resource.origin}/api/`,
    // Halo shows it with its path; where only a host was typed the path is the usual one.
    auth: auth && `${auth.origin}${auth.pathname === '/' ? '/auth' : auth.pathname.replace(/\/(token)?\/?$/, '')}`,
  }
}

/** The hosts a connection calls: where the API is, and where tokens are if that is elsewhere. */
export function hostsOf(settings: Pick<HaloSettings, 'resourceServer' | 'authServer'>): readonly string[] {
  const found = addressesOf(settings)
  if (found === undefined) return []
  return [...new Set([found.api, found.auth].flatMap((address) => (address ? [new URL(address).host] : [])))]
}

function addressOf(typed: string): URL | undefined {
  const trimmed = typed.trim()
  const url = URL.parse(trimmed.includes('://') ? trimmed : `https://${trimmed}`)
  if (!url?.hostname || url.username || url.password) return undefined
  if (url.protocol === 'https:') return url
  return url.protocol === 'http:' && isLoopback(url.hostname) ? url : undefined
}

function isLoopback(name: string): boolean {
  return name === 'localhost' || name === '[::1]' || /^127(\.\d{1,3}){3}$/.test(name)
}
