/** A connector's settings as a form, made from its schema. Secrets go in and never come out. */
import { useId, useState } from 'react'
import type { Choice } from '../../core/connector/index.ts'
import type { ConnectorCard } from '../pages/catalogue.ts'
import { useAction } from './feedback.tsx'
import { Button, Icon } from './ui.tsx'

export type Values = Readonly<Record<string, unknown>>
type Field = ConnectorCard['fields'][number]

interface FormProps {
  readonly fields: readonly Field[]
  readonly values: Values
  /** Names of secrets that are stored. */
  readonly stored: readonly string[]
  readonly onChange: (values: Values) => void
  /** Live options, once there is a connection to ask. */
  readonly choices?: (field: string) => Promise<readonly Choice[]>
  /** What is wrong, by field. */
  readonly problems: Readonly<Record<string, string>>
  readonly disabled?: boolean
}

export function SettingsForm({ fields, values, stored, onChange, choices, problems, disabled = false }: FormProps) {
  return (
    <>
      {fields.map((field) => (
        <Setting
          key={field.name}
          field={field}
          value={values[field.name]}
          stored={stored.includes(field.name)}
          disabled={disabled}
          problem={problems[field.name]}
          {...(choices && field.choices && { choices: () => choices(field.name) })}
          onChange={(value) => onChange({ ...values, [field.name]: value })}
        />
      ))}
    </>
  )
}

/** Defaults of a new connection. */
export function initialValues(fields: readonly Field[]): Values {
  return Object.fromEntries(
    fields.flatMap((field) => (field.default === undefined ? [] : [[field.name, field.default]])),
  )
}

/** Blank fields are not sent: a blank secret keeps what is stored. */
export function filledIn(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== '' && value !== undefined))
}

/** Only the settings that differ: what is left out stays. */
export function differing(values: Values, stored: Values): Values {
  const given = filledIn(values)
  const names = new Set([...Object.keys(given), ...Object.keys(stored)])
  return Object.fromEntries(
    [...names]
      .filter((name) => JSON.stringify(given[name]) !== JSON.stringify(stored[name]))
      .map((name) => [name, given[name] ?? null]),
  )
}

interface SettingProps {
  readonly field: Field
  readonly value: unknown
  readonly stored: boolean
  readonly disabled: boolean
  readonly problem: string | undefined
  readonly choices?: () => Promise<readonly Choice[]>
  readonly onChange: (value: unknown) => void
}

function Setting(props: SettingProps) {
  const { field, stored } = props
  const id = useId()
  if (field.type === 'boolean')
    return (
      <div className="field check">
        <input
          id={id}
          type="checkbox"
          checked={props.value === true}
          disabled={props.disabled}
          onChange={(event) => props.onChange(event.target.checked)}
        />
        <div>
          <label htmlFor={id}>{field.title}</label>
          {field.description && <p className="hint">{field.description}</p>}
        </div>
      </div>
    )
  return (
    <div className="field">
      <label htmlFor={id}>
        {field.title}
        {!field.required && <span className="soft"> optional</span>}
        {field.secret && (
          <span className="secret-mark" title="Stored encrypted; it is never shown again.">
            <Icon name="Lock" size={12} /> {stored ? 'stored, leave blank to keep' : 'secret'}
          </span>
        )}
      </label>
      <Control {...props} id={id} />
      <p className={props.problem ? 'hint bad-text' : 'hint'} id={`${id}-hint`}>
        {props.problem ?? field.description}
      </p>
    </div>
  )
}

function Control({ field, value, stored, disabled, problem, choices, onChange, id }: SettingProps & { id: string }) {
  const [offered, setOffered] = useState<readonly Choice[]>()
  const { busy, run } = useAction()
  const text = Array.isArray(value) ? value.join(', ') : value === undefined || value === null ? '' : String(value)
  const common = {
    id,
    name: field.name,
    disabled,
    'aria-describedby': `${id}-hint`,
    'aria-invalid': problem !== undefined,
    required: field.required && !(field.secret && stored),
  }
  const parse = (typed: string): unknown => {
    if (typed === '') return undefined
    if (field.type === 'integer') return Number(typed)
    if (field.type === 'array') return typed.split(',').flatMap((item) => item.trim() || [])
    return typed
  }
  const options = field.enum?.map((name) => ({ value: name, label: name })) ?? offered
  if (options)
    return (
      <select {...common} value={text} onChange={(event) => onChange(parse(event.target.value))}>
        <option value="">Choose…</option>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    )
  return (
    <div className="with-button">
      <input
        {...common}
        type={
          field.secret
            ? 'password'
            : field.type === 'integer'
              ? 'number'
              : field.format === 'uri'
                ? 'url'
                : field.format === 'email'
                  ? 'email'
                  : 'text'
        }
        value={text}
        placeholder={
          field.secret && stored
            ? '••••••••'
            : field.examples?.[0] === undefined
              ? undefined
              : `e.g. ${field.examples[0]}`
        }
        autoComplete={field.secret ? 'new-password' : 'off'}
        spellCheck={false}
        minLength={field.minLength}
        maxLength={field.maxLength}
        min={field.minimum}
        max={field.maximum}
        onChange={(event) => onChange(parse(event.target.value))}
      />
      {choices && (
        <Button
          busy={busy !== undefined}
          icon="List"
          disabled={disabled}
          onClick={() => run('choices', choices).then((found) => found && setOffered(found))}
        >
          Offer choices
        </Button>
      )}
    </div>
  )
}
