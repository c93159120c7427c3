/** The panel's static files: compressed once, kept by the browser until they change. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { extname, join } from 'node:path'
import { Router } from 'adminjs'
import type { FastifyInstance } from 'fastify'
import { compress, encodingOf } from './compression.ts'
import { paletteCss } from './theme/palette.ts'

interface Asset {
  readonly type: string
  readonly body: Buffer
  readonly br?: Buffer
  readonly gzip?: Buffer
  readonly etag: string
}

/** Address of an asset by its name; changes with its content. */
export type AssetUrl = (name: string) => string

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

const styles = ['base.css', 'shell.css', 'elements.css', 'tables.css', 'pages.css']
const scripts = ['mode.js', 'state.js', 'start.js']
const alphabets = ['latin', 'latin-ext', 'cyrillic', 'cyrillic-ext', 'greek', 'vietnamese']

async function make(name: string, body: Buffer): Promise<Asset> {
  const type = types[extname(name)] ?? 'application/octet-stream'
  const etag = createHash('sha256').update(body).digest('base64url').slice(0, 16)
  if (!/text|svg/.test(type)) return { type, body, etag }
  const [br, gz] = await Promise.all([compress(body, 'br', 6), compress(body, 'gzip', 6)])
  return { type, body, br, gzip: gz, etag }
}

/** Font faces per alphabet, so that a browser loads only those a page needs. */
async function fonts(): Promise<{ css: string; files: [string, Buffer][] }> {
  const folder = join(createRequire(import.meta.url).resolve('@fontsource-variable/ibm-plex-sans/package.json'), '..')
  const css = await readFile(join(folder, 'wght.css'), 'utf8')
  const names = alphabets.map((alphabet) => `ibm-plex-sans-${alphabet}-wght-normal.woff2`)
  return {
    css: css.replaceAll('./files/', ''),
    files: await Promise.all(
      names.map(async (name): Promise<[string, Buffer]> => [name, await readFile(join(folder, 'files', name))]),
    ),
  }
}

async function readAssets(bundle: string): Promise<Map<string, Asset>> {
  const here = (...parts: string[]) => readFile(join(import.meta.dirname, ...parts))
  const font = await fonts()
  const sheets = await Promise.all(styles.map((name) => here('theme', name)))
  const files: [string, Buffer][] = [
    ['panel.css', Buffer.concat([Buffer.from(font.css + paletteCss()), ...sheets])],
    ['mark.svg', await here('theme', 'mark.svg')],
    ...font.files,
    ['components.bundle.js', await readFile(bundle)],
  ]
  for (const name of scripts) files.push([name, await here('browser', name)])
  for (const { path, src } of Router.assets) {
    const name = path.split('/').at(-1) ?? ''
    if (/^(app|global|design-system)\.bundle\.js$/.test(name)) files.push([name, await readFile(src)])
  }
  return new Map(
    await Promise.all(files.map(async ([name, body]): Promise<[string, Asset]> => [name, await make(name, body)])),
  )
}

/** Serves the assets below `prefix`; `bundle` is the file with our components. */
export async function serveAssets(app: FastifyInstance, prefix: string, bundle: string): Promise<AssetUrl> {
  const assets = await readAssets(bundle)
  app.get<{ Params: { name: string } }>(`${prefix}/:name`, (request, reply) => {
    const asset = assets.get(request.params.name)
    if (!asset) return reply.code(404).send({ message: 'There is no such file.' })
    reply.header('etag', `"${asset.etag}"`).header('vary', 'accept-encoding').type(asset.type)
    // Fonts are named by the style sheet without a version, but a new release of them has new names.
    reply.header('cache-control', 'private, max-age=31536000, immutable')
    if (request.headers['if-none-match'] === `"${asset.etag}"`) return reply.code(304).send()
    const encoding = encodingOf(request)
    const short = encoding && asset[encoding]
    if (short) reply.header('content-encoding', encoding)
    return reply.send(short ?? asset.body)
  })
  return (name) => {
    const asset = assets.get(name)
    if (!asset) throw new Error(`The panel has no asset ${name}.`)
    return `${prefix}/${name}?v=${asset.etag}`
  }
}
