/** The arrows of the house: who may import whom. One table, and every file is held against it. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, normalize, relative, resolve } from 'node:path'
import t from 'tap'

const root = resolve(import.meta.dirname, '..')

/** Part → parts it may import, besides itself. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  config: [],
  'core/connector': [],
  'core/store': ['config', 'core/connector'],
  'core/http': ['config', 'core/connector'],
  'core/secrets': ['config', 'core/connector', 'core/store'],
  'core/access': ['config', 'core/connector', 'core/store'],
  'core/mapping': ['core/connector', 'core/store', 'core/access'],
  'core/connections': [
    'config',
    'core/connector',
    'core/store',
    'core/http',
    'core/secrets',
    'core/access',
    'core/mapping',
  ],
  'core/sync': ['core/connector', 'core/store'],
  'core/tickets': ['core/connector', 'core/store', 'core/access', 'core/connections'],
  'core/writeback': ['core/connector', 'core/store', 'core/access', 'core/mapping', 'core/connections'],
  'core/conformance': ['core/connector', 'core/store', 'core/http', 'core/connections', 'core/sync', 'core/loader'],
  'core/queue': ['config', 'core/connector', 'core/store', 'core/access', 'core/connections', 'core/sync'],
  'core/api': ['core/connector', 'core/store', 'core/secrets', 'core/access'],
  'core/loader': ['core/connector', 'core/connections'],
}

/** The roots see everything below them; nothing below sees a root. */
const roots = [
  'core/hub',
  'core/process',
  'core/web',
  'core/server',
  'core/main',
  'core/demo',
  'core/cli',
  'config/docs',
]
/** Beside the hub: imports services, is mounted by the server's root. */
const beside = ['admin']

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) return files(path)
    return /\.tsx?$/.test(name) && !name.endsWith('.d.ts') ? [path] : []
  })
}

function partOf(path: string): string {
  const [first = '', second = ''] = relative(root, path).split('/')
  // The generator of the README's tables is a program of its own beside the settings.
  if (second === 'docs.ts') return 'config/docs'
  if (first !== 'core' && first !== 'plugins') return first
  return `${first}/${second.replace(/\.ts$/, '')}`
}

interface Import {
  readonly from: string
  readonly to: string
  readonly typeOnly: boolean
}

function importsOf(path: string): Import[] {
  const text = readFileSync(path, 'utf8')
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\s+(type\s+)?(?:[^'"]*?\sfrom\s+)?['"](\.[^'"]+)['"]|import\(['"](\.[^'"]+)['"]\)/g,
  )
  return [...found].map((match) => ({
    from: path,
    to: normalize(join(dirname(path), match[2] ?? match[3] ?? '')),
    typeOnly: match[1] !== undefined,
  }))
}

const imports = ['config', 'core', 'plugins', 'admin'].flatMap((folder) => files(join(root, folder))).flatMap(importsOf)
const name = (path: string) => relative(root, path)

t.test('arrows run one way', async (t) => {
  for (const { from, to } of imports) {
    const [source, target] = [partOf(from), partOf(to)]
    if (source === target || roots.includes(source) || beside.includes(source)) continue
    if (source.startsWith('plugins/')) t.equal(target, 'core/connector', `${name(from)} imports ${name(to)}`)
    else t.ok(allowed[source]?.includes(target), `${name(from)} may import ${name(to)}`)
  }
})

t.test('nothing but the roots imports a root, and nothing but the web role loads the panel', async (t) => {
  for (const { from, to } of imports) {
    const [source, target] = [partOf(from), partOf(to)]
    if (source === target) continue
    if (roots.includes(target)) t.ok(roots.includes(source), `${name(from)} imports ${name(to)}`)
    if (target === 'admin') t.equal(source, 'core/web', `${name(from)} imports ${name(to)}`)
  }
})

t.test('no circles', async (t) => {
  const next = new Map<string, string[]>()
  for (const { from, to, typeOnly } of imports) if (!typeOnly) next.set(from, [...(next.get(from) ?? []), to])
  const done = new Set<string>()
  const walk = (file: string, trail: readonly string[]): string[] | undefined => {
    if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file]
    if (done.has(file)) return undefined
    for (const target of next.get(file) ?? []) {
      const circle = walk(target, [...trail, file])
      if (circle) return circle
    }
    done.add(file)
    return undefined
  }
  for (const file of next.keys()) t.same(walk(file, [])?.map(name), undefined)
})

t.test('core knows no vendor by name', async (t) => {
  const ids = readdirSync(join(root, 'plugins'))
  const words = new RegExp(ids.flatMap((id) => [id, id.replace('-psa', '')]).join('|'), 'i')
  for (const file of files(join(root, 'core'))) {
    const line = readFileSync(file, 'utf8')
      .split('\n')
      .findIndex((text) => words.test(text))
    t.equal(line, -1, `${name(file)}:${line + 1}`)
  }
})
