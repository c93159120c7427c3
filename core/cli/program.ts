/** The commands and what they are called; each loads what it needs when it is called. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { SettingsError } from '../../config/settings.ts'
import { Refusal } from '../access/refusal.ts'
import { roles } from '../access/roles.ts'
import { ConnectorError, type StreamName, streamNames } from '../connector/index.ts'
import { isDatabaseAway } from '../store/database.ts'
import { versionOf } from '../version.ts'
import { tell } from './output.ts'
import { openSession, type Session } from './session.ts'

type Work = (session: Session) => Promise<number>

const exitCodes = `
Exit codes: 0 done, 1 it failed, 2 the command or a setting is wrong, 3 not now (another worker is at it, or the vendor
makes us wait). Settings are environment variables; README.md lists them.`

/** Runs one command and answers its exit code. Errors become one line that says what to do. */
export async function main(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  // `tributary read … | head` closes the pipe early; that is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
  let code = 0
  const run = async (work: Work) => {
    code = await work(openSession(env))
  }
  try {
    await program(run, await versionOf()).parseAsync([...args], { from: 'user' })
    return code
  } catch (error) {
    // Commander has printed help or what is wrong already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    tell(sentence(error))
    if (env.LOG_LEVEL === 'debug' || env.LOG_LEVEL === 'trace') tell(String(error instanceof Error && error.stack))
    return error instanceof SettingsError ? 2 : 1
  }
}

function sentence(error: unknown): string {
  if (error instanceof ConnectorError) return error.admin
  if (error instanceof Refusal || error instanceof SettingsError) return error.message
  if (isDatabaseAway(error)) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    return `PostgreSQL cannot be reached${code}. Is it running, and is DATABASE_URL right?`
  }
  const message = error instanceof Error ? error.message : String(error)
  return `${message.split('\n')[0]} (LOG_LEVEL=debug tells more)`
}

function streamOf(name: string, before: readonly StreamName[] | undefined): readonly StreamName[] {
  const stream = streamNames.find((known) => known === name)
  if (stream === undefined) throw new InvalidArgumentError(`Streams are ${streamNames.join(', ')}.`)
  return [...(before ?? []), stream]
}

function instantOf(text: string): string {
  const at = new Date(text)
  if (Number.isNaN(at.getTime())) throw new InvalidArgumentError('It must be a time, e.g. 2026-08-01T09:00:00Z.')
  return at.toISOString()
}

function countOf(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('It must be a number.')
  return Number(text)
}

