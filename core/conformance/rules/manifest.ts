/** The manifest: what can be seen of a connector without running it. */
import { problemsOf } from '../../connections/manifest.ts'
import { validateSettings } from '../../connections/settings.ts'
import type { Connector, SettingField } from '../../connector/contract.ts'
import { EgressPolicy } from '../../http/egress.ts'
import { listed, messageOf, NotApplicable, type Rule, type Subject } from '../subject.ts'
import { shortestSecret } from '../witness.ts'

const common = [
  'contract',
  'id',
  'name',
  'kind',
  'docs',
  'settings',
  'hosts',
  'limits',
  'permissions',
  'signIn',
  'faults',
  'check',
  'choices',
]
const own = {
  source: new Set([...common, 'streams', 'filters', 'tickets', 'writeBack', 'webhooks']),
  warranty: new Set([...common, 'makers', 'lookup']),
  stream: new Set(['deletes', 'read', 'readOne', 'incremental', 'customFields', 'leftOutWhenEmpty']),
}

const aboutSecrets = /secret/
const secretTitle = /\b(secret|password|passphrase|token|(api|private|public|access) key)\b/i

function unknownNames(subject: Subject): string[] {
  const { connector } = subject
  const known = connector.kind === 'warranty' ? own.warranty : own.source
  const names = Object.keys(connector).filter((name) => !known.has(name))
  if (connector.kind !== 'warranty') {
    for (const [stream, reader] of Object.entries(connector.streams))
      names.push(
        ...Object.keys(reader ?? {}).flatMap((name) => (own.stream.has(name) ? [] : `streams.${stream}.${name}`)),
      )
  }
  return names.map((name) => `connector.${name} is no name of the contract: correct or remove it`)
}

const shape: Rule = {
  id: 'manifest.shape',
  promise: 'The connector is a plain object that fits the contract, without a misspelt name.',
  async run(subject) {
    const problems = problemsOf(subject.connector).filter((problem) => !aboutSecrets.test(problem))
    if (problems.length === 0) problems.push(...unknownNames(subject))
    if (problems.length === 0 && Object.getPrototypeOf(subject.connector) !== Object.prototype)
      problems.push(
        'Make the connector a plain object: the hub copies it, and an instance of a class loses its methods then',
      )
    if (problems.length > 0) throw new Error(listed(problems))
  },
}

const secrets: Rule = {
  id: 'settings.secrets',
  promise: 'Every credential among the settings is marked `secret`.',
  async run(subject) {
    const problems = problemsOf(subject.connector).filter((problem) => aboutSecrets.test(problem))
    for (const [name, field] of Object.entries(subject.connector.settings.properties)) {
      if (field.type === 'string' && !field.secret && problems.length === 0 && secretTitle.test(field.title))
        problems.push(`settings.properties.${name} is titled "${field.title}": mark it \`secret: true\``)
      if (field.secret && field.examples !== undefined)
        problems.push(`settings.properties.${name} is secret: show no example of it`)
    }
    if (problems.length > 0) throw new Error(listed(problems))
  },
}

const schema: Rule = {
  id: 'settings.schema',
  promise: 'The settings, their examples and the settings of the simulator fit the schema.',
  async run(subject) {
    const { connector } = subject
    const lab = await subject.open()
    const { origin } = lab.server
    const problems: string[] = []
    const fits = (what: string, settings: Readonly<Record<string, unknown>>) => {
      try {
        validateSettings(connector, settings)
      } catch (error) {
        problems.push(`${what}: ${messageOf(error)}`)
      }
    }
    fits('simulator.settings()', lab.settings)
    fits('simulator.wrongSettings()', lab.simulator.wrongSettings(origin))
    fits('simulator.limitedSettings()', lab.simulator.limitedSettings(origin).settings)
    for (const [name, field] of Object.entries(connector.settings.properties)) {
      const given = field.type === 'array' ? [field.examples ?? []] : (field.examples ?? [])
      for (const example of [...given, ...(field.default === undefined ? [] : [field.default])])
        fits(`the example ${JSON.stringify(example)} of ${name}`, { ...lab.settings, [name]: example })
      const value = lab.settings[name]
      if (field.secret && typeof value === 'string' && value.length < shortestSecret)
        problems.push(
          `simulator.settings().${name} is too short to be found in a text: use ${shortestSecret} characters or more`,
        )
    }
    if (problems.length > 0) throw new Error(listed(problems))
  },
}

const hosts: Rule = {
  id: 'settings.hosts',
  promise: '`hosts` names every host for any valid settings, without scheme or path.',
  async run(subject) {
    const { connector } = subject
    const lab = await subject.open()
    const named = connector.hosts(lab.settings)
    for (const host of named) {
      if (!/^(\*\.)?[\w.-]+(:\d+)?$|^\[[\da-f:]+\](:\d+)?$/i.test(host) || /^\*\.[^.]*$/.test(host))
        throw new Error(
          `hosts() names "${host}": write a host with its port if it has one, e.g. api.example.com or *.example.com.`,
        )
    }
    new EgressPolicy(connector, lab.settings).judge(`${lab.server.origin}/`)
    for (const settings of examplesOf(connector.settings.properties, lab.settings)) {
      if (isValid(connector, settings) && connector.hosts(settings).length === 0)
        throw new Error(`hosts() names no host for ${JSON.stringify(shown(settings, connector.settings.properties))}.`)
    }
  },
}

function isValid(connector: Connector, settings: Values): boolean {
  try {
    validateSettings(connector, settings)
    return true
  } catch {
    return false
  }
}

type Values = Readonly<Record<string, unknown>>
type Fields = Readonly<Record<string, SettingField>>

/** The settings with each example in its turn. */
function examplesOf(fields: Fields, settings: Values): Values[] {
  return Object.entries(fields).flatMap(([name, field]) =>
    field.type === 'array' ? [] : (field.examples ?? []).map((example) => ({ ...settings, [name]: example })),
  )
}

function shown(settings: Values, fields: Fields): Values {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !fields[name]?.secret))
}

const choices: Rule = {
  id: 'settings.choices',
  promise: 'Settings with `choices` get live options with value and label, each value once.',
  async run(subject) {
    const { connector } = subject
    const fields = Object.entries(connector.settings.properties).filter(([, field]) => field.choices)
    if (fields.length === 0) throw new NotApplicable('no setting offers choices')
    const lab = await subject.open()
    for (const [name] of fields) {
      const offered = (await lab.call('choices', async (ctx) => connector.choices?.(ctx, name))) ?? []
      const values = offered.map(({ value }) => value)
      if (values.length === 0) throw new Error(`choices(ctx, "${name}") answers none although the simulator has data.`)
      if (
        offered.some(({ value, label }) => typeof value !== 'string' || typeof label !== 'string' || !value || !label)
      )
        throw new Error(`choices(ctx, "${name}") answers a choice without value or label.`)
      if (new Set(values).size < values.length) throw new Error(`choices(ctx, "${name}") answers a value twice.`)
    }
  },
}

export const manifestRules: readonly Rule[] = [shape, secrets, schema, hosts, choices]
