/** What an asset says about its machine: the chosen or usual properties first, then what the agent found. */
import { object, type Row, text } from '../../core/connector/parse.ts'
import type { RecordOf } from '../../core/connector/records.ts'
import { type Catalogue, definedFor } from './catalogue.ts'
import { dayOf } from './days.ts'
import { type Fact, Labels } from './properties.ts'
import type { SyncroSettings } from './settings.ts'
import { firstOf } from './streams/fields.ts'

type Configuration = RecordOf<'configurations'>
type Facts = Pick<
  Configuration,
  'serialNumber' | 'manufacturer' | 'model' | 'osType' | 'osVersion' | 'purchaseDate' | 'warrantyExpiration' | 'notes'
>

export class AssetFacts {
  readonly labels: Labels
  /** Dates that were none so far, and an asset that has one. */
  unreadable = 0
  example = ''
  readonly #catalogue: Catalogue
  /** By asset type. */
  readonly #defined = new Map<unknown, Partial<Record<Fact, string>>>()

  constructor(settings: SyncroSettings, catalogue: Catalogue) {
    this.labels = new Labels(settings)
    this.#catalogue = catalogue
  }

  of(row: Row, properties: Row | undefined): Facts {
    const found = this.#found(row, properties)
    const inventory = object(properties?.kabuto_information)
    const general = object(inventory?.general)
    const system = object(inventory?.os)
    const said = (fact: Fact) => this.#text(properties, found[fact])
    const chosenOnly = (fact: Fact) => (this.labels.chosen(fact) === undefined ? undefined : said(fact))
    return {
      serialNumber: firstOf(chosenOnly('serial'), text(row.asset_serial), text(general?.serial_number)),
      manufacturer: firstOf(said('manufacturer'), text(properties?.manufacturer), text(general?.manufacturer)),
      model: firstOf(said('model'), text(properties?.model), text(general?.model)),
      osType: firstOf(said('os'), text(properties?.os), text(system?.name)),
      osVersion: text(system?.build),
      purchaseDate: this.#day(row, properties, found.purchase),
      warrantyExpiration: this.#day(row, properties, found.warranty),
      notes: said('notes'),
    }
  }

  /** By the chosen field. */
  status(row: Row, properties: Row | undefined): string | null | undefined {
    return this.#text(properties, this.#found(row, properties).status)
  }

  /** The label of each fact: what the asset carries, else what its type defines. */
  #found({ asset_type: type }: Row, properties: Row | undefined): Partial<Record<Fact, string>> {
    if (properties === undefined) return {}
    const defined = this.#defined.get(type) ?? this.labels.among(definedFor(this.#catalogue, type))
    this.#defined.set(type, defined)
    return { ...defined, ...this.labels.in(properties) }
  }

  #text(properties: Row | undefined, label: string | undefined): string | null | undefined {
    if (label === undefined || properties === undefined) return undefined
    return Object.hasOwn(properties, label) ? text(this.#catalogue.assetFields.read(label, properties[label])) : null
  }

  #day(row: Row, properties: Row | undefined, label: string | undefined): string | null | undefined {
    if (label === undefined || properties === undefined) return undefined
    if (!Object.hasOwn(properties, label)) return null
    const day = dayOf(properties[label], this.#catalogue.dayOrder)
    if (day === undefined) {
      this.unreadable++
      this.example ||= String(row.id)
    }
    return day
  }
}
