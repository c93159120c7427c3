/**
 * Slows down guessing: after some free attempts every further one must wait twice as long. Counted per
 * account and address, and (more generously) per address, so that nobody locks out somebody else by
 * knowing their e-mail address. Kept in memory, bounded; each process of the web role counts for itself.
 */
import ipaddr from 'ipaddr.js'

const freePerAccount = 5
const freePerAddress = 30
const longestWait = 15 * 60
/** Without an attempt for so long (seconds), the count starts anew. */
const memory = 60 * 60
const capacity = 20_000

interface Count {
  attempts: number
  last: number
}

/** One IPv6 customer has a /64 and would otherwise count as 2^64 addresses. */
function network(address: string): string {
  if (!ipaddr.isValid(address)) return address
  const parsed = ipaddr.process(address)
  if (parsed.kind() === 'ipv4') return parsed.toString()
  return parsed.toByteArray().slice(0, 8).join('.')
}

export class LoginThrottle {
  readonly #counts = new Map<string, Count>()

  /**
   * Counts an attempt, before the password is looked at, so that many at once count too. Answers the seconds
   * to wait if it must not be made now; a refused attempt is not counted.
   */
  attempt(account: string, address: string): number {
    const now = Date.now() / 1000
    const limits = this.#keys(account, address)
    const wait = Math.max(...limits.map(([key, free]) => this.#wait(key, free, now)))
    if (wait > 0) return Math.ceil(wait)
    for (const [key] of limits) this.#count(key, now)
    return 0
  }

  /** The attempt was right: the account is forgiven, the address gets its attempt back. */
  succeeded(account: string, address: string): void {
    const [[accountKey], [addressKey]] = this.#keys(account, address)
    this.#counts.delete(accountKey)
    const count = this.#counts.get(addressKey)
    if (count !== undefined) count.attempts--
  }

  #keys(account: string, address: string): [[string, number], [string, number]] {
    const from = network(address)
    return [
      [`${account.trim().toLowerCase().slice(0, 254)} ${from}`, freePerAccount],
      [from, freePerAddress],
    ]
  }

  #wait(key: string, free: number, now: number): number {
    const count = this.#counts.get(key)
    if (count === undefined || count.attempts < free || now - count.last > memory) return 0
    return count.last + Math.min(2 ** (count.attempts - free), longestWait) - now
  }

  #count(key: string, now: number): void {
    const former = this.#counts.get(key)
    const attempts = former === undefined || now - former.last > memory ? 0 : former.attempts
    // Taken out and put back: the map's order is the order of use, the oldest goes first.
    this.#counts.delete(key)
    this.#counts.set(key, { attempts: attempts + 1, last: now })
    const oldest = this.#counts.size > capacity ? this.#counts.keys().next().value : undefined
    if (oldest !== undefined) this.#counts.delete(oldest)
  }
}
