/**
 * Every setting of the hub, once: variable, type, default, meaning. The table in README.md is made
 * from this list (`npm run docs`), and so is the message about a wrong value.
 */
import ipaddr from 'ipaddr.js'

interface Setting<T> {
  readonly variable: string
  /** What is allowed, in words. */
  readonly allowed: string
  readonly default?: string
  readonly secret?: true
  readonly means: string
  /** Turns the text into the value; undefined = not allowed. */
  readonly parse: (text: string) => T | undefined
}

const text = (value: string) => value
const port = (value: string) => (/^\d{1,5}$/.test(value) && Number(value) <= 65535 ? Number(value) : undefined)
const positive = (value: string) => (/^[1-9]\d{0,8}$/.test(value) ? Number(value) : undefined)
const url =
  (...protocols: string[]) =>
  (value: string) =>
    URL.canParse(value) && protocols.includes(new URL(value).protocol) ? value : undefined
const oneOf =
  <T extends string>(...values: T[]) =>
  (value: string) =>
    values.find((candidate) => candidate === value)
const list = (value: string) => value.split(',').flatMap((item) => item.trim() || [])
const cidrs = (value: string) => (list(value).every(isCidr) ? list(value) : undefined)

function isCidr(value: string): boolean {
  return ipaddr.isValidCIDR(value) || ipaddr.isValid(value)
}

function key(value: string): Buffer | undefined {
  const bytes = /^[0-9a-f]{64}$/i.test(value) ? Buffer.from(value, 'hex') : Buffer.from(value, 'base64')
  return bytes.length === 32 ? bytes : undefined
}

function roles(value: string): readonly ('web' | 'worker')[] | undefined {
  const parsed = list(value).map(oneOf('web', 'worker'))
  const known = parsed.flatMap((role) => role ?? [])
  return known.length > 0 && known.length === parsed.length ? known : undefined
}

/** Keeps the type as written: whether there is a default decides whether the value may be missing. */
function define<const S extends Setting<unknown>>(setting: S): S {
  return setting
}

export const definitions = {
  host: define({
    variable: 'HOST',
    allowed: 'an address',
    default: '127.0.0.1',
    means: 'Address the web role listens on.',
    parse: text,
  }),
  port: define({
    variable: 'PORT',
    allowed: 'a port, 0 to 65535',
    default: '3000',
    means: 'Port the web role listens on.',
    parse: port,
  }),
  databaseUrl: define({
    variable: 'DATABASE_URL',
    allowed: 'a postgres:// URL',
    secret: true,
    means:
      'PostgreSQL 15 or newer. Without it the hub starts a PostgreSQL of its own in `DATA_DIR`: for evaluation, not for production.',
    parse: url('postgres:', 'postgresql:'),
  }),
  dataDir: define({
    variable: 'DATA_DIR',
    allowed: 'a folder',
    default: './data',
    means: 'Where the embedded PostgreSQL and a generated key file live.',
    parse: text,
  }),
  logLevel: define({
    variable: 'LOG_LEVEL',
    allowed: 'trace, debug, info, warn, error or silent',
    default: 'info',
    means: 'How much the log tells.',
    parse: oneOf('trace', 'debug', 'info', 'warn', 'error', 'silent'),
  }),
  roles: define({
    variable: 'TRIBUTARY_ROLES',
    allowed: 'web, worker or web,worker',
    default: 'web,worker',
    means:
      'What this process does: `web` serves the panel and the API, `worker` runs the syncs. Run as many workers as you like.',
    parse: roles,
  }),
  key: define({
    variable: 'TRIBUTARY_KEY',
    allowed: '32 bytes as 64 hex digits or base64 (`openssl rand -hex 32`)',
    secret: true,
    means:
      'The key that encrypts all secrets. Keep it outside the database and in your password safe; without it stored secrets are lost. With the embedded PostgreSQL one is generated in `DATA_DIR`.',
    parse: key,
  }),
  previousKey: define({
    variable: 'TRIBUTARY_PREVIOUS_KEY',
    allowed: 'as TRIBUTARY_KEY',
    secret: true,
    means: 'The old key while `tributary key rotate` re-encrypts.',
    parse: key,
  }),
  publicUrl: define({
    variable: 'TRIBUTARY_PUBLIC_URL',
    allowed: 'an http:// or https:// URL',
    means:
      "The hub's address as browsers and vendors' webhooks see it. Needed for webhooks and behind a reverse proxy; https makes cookies secure.",
    parse: url('http:', 'https:'),
  }),
  trustedProxies: define({
    variable: 'TRIBUTARY_TRUSTED_PROXIES',
    allowed: 'addresses or CIDR ranges, comma-separated',
    default: '',
    means: 'Reverse proxies whose `X-Forwarded-For` is believed.',
    parse: cidrs,
  }),
  allowedClients: define({
    variable: 'TRIBUTARY_ALLOWED_CLIENTS',
    allowed: 'addresses or CIDR ranges, comma-separated',
    default: '',
    means: 'Who may reach the panel and the API. Empty = everybody who can reach the port.',
    parse: cidrs,
  }),
  httpsProxy: define({
    variable: 'HTTPS_PROXY',
    allowed: 'an http:// or https:// URL',
    secret: true,
    means: 'Proxy for all calls to vendors.',
    parse: url('http:', 'https:'),
  }),
  noProxy: define({
    variable: 'NO_PROXY',
    allowed: 'host names, comma-separated',
    default: '',
    means: 'Hosts called without the proxy.',
    parse: list,
  }),
  caFile: define({
    variable: 'TRIBUTARY_CA_FILE',
    allowed: 'a PEM file',
    means: 'Private certificate authorities, trusted in addition to the public ones.',
    parse: text,
  }),
  plugins: define({
    variable: 'TRIBUTARY_PLUGINS',
    allowed: 'folders or npm package names, comma-separated',
    default: '',
    means: 'Connectors of third parties. They run with the rights of the hub: load only what you trust.',
    parse: list,
  }),
  panelDir: define({
    variable: 'TRIBUTARY_PANEL_DIR',
    allowed: 'a folder',
    means:
      "Where the panel's bundled components lie; `panel` in `DATA_DIR` unless set. Made at the start if they are missing; the image brings them.",
    parse: text,
  }),
  nightly: define({
    variable: 'TRIBUTARY_NIGHTLY',
    allowed: 'a time, HH:MM',
    default: '02:00',
    means:
      'When connections without a schedule of their own sync; each is moved by a few minutes so that they do not start together.',
    parse: (value: string) => (/^([01]\d|2[0-3]):[0-5]\d$/.test(value) ? value : undefined),
  }),
  timeZone: define({
    variable: 'TRIBUTARY_TIME_ZONE',
    allowed: 'a time zone, e.g. Europe/Berlin',
    default: 'UTC',
    means: 'Time zone of the schedules.',
    parse: (value: string) =>
      Intl.supportedValuesOf('timeZone').includes(value) || value === 'UTC' ? value : undefined,
  }),
  runLimitMinutes: define({
    variable: 'TRIBUTARY_RUN_LIMIT_MINUTES',
    allowed: 'a whole number',
    default: '360',
    means: 'A sync run that takes longer is stopped; the next one goes on where it was.',
    parse: positive,
  }),
  workerConcurrency: define({
    variable: 'TRIBUTARY_WORKER_CONCURRENCY',
    allowed: 'a whole number',
    default: '4',
    means: 'Sync runs a worker does at the same time.',
    parse: positive,
  }),
} as const

