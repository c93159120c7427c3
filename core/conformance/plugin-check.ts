/** `tributary plugin check <folder>`: the battery on a plugin's folder, and its sheet as text. */
import { stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Connector, contractVersion } from '../connector/contract.ts'
import type { SimulatorModule } from '../connector/simulator.ts'
import { entryOf, register } from '../loader.ts'
import { type ConformOptions, conform, type RuleResult, type Sheet } from './kit.ts'
import { messageOf } from './subject.ts'

/**
 * Loads `index` and `simulator` (.ts, .js or .mjs) from the folder and runs the battery. Never throws for what is wrong
 * with the plugin: that is on the sheet. Without a simulator only the rules run that need none.
 */
export async function checkPlugin(folder: string, options: Pick<ConformOptions, 'only'> = {}): Promise<Sheet> {
  const path = resolve(folder)
  const started = performance.now()
  const loads = (outcome: RuleResult['outcome'], detail?: string): RuleResult => ({
    id: 'plugin.loads',
    promise: 'The folder loads, and registers one connector.',
    outcome,
    ...(detail === undefined ? {} : { detail }),
    ms: Math.round(performance.now() - started),
  })
  let connector: Connector
  let simulator: SimulatorModule | undefined
  try {
    connector = await connectorIn(path)
    simulator = await simulatorIn(path)
  } catch (error) {
    return { connector: basename(path), version: contractVersion, rules: [loads('fail', messageOf(error))] }
  }
  const loaded = loads('pass')
  const sheet = await conform(connector, simulator, { ...options, folder: path })
  return { ...sheet, rules: [loaded, ...sheet.rules] }
}

async function connectorIn(folder: string): Promise<Connector> {
  const connectors: Connector[] = []
  await register(await entryOf(folder), { connectors: { add: (connector) => void connectors.push(connector) } })
  const [connector, ...more] = connectors
  if (connector === undefined) throw new Error('The default export of index adds no connector: app.connectors.add(…).')
  if (more.length > 0) throw new Error(`The folder adds ${more.length + 1} connectors: one folder, one connector.`)
  return connector
}

async function simulatorIn(folder: string): Promise<SimulatorModule | undefined> {
  for (const name of ['simulator.ts', 'simulator.js', 'simulator.mjs']) {
    const file = join(folder, name)
    if (!(await stat(file).catch(() => undefined))?.isFile()) continue
    const module: Partial<SimulatorModule> = await import(pathToFileURL(file).href)
    if (typeof module.simulate !== 'function') throw new Error(`${name} exports no function simulate(world).`)
    return { simulate: module.simulate }
  }
  return undefined
}

const marks = { pass: 'pass', fail: 'FAIL', 'not-applicable': ' –  ' } as const

/** The sheet for a terminal: a line a rule, what to change below it, and a last line with the counts. */
export function printSheet({ connector, version, rules }: Sheet): string {
  const width = Math.max(...rules.map(({ id }) => id.length))
  const lines = rules.flatMap(({ id, promise, outcome, detail }) => {
    const head = `${marks[outcome]}  ${id.padEnd(width)}  ${outcome === 'not-applicable' ? `(${detail})` : promise}`
    const more = outcome === 'fail' && detail !== undefined ? detail.split('\n') : []
    return [head, ...more.map((line) => `${' '.repeat(width + 8)}${line}`)]
  })
  const count = (outcome: RuleResult['outcome']) => rules.filter((rule) => rule.outcome === outcome).length
  const seconds = (rules.reduce((sum, { ms }) => sum + ms, 0) / 1000).toFixed(1)
  const summary = `${count('pass')} passed, ${count('fail')} failed, ${count('not-applicable')} not applicable, in ${seconds} s`
  return [`${connector}, held against contract ${version}`, '', ...lines, '', summary].join('\n')
}
