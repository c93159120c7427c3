import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import t from 'tap'
import { bundle } from '../../admin/bundle.ts'
import { componentNames } from '../../admin/components.ts'
import { startPanel } from './panel.ts'

const panel = await startPanel(t)
const page = await panel.get('/admin')
const addresses = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address ?? '')

t.test('the page needs nothing from elsewhere and carries no script of its own', async (t) => {
  t.ok(addresses.length >= 8)
  for (const address of addresses) t.match(address, /^\/admin\/frontend\/assets\/[\w.-]+\?v=[\w-]+$/)
  t.notMatch(page.text, /https?:\/\/(?!www\.w3\.org)/)
  t.notMatch(page.text, /<script(?![^>]*\bsrc=)(?![^>]*application\/json)/)
  const policy = String(page.headers['content-security-policy'])
  t.match(policy, /default-src 'self'; script-src 'self';/)
  t.notMatch(policy, /unsafe/)
  t.equal(page.headers['cache-control'], 'no-store')
})

t.test('a name cannot end the data block', async (t) => {
  await panel.database.run("update users set name = '</script><script>alert(1)</script>'")
  const { text } = await panel.get('/admin')
  t.notMatch(text, /<script>alert/)
  t.match(text, /\\u003c\/script>\\u003cscript>alert\(1\)/)
})

t.test('the bundle knows every component by its name', async (t) => {
  const { text, headers } = await panel.get('/admin/frontend/assets/components.bundle.js')
  for (const name of componentNames) t.match(text, new RegExp(`UserComponents\\.${name}=`), name)
  t.match(headers['content-type'], /javascript/)
  t.match(headers['cache-control'], /immutable/)
})

t.test('files are sent in the shortest form the browser understands, and not twice', async (t) => {
  const cookies = { tributary: await panel.token('admin') }
  const url = '/admin/frontend/assets/app.bundle.js'
  const get = (headers: Record<string, string>) => panel.app.inject({ url, cookies, headers })
  const whole = await get({})
  const br = await get({ 'accept-encoding': 'gzip, br' })
  const gzip = await get({ 'accept-encoding': 'gzip' })
  t.ok(brotliDecompressSync(br.rawPayload).equals(whole.rawPayload))
  t.ok(gunzipSync(gzip.rawPayload).equals(whole.rawPayload))
  t.ok(br.rawPayload.length < whole.rawPayload.length / 3)
  t.ok(whole.rawPayload.length < 1_000_000, 'the production bundle')
  const again = await get({ 'if-none-match': String(whole.headers.etag) })
  t.equal(again.statusCode, 304)
  t.equal(
    (await panel.app.inject({ url: '/admin', cookies, headers: { 'accept-encoding': 'br' } })).headers[
      'content-encoding'
    ],
    'br',
  )
  t.equal((await panel.get('/admin/frontend/assets/..%2f..%2fpackage.json')).status, 404)
})

t.test('the style sheet loads its fonts from here', async (t) => {
  const { text } = await panel.get('/admin/frontend/assets/panel.css')
  const fonts = [...text.matchAll(/url\(([^)]+)\)/g)].map(([, address]) => address ?? '')
  t.ok(fonts.length >= 6)
  for (const font of fonts) {
    const { status, headers } = await panel.get(`/admin/frontend/assets/${font}`)
    t.equal(status, 200, font)
    t.equal(headers['content-type'], 'font/woff2')
  }
})

t.test('a bundle that is there is not made again; one that cannot be made is a sentence', async (t) => {
  const folder = t.testdir({ 'a-file': '' })
  const file = await bundle(folder)
  const [first] = await readdir(folder).then((names) => names.filter((name) => name.startsWith('components-')))
  t.equal(file, join(folder, first ?? ''))
  t.equal(await bundle(folder), file)
  t.same((await readdir(folder)).toSorted(), ['a-file', first], 'and nothing else is left')
  await t.rejects(bundle(join(folder, 'a-file')), /The panel could not be bundled into .*a-file/)
})
