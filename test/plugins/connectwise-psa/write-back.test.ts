import t from 'tap'
import { isRow } from '../../../core/connector/parse.ts'
import { writeBack } from '../../../plugins/connectwise-psa/write-back.ts'
import { type Answer, failure, type Told, vendor } from './vendor.ts'

const record = {
  id: 4711,
  name: 'BEA-LT-014',
  warrantyExpirationDate: '2026-03-31T07:00:00Z',
  manufacturer: { id: 12, name: 'HP' },
  customFields: [
    { id: 7, caption: 'Link', type: 'Hyperlink', value: 'https://x.example' },
    { id: 8, caption: 'Owner', type: 'Text', value: null },
    { id: 9, caption: 'Admin', type: 'Password', value: '****' },
  ],
}
const makers = [
  { id: 12, name: 'HP' },
  { id: 13, name: 'Dell' },
  { id: 14, name: 'Acme', inactiveFlag: true },
]

/** A configuration that takes patches the way ConnectWise does; `refuse` says which are answered 400. */
function configuration(before: object, refuse: (body: readonly object[]) => boolean = () => false) {
  const held: Record<string, unknown> = { ...before }
  const answer: Answer = ({ method, path, query, body }): Told => {
    if (path === 'procurement/manufacturers') {
      const name = /^name="(.*)"$/.exec(query.conditions ?? '')?.[1]
      return { body: makers.filter((maker) => name === undefined || maker.name.toLowerCase() === name.toLowerCase()) }
    }
    if (path !== 'company/configurations/4711') return { status: 404, body: { code: 'NotFound', message: 'gone' } }
    if (method === 'GET') return { body: held }
    const operations = Array.isArray(body) ? body.filter(isRow) : []
    if (refuse(operations))
      return { status: 400, body: { code: 'InvalidObject', message: 'customFields are required' } }
    for (const { op, path, value } of operations) {
      if (op === 'remove' || value === null) delete held[String(path)]
      else if (path === 'manufacturer' && isRow(value))
        held.manufacturer = makers.find((maker) => maker.id === value.id)
      else if (path !== 'customFields') held[String(path)] = value
    }
    return { body: held }
  }
  return { held, ...vendor(answer) }
}

const write = writeBack.configurations.write
const patches = (asked: readonly { method: string; body: unknown }[]) =>
  asked.filter(({ method }) => method === 'PATCH').map(({ body }) => body)

t.test('sends only what changes, in one patch, and reads the reply', async (t) => {
  const { ctx, asked } = configuration(record)
  const change = { warrantyExpiration: '2027-03-31', purchaseDate: '2024-03-31', manufacturer: 'hp ' }
  t.strictSame(await write(ctx, '4711', change, { warrantyExpiration: '2026-03-31', purchaseDate: null }), {
    outcome: 'written',
    current: { warrantyExpiration: '2027-03-31', purchaseDate: '2024-03-31', manufacturer: 'HP' },
  })
  t.strictSame(patches(asked), [
    [
      { op: 'replace', path: 'warrantyExpirationDate', value: '2027-03-31T00:00:00Z' },
      { op: 'replace', path: 'purchaseDate', value: '2024-03-31T00:00:00Z' },
    ],
  ])
  t.strictSame(
    asked.map(({ method, path }) => `${method} ${path}`),
    ['GET company/configurations/4711', 'PATCH company/configurations/4711'],
  )
})

t.test('the same day at another hour is no change, so a second run writes nothing', async (t) => {
  const { ctx, asked } = configuration(record)
  t.strictSame(await write(ctx, '4711', { warrantyExpiration: '2026-03-31' }, { warrantyExpiration: '2020-01-01' }), {
    outcome: 'unchanged',
    current: { warrantyExpiration: '2026-03-31', purchaseDate: null, manufacturer: 'HP' },
  })
  t.strictSame(patches(asked), [])
})

t.test('stops if the source no longer holds what the hub expects', async (t) => {
  const { ctx, asked } = configuration(record)
  const change = { warrantyExpiration: '2027-03-31', purchaseDate: '2024-03-31' }
  const outcome = await write(ctx, '4711', change, { warrantyExpiration: '2025-01-01', purchaseDate: null })
  t.match(outcome, {
    outcome: 'conflict',
    current: { warrantyExpiration: '2026-03-31' },
    message: /warrantyExpiration/,
  })
  t.strictSame(patches(asked), [], 'not even the field that did not move')
  t.equal(
    (await write(ctx, '4711', { purchaseDate: '2024-03-31' }, { purchaseDate: '2024-01-01' })).outcome,
    'conflict',
    'emptied at the source counts as moved',
  )
})

t.test('a record that is gone', async (t) => {
  const { ctx } = configuration(record)
  t.strictSame(await write(ctx, '9', { purchaseDate: '2024-03-31' }, {}), { outcome: 'not-found', current: {} })
  t.equal((await failure(write(ctx, '9/../10', {}, {}))).kind, 'bug')
})

t.test('the manufacturer goes by id, found by its name', async (t) => {
  const { ctx, asked } = configuration(record)
  t.match(await write(ctx, '4711', { manufacturer: 'Dell' }, { manufacturer: 'HP' }), {
    outcome: 'written',
    current: { manufacturer: 'Dell' },
  })
  t.strictSame(patches(asked), [[{ op: 'replace', path: 'manufacturer', value: { id: 13 } }]])
  t.equal(asked.find(({ path }) => path.startsWith('procurement'))?.query.conditions, 'name="Dell"')
})

