/** Companies, their sites and their people. */
import type { WorldAddress, WorldCompany, WorldContact, WorldSite } from '../../connector/simulator.ts'
import { pastDay, pastMoment } from './calendar.ts'
import { Dice } from './dice.ts'
import type { Population, Role } from './population.ts'
import * as words from './words.ts'

const salt = { company: 11, site: 12, contact: 13, name: 14 } as const

const typesOf: Readonly<Record<Role, readonly number[]>> = {
  own: [6],
  client: [1],
  prospect: [2],
  vendor: [3],
  former: [5],
}

const noAddress: WorldAddress = {
  addressLine1: null,
  addressLine2: null,
  city: null,
  state: null,
  postalCode: null,
  country: null,
}

function addressFor(dice: Dice): WorldAddress {
  const [city, state, postalCode, country] = dice.pick(words.cities)
  return {
    addressLine1: `${dice.below(9000) + 1} ${dice.pick(words.streets)}`,
    addressLine2: dice.chance(0.3) ? `Suite ${dice.below(40) + 1}` : dice.chance(0.1) ? '' : null,
    city,
    state,
    postalCode,
    country,
  }
}

/** A number out of the range kept for fiction: 555-0100 to 555-0199. */
function phoneFor(dice: Dice): string {
  const line = `555-01${dice.below(10)}${dice.below(10)}`
  const area = 201 + dice.below(700)
  return dice.pick([
    `(${area}) ${line}`,
    `+1 ${area} ${line}`,
    `${area}${line.replace('-', '')}`,
    `${line} x${dice.below(90) + 10}`,
  ])
}

function plain(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[^a-zA-Z0-9]/g, '')
    .toLowerCase()
}

const plainNames = new Map([...words.firstNames, ...words.lastNames].map((name) => [name, plain(name)]))

function companyName(seed: number, id: number): string {
  const odd = words.oddCompanyNames[id - 1]
  if (odd !== undefined) return odd
  const combinations = words.companyFirstWords.length * words.trades.length
  // 601 shares no factor with 48 × 32: every combination comes once before any comes again.
  const place = (id * 601) % combinations
  const first = words.companyFirstWords[place % words.companyFirstWords.length] ?? ''
  const trade = words.trades[Math.floor(place / words.companyFirstWords.length)] ?? ''
  const round = Math.floor(id / combinations)
  return `${first} ${trade}${round === 0 ? '' : ` No. ${round + 1}`}${new Dice(seed, salt.name, id).pick(words.legalForms)}`
}

function domainOf(name: string, id: number): string {
  return `${plain(name).slice(0, 24) || 'client'}${id}.example`
}

export function companyMaker(seed: number, population: Population): (id: number) => WorldCompany {
  return (id) => {
    const dice = new Dice(seed, salt.company, id)
    const role = population.roleOf(id)
    const name = companyName(seed, id)
    const types = typesOf[role]
    const statusId = role === 'former' ? 4 : role === 'prospect' && dice.chance(0.5) ? 2 : dice.chance(0.04) ? 3 : 1
    return {
      id,
      updatedAt: pastMoment(dice, 5),
      name,
      identifier: `${plain(name).toUpperCase().slice(0, 16) || 'CLIENT'}-${id}`,
      typeIds: dice.chance(0.12) ? [...types, 4] : dice.chance(0.08) ? [] : types,
      statusId,
      marketId: dice.chance(0.8) ? dice.below(words.markets.length) + 1 : null,
      active: statusId !== 4,
      website: dice.chance(0.7) ? `www.${domainOf(name, id)}` : dice.chance(0.2) ? '' : null,
      phone: dice.chance(0.85) ? phoneFor(dice) : null,
      ...(dice.chance(0.9) ? addressFor(dice) : noAddress),
    }
  }
}

export function siteMaker(seed: number, population: Population): (id: number) => WorldSite {
  return (id) => {
    const dice = new Dice(seed, salt.site, id)
    const { companyId, primary } = population.companyOfSite(id)
    return {
      id,
      updatedAt: pastMoment(dice, 5),
      companyId,
      name: primary ? 'Main' : dice.pick(words.siteNames),
      active: primary || dice.chance(0.9),
      primary,
      phone: dice.chance(0.6) ? phoneFor(dice) : dice.chance(0.1) ? '' : null,
      ...(primary || dice.chance(0.8) ? addressFor(dice) : noAddress),
    }
  }
}

function emailFor(dice: Dice, firstName: string, lastName: string | null, domain: string): string | null {
  const lot = dice.next()
  if (lot < 0.1) return null
  if (lot < 0.12) return ''
  if (lot < 0.14) return `info@${domain}`
  const local =
    [plainNames.get(firstName), plainNames.get(lastName ?? '')].filter(Boolean).join('.') || `user${dice.below(1000)}`
  return lot < 0.17 ? `${local.toUpperCase()}@${domain}` : `${local}@${domain}`
}

export function contactMaker(seed: number, population: Population): (id: number) => WorldContact {
  return (id) => {
    const dice = new Dice(seed, salt.contact, id)
    const { companyId, primary } = population.companyOfContact(id)
    const firstName = dice.pick(words.firstNames)
    const lastName = dice.chance(0.03) ? null : dice.pick(words.lastNames)
    const domain = companyId === null ? 'nobody.example' : domainOf(companyName(seed, companyId), companyId)
    return {
      id,
      updatedAt: pastMoment(dice, 4),
      companyId,
      siteId: companyId === null || dice.chance(0.1) ? null : population.siteFor(companyId, dice),
      firstName,
      lastName,
      typeIds: dice.chance(0.4) ? [dice.below(words.contactTypes.length) + 1] : primary ? [1, 6] : [],
      title: dice.chance(0.6) ? dice.pick(words.jobTitles) : dice.chance(0.1) ? '' : null,
      email: emailFor(dice, firstName, lastName, domain),
      phone: dice.chance(0.7) ? phoneFor(dice) : null,
      mobile: dice.chance(0.4) ? phoneFor(dice) : null,
      primary,
      active: primary || dice.chance(0.9),
      customFields: {
        newsletter: dice.chance(0.5) ? dice.chance(0.5) : null,
        department: dice.chance(0.3) ? dice.pick(['Front desk', 'Accounts', 'R&D', 'Küche']) : null,
        'cake-day': dice.chance(0.1) ? pastDay(dice, 5) : null,
      },
      ...(dice.chance(0.15) ? addressFor(dice) : noAddress),
    }
  }
}
