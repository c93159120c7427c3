/** `npm run docs`: writes the generated tables into README.md; `-- --check` only says whether they are current. */
import { readFile, writeFile } from 'node:fs/promises'
import { capabilityTable } from '../core/connections/capabilities.ts'
import { loadCatalogue } from '../core/loader.ts'
import { definitions } from './settings.ts'

const file = new URL('../README.md', import.meta.url)

function table(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n')
}

function settingsTable(): string {
  const rows = Object.values(definitions).map((setting) => {
    const standard = 'default' in setting && setting.default !== '' ? `\`${setting.default}\`` : ''
    return [`\`${setting.variable}\``, setting.allowed, standard, setting.means]
  })
  return table([['variable', 'allowed', 'default', 'meaning'], ...rows])
}

function between(text: string, name: string, content: string): string {
  const [start, end] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`]
  const [from, to] = [text.indexOf(start), text.indexOf(end)]
  if (from === -1 || to === -1) throw new Error(`README.md lacks the markers of "${name}".`)
  return `${text.slice(0, from + start.length)}\n${content}\n${text.slice(to)}`
}

/** README.md as it should be. */
async function generated(): Promise<{ readonly current: string; readonly wanted: string }> {
  const current = await readFile(file, 'utf8')
  const catalogue = await loadCatalogue([])
  const withSettings = between(current, 'settings', settingsTable())
  return { current, wanted: between(withSettings, 'capabilities', table(capabilityTable(catalogue.all()))) }
}

const { current, wanted } = await generated()
if (current !== wanted) {
  if (process.argv.includes('--check')) {
    process.stderr.write('The tables in README.md are not current; run `npm run docs`.\n')
    process.exitCode = 1
  } else await writeFile(file, wanted)
}
