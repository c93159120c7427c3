/** Lists of addresses: who may reach the panel, and which proxies are believed. */
import ipaddr from 'ipaddr.js'

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number]

const written = /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-f:]*:[0-9a-f:.]*)(\/\d{1,3})?$/i

function parse(variable: string, entry: string): Range {
  // ipaddr.js reads "1" as 0.0.0.1; a number of hops is no address.
  if (!written.test(entry) || !(ipaddr.isValid(entry) || ipaddr.isValidCIDR(entry)))
    throw new Error(`${variable}: ${JSON.stringify(entry)} is no address and no CIDR range.`)
  const [address, bits] = entry.includes('/') ? ipaddr.parseCIDR(entry) : whole(ipaddr.parse(entry))
  // ::ffff:10.0.0.0/104 is 10.0.0.0/8.
  if (address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() && bits >= 96)
    return [address.toIPv4Address(), bits - 96]
  return [address, bits]
}

function whole(address: ipaddr.IPv4 | ipaddr.IPv6): Range {
  return [address, address.kind() === 'ipv4' ? 32 : 128]
}

/** What Fastify's `trustProxy` gets: the list as it is, or false. Throws on anything that would trust everybody. */
export function trustedProxies(variable: string, entries: readonly string[]): string[] | false {
  for (const entry of entries) {
    const [, bits] = parse(variable, entry)
    if (bits === 0) throw new Error(`${variable}: ${entry} would believe everybody; name your proxies.`)
  }
  return entries.length > 0 && [...entries]
}

export class AllowList {
  readonly #ranges: readonly Range[]

  /** Addresses and CIDR ranges; an empty list permits everybody. `variable` names the setting in messages. */
  constructor(variable: string, entries: readonly string[]) {
    this.#ranges = entries.map((entry) => parse(variable, entry))
  }

  /** Judges the address a request came from, as the trusted proxies tell it. An IPv4-mapped address is the IPv4 one. */
  permits(address: string | undefined): boolean {
    if (this.#ranges.length === 0) return true
    if (address === undefined || !ipaddr.isValid(address)) return false
    const parsed = ipaddr.process(address)
    return this.#ranges.some(([range, bits]) => parsed.kind() === range.kind() && parsed.match(range, bits))
  }
}
