/** The plugin's folder: what its files say before any of them runs. */
import { readdir, readFile } from 'node:fs/promises'
import { basename, join, relative, resolve, sep } from 'node:path'
import { listed, NotApplicable, type Rule, type Subject } from '../subject.ts'

function folderOf(subject: Subject): string {
  if (subject.folder === undefined) throw new NotApplicable('no folder given')
  return subject.folder
}

/** Source files without tests, without the simulator, without what npm installed. */
async function sourcesIn(folder: string): Promise<readonly string[]> {
  const files = await readdir(folder, { recursive: true })
  return files.filter(
    (file) =>
      /\.[cm]?[jt]s$/.test(file) &&
      !/\.(test|d)\.[cm]?[jt]s$/.test(file) &&
      !/^simulator(\.|[\\/])|(^|[\\/])(node_modules|test)[\\/]/.test(file),
  )
}

interface Import {
  readonly from: string
  readonly typeOnly: boolean
}

/** Comments and what stands in quotes are no code. A guard rail: who wants to hide something can. */
function codeOf(source: string): { readonly code: string; readonly imports: readonly Import[] } {
  const texts: string[] = []
  const code = source.replace(
    /(?:"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)')|(`(?:[^`\\]|\\.)*`)|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g,
    (_, double?: string, single?: string, template?: string) => {
      const text = double ?? single
      return text === undefined ? (template ?? ' ') : `'${texts.push(text) - 1}'`
    },
  )
  const found = code.matchAll(
    /\b(?:import|export)(\s+type)?\b(?:(?!\b(?:import|export)\b)[^'"`;()])*?\bfrom\s*'(\d+)'|\bimport\s*\(?\s*'(\d+)'/g,
  )
  const imports = [...found].map(([, type, from, direct]) => ({
    from: texts[Number(from ?? direct)] ?? '',
    typeOnly: type !== undefined,
  }))
  return { code, imports }
}

const banned: readonly (readonly [pattern: RegExp, name: string, instead: string])[] = [
  [/(?<![\w.$])fetch\s*\(/, 'fetch', 'use ctx.http'],
  [/(?<![\w.$])(XMLHttpRequest|WebSocket|EventSource)\b/, 'a browser client', 'use ctx.http'],
  [/(?<![\w.$])process\s*\./, 'process', 'settings come in ctx.settings'],
  [/(?<![\w.$])(setTimeout|setInterval|setImmediate)\s*\(/, 'a timer', 'the hub does the waiting'],
  [/(?<![\w.$])console\s*\./, 'console', 'use ctx.report'],
  [/(?<![\w.$])(eval\s*\(|new\s+Function\b)/, 'eval', 'nothing needs it'],
]

const clients = 'undici|node-fetch|cross-fetch|axios|got|ky|superagent|request|needle'
const modules = 'https?|http2|net|tls|dns|dgram|fs|child_process|worker_threads|cluster|timers|vm|process'
const bannedImport = new RegExp(`^(?:(?:${clients})(?:/.*)?|(?:node:)?(?:${modules})(?:/.*)?)$`)

const sources: Rule = {
  id: 'plugin.sources',
  promise: 'No network, files, timers, environment or console of its own, and nothing of the hub but the contract.',
  async run(subject) {
    const folder = folderOf(subject)
    const problems: string[] = []
    for (const file of await sourcesIn(folder)) {
      const { code, imports } = codeOf(await readFile(join(folder, file), 'utf8'))
      for (const [pattern, name, instead] of banned)
        if (pattern.test(code)) problems.push(`${file} uses ${name}: ${instead}`)
      for (const { from, typeOnly } of imports) {
        if (bannedImport.test(from)) problems.push(`${file} imports ${from}: the hub owns network, files and time`)
        else if (!typeOnly && from.startsWith('.') && !isAllowed(folder, file, from))
          problems.push(`${file} imports ${from}: outside of its folder a plugin may import core/connector only`)
      }
    }
    if (problems.length > 0) throw new Error(listed(problems))
  },
}

function isAllowed(folder: string, file: string, from: string): boolean {
  const target = resolve(folder, file, '..', from)
  const inside = relative(folder, target)
  return !inside.startsWith('..') || target.includes(`${sep}core${sep}connector${sep}`)
}

const id: Rule = {
  id: 'plugin.folder',
  promise: "The folder is named after the connector's id.",
  async run(subject) {
    const name = basename(folderOf(subject))
    if (name !== subject.connector.id)
      throw new Error(`The folder is named "${name}", the connector "${subject.connector.id}": use one name.`)
  },
}

const sections: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/set.?up|getting started|connect/i, 'Set-up (where to click)'],
  [/permission|right|scope|role/i, 'Permissions'],
  [/limit/i, 'Limits'],
  [/field/i, 'Fields (what becomes of what)'],
  [/source|reference/i, 'Sources (where these facts come from)'],
]

const readme: Rule = {
  id: 'plugin.readme',
  promise:
    'README.md tells the admin how to set it up, which permissions it takes, its limits, its fields and its sources.',
  async run(subject) {
    const text = await readFile(join(folderOf(subject), 'README.md'), 'utf8').catch(() => undefined)
    if (text === undefined) throw new Error('There is no README.md.')
    const headings = text.split('\n').filter((line) => /^#{2,}\s/.test(line))
    const missing = sections.filter(([pattern]) => !headings.some((line) => pattern.test(line))).map(([, name]) => name)
    if (missing.length > 0) throw new Error(`README.md has no section ${missing.join(', ')}.`)
  },
}

export const folderRules: readonly Rule[] = [id, sources, readme]
