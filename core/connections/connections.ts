/** The connections: set up, changed, tested, opened, and taken down again. */
import { Refusal } from '../access/refusal.ts'
import {
  type Choice,
  ConnectorError,
  type CustomField,
  type Settings,
  type SourceConnector,
  type StreamName,
  streams,
} from '../connector/index.ts'
import type { By, Note } from '../mapping/decision.ts'
import type { ConnectionChanges } from './changes.ts'
import { type CheckReport, checkSettings, checkStored } from './check.ts'
import { within } from './limit.ts'
import {
  asSource,
  type ConnectionParts,
  connectorOf,
  type OpenConnection,
  type OpenOptions,
  openConnection,
} from './open.ts'
import { type ConnectionRow, loadConnection, loadConnections } from './rows.ts'
import { fieldsOf, validateSettings } from './settings.ts'
import {
  addConnection,
  disconnect,
  isComplete,
  loadedConnector,
  mergeSettings,
  type NewConnection,
  updateConnection,
} from './setup.ts'
import { refusing } from './violations.ts'
import { turnOffWebhooks, turnOnWebhooks, type WebhooksOn } from './webhooks.ts'

/** A connection as people see it: of its secrets only whether they are set. */
export interface ConnectionView extends ConnectionRow {
  /** The connector's name; its id if the plugin is not loaded. */
  readonly connectorName: string
  readonly loaded: boolean
  readonly secrets: Readonly<Record<string, boolean>>
}

/** What a connection calls, for the firewall. */
export interface FirewallLine {
  readonly connectionId: number
  readonly name: string
  readonly connectorName: string
  readonly hosts: readonly string[]
  /** Why the hosts are not known. */
  readonly problem?: string
}

const limitMs = 30_000

export class Connections {
  readonly #parts: ConnectionParts
  readonly #note: Note

  constructor(parts: ConnectionParts, note: Note) {
    this.#parts = parts
    this.#note = note
  }

