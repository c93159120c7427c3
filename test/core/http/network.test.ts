import { once } from 'node:events'
import { createServer as createPlainServer, type IncomingMessage } from 'node:http'
import { createServer } from 'node:https'
import { type AddressInfo, connect, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { Dispatchers, guardedLookup } from '../../../core/http/dispatchers.ts'
import { timeLimits } from '../../../core/http/times.ts'
import { type Handler, json } from '../../http-server.ts'
import { expired, valid } from './certificates.ts'
import { acme, open, refusal } from './fixture.ts'

async function secure(t: Test, certificate: typeof valid, handler: Handler): Promise<number> {
  const server = createServer(certificate, handler).listen(0, '127.0.0.1')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  await once(server, 'listening')
  // A TCP server's address is never a pipe's name.
  return (server.address() as AddressInfo).port
}

const here = async () => ['127.0.0.1']

t.test('a private certification authority is trusted beside the public ones, and nothing else is', async (t) => {
  const port = await secure(t, valid, (_, response) => json(response, { ok: true }))
  const url = `https://psa.lan:${port}`
  const trusting = open(t, url, acme(), { ca: valid.cert, resolve: here })
  t.same((await trusting.http.request({ url: 'x' })).body, { ok: true })

  const strict = await refusal(open(t, url, acme(), { resolve: here }).http, 'x')
  t.equal(strict.kind, 'config')
  t.match(strict.admin, /certificate of psa\.lan:\d+ is not trusted.*TRIBUTARY_CA_FILE/)
  const other = open(t, `https://wrong.lan:${port}`, acme(), { ca: valid.cert, resolve: here })
  t.match(await refusal(other.http, 'x'), { kind: 'config', admin: /for another name/ })

  const old = await secure(t, expired, (_, response) => json(response, {}))
  const late = open(t, `https://psa.lan:${old}`, acme(), { ca: expired.cert, resolve: here })
  t.match(await refusal(late.http, 'x'), { kind: 'transient', admin: /not valid at this time/ })
})

t.test('the answer that is judged is the answer that is connected to, for every socket anew', async (t) => {
  const port = await secure(t, valid, (_, response) => {
    response.setHeader('connection', 'close')
    json(response, {})
  })
  const answers = ['127.0.0.1', '169.254.169.254']
  let asked = 0
  const resolve = async () => [answers[asked++] ?? '']
  const { http } = open(t, `https://psa.lan:${port}`, acme(), { ca: valid.cert, resolve })
  await http.request({ url: 'a' })
  t.equal(asked, 1, 'one look-up, not one to judge and one to connect')
  t.match(await refusal(http, 'b'), { kind: 'config', admin: /169\.254\.169\.254 is a cloud metadata service/ })
  t.equal(asked, 2)
})

t.test('of several addresses only the permitted ones reach the socket', async (t) => {
  const addresses = ['10.0.0.1', '2600::1', '::ffff:127.0.0.1', '8.8.8.8']
  const lookup = guardedLookup(async () => addresses, 'https:', false)
  const all = await new Promise((resolve) => lookup('x', { all: true }, (_, found) => resolve(found)))
  t.same(all, [
    { address: '2600::1', family: 6 },
    { address: '8.8.8.8', family: 4 },
  ])
  const one = await new Promise((resolve) => lookup('x', {}, (_, ...found) => resolve(found)))
  t.same(one, ['2600::1', 6])
})

t.test('an address instead of a name skips the look-up, but not the judgement', async (t) => {
  const port = await secure(t, valid, (_, response) => json(response, {}))
  const dispatchers = new Dispatchers({ ca: valid.cert }, timeLimits)
  t.teardown(() => dispatchers.close())
  for (const host of ['127.0.0.1', '[::ffff:127.0.0.1]', '[::1]']) {
    const origin = `https://${host}:${port}`
    const request = dispatchers.for(false).request({ origin, path: '/', method: 'GET' })
    await t.rejects(request, { message: /is this machine/ }, host)
  }
})

t.test('a name nobody knows is a passing failure with a word on what to check', async (t) => {
  const resolve = async (name: string) => {
    throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' })
  }
  const error = await refusal(open(t, 'https://nowhere.lan', acme(), { resolve }).http, { url: 'x', method: 'POST' })
  t.match(error, { kind: 'transient', admin: /name nowhere\.lan cannot be resolved/ })
})

interface Tunnel {
  readonly url: string
  readonly asked: { readonly target: string | undefined; readonly auth: string | undefined }[]
}

/** A proxy that brings every CONNECT to `port` of this machine, or refuses it with `status`. */
async function proxy(t: Test, port: number, status = 200): Promise<Tunnel> {
  const asked: Tunnel['asked'] = []
  const server = createPlainServer((_, response) => response.writeHead(500).end())
  const sockets = new Set<Socket>()
  server.on('connect', (request: IncomingMessage, client: Socket) => {
    asked.push({ target: request.url, auth: request.headers['proxy-authorization'] })
    sockets.add(client)
    client.on('error', () => {})
    if (status !== 200) {
      client.end(`HTTP/1.1 ${status} No\r\n\r\n`)
      return
    }
    const target = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n')
      client.pipe(target).pipe(client)
    })
    sockets.add(target)
    target.on('error', () => {})
  })
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A TCP server's address is never a pipe's name.
  return { url: `http://us%40er:pa%3Ass@127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

t.test('a proxy is used with its credentials, exceptions are honoured, and the host policy still holds', async (t) => {
  const port = await secure(t, valid, (request, response) => json(response, { url: request.url }))
  const tunnel = await proxy(t, port)
  const options = { ca: valid.cert, proxy: tunnel.url, resolve: here }
  const url = `https://psa.lan:${port}`
  const { http } = open(t, url, acme(), options)
  t.same((await http.request({ url: 'x' })).body, { url: '/api/x' })
  const auth = `Basic ${Buffer.from('us@er:pa:ss').toString('base64')}`
  t.same(tunnel.asked, [{ target: `psa.lan:${port}`, auth }])

  for (const refused of ['https://evil.example/', `https://169.254.169.254/`, 'http://psa.lan/']) {
    t.equal((await refusal(http, refused)).kind, 'config', refused)
  }
  t.equal(tunnel.asked.length, 1)

  for (const noProxy of [['psa.lan'], ['x', '.lan'], ['*'], [`psa.lan:${port}`]]) {
    const direct = open(t, url, acme(), { ...options, noProxy })
    await direct.http.request({ url: 'x' })
    t.equal(tunnel.asked.length, 1, `NO_PROXY=${noProxy}`)
  }
  const untrusted = open(t, url, acme(), { proxy: tunnel.url })
  t.match(await refusal(untrusted.http, 'x'), { kind: 'config', admin: /not trusted/ }, 'the tunnel is no less strict')
})

