import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import t, { type Test } from 'tap'
import { acme, open, refusal, SECRET } from '../core/http/fixture.ts'
import { json, serve } from '../http-server.ts'

/** A connector that calls whatever host its test names, though the admin typed only `https://typed.example`. */
function reckless(hosts: readonly string[]) {
  return acme({ hosts: () => hosts, signIn: async () => ({ baseUrl: 'https://typed.example/', headers: {} }) })
}

const TYPED = 'https://typed.example'

/** Counts every TCP connection, whatever is said on it; `port` to aim at. */
async function trap(t: Test, host = '127.0.0.1'): Promise<{ port: number; touched: () => number }> {
  let touched = 0
  const server = createServer((socket) => {
    touched++
    socket.destroy()
  }).listen(0, host)
  t.teardown(() => server.close())
  await once(server, 'listening')
  // A TCP server's address is never a pipe's name.
  const { port } = server.address() as AddressInfo
  return { port, touched: () => touched }
}

t.test('every way to write an inner address is refused before anything is sent', async (t) => {
  const { port, touched } = await trap(t)
  const inner = {
    '127.0.0.1': 'this machine',
    '127.8.9.10': 'this machine',
    '2130706433': 'this machine',
    '0x7f000001': 'this machine',
    '0x7f.1': 'this machine',
    '0177.0.0.1': 'this machine',
    '127.1': 'this machine',
    '0.0.0.0': 'the unspecified address',
    '0': 'the unspecified address',
    '10.1.2.3': 'a private network',
    '172.16.0.1': 'a private network',
    '172.31.255.255': 'a private network',
    '192.168.0.10': 'a private network',
    '169.254.1.1': 'a link-local address',
    '169.254.169.254': 'a cloud metadata service',
    '168.63.129.16': 'a cloud metadata service',
    '100.64.0.1': 'a carrier-grade NAT address',
    '100.100.100.200': 'a cloud metadata service',
    '198.18.0.1': 'a reserved address',
    '192.0.2.1': 'a reserved address',
    '224.0.0.1': 'a multicast address',
    '255.255.255.255': 'a broadcast address',
    '240.0.0.1': 'a reserved address',
    '[::1]': 'this machine',
    '[::]': 'the unspecified address',
    '[::ffff:127.0.0.1]': 'this machine',
    '[::ffff:7f00:1]': 'this machine',
    '[::ffff:10.0.0.1]': 'a private network',
    '[::ffff:169.254.169.254]': 'a cloud metadata service',
    '[::7f00:1]': 'a reserved address',
    '[::ffff:0:127.0.0.1]': 'a translated IPv4 address',
    '[64:ff9b::7f00:1]': 'a NAT64 address',
    '[64:ff9b::8.8.8.8]': 'a NAT64 address',
    '[64:ff9b::169.254.169.254]': 'a cloud metadata service',
    '[64:ff9b:1::a00:1]': 'a NAT64 address',
    '[2002:7f00:1::]': 'a 6to4 address',
    '[2002:808:808::1]': 'a 6to4 address',
    '[2001:0:4136:e378:8000:63bf:3fff:fdd2]': 'a Teredo address',
    '[fe80::1]': 'a link-local address',
    '[fd12:3456::1]': 'a private network',
    '[fd00:ec2::254]': 'a cloud metadata service',
    '[fec0::1]': 'a reserved address',
    '[ff02::1]': 'a multicast address',
    '[2001:db8::1]': 'a reserved address',
    '[4000::1]': 'a reserved address',
    localhost: 'this machine',
    'LOCALHOST.': 'this machine',
    'a.localhost': 'this machine',
  }
  for (const [host, means] of Object.entries(inner)) {
    for (const scheme of ['http', 'https']) {
      const url = `${scheme}://${host}:${port}/x`
      const { http, logged } = open(t, TYPED, reckless([`${host}:${port}`]))
      const error = await refusal(http, { url, anonymous: true })
      t.equal(error.kind, 'config', url)
      t.match(error.admin, means, url)
      t.equal(logged.length, 0)
    }
  }
  t.equal(touched(), 0)
})

