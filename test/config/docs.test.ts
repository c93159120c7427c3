import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import t from 'tap'
import { readSettings, SettingsError } from '../../config/settings.ts'

t.test('the tables in README.md are what the code says', async (t) => {
  await t.resolves(
    promisify(execFile)(process.execPath, ['config/docs.ts', '--check'], {
      cwd: new URL('../..', import.meta.url).pathname,
    }),
  )
})

t.test('a wrong setting stops the start with its name, what was given and what is allowed', async (t) => {
  const wrong = {
    PORT: '99999',
    TRIBUTARY_ROLES: 'web,cook',
    TRIBUTARY_KEY: 'hunter2',
    TRIBUTARY_KEYS: 'x',
    TRIBUTARY_NIGHTLY: '25:00',
  }
  try {
    readSettings(wrong)
    t.fail('it should not start')
  } catch (error) {
    const text = error instanceof SettingsError ? error.message : ''
    t.match(text, /PORT is "99999"; allowed: a port, 0 to 65535/)
    t.match(text, /TRIBUTARY_ROLES is "web,cook"/)
    t.match(text, /TRIBUTARY_KEY is \(a secret, not shown\); allowed: 32 bytes/)
    t.match(text, /TRIBUTARY_KEYS is no setting of the hub/)
    t.match(text, /TRIBUTARY_NIGHTLY is "25:00"; allowed: a time, HH:MM/)
    t.notMatch(text, /hunter2/)
  }
})

t.test('an empty variable means not set', async (t) => {
  t.match(readSettings({ PORT: '', DATABASE_URL: '' }), { port: 3000, databaseUrl: undefined })
})
