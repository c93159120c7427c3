/**
 * The vault: secrets of connections, encrypted under a key from outside the database. Every value is
 * bound to its connection and field; two rows exchanged in the database open neither.
 */
import { hkdfSync } from 'node:crypto'
import type { Database, Sql } from '../store/database.ts'
import { keyId, seal, unseal } from './cipher.ts'
import { ensureKeyCheck, lockKeyCheck, opens, replaceKeyCheck } from './key-check.ts'

/** The field with the token of a connection's webhook address; no setting can have the name (they have no hyphens). */
export const webhookTokenField = 'webhook-token'

interface Row {
  readonly connection_id: number
  readonly field: string
  readonly key_id: string
  readonly nonce: Buffer
  readonly ciphertext: Buffer
}

function place(connectionId: number, field: string): string {
  return JSON.stringify([connectionId, field])
}

export class Vault {
  readonly #database: Database
  readonly #key: Buffer
  readonly #previousKey: Buffer | undefined
  readonly #keys: ReadonlyMap<string, Buffer>

  /** Keys are 32 bytes. `previousKey` only while a rotation is under way. */
  constructor(database: Database, key: Buffer, previousKey?: Buffer) {
    this.#database = database
    this.#key = key
    this.#previousKey = previousKey
    const keys = previousKey === undefined ? [key] : [previousKey, key]
    this.#keys = new Map(keys.map((one) => [keyId(one), one]))
  }

  get keyId(): string {
    return keyId(this.#key)
  }

  /** Throws a sentence naming the expected and the given key id when the stored secrets need another key. */
  async open(): Promise<void> {
    const check = await ensureKeyCheck(this.#database, this.#key)
    if (!this.#holds(check)) throw this.#wrongKey(check.keyId)
    // A rotation that stopped half-way leaves rows under both keys.
    const rows = await this.#database.rows<{ key_id: string }>('select distinct key_id from connection_secrets')
    const missing = rows.find((row) => !this.#keys.has(row.key_id))
    if (missing !== undefined) throw this.#wrongKey(missing.key_id)
  }

  /** All secrets of a connection by field; an unknown connection has none. */
  async read(connectionId: number): Promise<Record<string, string>> {
    const rows = await this.#database.rows<Row>(
      'select connection_id, field, key_id, nonce, ciphertext from connection_secrets where connection_id = $1',
      [connectionId],
    )
    return Object.fromEntries(rows.map((row) => [row.field, this.#open(row)]))
  }

  /** Sets fields; null deletes one; fields not named stay. `sql`: inside the caller's transaction. */
  async write(connectionId: number, values: Readonly<Record<string, string | null>>, sql?: Sql): Promise<void> {
    if (sql === undefined) return this.#database.transaction((own) => this.write(connectionId, values, own))
    const check = await lockKeyCheck(sql, 'share')
    if (check === undefined || !this.#holds(check))
      throw new Error('The key was changed while this process ran. Restart it with the new TRIBUTARY_KEY.')
    for (const [field, value] of Object.entries(values)) {
      if (value === null) {
        await sql.query('delete from connection_secrets where connection_id = $1 and field = $2', [connectionId, field])
        continue
      }
      const sealed = seal(this.#key, place(connectionId, field), value)
      await sql.query(
        `insert into connection_secrets (connection_id, field, key_id, nonce, ciphertext) values ($1, $2, $3, $4, $5)
         on conflict (connection_id, field) do update
         set key_id = excluded.key_id, nonce = excluded.nonce, ciphertext = excluded.ciphertext, updated_at = now()`,
        [connectionId, field, sealed.keyId, sealed.nonce, sealed.ciphertext],
      )
    }
  }

  /**
   * Brings every secret under the present key, a row per transaction, and answers how many it moved.
   * Stopped at any moment, it goes on when called again; meanwhile a hub with both keys reads everything.
   */
  async rotate(): Promise<number> {
    await this.open()
    let moved = 0
    while (await this.#rotateOne()) moved++
    await this.#database.transaction(async (sql) => {
      await lockKeyCheck(sql, 'update')
      // Nobody can write under the previous key any more; one that did a moment ago is seen here.
      while (await this.#rotateOne(sql)) moved++
      await replaceKeyCheck(sql, this.#key)
    })
    return moved
  }

  /** 32 bytes for another purpose (signing a cookie, say), that say nothing of the key (HKDF, RFC 5869). */
  derive(purpose: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.#key, '', `tributary ${purpose}`, 32))
  }

  async #rotateOne(sql?: Sql): Promise<boolean> {
    if (sql === undefined) return this.#database.transaction((own) => this.#rotateOne(own))
    // Before the row: everybody locks in this order, so nobody waits in a circle.
    await lockKeyCheck(sql, 'share')
    const { rows } = await sql.query<Row>(
      `select connection_id, field, key_id, nonce, ciphertext from connection_secrets
       where key_id <> $1 order by connection_id, field limit 1 for update`,
      [this.keyId],
    )
    const row = rows[0]
    if (row === undefined) return false
    await this.write(row.connection_id, { [row.field]: this.#open(row) }, sql)
    return true
  }

  #holds(check: Parameters<typeof opens>[0]): boolean {
    return [...this.#keys.values()].some((key) => opens(check, key))
  }

  #open(row: Row): string {
    const key = this.#keys.get(row.key_id)
    if (key === undefined) throw this.#wrongKey(row.key_id)
    try {
      return unseal(key, place(row.connection_id, row.field), row)
    } catch (cause) {
      throw new Error(
        `The secret ${row.field} of connection ${row.connection_id} cannot be decrypted: it was changed or moved in the database. Enter it again.`,
        { cause },
      )
    }
  }

  #wrongKey(expected: string): Error {
    const given = `TRIBUTARY_KEY is the key ${this.keyId}`
    const previous =
      this.#previousKey === undefined ? '' : ` and TRIBUTARY_PREVIOUS_KEY the key ${keyId(this.#previousKey)}`
    return new Error(
      `The stored secrets need the key ${expected}, but ${given}${previous}. Set TRIBUTARY_KEY to the key ${expected}; if you are changing keys, set TRIBUTARY_PREVIOUS_KEY to it and run \`tributary key rotate\`.`,
    )
  }
}