t.test('a name that cannot be quoted is looked for without a condition', async (t) => {
  const { ctx, asked } = configuration(record)
  await failure(write(ctx, '4711', { manufacturer: 'De"ll' }, {}))
  t.equal(asked.find(({ path }) => path.startsWith('procurement'))?.query.conditions, undefined)
})

t.test('an unknown manufacturer does not hold up the dates, and is said', async (t) => {
  const { ctx, asked } = configuration(record)
  t.match(await write(ctx, '4711', { purchaseDate: '2024-03-31', manufacturer: 'Lenovo' }, {}), {
    outcome: 'written',
    current: { purchaseDate: '2024-03-31', manufacturer: 'HP' },
    message: /no active manufacturer "Lenovo"/,
  })
  t.equal(patches(asked).length, 1)
  t.match((await failure(write(ctx, '4711', { manufacturer: 'Lenovo' }, {}))).admin, /no active manufacturer/)
  t.match((await failure(write(ctx, '4711', { manufacturer: 'Acme' }, {}))).admin, /no active manufacturer/)
})

t.test(
  'refused without custom fields: once more with them as they are, never emptied, without passwords',
  async (t) => {
    const needsCustomFields = (body: readonly object[]) =>
      !body.some((row) => 'path' in row && row.path === 'customFields')
    const { ctx, asked } = configuration(record, needsCustomFields)
    t.equal((await write(ctx, '4711', { purchaseDate: '2024-03-31' }, {})).outcome, 'written')
    t.strictSame(patches(asked), [
      [{ op: 'replace', path: 'purchaseDate', value: '2024-03-31T00:00:00Z' }],
      [
        { op: 'replace', path: 'purchaseDate', value: '2024-03-31T00:00:00Z' },
        {
          op: 'replace',
          path: 'customFields',
          value: [
            { id: 7, value: 'https://x.example' },
            { id: 8, value: null },
          ],
        },
      ],
    ])
  },
)

t.test('required questions are sent along as they are, unless one is a password', async (t) => {
  const questions = [
    { answerId: 1, questionId: 502, question: 'Owner?', answer: 'Finance', fieldType: 'Text', requiredFlag: true },
    { answerId: 2, questionId: 503, question: 'Rack?', answer: null, fieldType: 'Number', requiredFlag: false },
  ]
  const bare = { ...record, customFields: [] }
  const second = async (questions: readonly object[]) => {
    const one = configuration({ ...bare, questions }, (body) => body.length === 1)
    const written = write(one.ctx, '4711', { purchaseDate: '2024-03-31' }, {})
    return { outcome: await written.catch(() => undefined), bodies: patches(one.asked) }
  }
  const asked = await second(questions)
  t.equal(asked.outcome?.outcome, 'written')
  t.strictSame(asked.bodies[1], [
    { op: 'replace', path: 'purchaseDate', value: '2024-03-31T00:00:00Z' },
    { op: 'replace', path: 'questions', value: questions },
  ])
  t.equal((await second(questions.slice(1))).bodies.length, 1, 'none is required')
  t.equal((await second([...questions, { questionId: 504, fieldType: 'Password' }])).bodies.length, 1)
})

t.test('refused twice: the reason comes out', async (t) => {
  const { ctx, asked } = configuration(record, () => true)
  t.match((await failure(write(ctx, '4711', { purchaseDate: '2024-03-31' }, {}))).admin, /customFields are required/)
  t.equal(patches(asked).length, 2)

  const bare = configuration({ id: 4711, customFields: [] }, () => true)
  await failure(write(bare.ctx, '4711', { purchaseDate: '2024-03-31' }, {}))
  t.equal(patches(bare.asked).length, 1, 'without custom fields there is nothing else to try')
})

t.test('emptying a field: by null, else by remove', async (t) => {
  const first = configuration(record)
  t.match(await write(first.ctx, '4711', { warrantyExpiration: null }, {}), {
    outcome: 'written',
    current: { warrantyExpiration: null },
  })
  t.strictSame(patches(first.asked), [[{ op: 'replace', path: 'warrantyExpirationDate', value: null }]])

  const nulls = (body: readonly object[]) => body.some((row) => 'value' in row && row.value === null)
  const second = configuration({ ...record, customFields: undefined }, nulls)
  t.equal((await write(second.ctx, '4711', { manufacturer: null }, {})).outcome, 'written')
  t.strictSame(patches(second.asked).at(-1), [{ op: 'remove', path: 'manufacturer' }])
})

t.test('a change that was accepted but not made is an error', async (t) => {
  const { ctx } = vendor(() => ({ body: record }))
  t.match(
    (await failure(write(ctx, '4711', { purchaseDate: '2024-03-31' }, {}))).admin,
    /did not make it: purchaseDate/,
  )
})

t.test('an empty reply is read again', async (t) => {
  const { ctx, held } = configuration(record)
  let after: object | undefined
  const silent: Answer = ({ method }) => {
    if (method === 'PATCH') after = { ...held, purchaseDate: '2024-03-31T00:00:00Z' }
    return method === 'PATCH' ? { body: undefined } : { body: after ?? held }
  }
  t.match(await write({ ...ctx, http: vendor(silent).ctx.http }, '4711', { purchaseDate: '2024-03-31' }, {}), {
    outcome: 'written',
    current: { purchaseDate: '2024-03-31' },
  })
})
