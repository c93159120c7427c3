/** One asset, from Halo's row to the hub's record. */
import type { Context, CustomField, ReadContext } from '../../../core/connector/contract.ts'
import { bool, id, not, type Row, required, scalar, text } from '../../../core/connector/parse.ts'
import type { RecordOf, Scalar } from '../../../core/connector/records.ts'
import { addressesOf } from '../addresses.ts'
import { definedFields, type Fact, fieldsOf, layoutOf, placeOf, plain, remembered, valueAt } from '../asset-fields.ts'
import { definedCustomFields } from '../custom-fields.ts'
import { assets } from '../paging.ts'
import type { HaloSettings } from '../settings.ts'
import {
  companyRef,
  customFieldValues,
  day,
  firstText,
  isWithheld,
  missingFields,
  placeholder,
  ref,
  screenLink,
  stamp,
} from './fields.ts'
import { everything } from './reading.ts'

/** Asset fields are chosen by name: their numbers differ from type to type. */
const fieldPrefix = 'field:'

/** Custom fields by number, asset fields by name. */
export async function configurationFields(ctx: Context<HaloSettings>): Promise<readonly CustomField[]> {
  const own = await definedCustomFields(ctx, assets, everything)
  const fields = await definedFields(ctx)
  return [...own, ...fields.map((title) => ({ id: fieldPrefix + plain(title), title, type: 'asset field' }))]
}

type Configuration = RecordOf<'configurations'>

/** `found` gets the facts that an asset has a place for. */
export function configurationReader(
  ctx: ReadContext<HaloSettings>,
  found = new Set<Fact>(),
): (row: Row) => Configuration {
  const link = screenLink(addressesOf(ctx.settings)?.origin ?? '', 'asset')
  const layout = layoutOf(ctx.settings)
  const naming = remembered()
  const chosen = ctx.customFields.length > 0 ? new Set(ctx.customFields) : undefined
  return (row) => {
    const sourceId = required(id(row.id))
    const fields = fieldsOf(row, naming)
    const fact = (name: Fact): unknown => {
      const place = placeOf(row, fields ?? noFields, layout[name])
      if (place === undefined) return undefined
      found.add(name)
      return valueAt(row, place)
    }
    return {
      sourceId,
      url: link + sourceId,
      updatedAt: stamp(row.dlastupdate),
      companyId: companyRef(row.client_id),
      siteId: ref(row.client_id) === placeholder ? null : ref(row.site_id),
      contactId: ref(row.first_user_id),
      name: firstText(row.key_field, row.inventory_number) || `Asset ${sourceId}`,
      typeId: ref(row.assettype_id),
      type: text(row.assettype_name),
      statusId: ref(row.status_id),
      status: text(row.status_name),
      active: not(bool(row.inactive)),
      serialNumber: text(fact('serialNumber')),
      assetTag: text(row.inventory_number),
      manufacturer: text(fact('manufacturer')),
      model: text(fact('model')),
      productNumber: text(fact('productNumber')),
      osType: text(fact('osType')),
      osVersion: text(fact('osVersion')),
      macAddress: text(fact('macAddress')),
      ipAddress: text(fact('ipAddress')),
      purchaseDate: day(fact('purchaseDate')),
      installationDate: day(row.commissiondate),
      warrantyExpiration: day(fact('warrantyExpiration')),
      notes: text(row.notes),
      customFields: chosen && chosenValues(row, fields, chosen),
    }
  }
}

const noFields: ReadonlyMap<string, Row> = new Map()

function chosenValues(
  row: Row,
  fields: ReadonlyMap<string, Row> | undefined,
  chosen: ReadonlySet<string>,
): Readonly<Record<string, Scalar | null>> | undefined {
  // The list may leave some out. What is known of them stays until the detail, which has them all, is read.
  const numbered = [...chosen].filter((key) => !key.startsWith(fieldPrefix))
  if (row.dlastupdate === undefined && missingFields(row.customfields, numbered).length > 0) return undefined
  const own = customFieldValues(row.customfields, chosen)
  if (!own && !fields) return undefined
  const values: Record<string, Scalar | null> = { ...own }
  for (const [name, field] of fields ?? []) {
    if (!chosen.has(fieldPrefix + name) || isWithheld(field)) continue
    const found = scalar(valueAt(row, { field }))
    if (found !== undefined) values[fieldPrefix + name] = found
  }
  return values
}
