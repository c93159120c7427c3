/** A connection's settings held against the connector's schema, in words that name the fields as the form does. */
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { Refusal } from '../access/refusal.ts'
import type { Connector, SettingField } from '../connector/index.ts'

/** Settings that cannot be used: what is wrong, by field. */
export class SettingsRefusal extends Refusal {
  readonly fields: Readonly<Record<string, string>>

  constructor(fields: Readonly<Record<string, string>>) {
    super(Object.values(fields).join(' '))
    this.fields = fields
  }
}

export interface SplitSettings {
  /** Stored as they are. */
  readonly plain: Readonly<Record<string, unknown>>
  /** Kept by the vault. */
  readonly secrets: Readonly<Record<string, string>>
}

const ajv = new Ajv2020({ allErrors: true, useDefaults: true, strictTypes: false })
formats.default(ajv)
ajv.addVocabulary(['secret', 'choices'])

const compiled = new WeakMap<Connector, ValidateFunction<Record<string, unknown>>>()

function validatorOf(connector: Connector): ValidateFunction<Record<string, unknown>> {
  const known = compiled.get(connector)
  if (known !== undefined) return known
  const validate = ajv.compile<Record<string, unknown>>({ ...connector.settings, additionalProperties: false })
  compiled.set(connector, validate)
  return validate
}

export function fieldsOf(connector: Connector): Readonly<Record<string, SettingField>> {
  return connector.settings.properties
}

/**
 * The settings as the connector gets them: spaces around plain texts cut off, empty fields left out, defaults
 * filled in. Throws `SettingsRefusal`.
 */
export function validateSettings(
  connector: Connector,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const fields = fieldsOf(connector)
  const settings: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(given)) {
    const tidy = typeof value === 'string' && fields[name]?.secret !== true ? value.trim() : value
    if (tidy !== undefined && tidy !== null && tidy !== '') settings[name] = tidy
  }
  const validate = validatorOf(connector)
  if (validate(settings)) return settings
  const problems: Record<string, string> = {}
  for (const error of validate.errors ?? []) {
    const name = nameOf(error)
    problems[name] ??= sentence(name, fields[name], error, connector)
  }
  throw new SettingsRefusal(problems)
}

/** Which settings are stored in the open, and which the vault keeps. */
export function splitSettings(connector: Connector, settings: Readonly<Record<string, unknown>>): SplitSettings {
  const plain: Record<string, unknown> = {}
  const secrets: Record<string, string> = {}
  for (const [name, value] of Object.entries(settings)) {
    if (fieldsOf(connector)[name]?.secret !== true) plain[name] = value
    else if (typeof value === 'string') secrets[name] = value
  }
  return { plain, secrets }
}

function nameOf(error: ErrorObject): string {
  const { missingProperty, additionalProperty }: Record<string, unknown> = error.params
  if (typeof missingProperty === 'string') return missingProperty
  if (typeof additionalProperty === 'string') return additionalProperty
  return error.instancePath.split('/')[1] ?? ''
}

const typeWords = { string: 'text', integer: 'a whole number', boolean: 'yes or no', array: 'a list of texts' }
const formatWords = {
  uri: 'a web address, e.g. https://example.com',
  hostname: 'a host name, e.g. api.example.com',
  email: 'an e-mail address',
  uuid: 'an id like 123e4567-e89b-12d3-a456-426614174000',
}

function sentence(name: string, field: SettingField | undefined, error: ErrorObject, connector: Connector): string {
  if (field === undefined) return `"${name}" is no setting of ${connector.name}.`
  const title = field.title
  if (error.keyword === 'required') return `${title} is needed.`
  return `${title} should be ${wanted(field, error.keyword)}.`
}

function wanted(field: SettingField, keyword: string): string {
  switch (keyword) {
    case 'enum':
      return `one of ${field.enum?.join(', ')}`
    case 'format':
      return field.format === undefined ? 'written otherwise' : formatWords[field.format]
    case 'pattern':
      return field.examples?.[0] === undefined ? 'written otherwise' : `written like ${field.examples[0]}`
    case 'minLength':
      return `at least ${field.minLength} characters long`
    case 'maxLength':
      return `at most ${field.maxLength} characters long`
    case 'minimum':
      return `at least ${field.minimum}`
    case 'maximum':
      return `at most ${field.maximum}`
    default:
      return typeWords[field.type]
  }
}