  /** Stores a connection; test it next. Throws a `Refusal` (a `SettingsRefusal` for its settings). */
  async add(wish: NewConnection, by: By): Promise<ConnectionView> {
    return this.get(await addConnection(this.#parts, this.#note, wish, by))
  }

  /**
   * Changes what is named, nothing else. Where another part of the source is selected now, the streams
   * concerned are read whole next time. Test the connection again after its settings changed.
   */
  async update(id: number, changes: ConnectionChanges, by: By): Promise<ConnectionView> {
    await updateConnection(this.#parts, this.#note, id, changes, by)
    return this.get(id)
  }

  /** No sync starts until it is resumed; one under way stops behind its page. */
  async pause(id: number, by: By): Promise<void> {
    await this.#setState(id, 'paused', 'connection.pause', by)
  }

  /** Also brings back a disconnected one, with all its data, once its secrets were entered again. */
  async resume(id: number, by: By): Promise<void> {
    await this.#setState(id, 'active', 'connection.resume', by)
  }

  /**
   * Disconnects: webhooks are taken away at the vendor if it can be reached, secrets deleted; data and mappings
   * stay. Answers a sentence if something was left at the vendor.
   */
  async remove(id: number, by: By): Promise<string | undefined> {
    const { database } = this.#parts
    const row = await loadConnection(database.pool, id)
    const left = row.webhookUrl === null ? undefined : await turnOffWebhooks(this.#parts, row)
    await database.transaction(async (sql) => {
      await disconnect(this.#parts, sql, id)
      await this.#note(
        { ...by, action: 'connection.remove', target: `connection ${id}`, detail: { name: row.name } },
        sql,
      )
    })
    return left
  }

  async list(): Promise<readonly ConnectionView[]> {
    const rows = await loadConnections(this.#parts.database)
    return rows.map((row) => this.#view(row))
  }

  /** Throws a `Refusal` if there is none. */
  async get(id: number): Promise<ConnectionView> {
    return this.#view(await loadConnection(this.#parts.database.pool, id))
  }

  /**
   * For live questions and write-back. Close it when done. Throws a `ConnectorError` if the connection cannot be
   * used, a `Refusal` if there is none.
   */
  async open(id: number, options: OpenOptions): Promise<OpenConnection> {
    let row = await loadConnection(this.#parts.database.pool, id)
    if (row.state === 'disconnected') throw new ConnectorError('config', `${row.name} is disconnected.`)
    if (row.state === 'needs-sign-in')
      throw new ConnectorError('auth', row.checkResult?.message ?? `${row.name} needs to be signed in again.`)
    if (row.account !== null && row.checkResult === null) {
      // The settings changed since the last test: they must not lead to another account's records.
      const report = await checkStored(this.#parts, id)
      if (!report.ok && report.kind !== 'permission')
        throw new ConnectorError(report.kind ?? 'config', report.message ?? `${row.name} cannot be used.`)
      row = await loadConnection(this.#parts.database.pool, id)
    }
    return openConnection(this.#parts, row, options)
  }

  /** For a sync: also refuses a paused connection and one without streams. */
  async openSource(id: number, options: OpenOptions): Promise<OpenConnection<SourceConnector<Settings>>> {
    const open = await this.open(id, options)
    if (open.row.state !== 'paused') return asSource(open)
    open.close()
    throw new ConnectorError('config', `${open.row.name} is paused; resume it first.`)
  }

  /** The vendor refused the sign-in: nothing is tried again until somebody acts. */
  async needsSignIn(id: number, admin: string): Promise<void> {
    await this.#parts.database.run(
      "update connections set state = 'needs-sign-in', check_result = $2 where id = $1 and state = 'active'",
      [id, JSON.stringify({ ok: false, kind: 'auth', message: admin, permissions: [] })],
    )
  }

  /** Tests the connection and keeps the result. */
  async check(id: number): Promise<CheckReport> {
    return checkStored(this.#parts, id)
  }

  /**
   * Tests settings that are not stored. With `existing`, what is left empty is taken from that connection.
   * Throws a `SettingsRefusal`.
   */
  async checkSettings(
    connectorId: string,
    settings: Readonly<Record<string, unknown>>,
    existing?: number,
  ): Promise<CheckReport> {
    const connector = loadedConnector(this.#parts, connectorId)
    if (existing === undefined) return checkSettings(this.#parts, connector, validateSettings(connector, settings))
    const row = await loadConnection(this.#parts.database.pool, existing)
    const { full } = await mergeSettings(this.#parts, connector, row, settings)
    return checkSettings(this.#parts, connector, full, row)
  }

  /** Live options for a setting, from the vendor. */
  async choices(id: number, field: string): Promise<readonly Choice[]> {
    return this.#ask(id, async (open) => {
      if (fieldsOf(open.connector)[field]?.choices !== true || open.connector.choices === undefined)
        throw new Refusal(`There is nothing to choose from for "${field}".`)
      return open.connector.choices(open.context(), field)
    })
  }

  /** Custom fields of a stream that may be selected, from the vendor. */
  async customFields(id: number, stream: StreamName): Promise<readonly CustomField[]> {
    return this.#ask(id, async (open) => {
      const reader = open.connector.kind === 'warranty' ? undefined : open.connector.streams[stream]
      if (reader?.customFields === undefined)
        throw new Refusal(`${open.connector.name} has no custom fields for "${streams[stream].title}".`)
      return reader.customFields(open.context())
    })
  }

  /** Every host the connected connections call. */
  async firewall(): Promise<readonly FirewallLine[]> {
    const rows = await loadConnections(this.#parts.database)
    return rows
      .filter((row) => row.state !== 'disconnected')
      .map((row) => {
        const connector = this.#parts.catalogue.get(row.connector)
        const line = { connectionId: row.id, name: row.name, connectorName: connector?.name ?? row.connector }
        try {
          return { ...line, hosts: connectorOf(this.#parts.catalogue, row.connector).hosts(row.settings) }
        } catch (error) {
          const problem = error instanceof ConnectorError ? error.admin : 'The hosts cannot be told from the settings.'
          return { ...line, hosts: [], problem }
        }
      })
  }

  /** `publicUrl`: the hub's address as the vendor sees it. Throws a `Refusal` without it. */
  async turnOnWebhooks(id: number, publicUrl: string | undefined, by: By): Promise<WebhooksOn> {
    const on = await turnOnWebhooks(this.#parts, id, publicUrl)
    await this.#noted(id, 'connection.webhooks-on', by)
    return on
  }

  /** Answers a sentence if something was left at the vendor; accepted is nothing any more. */
  async turnOffWebhooks(id: number, by: By): Promise<string | undefined> {
    const left = await turnOffWebhooks(this.#parts, await loadConnection(this.#parts.database.pool, id))
    await this.#noted(id, 'connection.webhooks-off', by)
    return left
  }

  async #noted(id: number, action: string, by: By): Promise<void> {
    await this.#parts.database.transaction((sql) => this.#note({ ...by, action, target: `connection ${id}` }, sql))
  }

  async #setState(id: number, state: 'active' | 'paused', action: string, by: By): Promise<void> {
    const { database } = this.#parts
    await refusing(database, () =>
      database.transaction(async (sql) => {
        const row = await loadConnection(sql, id, true)
        if (row.state === 'disconnected') {
          if (state === 'paused') throw new Refusal(`${row.name} is disconnected.`)
          if (!isComplete(loadedConnector(this.#parts, row.connector), row))
            throw new Refusal('Enter the secrets of the connection first.')
        }
        await sql.query('update connections set state = $2 where id = $1', [id, state])
        await this.#note({ ...by, action, target: `connection ${id}` }, sql)
      }),
    )
  }

  #view(row: ConnectionRow): ConnectionView {
    const connector = this.#parts.catalogue.get(row.connector)
    const secrets = Object.entries(connector ? fieldsOf(connector) : {}).filter(([, field]) => field.secret)
    return {
      ...row,
      connectorName: connector?.name ?? row.connector,
      loaded: connector !== undefined,
      secrets: Object.fromEntries(secrets.map(([name]) => [name, row.secretFields.includes(name)])),
    }
  }

  async #ask<T>(id: number, question: (open: OpenConnection) => Promise<T>): Promise<T> {
    const late = `The vendor did not answer within ${limitMs / 1000} seconds. Try again.`
    return within(limitMs, late, async (signal) => {
      const open = await this.open(id, { signal })
      try {
        return await question(open)
      } finally {
        open.close()
      }
    })
  }
}
