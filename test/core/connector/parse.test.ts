import t from 'tap'
import {
  bool,
  date,
  id,
  instant,
  integer,
  isRow,
  list,
  not,
  object,
  required,
  scalar,
  text,
} from '../../../core/connector/parse.ts'

const readers = { text, bool, integer, id, date, instant, scalar, list, object }

t.test('missing stays missing and null stays null, for every reader', async (t) => {
  for (const [name, read] of Object.entries(readers)) {
    t.equal(read(undefined), undefined, `${name}(undefined)`)
    t.equal(read(null), null, `${name}(null)`)
  }
  t.equal(not(undefined), undefined)
  t.equal(not(null), null)
})

t.test('an empty text is an empty field', async (t) => {
  for (const read of [text, bool, integer, id, date, instant, scalar]) t.equal(read(''), null)
})

t.test('what cannot be read is "not sent", never empty, false or zero', async (t) => {
  for (const [name, read] of Object.entries(readers)) {
    for (const value of [Symbol('s'), () => 1]) t.equal(read(value), undefined, `${name}(${String(value)})`)
  }
  t.equal(text({}), undefined)
  t.equal(text(true), undefined)
  t.equal(bool(0), undefined)
  t.equal(bool('no'), undefined)
  t.equal(bool({}), undefined)
  t.equal(integer('4.0'), undefined)
  t.equal(integer('4 '), undefined)
  t.equal(integer('0x10'), undefined)
  t.equal(integer(1.5), undefined)
  t.equal(integer(true), undefined)
  t.equal(integer(Number.NaN), undefined)
  t.equal(id(1.5), undefined)
  t.equal(id({}), undefined)
  t.equal(scalar({}), undefined)
  t.equal(scalar([]), undefined)
  t.equal(scalar(Number.POSITIVE_INFINITY), undefined)
  t.equal(list({ length: 0 }), undefined)
  t.equal(object([]), undefined)
  t.equal(object('x'), undefined)
})

t.test('text keeps what it finds', async (t) => {
  t.equal(text(' a '), ' a ')
  t.equal(text(17), '17')
  t.equal(text(0), '0')
})

t.test('a required field without a value is left for the validator to reject', async (t) => {
  t.equal(required('x'), 'x')
  t.equal(required(null), '')
  t.equal(required(undefined), '')
})

t.test('booleans, and their opposite', async (t) => {
  t.equal(bool(false), false)
  t.equal(bool('True'), true)
  t.equal(bool('FALSE'), false)
  t.equal(not(true), false)
  t.equal(not(false), true)
})

t.test('numbers and ids', async (t) => {
  t.equal(integer(0), 0)
  t.equal(integer('-12'), -12)
  t.equal(id(250), '250')
  t.equal(id(0), '0')
  t.equal(id('9007199254740993'), '9007199254740993')
})

t.test('a day is cut out, never converted', async (t) => {
  t.equal(date('2026-03-31'), '2026-03-31')
  t.equal(date('2026-03-31T00:00:00Z'), '2026-03-31')
  t.equal(date('2026-03-31T23:30:00-08:00'), '2026-03-31')
  t.equal(date('2026-03-31 00:00:00'), '2026-03-31')
  for (const odd of ['31/03/2026', '2026-3-31', '2026-03-3', '2026-03-311', '20260331', 'x026-03-31', 1774915200000]) {
    t.equal(date(odd), undefined, String(odd))
  }
})

t.test('a moment needs its offset', async (t) => {
  for (const good of ['2026-08-01T09:00:00Z', '2026-08-01T09:00:00.123Z', '2026-08-01T09:00:00+02:00']) {
    t.equal(instant(good), good)
  }
  for (const odd of [
    '2026-08-01T09:00:00',
    '2026-08-01T09:00:00.123456',
    '2026-08-01',
    '2026-08-01 09:00:00Z',
    'soon',
    1,
  ]) {
    t.equal(instant(odd), undefined, String(odd))
  }
})

t.test('scalars, lists and objects come back as they are', async (t) => {
  t.equal(scalar('false'), 'false')
  t.equal(scalar(false), false)
  t.equal(scalar(0), 0)
  const array = [1]
  const row = { a: 1 }
  t.equal(list(array), array)
  t.equal(object(row), row)
  t.equal(isRow(row), true)
  t.equal(isRow(array), false)
  t.equal(isRow(null), false)
})
