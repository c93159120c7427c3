/** BMS is described in PascalCase and answers in camelCase. */

const spelled = new Map<string, string>()

/** As .NET does it: `AccountName` → `accountName`, `IPAddress` → `ipAddress`, `DNSServers` → `dnsServers`. */
export function camelName(name: string): string {
  const known = spelled.get(name)
  if (known !== undefined) return known
  const head = /^[A-Z]+(?![a-z])|^[A-Z]/.exec(name)?.[0] ?? ''
  const camel = head.toLowerCase() + name.slice(head.length)
  spelled.set(name, camel)
  return camel
}

export function camelCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCased)
  if (typeof value !== 'object' || value === null) return value
  const copy: Record<string, unknown> = {}
  for (const [name, inner] of Object.entries(value)) copy[camelName(name)] = camelCased(inner)
  return copy
}
