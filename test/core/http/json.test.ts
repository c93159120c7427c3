import t from 'tap'
import { NotJson, parseJson } from '../../../core/http/json.ts'

t.test('integers beyond 2^53 keep every digit, everything else is what JSON says', async (t) => {
  const same = [
    '{"a":9007199254740991,"b":-9007199254740991}',
    '[1234567890123456]',
    '{"card":"12345678901234567890","in text":"x: 12345678901234567890, y"}',
    '[12.345678901234567,0.12345678901234567890,1e21,-0]',
    '"1234567890123456789"',
    'null',
  ]
  for (const text of same) t.strictSame(parseJson(text), JSON.parse(text), text)
  const exact: [string, unknown][] = [
    ['9007199254740993', '9007199254740993'],
    ['-9007199254740993', '-9007199254740993'],
    ['{"id":1234567890123456789}', { id: '1234567890123456789' }],
    ['{"id" : 1234567890123456789 , "n":1}', { id: '1234567890123456789', n: 1 }],
    ['[[1,99999999999999999999]]', [[1, '99999999999999999999']]],
    ['{\n"id":\t-18446744073709551615\r\n}', { id: '-18446744073709551615' }],
  ]
  for (const [text, value] of exact) t.strictSame(parseJson(text), value, text)
})

t.test('a long integer is found wherever it stands', async (t) => {
  for (let before = 0; before < 40; before++) {
    for (const digits of ['9007199254740993', '12345678901234567890123456789012345678901']) {
      const text = `{"${'k'.repeat(before)}":${digits},"x":1}`
      t.strictSame(parseJson(text), { ['k'.repeat(before)]: digits, x: 1 })
    }
  }
  const after = `["1234567890123456789",${'1,'.repeat(20)}1234567890123456789]`
  t.equal((parseJson(after) as unknown[]).at(-1), '1234567890123456789', 'behind digits that do not count')
})

t.test('__proto__ is left out, however it is written, and changes no prototype', async (t) => {
  for (const key of ['__proto__', '\\u005f_proto_\\u005F', '__pr\\u006Fto__']) {
    const value = parseJson(`{"a":{"${key}" : {"polluted":true},"b":1}}`) as { a: object }
    t.strictSame(value, { a: { b: 1 } })
    t.strictSame(Object.keys(value.a), ['b'])
    t.equal(Object.getPrototypeOf(Object.assign({}, value.a)), Object.prototype)
  }
  const kept = '{"constructor":{"prototype":{"x":1}},"text":"__proto__"}'
  t.strictSame(JSON.stringify(parseJson(kept)), kept)
  t.notOk('polluted' in {})
})

t.test('nothing is null, and what is no JSON is cut off or other', async (t) => {
  for (const text of ['', ' \r\n']) t.equal(parseJson(text), null)
  const why = (text: string) => {
    try {
      parseJson(text)
    } catch (error) {
      if (error instanceof NotJson) return error.why
    }
    return undefined
  }
  for (const text of ['{"a":', '[1,2', '  {"a":"}', '{"a":{"b":1}', '["\\"]', '[{"id":12345678901234567890'])
    t.equal(why(text), 'cut', text)
  for (const text of ['<html></html>', 'Forbidden', '{"a" 1}', '[1,]', 'nul']) t.equal(why(text), 'other', text)
})
