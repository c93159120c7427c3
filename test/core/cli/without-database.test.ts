import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { streamNames } from '../../../core/connector/index.ts'
import { toyFolder, toyVendor, tributary } from './tributary.ts'

t.test('help, version and what is wrong with a command', async (t) => {
  const [help, version, unknown, missing, wrong, setting, nothing] = await Promise.all([
    tributary(['sync', '--help']),
    tributary(['--version']),
    tributary(['frobnicate']),
    tributary(['check']),
    tributary(['read', 'toy', '--config', 'x', '--stream', 'tickets']),
    tributary(['connectors'], { PORT: 'x' }),
    tributary([]),
  ])
  t.match(help, { code: 0, out: /^Usage: tributary sync \[options\] <connection>/, err: '' })
  t.match(version, { code: 0, out: /^\d+\.\d+\.\d+\n$/ })
  t.match(unknown, { code: 2, out: '', err: /^error: unknown command 'frobnicate'\n/ })
  t.match(missing, { code: 2, err: /missing required argument 'connection'/ })
  t.match(wrong, { code: 2, err: /Streams are companyTypes, / })
  t.same(setting, { code: 2, out: '', err: 'PORT is "x"; allowed: a port, 0 to 65535.\n' })
  t.match(nothing, { code: 2, err: /Usage: tributary/ })
})

t.test('connectors: what each can do, and which plugin is broken', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-broken-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  await writeFile(join(folder, 'index.js'), 'export default () => { throw new Error("out of order") }')
  const [plain, json] = await Promise.all([
    tributary(['connectors'], { TRIBUTARY_PLUGINS: `${toyFolder},${folder}` }),
    tributary(['connectors', '--json']),
  ])
  t.match(plain.out, /Toy PSA \(toy\)\n {2}Offers +companies; sites; contacts; configurations; tickets, live\n/)
  t.equal(plain.code, 1)
  t.match(plain.err, `${folder} could not be loaded: out of order\n`)
  t.match(
    JSON.parse(json.out).find(({ id }: { id: string }) => id === 'toy'),
    { name: 'Toy PSA', kind: 'psa', streams: ['companies', 'sites', 'contacts', 'configurations'], liveTickets: true },
  )
})

t.test('check: a line per right, and the exit code tells', async (t) => {
  const { simulator, server, config, file } = await toyVendor(t)
  const limited = simulator.limitedSettings(server.origin)
  const check = async (settings: string, input?: string) => tributary(['check', 'toy', '--config', settings], {}, input)
  const [good, few, wrong, piped, absent, broken, misspelt, unknown] = await Promise.all([
    check(config),
    check(await file(limited.settings)),
    check(await file(simulator.wrongSettings(server.origin))),
    check('-', JSON.stringify(simulator.settings(server.origin))),
    check('/nowhere/settings.json'),
    check(await file('{"key": "a-secret-that-must-not-be-shown",')),
    check(await file({ ...simulator.settings(server.origin), kee: 'x' })),
    tributary(['check', 'tov', '--config', config]),
  ])
  t.match(good, { code: 0, err: '' })
  t.match(good.out, /^ok {7}\S/)
  t.match(good.out, /The connection works; it leads to .*\.\n$/)
  t.equal(few.out.match(/^MISSING {2}/gm)?.length, limited.missing.length)
  t.match(few.out, /Where: /)
  t.match(wrong, { code: 1, err: '' })
  t.equal(wrong.out.split('\n').length, 2, 'one line')
  t.match(piped, { code: 0 })
  t.match(absent, { code: 1, err: /^The settings could not be read from \/nowhere\/settings.json: ENOENT.*\n$/ })
  t.match(broken, { code: 1, err: /it is no JSON\.\n$/ })
  t.notMatch(broken.err, /a-secret/)
  t.match(misspelt, { code: 1, out: '' })
  t.match(unknown, { code: 1, err: /^There is no connector "tov"\. There are: .*toy.*\.\n$/ })
})

t.test('read: records as JSON Lines, nothing else on stdout', async (t) => {
  const { simulator, config } = await toyVendor(t)
  const [all, sites, changed, refused, foreign] = await Promise.all([
    tributary(['read', 'toy', '--config', config]),
    tributary(['read', 'toy', '--config', config, '--stream', 'sites']),
    tributary(['read', 'toy', '--config', config, '-s', 'companies', '--since', '2999-01-01']),
    tributary(['read', 'toy', '--config', config, '--stream', 'sites', '--since', '2026-01-01']),
    tributary(['read', 'toy', '--config', config, '--stream', 'domains']),
  ])
  const lines = (out: string): { stream: string; record: { sourceId: string } }[] =>
    out.split('\n').flatMap((line) => (line === '' ? [] : JSON.parse(line)))
  const ids = (out: string, stream: string) =>
    lines(out).flatMap((line) => (line.stream === stream ? line.record.sourceId : []))
  t.equal(all.code, 0)
  for (const stream of streamNames.filter((name) =>
    ['companies', 'sites', 'contacts', 'configurations'].includes(name),
  ))
    t.same(ids(all.out, stream).sort(), [...simulator.expected(stream)].sort(), stream)
  t.match(all.err, /^companies: 12 records\n/m)
  t.match(sites, { code: 0 })
  t.same(
    lines(sites.out).map(({ stream }) => stream),
    [...simulator.expected('sites')].map(() => 'sites'),
  )
  t.match(changed, { code: 0, out: '', err: 'companies: 0 records\n' })
  t.match(refused, { code: 1, err: 'Toy PSA cannot tell what changed in "sites"; read it without --since.\n' })
  t.match(foreign, { code: 1, err: /^Toy PSA has no "domains"\. It has: companies, / })
})

t.test('plugin check: the sheet, and whether it passes', async (t) => {
  const acme = new URL('../conformance/acme', import.meta.url).pathname
  const [good, none] = await Promise.all([
    tributary(['plugin', 'check', acme]),
    tributary(['plugin', 'check', tmpdir(), '--json']),
  ])
  t.match(good, { code: 0, out: / 0 failed,/ })
  t.match(none, { code: 1 })
  t.match(JSON.parse(none.out), { rules: [{ id: 'plugin.loads', outcome: 'fail' }] })
})