t.test('a proxy that refuses or is not there is named', async (t) => {
  const url = 'https://psa.lan'
  for (const [status, kind] of [
    [403, 'config'],
    [407, 'config'],
    [502, 'transient'],
  ] as const) {
    const tunnel = await proxy(t, 0, status)
    const error = await refusal(open(t, url, acme(), { proxy: tunnel.url }).http, 'x')
    t.equal(error.kind, kind)
    t.match(error.admin, new RegExp(`proxy refused to connect to psa\\.lan \\(${status}\\)`))
    t.notMatch(`${error.admin}${error.message}`, 'pa:ss')
  }
  const gone = open(t, url, acme(), { proxy: 'http://user:hush@127.0.0.1:1' })
  const error = await refusal(gone.http, 'x')
  t.equal(error.kind, 'transient')
  t.notMatch(`${error.admin}${error.message}${error.cause}`, 'hush')
})

t.test('what the environment says is not asked', async (t) => {
  const { HTTPS_PROXY, https_proxy } = process.env
  t.teardown(() => {
    for (const [name, value] of Object.entries({ HTTPS_PROXY, https_proxy })) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  })
  const port = await secure(t, valid, (_, response) => json(response, {}))
  const tunnel = await proxy(t, port)
  process.env.HTTPS_PROXY = tunnel.url
  process.env.https_proxy = tunnel.url
  const { http } = open(t, `https://psa.lan:${port}`, acme(), { ca: valid.cert, resolve: here })
  await http.request({ url: 'x' })
  t.equal(tunnel.asked.length, 0)
})
