/** What is right passes; the guide's example is what it says it is; a plugin's folder gets its sheet. */
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { battery, conform, type Sheet } from '../../../core/conformance/kit.ts'
import { checkPlugin, printSheet } from '../../../core/conformance/plugin-check.ts'
import { toy } from './toy/connector.ts'
import * as simulator from './toy/simulator.ts'

const example = join(import.meta.dirname, 'acme')

const failed = ({ rules }: Sheet) => rules.filter(({ outcome }) => outcome === 'fail')

// One battery at a time: every test here is waited for.

await t.test('a connector with one of everything, right in all points, passes', async (t) => {
  const sheet = await conform(toy, simulator)
  t.same(failed(sheet), [], printSheet(sheet))
  const skipped = sheet.rules.filter(({ outcome }) => outcome === 'not-applicable').map(({ id }) => id)
  t.same(
    skipped.filter((id) => !/^(plugin|warranty)\./.test(id)),
    ['errors.kinds'],
    'the toy leaves no promise untried but the one about an override it does not have',
  )
  t.equal(sheet.connector, 'toy')
  t.equal(sheet.version, 1)
})

await t.test("the guide's example", async (t) => {
  await t.test('passes as a folder', async (t) => {
    const sheet = await checkPlugin(example)
    t.same(failed(sheet), [], printSheet(sheet))
    t.equal(sheet.connector, 'acme')
    t.match(
      printSheet(sheet),
      /^pass {2}plugin\.loads .*\n(.*\n)*\d+ passed, 0 failed, \d+ not applicable, in [\d.]+ s$/m,
    )
  })

  await t.test('stands in the guide letter by letter, and so does every promise', async (t) => {
    const guide = await readFile('core/connector/README.md', 'utf8')
    for (const file of ['index.ts', 'simulator.ts']) {
      const source = (await readFile(join(example, file), 'utf8')).replaceAll('../../../../core/', '../../core/')
      t.ok(guide.includes(`\`\`\`ts\n${source}\`\`\``), file)
    }
    const rows = battery(toy).map(({ id, promise }) => `| \`${id}\` | ${promise} |`)
    t.same(
      guide.split('\n').filter((line) => /^\| `[a-z-]+\.[a-z-]+` \|/.test(line)),
      rows,
    )
  })
})

/** A copy of the example with some files changed; an undefined file is left out. */
async function changed(t: Test, files: Record<string, (text: string) => string>, name = 'acme'): Promise<string> {
  const folder = join(t.testdir({ [name]: {} }), name)
  await cp(example, folder, { recursive: true })
  for (const [file, change] of Object.entries(files)) {
    const text = await readFile(join(folder, file), 'utf8').catch(() => '')
    await writeFile(join(folder, file), change(text))
  }
  return folder
}

const onFolders = async (folder: string, only: readonly string[] = ['plugin', 'manifest']) => {
  const sheet = await checkPlugin(folder, { only })
  return failed(sheet).map(({ id, detail }) => [id, detail])
}

