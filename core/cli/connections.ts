import { Refusal } from '../access/refusal.ts'
import { type Connector, ConnectorError } from '../connector/index.ts'
import type { Hub } from '../hub.ts'
import { report } from './check.ts'
import { moment, say, sayJson, table, tell } from './output.ts'
import { connectionOf, done, readConfig, type Session, withHub } from './session.ts'

const by = { actor: 'cli' } as const

/** `tributary connection add`: stores, tests, and says what the test found. A connection that fails the test stays. */
export async function add(
  session: Session,
  connector: string,
  options: { readonly name: string; readonly config: string; readonly company?: string },
): Promise<number> {
  const settings = await readConfig(options.config)
  return withHub(session, async (hub) => {
    const companyId = options.company === undefined ? undefined : await companyOf(hub, options.company)
    const { id, name } = await hub.connections.add(
      { connector, name: options.name, settings, ...(companyId !== undefined && { companyId }) },
      by,
    )
    say(`Connection ${id}, ${name}, was added.`)
    const code = report(hub.catalogue.get(connector), await hub.connections.check(id))
    await reschedule(hub, id)
    return code
  })
}

/** `tributary connection list` */
export async function list(session: Session, { json = false }: { readonly json?: boolean }): Promise<number> {
  return withHub(session, async (hub) => {
    const [connections, latest] = await Promise.all([hub.connections.list(), hub.runs.latest()])
    const all = connections.map((each) => ({
      ...each,
      lastRun: latest.find((run) => run.connectionId === each.id) ?? null,
    }))
    if (json) sayJson(all)
    else if (all.length === 0)
      say('There is no connection yet. `tributary connection add --help` says how to make one.')
    else
      say(
        table(
          ['id', 'name', 'connector', 'state', 'account', 'last run', ''],
          all.map(({ id, name, connectorName, state, accountName, account, lastRun }) => [
            id,
            name,
            connectorName,
            state,
            accountName ?? account ?? '',
            moment(lastRun?.startedAt ?? null),
            lastRun?.state ?? '',
          ]),
        ),
      )
    return done
  })
}

const told = {
  pause: 'is paused: nothing syncs until it is resumed.',
  resume: 'is active.',
  remove: 'is disconnected: its secrets are deleted, its data and mappings stay.',
} as const

/** `tributary connection pause|resume|remove` */
export async function change(session: Session, what: keyof typeof told, which: string): Promise<number> {
  return withHub(session, async (hub) => {
    const { id, name } = await connectionOf(hub, which)
    const left = await hub.connections[what](id, by)
    await reschedule(hub, id)
    say(`${name} ${told[what]}`)
    if (left !== undefined) tell(left)
    return done
  })
}

/** `tributary connection webhooks`: on, and with `--off` off again. */
export async function webhooks(
  session: Session,
  which: string,
  { off = false }: { readonly off?: boolean },
): Promise<number> {
  return withHub(session, async (hub) => {
    const { id, name, connector } = await connectionOf(hub, which)
    if (off) {
      const left = await hub.connections.turnOffWebhooks(id, by)
      say(`${name} takes no webhooks any more.`)
      if (left !== undefined) tell(left)
      return done
    }
    const steps = stepsOf(hub.catalogue.get(connector))
    const on = await hub.connections.turnOnWebhooks(id, hub.settings.publicUrl, by).catch((error: unknown) => {
      // Perhaps they come first.
      if (error instanceof ConnectorError && steps !== undefined) tell(steps)
      throw error
    })
    if (on.address === null) say(`The webhooks of ${name} are registered (${on.ids.length}).`)
    else {
      say(`${name} takes webhooks at this address. It is shown this once; keep it secret:`)
      say(on.address)
    }
    if (steps !== undefined) say(steps)
    for (const note of on.notes) tell(note)
    return done
  })
}

function stepsOf(connector: Connector | undefined): string | undefined {
  const webhooks = connector?.kind === 'warranty' ? undefined : connector?.webhooks
  return (
    webhooks?.steps &&
    ['To be done at the vendor:', ...webhooks.steps.map((step, index) => `${index + 1}. ${step}`)].join('\n')
  )
}

/** Brings the nightly schedule in step with the connection. */
export async function reschedule(hub: Hub, id: number): Promise<void> {
  await hub.queue.start({ worker: false })
  await hub.queue.reschedule(id)
  await hub.queue.stop(0)
}

async function companyOf(hub: Hub, which: string): Promise<number> {
  const rows = await hub.database.rows<{ id: number }>(
    'select id from companies where id::text = $1 or lower(name) = lower($1) order by id::text = $1 desc limit 2',
    [which],
  )
  const [company, other] = rows
  if (company === undefined) throw new Refusal(`There is no company "${which}".`)
  if (other !== undefined && String(company.id) !== which)
    throw new Refusal(`More than one company is called "${which}"; name it by its number.`)
  return company.id
}
