/** AES-256-GCM for one value. The place a value belongs to is authenticated, so it opens nowhere else. */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

const algorithm = 'aes-256-gcm'
const nonceLength = 12
const tagLength = 16

export interface Sealed {
  readonly keyId: string
  readonly nonce: Buffer
  /** The encrypted bytes, then the 16-byte tag. */
  readonly ciphertext: Buffer
}

/** Names a key without telling anything about it: the first 8 hex digits of its SHA-256. */
export function keyId(key: Buffer): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 8)
}

/** Encrypts under a 32-byte key, bound to `place`. */
export function seal(key: Buffer, place: string, text: string): Sealed {
  const nonce = randomBytes(nonceLength)
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagLength }).setAAD(Buffer.from(place))
  const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return { keyId: keyId(key), nonce, ciphertext }
}

/** Throws when the key is another one, a bit was changed, or the value belongs to another place. */
export function unseal(key: Buffer, place: string, sealed: Omit<Sealed, 'keyId'>): string {
  const end = sealed.ciphertext.length - tagLength
  if (end < 0) throw new Error('The ciphertext is too short.')
  const decipher = createDecipheriv(algorithm, key, sealed.nonce, { authTagLength: tagLength })
    .setAAD(Buffer.from(place))
    .setAuthTag(sealed.ciphertext.subarray(end))
  return Buffer.concat([decipher.update(sealed.ciphertext.subarray(0, end)), decipher.final()]).toString('utf8')
}
