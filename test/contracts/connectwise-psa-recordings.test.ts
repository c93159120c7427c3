/** The simulator's answers beside recorded ones: the same properties, the same codes. */
import { existsSync, readFileSync } from 'node:fs'
import t from 'tap'
import { asking } from '../plugins/connectwise-psa/simulator-asked.ts'

const folder = new URL('../../../shared/vendors/connectwise-psa/fixtures/', import.meta.url)
const skip = existsSync(folder) ? false : 'NOT CHECKED: ../shared/vendors/connectwise-psa/fixtures/ is not there'
if (skip) t.comment(skip)

const recorded = (name: string) => JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'))
const sent = (value: unknown) => JSON.parse(JSON.stringify(value))
const keys = (value: object) => Object.keys(value).sort()

t.test('errors', { skip }, async (t) => {
  const { api } = asking()
  t.same((await api('company/nonsense')).body, recorded('read__not-found'))
  const gone = recorded('delete__contact-not-found')
  t.same((await api(`company/contacts/${/\d+/.exec(gone.message)?.[0]}`)).body, gone)
})

t.test('callbacks', { skip }, async (t) => {
  const { api, simulator } = asking()
  const request = recorded('subscriber__create__contacts__request')
  const post = (own: object = {}) => api('system/callbacks', {}, { method: 'POST', body: { ...request, ...own } })
  const made = sent(await post())
  const response = recorded('subscriber__create__contacts__response')
  t.same([made.status, keys(made.body)], [201, keys(response)])
  t.equal(made.body.objectId, response.objectId, 'an owner callback is for everything, whatever was sent')
  const complaints = (body: unknown) =>
    Object(body).errors.map(({ code, resource, field }: Record<string, string>) => `${code} ${resource} ${field}`)
  const refused = await post({ url: 'x', level: 'x' })
  t.same(complaints(refused.body), complaints(recorded('subscriber__create__create-webhook-bad-request-1')))
  t.same(complaints((await post()).body), complaints(recorded('subscriber__create__create-webhook-bad-request-2')))

  for (const [action, name] of [
    ['added', 'webhook__contact-create'],
    ['deleted', 'webhook__contact-delete'],
  ] as const) {
    const [delivery] = simulator.deliveries?.('contacts', '5', action) ?? []
    const payload = JSON.parse(delivery?.body ?? '{}')
    const known = recorded(name)
    t.same(keys(payload), keys(known), name)
    t.same(
      [payload.Action, payload.Type, typeof payload.ID, typeof payload.Entity],
      [known.Action, known.Type, 'number', typeof known.Entity],
    )
    const page = (url: string) => url.replace(/^.*?(\/\/system\/callbackkey\/\S+\?).*$/, '$1')
    t.equal(page(payload.Metadata.key_url), page(known.Metadata.key_url))
  }
})

t.test('contacts', { skip }, async (t) => {
  const { rows } = asking()
  const contacts = sent(await rows('company/contacts', { pageSize: 1000 }))
  const parts = (list: readonly Record<string, unknown>[], name: string) => {
    const found = list.flatMap((contact) => (Array.isArray(contact[name]) ? contact[name] : []))
    return [...new Set(found.flatMap((part: object) => keys(part)))].sort()
  }
  const known = ['read__one-contact', 'read__contacts', 'read__contact-emma-diaz'].flatMap(recorded)
  t.same(parts(contacts, 'customFields'), parts(known, 'customFields'))
  t.same(
    parts(contacts, 'communicationItems').filter((key) => key !== 'extension'),
    parts(known, 'communicationItems'),
  )
  const bare = recorded('read__contact-frank-fenrir')[0]
  const always = keys(bare).filter((key) => !['lastName', 'mobileGuid'].includes(key))
  t.same(
    contacts.filter((contact: object) => !always.every((key) => key in contact)),
    [],
    'what a bare contact carries, every contact carries',
  )
})
