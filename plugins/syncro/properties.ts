/** The bag of properties on an asset: which label holds which fact. */
import type { Row } from '../../core/connector/parse.ts'
import type { SyncroSettings } from './settings.ts'

export type Fact = 'warranty' | 'purchase' | 'manufacturer' | 'model' | 'serial' | 'os' | 'status' | 'notes' | 'website'

/** How MSPs call their fields; compared without case, spaces and signs. */
const usual: Readonly<Record<Fact, readonly string[]>> = {
  warranty: [
    'warrantyexpiration',
    'warrantyexpirationdate',
    'warrantyexpires',
    'warrantyexpiry',
    'warrantyexpirydate',
    'warrantyend',
    'warrantyenddate',
    'warrantyenddateyyyymmdd',
  ],
  purchase: ['purchasedate', 'purchasedon', 'datepurchased', 'dateofpurchase', 'purchased'],
  manufacturer: ['manufacturer', 'make', 'maker'],
  model: ['model', 'modelname', 'modelnumber'],
  serial: [],
  os: ['os', 'operatingsystem'],
  status: [],
  notes: ['notes', 'assetnotes'],
  website: ['website', 'websiteurl', 'web', 'url', 'homepage'],
}

const settingOf = {
  warranty: 'warrantyField',
  purchase: 'purchaseDateField',
  manufacturer: 'manufacturerField',
  model: 'modelField',
  serial: 'serialField',
  os: 'osField',
  status: 'statusField',
  notes: 'notesField',
  website: 'websiteField',
} as const satisfies Record<Fact, keyof SyncroSettings>

/** The fact a setting chooses the field of; undefined for other settings. */
export function factOf(setting: string): Fact | undefined {
  return facts.find((fact) => settingOf[fact] === setting)
}

const facts = Object.keys(settingOf).filter((name): name is Fact => Object.hasOwn(settingOf, name))

const byName = new Map(facts.flatMap((fact) => usual[fact].map((name) => [name, fact] as const)))

/** The fact a label usually stands for. */
export function usualFact(label: string): Fact | undefined {
  return byName.get(label.toLowerCase().replace(/[^a-z0-9]/g, ''))
}

/** Finds the labels of one connection; remembers every label it judged, for all assets carry the same few. */
export class Labels {
  readonly #chosen: ReadonlyMap<Fact, string>
  readonly #judged = new Map<string, Fact | undefined>()

  constructor(settings: SyncroSettings) {
    const pairs = facts.map((fact) => [fact, settings[settingOf[fact]]?.trim()] as const)
    this.#chosen = new Map(pairs.flatMap(([fact, label]) => (label ? [[fact, label] as const] : [])))
  }

  chosen(fact: Fact): string | undefined {
    return this.#chosen.get(fact)
  }

  /**
   * The label that holds each fact in this bag: the chosen one if it is there, else (none chosen) one of a usual name.
   * Labels people made are written with capitals; the agent's own are not, and come second.
   */
  in(properties: Row): Partial<Record<Fact, string>> {
    const found: Partial<Record<Fact, string>> = {}
    for (const label in properties) {
      if (!Object.hasOwn(properties, label)) continue
      const fact = this.judge(label)
      if (fact === undefined || this.#chosen.has(fact)) continue
      if (found[fact] === undefined || isAgents(found[fact])) found[fact] = label
    }
    for (const [fact, label] of this.#chosen) if (Object.hasOwn(properties, label)) found[fact] = label
    return found
  }

  /**
   * The same for fields that are defined. A bag may lack those nobody filled in, which are empty then. A label that is
   * neither carried nor defined was renamed or removed in Syncro, and says nothing.
   */
  among(defined: readonly { readonly label: string }[]): Partial<Record<Fact, string>> {
    return this.in(Object.fromEntries(defined.map(({ label }) => [label, null])))
  }

  judge(label: string): Fact | undefined {
    if (!this.#judged.has(label)) this.#judged.set(label, usualFact(label))
    return this.#judged.get(label)
  }
}

/** The agent's keys are lower case; labels of custom fields are what people typed. */
export function isAgents(label: string): boolean {
  return label === label.toLowerCase()
}

/** Labels whose values must stay where they are. */
export function isSecret(label: string, type = ''): boolean {
  return /pass(word|phrase)|secret|encrypted/i.test(`${label} ${type}`)
}
