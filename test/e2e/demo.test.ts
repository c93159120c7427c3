/** The README's first command, as a newcomer meets it. */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import t, { type Test } from 'tap'

const root = new URL('../..', import.meta.url).pathname

async function folder(t: Test): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tributary-demo-'))
  t.teardown(() => rm(dataDir, { recursive: true, force: true }))
  return dataDir
}

interface Process {
  readonly demo: ChildProcessByStdio<null, Readable, Readable>
  /** What it said until it was ready, or until it gave up. */
  readonly text: string
  readonly errors: string
  readonly address: string
}

/** Starts the demo in `dataDir` and answers when it has said `Ctrl-C`, or has ended. */
async function start(t: Test, dataDir: string, psa: string, port = 0): Promise<Process> {
  const demo = spawn(process.execPath, ['core/demo.ts', '--psa', psa], {
    cwd: root,
    // Whatever else DATABASE_URL is for on this machine, the demo keeps out of it.
    env: { PATH: process.env.PATH, PORT: `${port}`, DATA_DIR: dataDir, DATABASE_URL: 'postgres://127.0.0.1:1/none' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.teardown(() => demo.kill('SIGKILL'))
  let errors = ''
  demo.stderr.on('data', (chunk) => {
    errors += chunk
  })
  let text = ''
  for await (const chunk of demo.stdout.iterator({ destroyOnReturn: false })) {
    text += chunk
    if (text.includes('Ctrl-C stops everything')) break
  }
  demo.stdout.resume()
  return { demo, text, errors, address: /The panel: (\S+)\/admin/.exec(text)?.[1] ?? '' }
}

async function interrupt({ demo }: Process): Promise<number | null> {
  const ended = once(demo, 'exit')
  demo.kill('SIGINT')
  const [code] = await ended
  return code
}

t.test('the demo comes up, stops on Ctrl-C, and finds its data again', async (t) => {
  const dataDir = await folder(t)

  const first = await start(t, dataDir, 'connectwise-psa')
  t.equal(first.errors, '', 'nothing on stderr')
  t.match(first.text, /Log in as \S+ with the password \S+ \(shown only now\).*The first sync/s, 'before it syncs')
  t.match(first.text, /Configurations +1200 +1200/)
  t.match(first.text, /Contacts +1000 +1000/)
  t.match(first.text, /2365 new, 0 changed, 0 gone\. The run succeeded/)
  t.equal((await fetch(`${first.address}/health/ready`)).status, 200)
  const panel = await fetch(`${first.address}/admin`, { redirect: 'manual', headers: { accept: 'text/html' } })
  t.match(panel.headers.get('location'), /login/, 'the panel asks who is there')

  const port = Number(new URL(first.address).port)
  const twice = await start(t, dataDir, 'connectwise-psa', port)
  t.match(twice.errors, `Port ${port} is in use already. Set PORT to another one.`)
  t.equal((await fetch(`${first.address}/health/ready`)).status, 200, 'and the first one goes on')

  t.equal(await interrupt(first), 0)
  await t.rejects(stat(join(dataDir, 'postgres', 'postmaster.pid')), 'PostgreSQL has stopped as well')
  await t.rejects(fetch(`${first.address}/health/live`))

  const second = await start(t, dataDir, 'connectwise-psa')
  t.equal(second.errors, '')
  t.match(second.text, /2365 records .*: 0 new, 0 changed, 0 gone\. The run succeeded/)
  t.notMatch(second.text, /with the password/, 'the log-in is printed once')
  t.equal(await interrupt(second), 0)
})

t.test('a PSA that is not there is named before anything is started', async (t) => {
  const dataDir = join(await folder(t), 'none')
  const { text, errors } = await start(t, dataDir, 'nope')
  t.equal(text, '')
  t.match(errors, /There is no demo of "nope"\. There are: autotask, connectwise-psa, .*syncro\./)
  await t.rejects(stat(dataDir))
})