function program(run: (work: Work) => Promise<void>, version: string): Command {
  const root = new Command('tributary')
    .description('Integration hub for managed service providers: the same services as the panel, without the web.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'say what a command does')
    .helpCommand(false)
    .addHelpText('after', exitCodes)
    .showHelpAfterError('(--help tells more)')
    .exitOverride()
  const json = () => new Option('--json', 'as JSON')
  const stream = () =>
    new Option('-s, --stream <stream>', 'only this stream; may be given several times').argParser<
      readonly StreamName[]
    >(streamOf)

  root
    .command('connectors')
    .description('what each connector can do')
    .addOption(json())
    .action((options) => run(async (session) => (await import('./connectors.ts')).connectors(session, options)))
  root
    .command('check <connection>')
    .description('sign in and read the rights, a line each; of a stored connection, or of a connector with --config')
    .option('-c, --config <file>', 'settings as JSON (- = stdin); no database is needed then')
    .addOption(json())
    .action((which, options) => run(async (session) => (await import('./check.ts')).check(session, which, options)))
  root
    .command('read <connector>')
    .description('read a vendor and print records as JSON Lines; no database is needed, nothing is stored')
    .requiredOption('-c, --config <file>', 'settings as JSON (- = stdin)')
    .addOption(stream())
    .option('--since <time>', 'only what changed since then, where the stream can', instantOf)
    .action((which, options) => run(async (session) => (await import('./read.ts')).read(session, which, options)))
  root
    .command('sync <connection>')
    .description('sync here and now; what changed, or everything with --full')
    .option('--full', 'read everything')
    .option('--dry-run', 'read everything, change nothing; the plan is shown in the panel')
    .addOption(stream())
    .addOption(json())
    .action((which, options) => run(async (session) => (await import('./sync.ts')).sync(session, which, options)))
  root
    .command('runs [run]')
    .description('the last sync runs, or one of them in detail')
    .option('--connection <connection>', 'only of this connection')
    .option('-n, --limit <count>', 'so many', countOf, 20)
    .addOption(json())
    .action((which, options) => run(async (session) => (await import('./runs.ts')).runs(session, which, options)))

  const connection = root
    .command('connection')
    .helpCommand(false)
    .description('set connections up, list, pause and disconnect them')
  connection
    .command('add <connector>')
    .description('store a connection and test it')
    .requiredOption('-n, --name <name>', 'what people call it')
    .requiredOption('-c, --config <file>', 'settings as JSON (- = stdin)')
    .option('--company <company>', 'number or name of the client company, for connectors that connect one tenant each')
    .action((which, options) => run(async (session) => (await import('./connections.ts')).add(session, which, options)))
  connection
    .command('list')
    .description('all connections, their state and last run')
    .addOption(json())
    .action((options) => run(async (session) => (await import('./connections.ts')).list(session, options)))
  for (const [name, description] of [
    ['pause', 'no sync starts until it is resumed; one under way stops behind its page'],
    ['resume', 'sync again'],
    ['remove', 'disconnect: secrets and webhooks go, data and mappings stay'],
  ] as const) {
    connection
      .command(`${name} <connection>`)
      .description(description)
      .action((which) => run(async (session) => (await import('./connections.ts')).change(session, name, which)))
  }

  connection
    .command('webhooks <connection>')
    .description('have the vendor tell of changes at once, at TRIBUTARY_PUBLIC_URL')
    .option('--off', 'no more')
    .action((which, options) =>
      run(async (session) => (await import('./connections.ts')).webhooks(session, which, options)),
    )
  connection
    .command('switch <connector>')
    .description('change to another PSA: shows what would come of it, and does it with --apply')
    .requiredOption('-c, --config <file>', 'settings of the new PSA as JSON (- = stdin)')
    .option('-n, --name <name>', 'what people call it')
    .option('--apply', 'switch, after the plan')
    .addOption(json())
    .action((which, options) =>
      run(async (session) => (await import('./switch.ts')).switchPsa(session, which, options)),
    )

  const user = root.command('user').helpCommand(false).description('let people in')
  user
    .command('add <email>')
    .description('add a user; prints the link that sets the password')
    .addOption(new Option('-r, --role <role>', 'what they may do').choices(roles).default('reader'))
    .option('-n, --name <name>', 'their name')
    .action((email, options) => run(async (session) => (await import('./users.ts')).add(session, email, options)))
  user
    .command('reset <email>')
    .description('print a link that sets a new password')
    .action((email) => run(async (session) => (await import('./users.ts')).reset(session, email)))

  root
    .command('migrate')
    .description('bring the database up to this release (every start does)')
    .action(() => run(async (session) => (await import('./upkeep.ts')).migrateDatabase(session)))
  const key = root.command('key').helpCommand(false).description('the key that encrypts the secrets')
  key
    .command('rotate')
    .description('encrypt all secrets under TRIBUTARY_KEY; TRIBUTARY_PREVIOUS_KEY is the old one')
    .action(() => run(async (session) => (await import('./upkeep.ts')).rotateKey(session)))
  const plugin = root.command('plugin').helpCommand(false).description('connectors of your own')
  plugin
    .command('check <folder>')
    .description('hold a connector against the rules that ours pass; prints a sheet')
    .addOption(json())
    .action((folder, options) => run(async () => (await import('./upkeep.ts')).checkFolder(folder, options)))
  return root
}