await t.test("what is wrong with a plugin's files", async (t) => {
  const use = (line: string) => ({
    'extra.ts': () => line,
    'index.ts': (text: string) => `import './extra.ts'\n${text}`,
  })
  const cases: Record<string, [files: Record<string, (text: string) => string>, rule: string, detail: RegExp]> = {
    'an import that throws': [{ 'index.ts': () => 'throw new Error("Not today.")' }, 'plugin.loads', /^Not today\.$/],
    'an enum': [{ 'index.ts': (text) => `enum A { B }\n${text}` }, 'plugin.loads', /enum/i],
    'no default export': [
      { 'index.ts': (text) => text.replace('export default', 'const _ =') },
      'plugin.loads',
      /has no default export/,
    ],
    'nothing registered': [{ 'index.ts': () => 'export default async () => {}' }, 'plugin.loads', /adds no connector/],
    'two connectors': [
      {
        'index.ts': (text) =>
          text.replace('app.connectors.add(acme)', '{ app.connectors.add(acme); app.connectors.add(acme) }'),
      },
      'plugin.loads',
      /adds 2 connectors/,
    ],
    'a simulator that is none': [
      { 'simulator.ts': () => 'export const simulate = 1' },
      'plugin.loads',
      /simulator\.ts exports no function/,
    ],
    'a manifest that is none': [
      { 'index.ts': (text) => text.replace("kind: 'psa'", "kind: 'crm'") },
      'manifest.shape',
      /kind/,
    ],
    'a README without its sections': [
      { 'README.md': () => '# Acme\n\n## Set-up\n\n## Fields\n' },
      'plugin.readme',
      /Permissions, Limits, Sources/,
    ],
    fetch: [
      use('export const a = () => fetch("https://acme.example")'),
      'plugin.sources',
      /extra\.ts uses fetch: use ctx\.http/,
    ],
    'a timer': [use('export const a = () => setTimeout(() => {}, 1)'), 'plugin.sources', /extra\.ts uses a timer/],
    'the environment': [use('export const a = process.env.HOME'), 'plugin.sources', /extra\.ts uses process/],
    'the console': [use('export const a = () => console.log(1)'), 'plugin.sources', /extra\.ts uses console/],
    'node:http': [
      use("import { get } from 'node:http'\nexport const a = get"),
      'plugin.sources',
      /extra\.ts imports node:http/,
    ],
    'undici, on demand': [use("export const a = () => import('undici')"), 'plugin.sources', /extra\.ts imports undici/],
    'undici behind a type': [
      use("export type A = string\nimport { request } from 'undici'\nexport const a = request"),
      'plugin.sources',
      /extra\.ts imports undici/,
    ],
    files: [
      use("import { readFile } from 'fs/promises'\nexport const a = readFile"),
      'plugin.sources',
      /imports fs\/promises/,
    ],
    'another folder': [
      use("export const a = () => import('../other/index.ts')"),
      'plugin.sources',
      /imports \.\.\/other\/index\.ts: outside of its folder/,
    ],
  }
  for (const [name, [files, rule, detail]] of Object.entries(cases)) {
    await t.test(name, async (t) => {
      const problems = await onFolders(await changed(t, files))
      t.same(
        problems.map(([id]) => id),
        [rule],
      )
      t.match(problems[0]?.[1], detail)
    })
  }

  await t.test('words in comments and texts are no use of anything', async (t) => {
    const text = `// fetch( and setTimeout( and process.env are the hub's\n/* console.log( */ export const a = 'import x from "undici"; fetch(1)'\n`
    t.same(await onFolders(await changed(t, use(text))), [])
  })
  await t.test('a folder of another name', async (t) => {
    t.same(await onFolders(await changed(t, {}, 'amce')), [
      ['plugin.folder', 'The folder is named "amce", the connector "acme": use one name.'],
    ])
  })
  await t.test('no folder at all', async (t) => {
    t.match(await onFolders(join(t.testdir({}), 'nowhere')), [['plugin.loads', /has no index\.ts or index\.js/]])
  })
})

await t.test('a folder of JavaScript without a simulator: only what needs none is held', async (t) => {
  const folder = join(t.testdir({ plain: {} }), 'plain')
  const id = "'plain'"
  const source = `export default (app) => app.connectors.add({
    contract: 1, id: ${id}, name: 'Plain', kind: 'documentation', docs: 'https://plain.example/',
    settings: { type: 'object', required: [], properties: {} }, hosts: () => ['plain.example'],
    limits: { concurrency: 1, windows: [], scope: 'app' }, permissions: [],
    signIn: async () => ({ baseUrl: 'https://plain.example/', headers: {} }),
    check: async () => ({ account: '1', permissions: [] }), streams: {},
  })`
  await writeFile(join(folder, 'index.js'), source)
  await writeFile(join(folder, 'README.md'), '## Set-up\n## Permissions\n## Limits\n## Fields\n## Sources\n')
  const sheet = await checkPlugin(folder)
  t.same(failed(sheet), [])
  const passed = sheet.rules.filter(({ outcome }) => outcome === 'pass').map(({ id }) => id)
  t.ok(
    ['plugin.loads', 'plugin.sources', 'plugin.readme', 'manifest.shape', 'settings.secrets'].every((rule) =>
      passed.includes(rule),
    ),
  )
  const untried = sheet.rules.find(({ id }) => id === 'reading.complete')
  t.match(untried, { outcome: 'not-applicable', detail: 'no simulator.ts' })
})
