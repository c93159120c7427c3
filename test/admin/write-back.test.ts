import t from 'tap'
import type { Connector, SourceConnector, WarrantyConnector } from '../../core/connector/index.ts'
import { startPanel } from './panel.ts'
import { goodSettings, type SourceSettings, source } from './source.ts'

const { connector } = source('acme')
const acme: SourceConnector<SourceSettings> = {
  ...connector,
  writeBack: {
    configurations: {
      fields: ['warrantyExpiration', 'purchaseDate'],
      write: async () => ({ outcome: 'unchanged', current: {} }),
    },
  },
}
const docs = { ...source('docs').connector, kind: 'documentation' as const }
const { kind, streams, ...common } = source('maker').connector
const maker: WarrantyConnector<SourceSettings> = {
  ...common,
  kind: 'warranty',
  makers: ['Maker'],
  async *lookup() {},
}

async function opened(connectors: readonly Connector[]) {
  const panel = await startPanel(t, { connectors })
  for (const { id } of [acme, docs])
    await panel.act('connections', 'add', { connector: id, name: id, settings: goodSettings })
  const page = async (id: number) => (await panel.get(`/admin/api/pages/connection?id=${id}`)).json
  const save = (values: object, role?: 'editor' | 'manager') =>
    panel.act('connection', 'save', { id: 1, ...values }, role)
  return { panel, page, save }
}
const { panel, page, save } = await opened([acme, docs])

t.test('only a connector that takes changes offers them: what, off at first, and the right it needs', async (t) => {
  t.equal((await page(2)).writeBack, null)
  const { writeBack, connection } = await page(1)
  t.same(connection.writeBack, {})
  t.same(
    writeBack.fields.map(({ title }: { title: string }) => title),
    ['Warranty end', 'Purchase date'],
  )
  t.match(writeBack.permissions, [{ id: 'write', required: true, right: 'Records: Edit All' }])
  t.equal(writeBack.permissions.length, 1)
  t.match(connection.checkResult.permissions, [{}, { permission: 'write', state: 'missing' }])
})

t.test('it is switched on and off field by field, by those who may', async (t) => {
  t.equal((await save({ writeBack: { configurations: ['purchaseDate'] } }, 'editor')).status, 403)
  t.equal((await save({ writeBack: { configurations: ['purchaseDate'] } }, 'manager')).status, 200)
  t.same((await page(1)).connection.writeBack, { configurations: ['purchaseDate'] })
  await save({ name: 'Acme' })
  t.same((await page(1)).connection.writeBack, { configurations: ['purchaseDate'] }, 'what is not named stays')
  await save({ writeBack: { configurations: [] } })
  t.same((await page(1)).connection.writeBack, { configurations: [] })
  const noted = await panel.database.rows(
    "select actor, detail from audit_log where action = 'connection.update' order by id",
  )
  t.match(noted[0], { actor: 'manager@example.com', detail: { changed: ['writeBack'] } })
})

t.test('what cannot be written is refused, not dropped', async (t) => {
  t.match((await save({ writeBack: { configurations: ['serialNumber'] } })).json, { message: /must be one of/ })
  t.match((await save({ writeBack: { configurations: ['manufacturer'] } })).json, { message: /cannot take/ })
  t.equal((await save({ writeBack: ['purchaseDate'] })).status, 400)
  t.same((await page(1)).connection.writeBack, { configurations: [] })
})

t.test('it says whether anything loaded knows what the makers say', async (t) => {
  t.equal((await page(1)).writeBack.makers, false)
  t.equal((await (await opened([acme, docs, maker])).page(1)).writeBack.makers, true)
})
