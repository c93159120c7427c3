import t from 'tap'
import { isSchedule, isTimeZone } from '../../../core/connections/schedule.ts'
import { SettingsRefusal, splitSettings, validateSettings } from '../../../core/connections/settings.ts'
import type { Connector, SettingField } from '../../../core/connector/index.ts'
import { acme, settings } from './fixture.ts'

const connector: Connector = acme()

function problems(given: Record<string, unknown>, of = connector): Readonly<Record<string, string>> {
  try {
    validateSettings(of, given)
  } catch (error) {
    if (error instanceof SettingsRefusal) return error.fields
    throw error
  }
  return {}
}

t.test('defaults are filled in, empty fields left out, spaces cut off, and secrets kept to the letter', (t) => {
  t.same(
    validateSettings(connector, { url: ' https://acme.example ', token: ' top secret ', board: '', pages: null }),
    {
      url: 'https://acme.example',
      token: ' top secret ',
      region: 'eu',
    },
  )
  t.end()
})

t.test('what is wrong is said field by field, with the title of the form', (t) => {
  t.same(problems({ url: 'acme', token: 'short', region: 'mars', pages: 99, colour: 'red' }), {
    url: 'Address should be a web address, e.g. https://example.com.',
    token: 'API token should be at least 8 characters long.',
    region: 'Region should be one of eu, us.',
    pages: 'Pages should be at most 9.',
    colour: '"colour" is no setting of Acme PSA.',
  })
  t.same(problems({ url: '   ' }), { url: 'Address is needed.', token: 'API token is needed.' })
  t.match(problems({ ...settings, pages: 'many' }), { pages: 'Pages should be a whole number.' })
  t.match(problems({ ...settings, pages: 0 }), { pages: 'Pages should be at least 1.' })
  t.match(problems({ ...settings, token: { $ne: 1 } }), { token: 'API token should be text.' })
  t.end()
})

t.test('every kind of field has its sentence', (t) => {
  const sentence = (field: Omit<SettingField, 'title'>, value: unknown) => {
    const of = {
      ...connector,
      settings: { type: 'object' as const, required: [], properties: { it: { title: 'It', ...field } } },
    }
    return problems({ it: value }, of).it
  }
  t.match(sentence({ type: 'string', format: 'hostname' }, 'a b'), /host name/)
  t.match(sentence({ type: 'string', format: 'email' }, 'a'), /e-mail/)
  t.match(sentence({ type: 'string', format: 'uuid' }, 'a'), /an id like/)
  t.match(sentence({ type: 'string', pattern: '^a$', examples: ['a'] }, 'b'), /written like a/)
  t.match(sentence({ type: 'string', pattern: '^a$' }, 'b'), /written otherwise/)
  t.match(sentence({ type: 'string', maxLength: 1 }, 'ab'), /at most 1 characters/)
  t.match(sentence({ type: 'boolean' }, 'yes'), /yes or no/)
  t.match(sentence({ type: 'array', items: { type: 'string' } }, 'yes'), /list of texts/)
  t.match(sentence({ type: 'array', items: { type: 'string' } }, [1]), /list of texts/)
  t.equal(sentence({ type: 'array', items: { type: 'string' } }, ['a']), undefined)
  t.end()
})

t.test('secrets are told from the rest', (t) => {
  t.same(splitSettings(connector, validateSettings(connector, settings)), {
    plain: { url: 'https://acme.example', region: 'eu' },
    secrets: { token: 'top-secret-1' },
  })
  t.end()
})

t.test('schedules and time zones', (t) => {
  for (const good of ['0 2 * * *', '*/15 0-6,22 1,15 1-12/3 1-5', '59 23 31 12 7', ' 0 0 * * * '])
    t.ok(isSchedule(good), good)
  for (const bad of [
    '',
    '0 2 * *',
    '60 2 * * *',
    '0 24 * * *',
    '0 0 0 * *',
    '* * * 13 *',
    '* * * * 8',
    '5-1 * * * *',
    '*/0 * * * *',
    '*-5 * * * *',
    'a * * * *',
    '0 2 * * * *',
  ])
    t.notOk(isSchedule(bad), bad)
  t.ok(isTimeZone('Europe/Berlin'))
  t.ok(isTimeZone('UTC'))
  t.notOk(isTimeZone('Mars/Olympus'))
  t.end()
})
