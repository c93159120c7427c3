import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { webhooks } from '../../../plugins/servicenow/webhooks.ts'
import { failure } from '../connected.ts'
import { simulated } from './simulated.ts'

const tiny = { companies: 6, contacts: 40, configurations: 80, tickets: 5 }
const url = 'https://hub.example/hooks/1/token'

t.test('the hub keeps its address in the table of the recipe, once', async (t) => {
  const { context, simulator } = await simulated(t, tiny)
  const ids = await webhooks?.register(context(), url)
  t.equal(ids?.length, 1)
  t.same(await webhooks?.register(context(), url), ids)
  await webhooks?.register(context(), 'https://other.example/hooks')
  for (const stream of webhooks?.streams ?? [])
    t.equal(simulator.deliveries?.(stream, 'a1', 'updated').length, 2, stream)
  await webhooks?.unregister(context(), url)
  await webhooks?.unregister(context(), url)
  t.same(
    simulator.deliveries?.('companies', 'a1', 'updated').map((delivery) => delivery.url),
    ['https://other.example/hooks'],
  )
})

t.test('without the table or the secret it says what to do', async (t) => {
  const absent = {
    status: 400,
    body: { error: { message: 'Invalid table u_tributary_hook', detail: null }, status: 'failure' },
  }
  const { context, settings } = await simulated(t, tiny, {}, { altered: () => absent })
  t.match(await failure(webhooks?.register(context(), url) ?? Promise.resolve()), { kind: 'config', admin: /recipe/ })
  t.match(await failure(webhooks?.register(context({}, settings({ webhookSecret: '' })), url) ?? Promise.resolve()), {
    kind: 'config',
    admin: /secret/,
  })
})

t.test('believes what is signed with the secret, and nothing else', async (t) => {
  const { context, simulator, settings } = await simulated(t, tiny)
  await webhooks?.register(context(), url)
  const [sent] = simulator.deliveries?.('configurations', 'abc123', 'updated') ?? []
  const body = sent?.body ?? ''
  const signature = sent?.headers['X-Tributary-Signature'] ?? ''
  const verify = (raw: string, given: string, secret = settings().webhookSecret) =>
    webhooks?.verify(context({}, settings({ webhookSecret: secret ?? '' })), {
      raw: Buffer.from(raw),
      headers: { 'x-tributary-signature': given },
      query: {},
    })
  t.equal(await verify(body, signature), true)
  t.equal(
    signature,
    createHmac('sha256', settings().webhookSecret ?? '')
      .update(body)
      .digest('base64'),
    'as generateMac makes it',
  )
  t.equal(await verify(`${body} `, signature), false)
  t.equal(await verify(body, ''), false)
  t.equal(await verify(body, `${signature}=`), false)
  t.equal(await verify(body, signature, ''), false)
  t.equal(await verify(body, createHmac('sha256', '').update(body).digest('base64'), ''), false)
})

t.test('names what to read again, and only that', async (t) => {
  const delivery = (body: unknown) => ({
    raw: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    headers: {},
    query: {},
  })
  t.same(webhooks?.touched(delivery({ id: 'e1', stream: 'sites', sys_id: 'a1', operation: 'delete' })), {
    id: 'e1',
    hints: [{ stream: 'sites', sourceId: 'a1' }],
  })
  for (const odd of [
    '{',
    '[]',
    'null',
    { stream: 'tickets', sys_id: 'a1' },
    { stream: 'sites' },
    { stream: 'sites', sys_id: {} },
  ])
    t.same(webhooks?.touched(delivery(odd)).hints, [])
})

t.test('the steps are those of the recipe', async (t) => {
  const readme = readFileSync(join(import.meta.dirname, '../../../plugins/servicenow/README.md'), 'utf8')
  const recipe = readme.split('\n## Webhooks\n')[1]?.split('\n## ')[0] ?? ''
  const steps = webhooks.steps.join('\n')
  for (const word of ['u_tributary_hook', 'u_url', 'tributary.hook.secret', 'password2', 'TributaryHook'])
    t.ok(steps.includes(word) && recipe.includes(word), word)
  const rules = [...recipe.matchAll(/\| `(\w+)` +\| `(new TributaryHook.*?)` +\|/g)]
  t.equal(rules.length, webhooks.streams.length)
  for (const [, table = '', script = ''] of rules)
    t.ok(
      webhooks.steps.some((step) => step.includes(`New on ${table}:`) && step.endsWith(script)),
      table,
    )
})

t.test('the recipe sends what is understood here', async (t) => {
  const readme = readFileSync(join(import.meta.dirname, '../../../plugins/servicenow/README.md'), 'utf8')
  const [script = ''] = /var TributaryHook[\s\S]*?\n```/.exec(readme) ?? []
  const posted: { endpoint: string; headers: Record<string, string>; body: string }[] = []
  class Message {
    readonly sent = { endpoint: '', headers: {} as Record<string, string>, body: '' }
    setEndpoint(endpoint: string) {
      this.sent.endpoint = endpoint
    }
    setHttpMethod() {}
    setHttpTimeout() {}
    setRequestHeader(name: string, value: string) {
      this.sent.headers[name.toLowerCase()] = value
    }
    setRequestBody(body: string) {
      this.sent.body = body
    }
    executeAsync() {
      posted.push(this.sent)
    }
  }
  const { context, settings } = await simulated(t, tiny)
  const secret = settings().webhookSecret ?? ''
  // The parts of ServiceNow's server that the script uses.
  const hooks = [url]
  class Table {
    query() {}
    next() {
      return hooks.length > 0
    }
    getValue() {
      return hooks.pop()
    }
  }
  class Encryption {
    generateMac(key: string, _algorithm: string, data: string) {
      return createHmac('sha256', Buffer.from(key, 'base64')).update(data).digest('base64')
    }
  }
  const server = {
    Class: { create: () => function hook(this: unknown) {} },
    GlideStringUtil: { base64Encode: (text: string) => Buffer.from(text).toString('base64') },
    gs: { getProperty: (name: string) => (name === 'tributary.hook.secret' ? secret : ''), generateGUID: () => 'e7' },
    GlideRecord: Table,
    sn_ws: { RESTMessageV2: Message },
    GlideCertificateEncryption: Encryption,
    record: { getUniqueValue: () => 'a1b2', operation: () => 'update' },
  }
  const run = new Function(
    ...Object.keys(server),
    `${script.replace(/\n```$/, '')}\nnew TributaryHook().tell('contacts', record)`,
  )
  run(...Object.values(server))
  const [first] = posted
  t.equal(first?.endpoint, url)
  const delivery = { raw: Buffer.from(first?.body ?? ''), headers: first?.headers ?? {}, query: {} }
  t.equal(await webhooks?.verify(context(), delivery), true)
  t.same(webhooks?.touched(delivery), { id: 'e7', hints: [{ stream: 'contacts', sourceId: 'a1b2' }] })
})
