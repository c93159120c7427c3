/** Configurations as ConnectWise PSA writes them. */
import type { World, WorldConfiguration } from '../../../core/connector/simulator.ts'
import type { Row } from './conditions.ts'
import { configurationDefinitions, customFieldWriter } from './custom-fields.ts'
import { infoOf, type ReferenceBook } from './references.ts'

const absent = <T>(value: T | null): T | undefined => (value === null ? undefined : value)

/** Dates without a time are midnights. */
const midnight = (day: string | null): string | undefined => (day === null ? undefined : `${day}T00:00:00Z`)

/** Configurations of this type have a question, and an API member may not save them without answering it. */
export const questionedType = 3

/** An empty reference is `{}` or, like everything else that is empty, left out: told of both, so both are here. */
const reference = (id: number, found: Row): Row | undefined => ('id' in found || id % 2 === 0 ? found : undefined)

function questionsOf({ id, typeId }: WorldConfiguration): Row[] {
  if (typeId !== questionedType) return []
  const question = { answerId: id, questionId: 502, question: 'Which "role" does it play?', answer: 'File & print' }
  return [{ ...question, sequenceNumber: 1, numberOfDecimals: 0, fieldType: 'Text', requiredFlag: true }]
}

export function configurationWriter(
  world: World,
  references: ReferenceBook,
): (configuration: WorldConfiguration) => Row {
  const customFields = customFieldWriter(configurationDefinitions(world))
  return (configuration) => ({
    id: configuration.id,
    name: configuration.name,
    type: references.configurationType.to(configuration.typeId),
    status: references.configurationStatus.to(configuration.statusId),
    company: references.company.to(configuration.companyId),
    contact: reference(configuration.id, references.contact.to(configuration.contactId)),
    site: reference(configuration.id, references.site.to(configuration.siteId)),
    locationId: 2,
    businessUnitId: 10,
    deviceIdentifier: '',
    serialNumber: absent(configuration.serialNumber),
    modelNumber: absent(configuration.model),
    tagNumber: absent(configuration.assetTag),
    purchaseDate: midnight(configuration.purchaseDate),
    installationDate: midnight(configuration.installationDate),
    installedBy: {},
    warrantyExpirationDate: midnight(configuration.warrantyExpiration),
    vendorNotes: '',
    notes: absent(configuration.notes),
    macAddress: absent(configuration.macAddress),
    lastLoginName: '',
    billFlag: false,
    ipAddress: absent(configuration.ipAddress),
    osType: absent(configuration.osType),
    osInfo: absent(configuration.osVersion),
    cpuSpeed: '',
    ram: '',
    localHardDrives: '',
    vendor: {},
    manufacturer: reference(configuration.id, references.manufacturer.to(configuration.manufacturerId)),
    manufacturerPartNumber: absent(configuration.productNumber),
    questions: questionsOf(configuration),
    activeFlag: configuration.active,
    displayVendorFlag: false,
    needsRenewalFlag: false,
    customFields: customFields(configuration.customFields),
    _info: infoOf(configuration),
  })
}
