/** What a connector must never do, looked for during all the other rules. */

import { some } from '../reading.ts'
import type { Rule, Subject } from '../subject.ts'

const writing = new Set(['PUT', 'PATCH', 'DELETE'])

const readOnly: Rule = {
  id: 'manners.read-only',
  promise: 'Checking and reading change nothing at the source.',
  async run(subject) {
    const lab = await subject.open()
    const before = lab.worldVersion
    await lab.call('check', (ctx) => subject.connector.check(ctx)).catch(() => {})
    for (const stream of subject.connector.kind === 'warranty' ? [] : subject.streams()) await lab.read(stream)
    const written = lab.server.requests
      .filter(({ method }) => writing.has(method))
      .map(({ method, path }) => `${method} ${path}`)
    if (written.length > 0) throw new Error(`reading sends ${some(new Set(written))}.`)
    if (lab.worldVersion !== before) throw new Error('reading changes records at the source.')
  },
}

/** Values and functions of the connector as they are now, for comparison. */
export function portraitOf(
  value: unknown,
  path = 'connector',
  seen = new Set<unknown>(),
): ReadonlyMap<string, unknown> {
  const portrait = new Map<string, unknown>()
  if (typeof value !== 'object' || value === null) return portrait.set(path, value)
  if (seen.has(value)) return portrait
  seen.add(value)
  for (const [name, inner] of Object.entries(value)) {
    for (const entry of portraitOf(inner, `${path}.${name}`, seen)) portrait.set(...entry)
  }
  return portrait
}

/** `before` was taken when the battery began. */
function unchanged(before: ReadonlyMap<string, unknown>): Rule {
  return {
    id: 'manners.constant',
    promise: 'The connector object stays as it was: all connections share it.',
    async run(subject) {
      const now = portraitOf(subject.connector)
      const names = [...new Set([...before.keys(), ...now.keys()])].filter(
        (name) => !Object.is(before.get(name), now.get(name)),
      )
      if (names.length > 0) throw new Error(`${some(names)} changed: keep what belongs to a reading inside read().`)
    },
  }
}

function witnessed(
  id: string,
  promise: string,
  noticed: (subject: Subject) => ReadonlySet<string>,
  say: (examples: string) => string,
): Rule {
  return {
    id,
    promise,
    async run(subject) {
      const seen = noticed(subject)
      if (seen.size > 0) throw new Error(say(some(seen)))
    },
  }
}

/** Last, for they look back on what the others saw. */
export function mannersRules(portrait: ReadonlyMap<string, unknown>): readonly Rule[] {
  return [
    readOnly,
    unchanged(portrait),
    witnessed(
      'manners.hosts',
      'Only declared hosts are called.',
      ({ witness }) => witness.undeclared,
      (hosts) => `requests to ${hosts}, which hosts() does not declare.`,
    ),
    witnessed(
      'manners.client',
      'Every request goes through ctx.http.',
      ({ witness }) => witness.strays,
      (requests) => `${requests} came past ctx.http.`,
    ),
    witnessed(
      'manners.secrets',
      'No secret in any report line, error, log line, checkpoint or record.',
      ({ witness }) => witness.leaks,
      (places) => `a secret was found in ${places}. The hub masks it, but do not write it down in the first place.`,
    ),
    witnessed(
      'manners.loose-ends',
      'No promise is left to fail alone: that would end the process.',
      ({ witness }) => witness.looseEnds,
      (errors) => `nobody waited for a promise that failed: ${errors}.`,
    ),
    witnessed(
      'simulator.sound',
      'The simulator answers every request of the battery.',
      ({ witness }) => witness.simulatorErrors,
      (errors) => `the simulator itself failed: ${errors}`,
    ),
  ]
}
