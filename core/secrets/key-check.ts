/**
 * A known text, sealed under the key that the stored secrets belong to. It tells a wrong key at start,
 * before anything is written under it.
 */
import type { Database, Sql } from '../store/database.ts'
import { keyId, seal, unseal } from './cipher.ts'

const name = 'vault.key-check'
const text = 'tributary'

export interface KeyCheck {
  readonly keyId: string
  readonly nonce: string
  readonly ciphertext: string
}

function make(key: Buffer): KeyCheck {
  const sealed = seal(key, name, text)
  return {
    keyId: sealed.keyId,
    nonce: sealed.nonce.toString('base64'),
    ciphertext: sealed.ciphertext.toString('base64'),
  }
}

/** Whether the check was made with this key. */
export function opens(check: KeyCheck, key: Buffer): boolean {
  if (check.keyId !== keyId(key)) return false
  try {
    const sealed = { nonce: Buffer.from(check.nonce, 'base64'), ciphertext: Buffer.from(check.ciphertext, 'base64') }
    return unseal(key, name, sealed) === text
  } catch {
    return false
  }
}

/** The stored check; at the very first start it is made with `key`. */
export async function ensureKeyCheck(database: Database, key: Buffer): Promise<KeyCheck> {
  await database.run('insert into settings (name, value) values ($1, $2) on conflict (name) do nothing', [
    name,
    JSON.stringify(make(key)),
  ])
  const row = await database.row<{ value: KeyCheck }>('select value from settings where name = $1', [name])
  if (row === undefined) throw new Error('The key check vanished from the table settings while the hub started.')
  return row.value
}

/** Holds the check until the transaction ends, so that no rotation can finish in between. */
export async function lockKeyCheck(sql: Sql, strength: 'share' | 'update'): Promise<KeyCheck | undefined> {
  const { rows } = await sql.query<{ value: KeyCheck }>(`select value from settings where name = $1 for ${strength}`, [
    name,
  ])
  return rows[0]?.value
}

export async function replaceKeyCheck(sql: Sql, key: Buffer): Promise<void> {
  await sql.query('update settings set value = $2, updated_at = now() where name = $1', [
    name,
    JSON.stringify(make(key)),
  ])
}
