/** The panel's static files: compressed once, kept by the browser until they change. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Router } from 'adminjs'
import type { FastifyInstance } from 'fastify'
import { compress, type Encoding, encodingOf } from './compression.ts'
import { paletteCss } from './theme/palette.ts'

interface Asset {
  readonly type: string
  readonly body: Buffer
  readonly etag: string
  /** Compressed when it is first asked for. */
  readonly short: Map<Encoding, Promise<Buffer>>
}

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

const styles = [
  'base',
  'shell',
  'elements',
  'overlays',
  'tables',
  'home',
  'connections',
  'runs',
  'records',
  'workflows',
  'narrow',
]
const scripts = ['mode.js', 'state.js', 'start.js']
const alphabets = ['latin', 'latin-ext', 'cyrillic', 'cyrillic-ext', 'greek', 'vietnamese']

function make(name: string, body: Buffer): Asset {
  const type = types[extname(name)] ?? 'application/octet-stream'
  const etag = createHash('sha256').update(body).digest('base64url').slice(0, 16)
  return { type, body, etag, short: new Map() }
}

/** The body as `encoding` has it; fonts are compressed already. */
function shortened(asset: Asset, encoding: Encoding): Promise<Buffer> | undefined {
  if (asset.type === types['.woff2']) return undefined
  const body = asset.short.get(encoding) ?? compress(asset.body, encoding, 6)
  asset.short.set(encoding, body)
  return body
}

/** Font faces per alphabet, so that a browser loads only those a page needs. */
async function fonts(): Promise<{ css: string; files: [string, Buffer][] }> {
  const folder = fileURLToPath(new URL('.', import.meta.resolve('@fontsource-variable/ibm-plex-sans/wght.css')))
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
  const sheets = await Promise.all(styles.map((name) => here('theme', `${name}.css`)))
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
  return new Map(files.map(([name, body]) => [name, make(name, body)]))
}

/** The panel's static files, read once. */
export class Assets {
  readonly #assets: ReadonlyMap<string, Asset>
  readonly #prefix: string

  private constructor(prefix: string, assets: ReadonlyMap<string, Asset>) {
    this.#prefix = prefix
    this.#assets = assets
  }

  /** `bundle` is the file with our components; the files are served below `prefix`. */
  static async read(prefix: string, bundle: string): Promise<Assets> {
    return new Assets(prefix, await readAssets(bundle))
  }

  /** Address of a file; changes with its content. */
  readonly url = (name: string): string => {
    const asset = this.#assets.get(name)
    if (!asset) throw new Error(`The panel has no asset ${name}.`)
    return `${this.#prefix}/${name}?v=${asset.etag}`
  }

  mount(app: FastifyInstance): void {
    app.get<{ Params: { name: string } }>(`${this.#prefix}/:name`, async (request, reply) => {
      const asset = this.#assets.get(request.params.name)
      if (!asset) return reply.code(404).send({ message: 'There is no such file.' })
      reply.header('etag', `"${asset.etag}"`).header('vary', 'accept-encoding').type(asset.type)
      // Fonts are named by the style sheet without a version, but a new release of them has new names.
      reply.header('cache-control', 'private, max-age=31536000, immutable')
      if (request.headers['if-none-match'] === `"${asset.etag}"`) return reply.code(304).send()
      const encoding = encodingOf(request)
      const short = encoding && (await shortened(asset, encoding))
      if (short) reply.header('content-encoding', encoding)
      return reply.send(short ?? asset.body)
    })
  }
}
