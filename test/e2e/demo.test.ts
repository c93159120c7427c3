/** The README's first command, as a newcomer meets it. */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import t, { type Test } from 'tap'

const root = new URL('../..', import.meta.url).pathname

type Demo = ChildProcessByStdio<null, Readable, Readable>

/** Starts the demo in `dataDir` and answers when it has said `Ctrl-C`. */
async function start(t: Test, dataDir: string): Promise<{ demo: Demo; text: string; address: string }> {
  const demo = spawn(process.execPath, ['core/demo.ts', '--psa', 'connectwise-psa'], {
    cwd: root,
    env: { PATH: process.env.PATH, PORT: '0', DATA_DIR: dataDir },
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
  t.equal(errors, '', 'nothing on stderr')
  return { demo, text, address: /The panel: (\S+)\/admin/.exec(text)?.[1] ?? '' }
}

async function interrupt(demo: Demo): Promise<number | null> {
  const ended = once(demo, 'exit')
  demo.kill('SIGINT')
  const [code] = await ended
  return code
}

t.test('the demo comes up, stops on Ctrl-C, and finds its data again', async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'tributary-demo-'))
  t.teardown(() => rm(dataDir, { recursive: true, force: true }))

  const first = await start(t, dataDir)
  t.match(first.text, /Configurations +4000 +4000/)
  t.match(first.text, /Contacts +2500 +2500/)
  t.match(first.text, /6719 new, 0 changed, 0 gone\. The run succeeded/)
  t.match(first.text, /Log in as \S+ with the password \S+ \(shown only now\)/)
  t.equal((await fetch(`${first.address}/health/ready`)).status, 200)
  const panel = await fetch(`${first.address}/admin`, { redirect: 'manual', headers: { accept: 'text/html' } })
  t.match(panel.headers.get('location'), /login/, 'the panel asks who is there')
  t.equal(await interrupt(first.demo), 0)
  await t.rejects(stat(join(dataDir, 'postgres', 'postmaster.pid')), 'PostgreSQL has stopped as well')
  await t.rejects(fetch(`${first.address}/health/live`))

  const second = await start(t, dataDir)
  t.match(second.text, /6719 records in .*: 0 new, 0 changed, 0 gone\. The run succeeded/)
  t.notMatch(second.text, /with the password/, 'the log-in is printed once')
  t.equal(await interrupt(second.demo), 0)
})
