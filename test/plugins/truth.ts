/** Holds records against what the simulated world holds. */

type Facts = Readonly<Record<string, unknown>>

/** Where a record differs from the truth, in words. */
export function differences(read: Facts, truth: Facts): readonly string[] {
  return Object.entries(truth)
    .filter(([field, value]) => JSON.stringify(read[field]) !== JSON.stringify(value))
    .map(
      ([field, value]) => `${read.sourceId} ${field}: ${JSON.stringify(read[field])} is not ${JSON.stringify(value)}`,
    )
}