type Definitions = typeof definitions
type ValueOf<D> = D extends { parse: (text: string) => infer T | undefined } ? Exclude<T, undefined> : never
/** The settings as the process uses them: parsed, with defaults. */
export type HubSettings = {
  readonly [K in keyof Definitions as Definitions[K] extends { default: string } ? never : K]?:
    | ValueOf<Definitions[K]>
    | undefined
} & {
  readonly [K in keyof Definitions as Definitions[K] extends { default: string } ? K : never]: ValueOf<Definitions[K]>
}

/** A wrong value: the message names the variable, what was given (secrets masked) and what is allowed. */
export class SettingsError extends Error {
  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.name = 'SettingsError'
  }
}

function problem(setting: Setting<unknown>, given: string): string {
  const shown = setting.secret ? '(a secret, not shown)' : JSON.stringify(given)
  return `${setting.variable} is ${shown}; allowed: ${setting.allowed}.`
}

function unknownVariables(env: NodeJS.ProcessEnv): string[] {
  const known = new Set<string>(Object.values(definitions).map((setting) => setting.variable))
  return Object.keys(env)
    .filter((name) => name.startsWith('TRIBUTARY_') && !known.has(name))
    .map((name) => `${name} is no setting of the hub; see the settings table in README.md.`)
}

/** Reads and checks all settings at once; throws `SettingsError` naming every wrong one. */
export function readSettings(env: NodeJS.ProcessEnv): HubSettings {
  const problems = unknownVariables(env)
  const entries = Object.entries(definitions).map(([name, setting]) => {
    // An empty variable means "not set": compose files pass empty strings for what is left out.
    const given = env[setting.variable] || ('default' in setting ? setting.default : undefined)
    if (given === undefined) return [name, undefined]
    const value = setting.parse(given)
    if (value === undefined) problems.push(problem(setting, given))
    return [name, value]
  })
  if (problems.length > 0) throw new SettingsError(problems)
  // The table above is the type; Object.entries cannot carry it through.
  return Object.fromEntries(entries) as HubSettings
}
