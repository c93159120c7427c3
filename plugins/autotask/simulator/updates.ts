/** PATCH and PUT of configuration items. */
import type { SimulatedAnswer, SimulatedRequest, World, WorldConfiguration } from '../../../core/connector/simulator.ts'
import { fieldOf } from './entities.ts'
import { type Hardware, manufacturerUdf, mask, protectedUdf, purchaseDateUdf } from './hardware.ts'
import { complaint } from './refusals.ts'
import { readUdf } from './udfs.ts'

type Body = Readonly<Record<string, unknown>>
type Changes = { -readonly [F in keyof WorldConfiguration]?: WorldConfiguration[F] }

export function bodyOf(request: SimulatedRequest): Body {
  if (!request.headers['content-type']?.includes('json')) throw complaint('The body is no JSON.')
  try {
    return Object(JSON.parse(request.body))
  } catch {
    throw complaint('The body is no JSON.')
  }
}

/** Which column of the world a property is; what is not here can be sent and changes nothing in it. */
const columns: Readonly<Record<string, (value: unknown) => Changes>> = {
  referenceTitle: (value) => ({ name: text(value) ?? '' }),
  referenceNumber: (value) => ({ assetTag: text(value) }),
  serialNumber: (value) => ({ serialNumber: text(value) }),
  notes: (value) => ({ notes: text(value) }),
  installDate: (value) => ({ installationDate: day(value) }),
  warrantyExpirationDate: (value) => ({ warrantyExpiration: day(value) }),
  companyLocationID: (value) => ({ siteId: number(value) }),
  contactID: (value) => ({ contactId: number(value) }),
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function number(value: unknown): number | null {
  return typeof value === 'number' ? value : null
}

function day(value: unknown): string | null {
  if (value === null || value === undefined) return null
  const written = String(value)
  if (Number.isNaN(Date.parse(written))) throw complaint(`Invalid date: ${written}`)
  return written.slice(0, 10)
}

/** `whole`: what the body does not carry is emptied. */
export function update(world: World, { items, manufacturers }: Hardware, body: Body, whole: boolean): SimulatedAnswer {
  const id = Number(body.id)
  const row = world.configurations.get(id)
  if (row === undefined) throw complaint(`No matching records found for ConfigurationItems ${id}.`)
  if (whole) {
    for (const field of items.fields.values()) {
      if (field.required && body[field.name] == null) throw complaint(`Missing Required Field: ${field.name}`)
    }
  }
  let changes: Changes = {}
  for (const [name, change] of Object.entries(columns)) {
    if (whole || Object.hasOwn(body, name)) changes = { ...changes, ...change(body[name] ?? null) }
  }
  // Names nobody knows are taken without a word, read-only fields too.
  for (const name of Object.keys(body)) fieldOf(items, name)
  const sent = Array.isArray(body.userDefinedFields) ? body.userDefinedFields.map(Object) : []
  const values = new Map(sent.map(({ name, value }) => [String(name), value === undefined ? null : value]))
  for (const [name, value] of values) {
    if (!items.udfs.some((udf) => udf.name === name)) throw complaint(`The user-defined field ${name} does not exist.`)
    if (value === mask) throw complaint(`The protected user-defined field ${name} may not be changed.`)
  }
  const has = (name: string) => whole || values.has(name)
  if (has(purchaseDateUdf)) changes.purchaseDate = day(values.get(purchaseDateUdf) ?? null)
  if (has(manufacturerUdf)) manufacturers.set(id, text(values.get(manufacturerUdf)))
  const customFields = { ...row.customFields }
  for (const field of world.configurationFields) {
    if (!has(field.title) || field.title === protectedUdf) continue
    const value = readUdf(field, text(values.get(field.title)))
    if (value === undefined) throw complaint(`Invalid picklist value for ${field.title}.`)
    customFields[field.id] = value
  }
  world.configurations.put({ ...row, ...changes, customFields, updatedAt: new Date().toISOString() })
  return { status: 200, body: { itemId: id } }
}
