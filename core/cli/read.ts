import { Refusal } from '../access/refusal.ts'
import { contexts } from '../connections/open.ts'
import { type Settings, type SourceConnector, type StreamName, streamNames, streams } from '../connector/index.ts'
import { inOrder } from '../sync/order.ts'
import { pour, tell } from './output.ts'
import { done, interruptible, type Session } from './session.ts'
import { withVendor } from './vendor.ts'

interface Options {
  readonly config: string
  readonly stream?: readonly StreamName[]
  readonly since?: string
}

/** `tributary read`: `{"stream": …, "record": {…}}` or `{"stream": …, "removed": "id"}`, a line each, as they come. */
export async function read(session: Session, id: string, { config, stream, since }: Options): Promise<number> {
  return withVendor(session, id, config, async ({ connector, settings, clients }) => {
    if (connector.kind === 'warranty')
      throw new Refusal(`${connector.name} answers questions about serial numbers; it has no streams to read.`)
    const signal = interruptible()
    const wanted = new Set(wishOf(connector, stream, since))
    const http = clients.open({ key: 'read', connector, settings })
    const { readContext } = contexts(connector, settings, http, {
      signal,
      report: ({ level, message }, of) => tell(`${of ?? connector.id}: ${level}: ${message}`),
    })
    const companies: string[] = []
    /** Answers how many records it got. */
    const pass = async (name: StreamName, print: boolean): Promise<number> => {
      const reader = connector.streams[name]
      if (reader === undefined) return 0
      const from = reader.incremental && print ? since : undefined
      let count = 0
      for await (const page of reader.read(readContext({ stream: name, companies, since: from }))) {
        signal.throwIfAborted()
        count += page.records.length
        if (name === 'companies') companies.push(...page.records.map(({ sourceId }) => sourceId))
        if (!print) continue
        if (page.partial !== undefined) tell(`${name}: warning: ${page.partial}`)
        for (const record of page.records) await pour(JSON.stringify({ stream: name, record }))
        for (const removed of page.removals ?? []) await pour(JSON.stringify({ stream: name, removed }))
      }
      return count
    }
    // Some vendors list sites, contacts and the like per company only.
    const needsCompanies = [...wanted].some((name) => streams[name].after.some((before) => before === 'companies'))
    if (needsCompanies && (since !== undefined || !wanted.has('companies'))) await pass('companies', false)
    for (const name of inOrder(wanted)) {
      companies.sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
      tell(`${name}: ${await pass(name, true)} records`)
    }
    return done
  })
}

function wishOf(
  connector: SourceConnector<Settings>,
  asked: readonly StreamName[] | undefined,
  since: string | undefined,
): readonly StreamName[] {
  const offered = streamNames.filter((name) => connector.streams[name] !== undefined)
  const missing = asked?.find((name) => !offered.includes(name))
  if (missing) throw new Refusal(`${connector.name} has no "${missing}". It has: ${offered.join(', ')}.`)
  const whole = asked?.find((name) => connector.streams[name]?.incremental === undefined)
  if (since !== undefined && whole)
    throw new Refusal(`${connector.name} cannot tell what changed in "${whole}"; read it without --since.`)
  return asked ?? offered
}
