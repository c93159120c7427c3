/** What an IP address is good for: which ones a connector may reach, and why not. */
import ipaddr from 'ipaddr.js'

/**
 * - `public`   anybody may be sent there
 * - `private`  only where the admin typed the host: loopback, RFC 1918, link-local, CGNAT, reserved ranges and
 *              every form that wraps an IPv4 address
 * - `never`    no vendor can live there: cloud metadata, unspecified, multicast, broadcast
 */
export type Reach = 'public' | 'private' | 'never'

export interface AddressClass {
  readonly reach: Reach
  readonly loopback: boolean
  /** For people, e.g. "a private network". */
  readonly means: string
}

const META = { reach: 'never', loopback: false, means: 'a cloud metadata service' } as const

/** AWS, GCP and Azure; ECS; EKS; Alibaba; Oracle; Azure's host (a public range); AWS and GCP on IPv6. */
const metadata = new Set([
  '169.254.169.254',
  '169.254.170.2',
  '169.254.170.23',
  '100.100.100.200',
  '192.0.0.192',
  '168.63.129.16',
  'fd00:ec2::254',
  'fd00:ec2::23',
  'fd20:ce::254',
])

const words: Readonly<Record<string, string>> = {
  unspecified: 'the unspecified address',
  broadcast: 'a broadcast address',
  multicast: 'a multicast address',
  loopback: 'this machine',
  linkLocal: 'a link-local address',
  carrierGradeNat: 'a carrier-grade NAT address',
  private: 'a private network',
  uniqueLocal: 'a private network',
  rfc6145: 'a translated IPv4 address',
  rfc6052: 'a NAT64 address',
  '6to4': 'a 6to4 address',
  teredo: 'a Teredo address',
}

const never = new Set(['unspecified', 'broadcast', 'multicast'])

/** Classifies an address as the operating system or the URL parser writes it; throws on anything that is none. */
export function classify(address: string): AddressClass {
  const parsed = ipaddr.parse(address)
  if (metadata.has(parsed.toString())) return META
  if (parsed.kind() === 'ipv4') return ofRange(parsed.range(), parsed.range() === 'unicast')
  const parts = ipaddr.IPv6.parse(address).parts
  const range = parsed.range()
  if (range === 'ipv4Mapped') return classify(tail(parts))
  const inner = embedded(range, parts)
  // A wrapped address is never public: where it ends is decided by a translator nobody here knows.
  if (inner !== undefined) {
    return classify(inner).reach === 'never' ? META : { ...ofRange(range, false), reach: 'private' }
  }
  // Only 2000::/3 is handed out; ipaddr.js calls the unassigned rest "unicast" too.
  return ofRange(range, range === 'unicast' && ((parts[0] ?? 0) & 0xe000) === 0x2000)
}

function ofRange(range: string, isPublic: boolean): AddressClass {
  if (isPublic) return { reach: 'public', loopback: false, means: 'a public address' }
  return {
    reach: never.has(range) ? 'never' : 'private',
    loopback: range === 'loopback',
    means: words[range] ?? 'a reserved address',
  }
}

/** The IPv4 address inside a translation or tunnel form. */
function embedded(range: string, parts: readonly number[]): string | undefined {
  if (range === '6to4') return dotted(parts[1] ?? 0, parts[2] ?? 0)
  // Teredo keeps the client's address with every bit flipped (RFC 4380 §4).
  if (range === 'teredo') return dotted((parts[6] ?? 0) ^ 0xffff, (parts[7] ?? 0) ^ 0xffff)
  if (range === 'rfc6145' || range === 'rfc6052') return tail(parts)
  // ::a.b.c.d, deprecated by RFC 4291 but still routed by some systems; :: and ::1 have ranges of their own.
  if (range === 'unicast' && parts.slice(0, 6).every((part) => part === 0)) return tail(parts)
  return undefined
}

function tail(parts: readonly number[]): string {
  return dotted(parts[6] ?? 0, parts[7] ?? 0)
}

function dotted(high: number, low: number): string {
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`
}
