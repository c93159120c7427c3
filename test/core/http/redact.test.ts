import t from 'tap'
import { Redactor, redactLine, secretsOf } from '../../../core/http/redact.ts'

const secret = 'Tr0ub4dor/&+"3 ü~xyz'

t.test('a secret is found in every form it travels in', async (t) => {
  const { redact } = new Redactor([secret])
  const json = JSON.stringify(secret).slice(1, -1)
  const bytes = Buffer.from(secret)
  const forms = {
    plain: secret,
    url: encodeURIComponent(secret),
    'url in lower case': encodeURIComponent(secret).replace(/%../g, (hex) => hex.toLowerCase()),
    form: new URLSearchParams({ a: secret }).toString().slice(2),
    json,
    'json with slashes escaped': json.replaceAll('/', '\\/'),
    base64: bytes.toString('base64'),
    base64url: bytes.toString('base64url'),
    'url-encoded base64': encodeURIComponent(bytes.toString('base64')),
  }
  for (const [name, form] of Object.entries(forms)) {
    const masked = redact(`before ${form}, after ${form}.`)
    t.notMatch(masked, form, name)
    t.match(masked, /^before \[hidden\].{0,2}, after \[hidden\].{0,2}\.$/, `${name}: nothing but the secret is gone`)
  }
  for (const around of ['u', 'us', 'use']) {
    const basic = Buffer.from(`${around}:${secret}!`).toString('base64')
    const left = redact(basic).split('[hidden]')
    t.equal(left.length, 2, `inside the base64 of a longer text, ${around}`)
    t.ok(Buffer.from(left[1] ?? '', 'base64').length <= 4)
  }
  t.equal(redact('nothing here'), 'nothing here')
})

t.test('longest first, and values too short to mean anything stay', async (t) => {
  const { redact } = new Redactor(['abcd', 'abcdefgh', 'ab', '', 'a.c*'])
  t.equal(redact('abcdefgh abcd ab aXcc'), '[hidden] [hidden] ab aXcc')
  t.equal(redact('a.c*'), '[hidden]', 'characters of patterns are only characters')
  t.equal(new Redactor([]).redact('abc'), 'abc')
})

t.test('session headers are secrets too, the last few of them', async (t) => {
  const redactor = new Redactor(['fixed-secret'])
  redactor.addHeaders({ Authorization: 'Bearer tok-0-abcdef', 'X-Client': 'client-xyz', Accept: 'application/json' })
  t.equal(
    redactor.redact('Bearer tok-0-abcdef / tok-0-abcdef / client-xyz / application/json'),
    '[hidden] / [hidden] / [hidden] / application/json',
  )
  for (let number = 1; number <= 10; number++) redactor.addHeaders({ authorization: `Bearer tok-${number}-abcdef` })
  t.equal(redactor.redact('tok-10-abcdef tok-8-abcdef fixed-secret'), '[hidden] [hidden] [hidden]')
  t.equal(redactor.redact('tok-1-abcdef'), 'tok-1-abcdef', 'old ones are forgotten, so that the list stays short')
})

t.test('secrets are the settings marked so', async (t) => {
  const fields = {
    url: { type: 'string', title: 'Address' },
    token: { type: 'string', title: 'Token', secret: true },
    keys: { type: 'array', title: 'Keys', secret: true },
    none: { type: 'string', title: 'None', secret: true },
  } as const
  t.same(secretsOf(fields, { url: 'https://x', token: 'one', keys: ['two', 'three'] }), ['one', 'two', 'three'])
})

t.test('a report line is masked in message and source id', async (t) => {
  const { redact } = new Redactor(['hush-hush'])
  const line = { level: 'info', code: 'x', message: 'say hush-hush', sourceId: 'hush-hush' } as const
  t.same(redactLine(line, redact), { level: 'info', code: 'x', message: 'say [hidden]', sourceId: '[hidden]' })
  t.same(redactLine({ level: 'info', code: 'x', message: 'm' }, redact), { level: 'info', code: 'x', message: 'm' })
})
