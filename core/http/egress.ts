/** Where a connection may send requests: judged before anything leaves, again at every redirect and at connect. */
import { isIP } from 'node:net'
import type { Connector, Settings } from '../connector/contract.ts'
import { ConnectorError } from '../connector/errors.ts'
import { classify } from './addresses.ts'

export interface Permitted {
  readonly url: URL
  /** The admin typed this very host, so it may be in a private network. */
  readonly typed: boolean
}

interface HostRule {
  /** Canonical name; with `wildcard` the part behind `*.`. */
  readonly host: string
  readonly wildcard: boolean
  /** As `URL.port` has it: empty for the scheme's default. */
  readonly port: string
}

/** The hosts one connection may call: what its connector declares, and which of them the admin typed. */
export class EgressPolicy {
  readonly #name: string
  readonly #rules: readonly HostRule[]
  readonly #typed: ReadonlySet<string>

  /** Throws a `ConnectorError` of kind `config` where the connector cannot derive its hosts from the settings. */
  constructor(connector: Connector, settings: Settings) {
    this.#name = connector.name
    this.#typed = typedHosts(connector, settings)
    try {
      this.#rules = connector.hosts(settings).map(ruleOf)
    } catch (error) {
      throw new ConnectorError(
        'config',
        `${connector.name}: the address in the connection's settings is not a valid one. Correct it and save again.`,
        { log: 'The hosts of the connection could not be derived from its settings', cause: error },
      )
    }
  }

  /** Throws a `ConnectorError` of kind `config` unless the address is permitted. */
  judge(address: string): Permitted {
    const url = URL.parse(address)
    if (url === null) throw this.#refused('an address that is no URL', "check the address in the connection's settings")
    if (url.protocol !== 'https:' && url.protocol !== 'http:') {
      throw this.#refused(`a ${url.protocol.slice(0, -1)} address`, 'only https addresses are possible')
    }
    if (url.username !== '' || url.password !== '') {
      throw this.#refused(
        `${url.host} with a user name inside the address`,
        'put user name and password into their own settings',
      )
    }
    const host = bareHost(url.hostname)
    if (!this.#rules.some((rule) => matches(rule, host, url.port))) {
      throw this.#refused(
        url.host,
        "this connection has no business there; check the address in the connection's settings, with its port",
      )
    }
    const typed = this.#typed.has(host)
    const refusal =
      isIP(host) !== 0 ? addressRefusal(host, url.protocol, typed) : nameRefusal(host, url.protocol, typed)
    if (refusal !== undefined) throw this.#refused(url.host, refusal)
    return { url, typed }
  }

  #refused(target: string, advice: string): ConnectorError {
    return new ConnectorError('config', `${this.#name}: the hub refused to call ${target}: ${advice}.`, {
      log: `Outbound request refused: ${target}: ${advice}`,
    })
  }
}

const HTTPS_ONLY = 'unencrypted http is possible only to this machine itself; use https'
const PRIVATE = 'and only a host typed into the settings may be inside a private network'

/** Why this address must not be connected to; undefined = it may. */
export function addressRefusal(address: string, protocol: string, typed: boolean): string | undefined {
  const { reach, loopback, means } = classify(address)
  if (reach === 'never') return `${address} is ${means}`
  if (reach === 'private' && !typed) return `${address} is ${means}, ${PRIVATE}`
  if (protocol === 'http:' && !loopback) return HTTPS_ONLY
  return undefined
}

/** A name is judged by its addresses at connect; what can be known before is known here (behind a proxy nothing else is). */
function nameRefusal(host: string, protocol: string, typed: boolean): string | undefined {
  const local = host === 'localhost' || host.endsWith('.localhost')
  if (local && !typed) return `${host} is this machine, ${PRIVATE}`
  if (protocol === 'http:' && !local) return HTTPS_ONLY
  return undefined
}

/** Without the brackets of IPv6 and the dot of a fully qualified name. */
export function bareHost(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')
}

function ruleOf(entry: string): HostRule {
  const wildcard = entry.startsWith('*.')
  const url = new URL(`https://${wildcard ? entry.slice(2) : entry}`)
  return { host: bareHost(url.hostname), wildcard, port: url.port }
}

function matches(rule: HostRule, host: string, port: string): boolean {
  if (rule.port !== port) return false
  return rule.wildcard ? isIP(host) === 0 && host.endsWith(`.${rule.host}`) : host === rule.host
}

const HOST_IN_VALUE = /^(?:https?:\/\/)?(\[[^\]\s]+\]|[^\s/?#@:[\]]+)(?::\d+)?(?:[/?#].*)?$/i

function typedHosts(connector: Connector, settings: Settings): ReadonlySet<string> {
  const hosts = new Set<string>()
  for (const [name, value] of Object.entries(settings)) {
    if (connector.settings.properties[name]?.secret) continue
    for (const text of Array.isArray(value) ? value : [value]) {
      const written = typeof text === 'string' ? HOST_IN_VALUE.exec(text.trim())?.[1]?.toLowerCase() : undefined
      const canonical = written === undefined ? undefined : URL.parse(`https://${written}`)?.hostname
      if (written === undefined || canonical === undefined) continue
      // "2130706433" is an account number to the person who typed it, not 127.0.0.1.
      if (isIP(bareHost(canonical)) !== 0 && canonical !== written) continue
      hosts.add(bareHost(canonical))
    }
  }
  return hosts
}