t.test('other schemes, other hosts, other ports and user names in the address are refused', async (t) => {
  const { port, touched } = await trap(t)
  const origin = `http://127.0.0.1:${port}`
  const { http } = open(t, origin)
  const urls = {
    'file:///etc/passwd': 'only https',
    'unix:///var/run/docker.sock': 'only https',
    'ftp://127.0.0.1/x': 'only https',
    'gopher://127.0.0.1:6379/_x': 'only https',
    'https://evil.example/': 'no business there',
    'https://127.0.0.1.evil.example/': 'no business there',
    [`http://127.0.0.1:${port + 1}/`]: 'no business there',
    [`http://127.0.0.2:${port}/`]: 'no business there',
    [`http://evil.example@127.0.0.1:${port}/`]: 'user name',
    [`http://127.0.0.1:${port}@evil.example/`]: 'user name',
    [`http://127.0.0.1:${port}\\@evil.example/`]: 'nothing wrong: the backslash begins the path',
    [`${origin}#@evil.example/`]: 'nothing wrong: the fragment stays here',
    'https://:80:80/': 'no URL',
  }
  for (const [url, why] of Object.entries(urls)) {
    const error = await refusal(http, url)
    if (why.startsWith('nothing')) t.match(error, { kind: 'transient' }, url)
    else {
      t.equal(error.kind, 'config', url)
      t.match(error.admin, why, url)
    }
    t.notMatch(error.admin, 'passwd')
  }
  t.equal(touched(), 10, 'only the two that mean the permitted host, five tries each')
  for (const url of ['//evil.example/x', '\\\\evil.example', '/\\evil.example', 'file:/etc/passwd', '../../x']) {
    const error = await refusal(http, { url, method: 'POST' })
    t.match(error.message, `POST 127.0.0.1:${port}/`, `${url} stays below the base URL's host`)
  }
})

t.test('unencrypted http leads nowhere but to this machine', async (t) => {
  const typed = 'http://psa.lan'
  const connector = acme({ signIn: async () => ({ baseUrl: `${typed}/`, headers: {} }) })
  const error = await refusal(open(t, typed, connector, { resolve: async () => ['192.168.1.5'] }).http, 'x')
  t.match(error, { kind: 'config', admin: /use https/ })
  const address = 'http://10.0.0.5'
  t.match(await refusal(open(t, address).http, 'x'), { kind: 'config', admin: /use https/ })
  const local = 'http://localhost:1'
  const moved = open(t, local, acme(), { resolve: async () => ['10.0.0.5'] })
  t.match(await refusal(moved.http, 'x'), { kind: 'config', admin: /use https/ }, 'even if localhost were elsewhere')
})

t.test('a name is judged by the addresses it is connected to', async (t) => {
  const { port, touched } = await trap(t)
  const answers: Record<string, readonly string[]> = {
    'loop.example': ['127.0.0.1'],
    'mapped.example': ['::ffff:127.0.0.1'],
    'lan.example': ['10.0.0.7', 'fd00::7'],
    'meta.example': ['169.254.169.254'],
    'nat.example': ['64:ff9b::7f00:1'],
    'none.example': [],
  }
  const resolve = async (name: string) => answers[name] ?? []
  for (const name of Object.keys(answers)) {
    const { http } = open(t, TYPED, reckless([`${name}:${port}`]), { resolve })
    const error = await refusal(http, `https://${name}:${port}/x`)
    t.equal(error.kind, 'config', name)
    t.match(error.admin, `refused to call ${name}:${port}`)
  }
  t.equal(touched(), 0)
})

