/** Answers in the spelling of the published description. */

const runs = new Map([
  ['sku', 'SKU'],
  ['ci', 'CI'],
])

/** `rmmDeviceUID` → `RMMDeviceUID`, `companyName` → `CompanyName`. Values stay, names of user-defined fields too. */
export function pascalCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pascalCased)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [pascalCase(name), pascalCased(inner)]))
}

/** One property keeps its small letter in the description, too. */
export function pascalCase(name: string): string {
  if (name === 'parentValue') return name
  const upper = runs.get(name)
  if (upper !== undefined) return upper
  return name.startsWith('rmm') ? `RMM${name.slice(3)}` : name.charAt(0).toUpperCase() + name.slice(1)
}
