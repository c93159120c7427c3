/** Is a connector's manifest what the contract says? Third parties' connectors come without a type check. */
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { type Connector, contractVersion, streamNames } from '../connector/index.ts'

const positive = { type: 'integer', minimum: 1 }
const named = { type: 'string', minLength: 1 }

const windows = {
  type: 'array',
  items: {
    type: 'object',
    required: ['requests', 'seconds'],
    properties: { requests: positive, seconds: { type: 'number', exclusiveMinimum: 0 } },
  },
}

const field = {
  type: 'object',
  required: ['type', 'title'],
  properties: {
    type: { enum: ['string', 'integer', 'boolean', 'array'] },
    title: named,
    description: { type: 'string' },
    examples: { type: 'array' },
    default: { type: ['string', 'number', 'boolean'] },
    enum: { type: 'array', items: { type: 'string' }, minItems: 1 },
    format: { enum: ['uri', 'hostname', 'email', 'uuid'] },
    pattern: { type: 'string', format: 'regex' },
    minLength: { type: 'integer', minimum: 0 },
    maxLength: positive,
    minimum: { type: 'number' },
    maximum: { type: 'number' },
    items: { type: 'object', required: ['type'], properties: { type: { const: 'string' } } },
    secret: { const: true },
    choices: { const: true },
  },
  // A misspelt `secret` must not pass as something unknown.
  additionalProperties: false,
}

const manifest = {
  type: 'object',
  required: ['contract', 'id', 'name', 'docs', 'kind', 'settings', 'limits', 'permissions'],
  properties: {
    contract: { const: contractVersion },
    id: { type: 'string', pattern: '^[a-z0-9-]+$', maxLength: 60 },
    name: named,
    docs: { type: 'string', format: 'uri' },
    kind: { enum: ['psa', 'documentation', 'identity', 'warranty'] },
    settings: {
      type: 'object',
      required: ['type', 'required', 'properties'],
      properties: {
        type: { const: 'object' },
        required: { type: 'array', items: { type: 'string' } },
        properties: { type: 'object', propertyNames: { pattern: '^[a-z][A-Za-z0-9]*$' }, additionalProperties: field },
      },
    },
    limits: {
      type: 'object',
      required: ['concurrency', 'windows', 'scope'],
      properties: {
        concurrency: positive,
        windows,
        perEndpoint: windows,
        scope: { enum: ['connection', 'app'] },
        headers: {
          type: 'object',
          required: ['remaining', 'reset', 'resetIn'],
          properties: { remaining: named, reset: named, resetIn: { enum: ['seconds', 'epoch'] } },
        },
      },
    },
    permissions: {
      type: 'array',
      items: {
        type: 'object',
        required: ['id', 'capability', 'right', 'where', 'required'],
        properties: { id: named, capability: named, right: named, where: named, required: { type: 'boolean' } },
      },
    },
    streams: {
      type: 'object',
      propertyNames: { enum: streamNames },
      additionalProperties: {
        type: 'object',
        required: ['deletes'],
        properties: {
          deletes: { enum: ['none', 'reported', 'by-absence'] },
          leftOutWhenEmpty: { type: 'array', items: { type: 'string', pattern: '^[A-Za-z][A-Za-z0-9]*$' } },
        },
      },
    },
    makers: { type: 'array', items: named, minItems: 1 },
  },
  if: { properties: { kind: { const: 'warranty' } } },
  // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema.
  then: { required: ['makers'] },
  else: { required: ['streams'] },
}

const ajv = new Ajv2020({ allErrors: true, strictTypes: false })
formats.default(ajv)
const isManifest = ajv.compile<Connector>(manifest)

const secretName = /token|secret|password|passphrase|key|credential/i

/** Everything that is wrong, in words for the author; an empty list = nothing. */
export function problemsOf(connector: unknown): readonly string[] {
  if (!isManifest(connector)) return [ajv.errorsText(isManifest.errors, { dataVar: 'connector', separator: '\n' })]
  return [
    ...functionProblems(connector),
    ...settingProblems(connector),
    ...permissionProblems(connector),
    ...webhookProblems(connector),
  ]
}

function functionProblems(connector: Connector): string[] {
  const expected: [name: string, value: unknown][] = [
    ['hosts', connector.hosts],
    ['signIn', connector.signIn],
    ['check', connector.check],
  ]
  if (connector.kind === 'warranty') expected.push(['lookup', connector.lookup])
  else
    for (const [name, stream] of Object.entries(connector.streams))
      expected.push([`streams.${name}.read`, stream?.read])
  return expected.flatMap(([name, value]) =>
    typeof value === 'function' ? [] : `connector.${name} must be a function`,
  )
}

function settingProblems(connector: Connector): string[] {
  const { properties, required } = connector.settings
  const problems = required
    .filter((name) => !Object.hasOwn(properties, name))
    .map((name) => `connector.settings.required names "${name}", which is no setting`)
  for (const [name, setting] of Object.entries(properties)) {
    const at = `connector.settings.properties.${name}`
    if (setting.type === 'string' && setting.secret !== true && secretName.test(name))
      problems.push(`${at} is named like a secret: mark it \`secret: true\`, or name it otherwise`)
    if (setting.secret === true && setting.type !== 'string')
      problems.push(`${at} is secret, so its type must be string`)
    if (setting.secret === true && setting.default !== undefined) problems.push(`${at} is secret, so it has no default`)
    if (setting.choices === true && typeof connector.choices !== 'function')
      problems.push(`${at} offers choices, but connector.choices is no function`)
  }
  return problems
}

function permissionProblems(connector: Connector): string[] {
  const ids = connector.permissions.map((permission) => permission.id)
  return ids
    .filter((id, index) => ids.indexOf(id) !== index)
    .map((id) => `connector.permissions names "${id}" more than once`)
}

function webhookProblems(connector: Connector): string[] {
  const webhooks = connector.kind === 'warranty' ? undefined : connector.webhooks
  if (webhooks === undefined) return []
  const problems = (['verify', 'touched'] as const).flatMap((name) =>
    typeof webhooks[name] === 'function' ? [] : `connector.webhooks.${name} must be a function`,
  )
  const { register, unregister, steps } = webhooks
  if (typeof register !== typeof unregister)
    problems.push('connector.webhooks has only one of register and unregister: it needs both or neither')
  if (register === undefined && (steps === undefined || steps.length === 0))
    problems.push('connector.webhooks has no register, so its steps must tell how to set them up by hand')
  return problems
}
