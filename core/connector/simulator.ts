/**
 * What a connector's `simulator.ts` provides, so that the demo, the tests and the conformance kit can
 * run the connector against something that behaves like the vendor. A simulator only answers requests;
 * the kit owns the HTTP server in front of it, its latency and the faults it injects.
 */
import type { Settings } from './contract.ts'
import type { StreamName } from './records.ts'

export interface SimulatedRequest {
  readonly method: string
  /** Path without query, percent-decoding left to the simulator. */
  readonly path: string
  readonly query: URLSearchParams
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** `http://127.0.0.1:4123`: what the client called. */
  readonly origin: string
}

export interface SimulatedAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** An object goes out as JSON, a string as it is, undefined as an empty body. */
  readonly body?: unknown
}

/** A request the vendor would send to a registered webhook. */
export interface SimulatedDelivery {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface Simulator<S extends Settings = Settings> {
  answer(request: SimulatedRequest): SimulatedAnswer | Promise<SimulatedAnswer>
  /** Settings that connect to a simulator served at `origin`. */
  settings(origin: string): S
  /** The same with credentials the vendor refuses. */
  wrongSettings(origin: string): S
  /** Credentials that lack rights, with the ids of the permissions they lack. */
  limitedSettings(origin: string): { readonly settings: S; readonly missing: readonly string[] }
  /** The source ids a complete, unfiltered full pass yields now. */
  expected(stream: StreamName): Iterable<string>
  /** Where webhooks are set up by hand: an admin enters the address. */
  enterWebhook?(url: string): void
  /** Deliveries to the registered webhooks for a record that was just added, updated or deleted in the world. */
  deliveries?(
    stream: StreamName,
    sourceId: string,
    action: 'added' | 'updated' | 'deleted',
  ): readonly SimulatedDelivery[]
}

/** What `simulator.ts` exports. */
export interface SimulatorModule<S extends Settings = Settings> {
  simulate(world: World): Simulator<S>
}

// ── The world: one fictional MSP, the same behind every vendor ──────────────────────────────────

export interface WorldRow {
  /** Ascending from 1, never reused. */
  readonly id: number
  readonly updatedAt: string
}

/** Rows by ascending id, made on demand from the seed; changes are kept on top. */
export interface WorldTable<T extends WorldRow> {
  readonly size: number
  /** Highest id ever given. */
  readonly lastId: number
  /** Grows with every `put` and `remove`, so that an index over the table knows when it is out of date. */
  readonly version: number
  get(id: number): T | undefined
  /** Rows with an id above `afterId`, ascending, lazily. */
  after(afterId: number): Iterable<T>
  /** Adds or replaces. */
  put(row: T): void
  remove(id: number): void
}

export interface Named extends WorldRow {
  readonly name: string
}

export interface WorldAddress {
  readonly addressLine1: string | null
  readonly addressLine2: string | null
  readonly city: string | null
  readonly state: string | null
  readonly postalCode: string | null
  readonly country: string | null
}

export interface WorldCompany extends Named, WorldAddress {
  readonly identifier: string
  readonly website: string | null
  readonly phone: string | null
  readonly typeIds: readonly number[]
  readonly statusId: number
  readonly marketId: number | null
  readonly active: boolean
}

export interface WorldSite extends Named, WorldAddress {
  readonly companyId: number
  readonly active: boolean
  readonly primary: boolean
  readonly phone: string | null
}

export interface WorldContact extends WorldRow, WorldAddress {
  readonly companyId: number | null
  readonly siteId: number | null
  readonly firstName: string
  readonly lastName: string | null
  readonly typeIds: readonly number[]
  readonly title: string | null
  readonly email: string | null
  readonly phone: string | null
  readonly mobile: string | null
  readonly primary: boolean
  readonly active: boolean
  /** By the world's own custom field id. */
  readonly customFields: Readonly<Record<string, string | number | boolean | null>>
}

export interface WorldConfiguration extends Named {
  readonly companyId: number
  readonly siteId: number | null
  readonly contactId: number | null
  readonly typeId: number
  readonly statusId: number
  readonly active: boolean
  readonly serialNumber: string | null
  readonly assetTag: string | null
  readonly manufacturerId: number | null
  readonly model: string | null
  readonly productNumber: string | null
  readonly osType: string | null
  readonly osVersion: string | null
  readonly macAddress: string | null
  readonly ipAddress: string | null
  readonly purchaseDate: string | null
  readonly installationDate: string | null
  readonly warrantyExpiration: string | null
  readonly notes: string | null
  readonly customFields: Readonly<Record<string, string | number | boolean | null>>
}

export interface WorldTicket extends WorldRow {
  readonly companyId: number
  readonly contactId: number | null
  readonly boardId: number
  readonly statusId: number
  readonly priorityId: number
  readonly summary: string
  readonly createdAt: string
  readonly notes: readonly {
    readonly id: number
    readonly text: string
    readonly kind: 'description' | 'note' | 'resolution'
    readonly internal: boolean
    readonly author: string
    readonly createdAt: string
  }[]
}

export interface WorldCustomField {
  readonly id: string
  readonly title: string
  readonly type: 'text' | 'number' | 'boolean' | 'date' | 'list'
  readonly options?: readonly string[]
}

export interface World {
  readonly companyTypes: WorldTable<Named>
  readonly companyStatuses: WorldTable<Named & { readonly isDefault: boolean; readonly active: boolean }>
  readonly markets: WorldTable<Named>
  readonly companies: WorldTable<WorldCompany>
  readonly sites: WorldTable<WorldSite>
  readonly contactTypes: WorldTable<Named>
  readonly contacts: WorldTable<WorldContact>
  readonly manufacturers: WorldTable<Named>
  readonly configurationTypes: WorldTable<Named & { readonly active: boolean }>
  readonly configurationStatuses: WorldTable<Named & { readonly isDefault: boolean; readonly closed: boolean }>
  readonly configurations: WorldTable<WorldConfiguration>
  readonly boards: WorldTable<Named & { readonly active: boolean }>
  readonly ticketStatuses: WorldTable<
    Named & { readonly boardId: number; readonly closed: boolean; readonly isDefault: boolean }
  >
  readonly priorities: WorldTable<Named & { readonly sortOrder: number; readonly isDefault: boolean }>
  readonly tickets: WorldTable<WorldTicket>
  readonly contactFields: readonly WorldCustomField[]
  readonly configurationFields: readonly WorldCustomField[]
}
