/** Configurations: the machines, and the things that are listed as if they were machines. */
import type { WorldConfiguration } from '../../connector/simulator.ts'
import { daysLater, momentOn, pastDay, pastMoment, yearsLater } from './calendar.ts'
import { Dice } from './dice.ts'
import type { Population } from './population.ts'
import * as products from './products.ts'

const salt = 21
const serialAlphabet = '0123456789BCDFGHJKLMNPQRSTVWXYZ'

/** A nightly import touched a third of all machines in the same second. */
const importedAt = '2026-05-17T03:00:00Z'

const kindIds: readonly number[] = products.kinds.flatMap((kind, index) => Array<number>(kind.share).fill(index + 1))

function serialFor(dice: Dice, product: products.Product): string | null {
  const lot = dice.next()
  if (lot < 0.04) return dice.pick(products.junkSerials)
  if (lot < 0.07) return null
  const [start, length] = product.serial
  const serial = start + dice.text(serialAlphabet, length)
  if (lot < 0.08) return serial.toLowerCase()
  return lot < 0.09 ? ` ${serial} ` : serial
}

function machineOf(dice: Dice, kind: products.Kind) {
  if (kind.products === null) {
    return {
      manufacturerId: dice.chance(0.3) ? products.manufacturers.length : null,
      model: null,
      productNumber: null,
      serialNumber: null,
    }
  }
  const product = dice.pick(kind.products)
  const [model, productNumber] = dice.pick(product.models)
  return {
    manufacturerId: dice.chance(0.94) ? product.manufacturerId : null,
    model: dice.chance(0.95) ? model : null,
    productNumber: dice.chance(0.7) ? productNumber : null,
    serialNumber: serialFor(dice, product),
  }
}

function systemOf(dice: Dice, kind: string, manufacturerId: number | null): products.System {
  if (kind.includes('Server')) return dice.pick(products.serverSystems)
  return manufacturerId === products.appleId ? ['macOS', '14.5'] : dice.pick(products.clientSystems)
}

function datesOf(dice: Dice, bought: boolean) {
  const purchaseDate = bought && dice.chance(0.8) ? pastDay(dice, 9) : null
  if (purchaseDate === null) return { purchaseDate, installationDate: null, warrantyExpiration: null }
  return {
    purchaseDate,
    installationDate: dice.chance(0.6) ? daysLater(purchaseDate, dice.below(40)) : null,
    warrantyExpiration: dice.chance(0.7) ? yearsLater(purchaseDate, dice.pick([1, 3, 3, 3, 5])) : null,
  }
}

function customFieldsOf(dice: Dice): WorldConfiguration['customFields'] {
  return {
    'asset-owner': dice.chance(0.4) ? dice.pick(['Finance', 'Front Desk & Co', "Baker's", '']) : null,
    'rack-units': dice.chance(0.1) ? dice.below(4) + 0.5 : null,
    'backed-up': dice.chance(0.5) ? dice.chance(0.7) : null,
    'battery-date': dice.chance(0.1) ? pastDay(dice, 3) : null,
    lifecycle: dice.chance(0.6) ? dice.pick(['New', 'In use', 'Due for "refresh"', 'Außer Betrieb']) : null,
  }
}

function pairs(dice: Dice, separator: string): string {
  let text = '02'
  for (let i = 0; i < 5; i++) text += separator + dice.text('0123456789ABCDEF', 2)
  return text
}

export function configurationMaker(seed: number, population: Population): (id: number) => WorldConfiguration {
  return (id) => {
    const dice = new Dice(seed, salt, id)
    const companyId = population.companyFor(dice)
    const typeId = kindIds[dice.below(kindIds.length)] ?? 1
    const kind = products.kinds[typeId - 1] ?? products.kinds[0]
    const computer = typeId <= 3
    const retired = dice.chance(0.14)
    const machine = machineOf(dice, kind)
    const [osType, osVersion] = computer ? systemOf(dice, kind.name, machine.manufacturerId) : [null, null]
    const dates = datesOf(dice, kind.products !== null)
    return {
      id,
      updatedAt: dice.chance(0.33)
        ? importedAt
        : dice.chance(0.02)
          ? momentOn(dice, '2024-02-29')
          : pastMoment(dice, 3),
      name: dice.chance(0.02) ? dice.pick(products.oddConfigurationNames) : `C${companyId}-${kind.code}-${id}`,
      companyId,
      siteId: dice.chance(0.85) ? population.siteFor(companyId, dice) : null,
      contactId: computer && dice.chance(0.6) ? population.contactFor(companyId, dice) : null,
      typeId,
      statusId: retired ? dice.pick([4, 5]) : dice.chance(0.08) ? dice.pick([2, 3]) : 1,
      active: !retired,
      assetTag: dice.chance(0.4) ? `A-${id % 100_000}` : dice.chance(0.05) ? '' : null,
      ...machine,
      osType,
      osVersion,
      macAddress: dice.chance(0.6) ? pairs(dice, dice.pick([':', '-', ''])) : dice.chance(0.1) ? '' : null,
      ipAddress: dice.chance(0.6)
        ? `10.${companyId % 256}.${dice.below(256)}.${dice.below(256)}`
        : dice.chance(0.05)
          ? `fd00::${id.toString(16)}`
          : null,
      ...dates,
      notes: dice.chance(0.25) ? dice.pick(products.configurationNotes) : dice.chance(0.1) ? '' : null,
      customFields: customFieldsOf(dice),
    }
  }
}
