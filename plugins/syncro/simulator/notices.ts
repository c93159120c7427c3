/** What the Notification Center sends to the addresses an admin entered. */
import type { SimulatedDelivery } from '../../../core/connector/simulator.ts'
import type { Row } from './paged.ts'

/** A record and the screen a notice links to. */
export interface Subject {
  readonly record: Row
  readonly screen: string
}

export class Notices {
  readonly #urls = new Set<string>()
  readonly #account: string

  constructor(account: string) {
    this.#account = account
  }

  enter(url: string): void {
    this.#urls.add(url)
  }

  /** In the form a public receiver for RepairShopr reads; Syncro describes none. */
  about({ record, screen }: Subject, happened: string): readonly SimulatedDelivery[] {
    const link = `https://${this.#account}.syncromsp.com/${screen}`
    const words = `${String(record.business_then_name ?? record.name)} ${happened}`
    const body = JSON.stringify({ text: words, html: `<a href="${link}">${words}</a>`, link, attributes: record })
    return [...this.#urls].map((url) => ({ url, headers: { 'content-type': 'application/json' }, body }))
  }
}
