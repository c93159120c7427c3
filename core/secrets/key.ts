/** Where the vault's key comes from. */
import { randomBytes, randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { HubSettings } from '../../config/settings.ts'

export interface FoundKey {
  readonly key: Buffer
  /** What the start must say about it, if anything. */
  readonly notice?: string
}

function has(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

async function read(file: string): Promise<Buffer | undefined> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (has(error, 'ENOENT')) return undefined
    throw error
  })
  if (text === undefined) return undefined
  if (!/^[0-9a-f]{64}$/i.test(text.trim()))
    throw new Error(`${file} holds no key (64 hex digits). Restore it from your backup, or set TRIBUTARY_KEY.`)
  return Buffer.from(text.trim(), 'hex')
}

/**
 * TRIBUTARY_KEY; without it and without DATABASE_URL a key file in DATA_DIR, made on the first start.
 * A database of the operator's own never gets a generated key: the next container would not have it.
 */
export async function findKey(settings: Pick<HubSettings, 'key' | 'databaseUrl' | 'dataDir'>): Promise<FoundKey> {
  if (settings.key !== undefined) return { key: settings.key }
  if (settings.databaseUrl !== undefined)
    throw new Error(
      'TRIBUTARY_KEY is not set. It encrypts the secrets in the database that DATABASE_URL names. Make one with `openssl rand -hex 32`, keep it in your password safe, and set it.',
    )
  const file = resolve(settings.dataDir, 'key')
  const existing = await read(file)
  if (existing !== undefined) return { key: existing }

  const key = randomBytes(32)
  const draft = `${file}.${randomUUID()}`
  await mkdir(resolve(settings.dataDir), { recursive: true })
  await writeFile(draft, `${key.toString('hex')}\n`, { mode: 0o600 })
  try {
    // Linked, not written, into place: of two processes that start together the second takes the first one's whole key.
    await link(draft, file)
  } catch (error) {
    const other = has(error, 'EEXIST') ? await read(file) : undefined
    if (other === undefined) throw error
    return { key: other }
  } finally {
    await rm(draft, { force: true })
  }
  return {
    key,
    notice: `A key that encrypts all secrets was made in ${file}. Back it up apart from the database: without it the stored secrets are lost.`,
  }
}
