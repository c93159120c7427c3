/**
 * `npm run bench`: what the engine costs, as ratios against floors measured in the same run. Not a test.
 * `npm run bench -- [--plugin id]… [--records n] [--rounds n] [--only a,c,d,e,f]`
 * `--records` is what a and b read; c reads half of it, d half of it and ten times as much.
 */
import { execFileSync } from 'node:child_process'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { connectorOf, median, startBench, startVendor } from './lab.ts'
import { inParallel, inSequence } from './latency.ts'
import { overhead } from './overhead.ts'
import { peakMemory, reaction, starts } from './processes.ts'
import { shapes } from './shapes.ts'
import { ratios, throughput } from './throughput.ts'

const { values } = parseArgs({
  options: {
    plugin: { type: 'string', multiple: true, default: ['connectwise-psa'] },
    records: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: 'a,c,d,e,f' },
  },
})
const rounds = Number(values.rounds)
const records = Number(values.records)
const wanted = new Set(values.only.split(','))

/** One line a connector, for the table at the end; what was not measured stays empty. */
const columns = ['records', 'bytes', 'a1', 'a2', 'b1', 'b2', 'b WAL', 'b written', 'c', 'd'] as const
const lines = new Map<string, Partial<Record<(typeof columns)[number], string>>>()
const note = (plugin: string, cells: Partial<Record<(typeof columns)[number], string>>) =>
  lines.set(plugin, { ...lines.get(plugin), ...cells })

const say = (text = '') => process.stdout.write(`${text}\n`)
const ms = (times: readonly number[]) => times.map((time) => Math.round(time)).join(' ')

/** One line of the verdict: what was measured, and whether the target is met. */
function verdict(what: string, value: number, relation: '≥' | '≤', target: number, digits = 2): void {
  const met = relation === '≥' ? value >= target : value <= target
  say(`  ${met ? 'met    ' : 'NOT MET'} ${what}: ${value.toFixed(digits)} (${relation} ${target})`)
}

const bench = await startBench()
try {
  const version = await bench.database.row<{ version: string }>("select current_setting('server_version') as version")
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
  say(
    `commit ${commit}, Node ${process.version}, PostgreSQL ${version?.version} (fsync on), ${cpus().length} cores, ${rounds} rounds, medians; raw milliseconds beside them`,
  )

  for (const plugin of values.plugin) {
    say(`\n${plugin}`)
    if (wanted.has('a')) {
      const shape = shapes[plugin]
      if (shape === undefined) throw new Error(`There is no shape for ${plugin}.`)
      const vendor = await startVendor(`../../plugins/${plugin}/simulator.ts`, records)
      const got = await throughput(bench, await connectorOf(plugin), vendor, shape, rounds).finally(() => vendor.stop())
      const of = ratios(got)
      say(` a. first sync of ${got.records} configurations, ${got.bytesPerRecord} bytes each, latency 0`)
      say(
        `    engine ${ms(got.first.engine)} | bulkCreate ${ms(got.first.sequelize)} | COPY ${ms(got.first.copy)} | fetch + parse ${ms(got.first.fetch)}`,
      )
      say(`    ${Math.round(got.records / (median(got.first.engine) / 1000))} records/s`)
      verdict('times faster than bulkCreate', of.a1, '≥', 2.2)
      verdict('times slower than COPY', of.a2, '≤', 2)
      say(' b. the same again, nothing changed')
      say(
        `    engine ${ms(got.again.engine)} | bulkCreate ${ms(got.again.sequelize)} | fetch + parse ${ms(got.again.fetch)}`,
      )
      verdict('times faster than bulkCreate', of.b1, '≥', 5)
      verdict('times fetch + parse', of.b2, '≤', 1.3)
      verdict('share of its WAL', of.b3, '≤', 0.05, 3)
      verdict('runs that wrote a row', got.written, '≤', 0, 0)
      note(plugin, {
        records: String(got.records),
        bytes: String(got.bytesPerRecord),
        a1: of.a1.toFixed(2),
        a2: of.a2.toFixed(2),
        b1: of.b1.toFixed(2),
        b2: of.b2.toFixed(2),
        'b WAL': of.b3.toFixed(3),
        'b written': String(got.written),
      })
    }
    if (wanted.has('c')) {
      const { engine, fetch } = await inSequence(bench, plugin, records / 2, rounds)
      say(
        ` c. strictly sequential, 100 ms a page: engine ${ms(engine)} | the same requests, fetched and parsed ${ms(fetch)}`,
      )
      const share = median(engine) / median(fetch)
      verdict('times the fetching alone', share, '≤', 1.05)
      note(plugin, { c: share.toFixed(3) })
    }
    if (wanted.has('d')) {
      const small = await peakMemory(bench, plugin, records / 2)
      const large = await peakMemory(bench, plugin, records * 10)
      say(
        ` d. peak memory: ${small.toFixed(0)} MB at ${records / 2}, ${large.toFixed(0)} MB at ${records * 10} records`,
      )
      verdict('times as much', large / small, '≤', 1.2)
      note(plugin, { d: (large / small).toFixed(2) })
    }
  }
  say(`\n| connector | ${columns.join(' | ')} |\n|---|${'---|'.repeat(columns.length)}`)
  for (const [plugin, cells] of lines)
    say(`| ${plugin} | ${columns.map((column) => cells[column] ?? '').join(' | ')} |`)
  say('\nthe hub')
  if (wanted.has('c')) {
    for (const [inFlight, target] of [
      [4, 0.92],
      [8, 0.88],
    ] as const) {
      const hidden = await inParallel(bench, inFlight, rounds)
      say(
        ` c. 200 pages at 100 ms, ${inFlight} in flight: ${hidden.shares.map((share) => share.toFixed(3)).join(' ')}; busiest second ${hidden.worstSecond} of ${hidden.declared} declared`,
      )
      verdict('share of the ideal', median(hidden.shares), '≥', target, 3)
      verdict('requests above the declared rate', Math.max(0, hidden.worstSecond - hidden.declared), '≤', 0, 0)
    }
  }
  const [plugin = ''] = values.plugin
  if (wanted.has('e')) {
    const waits = await reaction(bench, plugin, 100)
    say(' e. Force Sync pressed → first request at the vendor, 100 times')
    verdict('p50, ms', waits[49] ?? Number.NaN, '≤', 20, 1)
    verdict('p99, ms', waits[98] ?? Number.NaN, '≤', 100, 1)
  }
  if (wanted.has('f')) {
    const { plain, cached } = await starts(bench, rounds)
    say(
      ` f. worker start: ${ms(cached.map((start) => start.ms))} with compile cache, ${ms(plain.map((start) => start.ms))} without`,
    )
    verdict('start with compile cache, ms', median(cached.map((start) => start.ms)), '≤', 700, 0)
    verdict('resident, MB', median(cached.map((start) => start.residentMb)), '≤', 140, 0)
    const cost = await overhead(bench, plugin, rounds)
    say(
      `    per record: ${cost.prepare.toFixed(2)} µs to check, serialise and hash, of which ${cost.serialiseAndHash.toFixed(2)} µs any change detection needs`,
    )
    verdict('contract and validation, µs a record', cost.prepare - cost.serialiseAndHash, '≤', 3)
  }
} finally {
  await bench.stop()
}