t.test('a host the admin typed may be inside, that one only, and never a metadata service', async (t) => {
  let hits = 0
  const origin = await serve(t, (_, response) => {
    hits++
    json(response, {})
  })
  const port = new URL(origin).port
  const both = acme({
    hosts: () => [`localhost:${port}`, `127.0.0.1:${port}`, 'meta.lan', 'a.localhost', '127.0.0.1:1'],
  })
  const localhost = open(t, `http://localhost:${port}`, both, { resolve: async () => ['127.0.0.1'] })
  t.equal((await localhost.http.request({ url: 'x' })).status, 200)
  t.equal(
    (await refusal(localhost.http, `${origin}/x`)).kind,
    'config',
    'the same machine by another name was not typed',
  )
  t.equal(hits, 1)

  for (const url of ['https://meta.lan', 'https://169.254.169.254']) {
    const typed = acme({ hosts: () => [new URL(url).host] })
    const { http } = open(t, url, typed, { resolve: async () => ['169.254.169.254'] })
    t.match(await refusal(http, { url: `${url}/x`, anonymous: true }), { kind: 'config', admin: /metadata/ })
  }

  const number = acme({ hosts: () => [`127.0.0.1:${port}`] })
  const { clients } = open(t, TYPED, number)
  for (const settings of [
    { url: TYPED, account: '2130706433' },
    { url: TYPED, account: 'http://2130706433' },
    { url: TYPED, token: origin },
    { url: TYPED, name: 'not 127.0.0.1' },
    { url: TYPED, mail: 'root@127.0.0.1' },
  ]) {
    const connection = clients.open({ key: JSON.stringify(settings), connector: number, settings })
    const http = connection.http({ signal: new AbortController().signal, report: () => {} })
    const error = await refusal(http, { url: `${origin}/x`, anonymous: true })
    t.equal(error.kind, 'config', `not typed: ${JSON.stringify(settings)}`)
  }
  for (const settings of [
    { url: TYPED, server: '127.0.0.1' },
    { url: TYPED, server: ` 127.0.0.1:${port} ` },
    { url: TYPED, servers: ['x', `http://127.0.0.1:${port}/path?q`] },
  ]) {
    const connection = clients.open({ key: JSON.stringify(settings), connector: number, settings })
    const http = connection.http({ signal: new AbortController().signal, report: () => {} })
    t.equal((await http.request({ url: `${origin}/x`, anonymous: true })).status, 200, JSON.stringify(settings))
  }
})

t.test('a socket opened for an admin who typed the host serves nobody who did not', async (t) => {
  const sockets = new Set<unknown>()
  const origin = await serve(t, (request, response) => {
    sockets.add(request.socket)
    json(response, {})
  })
  const { host } = new URL(origin)
  const connector = acme({ hosts: () => [host] })
  const { http, clients } = open(t, origin, connector)
  await http.request({ url: 'x' })
  const other = clients.open({ key: 'other', connector, settings: { url: TYPED, token: SECRET } })
  const error = await refusal(other.http({ signal: new AbortController().signal, report: () => {} }), {
    url: `${origin}/x`,
    anonymous: true,
  })
  t.equal(error.kind, 'config')
  t.equal(sockets.size, 1)
})

t.test('hosts match exactly, by suffix, with their port', async (t) => {
  const hosts = ['api.example.com', '*.zone.example', 'psa.example:8443', 'BÜCHER.example', '[2600::1]:444']
  const { http } = open(t, TYPED, reckless(hosts), { resolve: async () => ['10.0.0.1'] })
  const reaches = async (url: string) => /10\.0\.0\.1|2600/.test((await refusal(http, { url, method: 'POST' })).admin)
  for (const good of [
    'https://api.example.com/',
    'https://API.example.com./',
    'https://api.example.com:443/',
    'https://a.zone.example/',
    'https://a.b.zone.example/',
    'https://psa.example:8443/',
    'https://xn--bcher-kva.example/',
  ]) {
    t.ok(await reaches(good), good)
  }
  for (const bad of [
    'https://example.com/',
    'https://xapi.example.com/',
    'https://api.example.com.evil.example/',
    'https://api.example.com:8443/',
    'https://zone.example/',
    'https://evilzone.example/',
    'https://psa.example/',
    'https://[2600::1]/',
  ]) {
    t.match(await refusal(http, bad), { kind: 'config', admin: /no business there/ }, bad)
  }
})

t.test('a setting that is no address stops the connection with a word to the admin', async (t) => {
  const { http } = open(t, 'not an address')
  t.match(await refusal(http, { url: 'https://x.example', anonymous: true }), {
    kind: 'config',
    admin: /not a valid one/,
  })
})

