import t from 'tap'
import { Audit } from '../../../core/access/audit.ts'
import { testDatabase } from '../../database.ts'

const database = await testDatabase(t)
const audit = new Audit(database)
const ann = { id: 7, email: 'ann@hub.test', name: 'Ann', role: 'admin' } as const

t.test('who, what, to what, from where', async (t) => {
  await audit.record({
    actor: ann,
    action: 'user.added',
    target: 'user 9',
    detail: { role: 'editor' },
    address: '10.1.2.3',
  })
  await audit.record({ actor: 'cli', action: 'key.rotated' })
  t.match(await database.rows('select * from audit_log order by id'), [
    {
      user_id: 7,
      actor: 'ann@hub.test',
      action: 'user.added',
      target: 'user 9',
      detail: { role: 'editor' },
      address: '10.1.2.3',
    },
    { user_id: null, actor: 'cli', action: 'key.rotated', target: null, detail: null, address: null },
  ])
})

t.test('fields named like a secret are hidden, long texts are cut', async (t) => {
  await audit.record({
    actor: ann,
    action: 'connection.changed',
    detail: {
      apiKey: 'hunter2',
      new_password: 'hunter2',
      Authorization: 'hunter2',
      webhookToken: 'hunter2',
      note: 'x'.repeat(9999),
    },
  })
  const row = await database.row<{ detail: Record<string, string> }>(
    'select detail from audit_log order by id desc limit 1',
  )
  t.notMatch(JSON.stringify(row), /hunter2/)
  t.equal(row?.detail.apiKey, '[hidden]')
  t.equal(row?.detail.note?.length, 500)
})

t.test('belongs to the transaction it is given', async (t) => {
  await t.rejects(
    database.transaction(async (sql) => {
      await audit.record({ actor: ann, action: 'undone' }, sql)
      throw new Error('no')
    }),
  )
  t.equal((await database.rows("select 1 from audit_log where action = 'undone'")).length, 0)
})
