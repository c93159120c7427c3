/** Accounts with their locations, and contacts, as BMS writes them. */
import type {
  Named,
  World,
  WorldCompany,
  WorldContact,
  WorldRow,
  WorldSite,
} from '../../../core/connector/simulator.ts'
import type { Row } from './answers.ts'
import { Children } from './children.ts'

/** When everything was set up; what came later has its own moment, and is not "modified" before it is. */
const setUpOn = '2019-02-01T09:00:00.17Z'
const me = 7

export const tenantName = 'Paper Lantern IT (Kaseya BMS simulator)'

/** Tells which rows were made while the simulator ran. */
export function stamps(world: World): (row: WorldRow, table: { readonly lastId: number }) => Row {
  const first = new Map(Object.values(world).flatMap((table) => ('lastId' in table ? [[table, table.lastId]] : [])))
  return (row, table) => {
    const isNew = row.id > (first.get(table) ?? 0)
    return {
      CreatedBy: me,
      CreatedOn: isNew ? row.updatedAt : setUpOn,
      ModifiedBy: isNew ? null : me,
      ModifiedOn: isNew ? null : row.updatedAt,
    }
  }
}

export function accountWriters(world: World) {
  const stamp = stamps(world)
  const sites = new Children(world.sites, (row) => row.companyId)

  function location(site: WorldSite): Row {
    const { addressLine1, addressLine2, city, state, postalCode, country, phone } = site
    const has = [addressLine1, addressLine2, city, state, postalCode, country, phone].some((value) => value !== null)
    const main = {
      Address1: addressLine1,
      Address2: addressLine2,
      City: city,
      State: state,
      ZipCode: postalCode,
      CountryId: country === null ? null : 1,
      Country: country,
      Phone: phone,
    }
    return {
      Id: site.id,
      ...stamp(site, world.sites),
      LocationName: site.name,
      IsMain: site.primary,
      IsActive: site.active,
      TimeZoneId: 12,
      DateFormatId: 1,
      TimeFormatId: 1,
      // The main address is not always the first.
      Addresses: has
        ? [...(site.id % 7 === 0 ? [address(site, 2, postBox, false)] : []), address(site, 1, main, true)]
        : [],
    }
  }

  function address(site: WorldSite, place: number, lines: Row, isMain: boolean): Row {
    return {
      Id: site.id * 10 + place,
      ...stamp(site, world.sites),
      ...lines,
      Fax: null,
      Latitude: null,
      Longitude: null,
      EmailAddress: null,
      IsMain: isMain,
      IsBilling: !isMain,
      AddressTypeId: isMain ? 1 : 2,
      AddressType: isMain ? 'Office' : 'Billing',
    }
  }

  function account(company: WorldCompany): Row {
    const type = typeOf(world, company)
    return {
      Id: company.id,
      ...stamp(company, world.companies),
      ParentId: null,
      AccountCode: company.identifier,
      AccountTypeId: type?.id ?? null,
      AccountType: type?.name ?? null,
      AccountName: company.name,
      BusinessTypeId: 2,
      BusinessType: 'Other',
      ServiceTypeId: null,
      ServiceType: null,
      AccountManagerId: me,
      AccountManagerUserName: 'annnox',
      CurrencyId: 1,
      CurrencyName: 'USD',
      CreditLimit: 0,
      NetDays: 30,
      SalesTaxItemId: null,
      SalesTaxItemName: null,
      Website: company.website,
      Description: '',
      ClassId: null,
      ClassName: null,
      IsActive: company.active,
      IsBilling: true,
      AcquiredDate: null,
      TenantName: tenantName,
      Locations: sites.of(company.id).map(location),
    }
  }

  function contact(row: WorldContact): Row {
    const { id, firstName, lastName, title, email, phone, mobile, primary, active } = row
    const phones = [
      // Not the default first: who takes the first has the wrong one.
      ...(mobile === null ? [] : [[4, 'Mobile', mobile, !phone] as const]),
      ...(phone === null ? [] : [[1, 'Work', phone, true] as const]),
    ]
    return {
      Id: id,
      ...stamp(row, world.contacts),
      // There is no room for null here.
      AccountId: row.companyId ?? 0,
      AccountName: row.companyId === null ? null : (world.companies.get(row.companyId)?.name ?? null),
      LocationId: row.siteId,
      LocationName: row.siteId === null ? null : (world.sites.get(row.siteId)?.name ?? null),
      FirstName: firstName,
      LastName: lastName,
      JobTitle: title,
      IsPoc: primary,
      IsActive: active,
      EffectiveDate: null,
      IsBillable: true,
      Emails:
        email === null
          ? []
          : [
              {
                Id: id,
                ...stamp(row, world.contacts),
                EmailAddress: email,
                EmailTypeId: 1,
                EmailType: 'Work',
                IsDefault: true,
              },
            ],
      Phones: phones.map(([type, name, number, isDefault]) => ({
        Id: id * 10 + type,
        ...stamp(row, world.contacts),
        Phone: number,
        PhoneTypeId: type,
        PhoneType: name,
        IsDefault: isDefault,
      })),
      CanRecieveInvoices: false,
    }
  }

  return { account, contact, stamp, sitesOf: (companyId: number) => sites.of(companyId) }
}

const postBox: Row = {
  Address1: 'P.O. Box 1',
  Address2: null,
  City: 'Elsewhere',
  State: null,
  ZipCode: '00000',
  CountryId: 1,
  Country: 'United States',
  Phone: '555-0199',
}

/** An account has one type. */
export function typeOf(world: World, company: WorldCompany): Named | undefined {
  const [first] = company.typeIds
  return first === undefined ? undefined : world.companyTypes.get(first)
}