t.test('redirects are judged at every hop, and a permitted host cannot lead inside', async (t) => {
  const { port, touched } = await trap(t)
  const targets: Record<string, string> = {
    '/api/inside': `http://127.0.0.1:${port}/`,
    '/api/meta': 'http://169.254.169.254/latest/meta-data/',
    '/api/localhost': `http://localhost:${port}/`,
    '/api/number': `http://2130706433:${port}/`,
    '/api/mapped': `http://[::ffff:127.0.0.1]:${port}/`,
    '/api/file': 'file:///etc/passwd',
    '/api/unix': 'unix:/var/run/docker.sock',
    '/api/user': `http://a@127.0.0.1:${port}/`,
    '/api/scheme-less': `//127.0.0.1:${port}/`,
    '/api/two': '/api/inside',
  }
  const origin = await serve(t, (request, response) => {
    response.writeHead(302, { location: targets[request.url ?? ''] ?? '/' }).end()
  })
  const { http } = open(t, origin)
  for (const path of Object.keys(targets)) {
    t.equal((await refusal(http, path.slice(5))).kind, 'config', path)
  }
  t.equal(touched(), 0)
})

t.test('redirects are followed five times, and credentials stay at home', async (t) => {
  const seen: { at: string; auth: string | undefined; key: unknown; method: string | undefined; body: string }[] = []
  const note = (name: string, to: (path: string) => [number, string] | undefined) => {
    return serve(t, async (request, response) => {
      let body = ''
      for await (const chunk of request) body += chunk
      const { authorization: auth, 'x-key': key } = request.headers
      seen.push({ at: `${name}${request.url}`, auth, key, method: request.method, body })
      const next = to(request.url ?? '')
      if (next === undefined) json(response, { ok: true })
      else response.writeHead(next[0], { location: next[1] }).end()
    })
  }
  const second = await note('second', (path) => (path === '/back' ? [302, `${first}/api/end`] : undefined))
  const first: string = await note('first', (path) => {
    if (path === '/api/same') return [302, '/api/end']
    if (path === '/api/other') return [302, `${second}/end`]
    if (path === '/api/back') return [302, `${second}/back`]
    if (path === '/api/keep') return [307, '/api/end']
    if (path === '/api/see') return [303, '/api/end']
    if (path === '/api/moved') return [301, '/api/end']
    const hop = /^\/api\/(\d)$/.exec(path)?.[1]
    if (hop !== undefined && hop !== '0') return [302, String(Number(hop) - 1)]
    return undefined
  })
  const connector = acme({ hosts: () => [new URL(first).host, new URL(second).host] })
  const { http } = open(t, first, connector)
  const go = async (request: Parameters<typeof http.request>[0]) => {
    seen.length = 0
    await http.request({ headers: { 'X-Key': 'k' }, ...request })
    return seen.map(({ at, auth, key, method, body }) => [at, auth !== undefined, key === 'k', method, body])
  }
  t.same(await go({ url: 'same' }), [
    ['first/api/same', true, true, 'GET', ''],
    ['first/api/end', true, true, 'GET', ''],
  ])
  t.same(await go({ url: 'other' }), [
    ['first/api/other', true, true, 'GET', ''],
    ['second/end', false, false, 'GET', ''],
  ])
  t.same((await go({ url: 'back' })).at(-1), ['first/api/end', false, false, 'GET', ''], 'nor do they come back')
  t.same((await go({ url: 'keep', method: 'POST', body: { a: 1 } })).at(-1), [
    'first/api/end',
    true,
    true,
    'POST',
    '{"a":1}',
  ])
  t.same((await go({ url: 'see', method: 'POST', body: { a: 1 } })).at(-1), ['first/api/end', true, true, 'GET', ''])
  t.same(
    (await go({ url: `${second}/direct` })).at(-1),
    ['second/direct', false, true, 'GET', ''],
    'nor by absolute URL',
  )
  t.equal((await go({ url: '5' })).length, 6)
  seen.length = 0
  const endless = await refusal(http, '6')
  t.match(endless, { kind: 'vendor', status: 302, admin: /sends GET \/api\/1 on to another address/ })
  t.equal(seen.length, 6)
  seen.length = 0
  t.equal((await refusal(http, { url: 'moved', method: 'POST', body: {} })).kind, 'vendor')
  t.equal(seen.length, 1, 'a write that moved is not turned into a read')
})
