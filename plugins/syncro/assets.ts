/** What an asset says about its machine: the chosen or usual properties first, then what the agent found. */
import { isRow, object, type Row, text } from '../../core/connector/parse.ts'
import type { RecordOf } from '../../core/connector/records.ts'
import type { Catalogue } from './catalogue.ts'
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

  constructor(settings: SyncroSettings, catalogue: Catalogue) {
    this.labels = new Labels(settings)
    this.#catalogue = catalogue
  }

  of(row: Row, properties: Row | undefined): Facts {
    const found = properties ? this.labels.in(properties) : {}
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
  status(properties: Row): string | null | undefined {
    return this.#text(properties, this.labels.in(properties).status)
  }

  #text(properties: Row | undefined, label: string | undefined): string | null | undefined {
    return label === undefined ? undefined : text(this.#catalogue.assetFields.read(label, properties?.[label]))
  }

  #day(row: Row, properties: Row | undefined, label: string | undefined): string | null | undefined {
    if (label === undefined || !isRow(properties)) return undefined
    const day = dayOf(properties[label], this.#catalogue.dayOrder)
    if (day === undefined) {
      this.unreadable++
      this.example ||= String(row.id)
    }
    return day
  }
}
