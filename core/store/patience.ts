import { isDatabaseAway } from './database.ts'

/** A database that is away is waited for, some minutes; everything else is thrown. */
export async function patiently<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const giveUp = Date.now() + 300_000
  for (let pause = 250; ; pause = Math.min(pause * 2, 5000)) {
    try {
      return await work()
    } catch (error) {
      if (!isDatabaseAway(error) || signal.aborted || Date.now() > giveUp) throw error
      await new Promise((resolve) => setTimeout(resolve, pause))
    }
  }
}
