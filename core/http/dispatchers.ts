/** The sockets: pools per origin, proxy, certificates, and the last look at the address before a byte goes out. */
import { lookup as systemLookup } from 'node:dns/promises'
import { isIP, type LookupFunction } from 'node:net'
import { createSecureContext, getCACertificates } from 'node:tls'
import { buildConnector, type Dispatcher, EnvHttpProxyAgent } from 'undici'
import { LARGEST_BODY } from './body.ts'
import { addressRefusal, bareHost } from './egress.ts'
import type { TimeLimits } from './times.ts'

/** All addresses of a name. */
export type Resolve = (hostname: string) => Promise<readonly string[]>

export interface NetworkOptions {
  /** URL of the proxy for https, with user name and password if it wants them. */
  readonly proxy?: string | undefined
  /** Hosts that are reached without it: names, `.suffix`, `host:port`, `*`. */
  readonly noProxy?: readonly string[] | undefined
  /** PEM text of further certification authorities. */
  readonly ca?: string | undefined
  /** Instead of the operating system's resolver. */
  readonly resolve?: Resolve | undefined
}

/** No byte was sent: the address behind the name is one the connection may not reach. */
export class AddressRefused extends Error {}

/**
 * Two sets of pools, so that a socket opened for a connection whose admin typed a private host never serves one
 * whose admin did not.
 */
export class Dispatchers {
  readonly #untyped: Dispatcher
  readonly #typed: Dispatcher

  constructor(options: NetworkOptions, times: TimeLimits) {
    this.#untyped = dispatcher(options, times, false)
    this.#typed = dispatcher(options, times, true)
  }

  for(typed: boolean): Dispatcher {
    return typed ? this.#typed : this.#untyped
  }

  /** Ends every request and socket at once. */
  async close(): Promise<void> {
    await Promise.all([this.#untyped.destroy(), this.#typed.destroy()])
  }
}

/** What the system says is asked for each new socket and used at once: between look-up and connect nothing can change. */
const system: Resolve = async (hostname) => (await systemLookup(hostname, { all: true })).map(({ address }) => address)

function dispatcher({ proxy, noProxy, ca, resolve = system }: NetworkOptions, times: TimeLimits, typed: boolean) {
  // One context for all sockets: reading 150 certificates anew costs each TLS handshake tens of milliseconds.
  const trust = ca === undefined ? {} : { secureContext: createSecureContext({ ca: [...getCACertificates(), ca] }) }
  // HTTP/1.1 everywhere: aborting a request then frees everything it holds, and every vendor speaks it.
  const tls = { ...trust, allowH2: false, timeout: times.connectMs }
  return new EnvHttpProxyAgent({
    // Empty, not missing: undici would ask the environment.
    httpProxy: '',
    httpsProxy: proxy ?? '',
    noProxy: ['localhost', '127.0.0.1', '[::1]', ...(noProxy ?? [])].join(','),
    connect: guarded(tls, resolve, typed),
    requestTls: tls,
    proxyTls: tls,
    allowH2: false,
    connectTimeout: times.connectMs,
    headersTimeout: times.headersMs,
    bodyTimeout: times.idleMs,
    maxResponseSize: LARGEST_BODY,
  })
}

function guarded(tls: buildConnector.BuildOptions, resolve: Resolve, typed: boolean): buildConnector.connector {
  const connectors = {
    'https:': buildConnector({ ...tls, lookup: guardedLookup(resolve, 'https:', typed) }),
    'http:': buildConnector({ ...tls, lookup: guardedLookup(resolve, 'http:', typed) }),
  }
  return (options, callback) => {
    // An address instead of a name skips the look-up.
    const host = bareHost(options.hostname)
    const refusal = isIP(host) === 0 ? undefined : addressRefusal(host, options.protocol, typed)
    if (refusal !== undefined) return callback(new AddressRefused(refusal), null)
    return connectors[options.protocol === 'http:' ? 'http:' : 'https:'](options, callback)
  }
}

/** Hands only permitted addresses to the socket, which connects to what it was handed. */
export function guardedLookup(resolve: Resolve, protocol: string, typed: boolean): LookupFunction {
  const permitted = async (hostname: string) => {
    const addresses = await resolve(hostname)
    const refusals = addresses.map((address) => addressRefusal(address, protocol, typed))
    const good = addresses.filter((_, at) => refusals[at] === undefined)
    if (good.length === 0) throw new AddressRefused(refusals[0] ?? `${hostname} has no address`)
    return good.map((address) => ({ address, family: isIP(address) }))
  }
  return (hostname, options, callback) => {
    permitted(hostname).then(
      (addresses) => {
        if (options.all) return callback(null, addresses)
        return callback(null, addresses[0]?.address ?? '', addresses[0]?.family)
      },
      (error: NodeJS.ErrnoException) => callback(error, ''),
    )
  }
}
