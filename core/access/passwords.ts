/** Passwords: what is accepted, and how they are kept (argon2id). */
import { hash, verify } from '@node-rs/argon2'
import { Refusal } from './refusal.ts'

// OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane. 2 = argon2id; the
// package's enum is ambient and cannot be imported without a build.
const parameters = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 }

const shortest = 12
// A bound, so that nobody makes the hub hash megabytes.
const longest = 256

/** The same password typed on another keyboard is the same password. */
function normal(password: string): string {
  return password.normalize('NFKC')
}

/** Throws a Refusal that says what is wrong with a new password. */
export function checkPassword(password: string, email: string): void {
  const length = [...normal(password)].length
  if (length < shortest) throw new Refusal(`The password is too short: use at least ${shortest} characters.`)
  if (length > longest) throw new Refusal(`The password is too long: use at most ${longest} characters.`)
  if (new Set(normal(password)).size < 4)
    throw new Refusal('The password repeats itself: use more different characters.')
  if (password.trim().toLowerCase() === email.trim().toLowerCase())
    throw new Refusal('The password must not be the e-mail address.')
}

export async function hashPassword(password: string): Promise<string> {
  return hash(normal(password), parameters)
}

let decoy: Promise<string> | undefined

/** False for a wrong password and, after the same work, for a user who has none (`stored` null). */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  decoy ??= hashPassword('nobody has this password')
  const given = password.length <= longest * 4 ? normal(password) : ''
  const matches = await verify(stored ?? (await decoy), given)
  return stored !== null && matches
}
