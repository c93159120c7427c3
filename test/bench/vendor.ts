/**
 * The vendor of the benches, a process of its own: a connector's simulator behind a tape. Every answer is
 * made once and then sent from memory, so that what is measured is the client's work, not the simulator's.
 * `node test/bench/vendor.ts <simulator module> <configurations> <latencyMs> <tape: 0|1>`; speaks over its IPC channel.
 */
import { createServer } from 'node:http'
import { createWorld } from '../../core/conformance/world.ts'
import type { SimulatedAnswer, SimulatorModule } from '../../core/connector/index.ts'

const [module = '', configurations = '1000', latency = '0', tape = '1'] = process.argv.slice(2)
let latencyMs = Number(latency)

const { simulate }: SimulatorModule = await import(new URL(module, import.meta.url).href)
const world = createWorld({ companies: 60, contacts: 0, configurations: Number(configurations), tickets: 0 })
const simulator = simulate(world)
interface Taped {
  readonly answer: SimulatedAnswer
  readonly body: Buffer
  readonly request: {
    readonly url: string
    readonly method: string
    readonly headers: Record<string, string>
    readonly body: string
  }
}
const memory = new Map<string, Taped>()
const starts: number[] = []
let inFlight = 0
let peak = 0

function bytesOf(answer: SimulatedAnswer): Buffer {
  if (answer.body === undefined) return Buffer.alloc(0)
  return Buffer.from(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body))
}

const server = createServer({ keepAliveTimeout: 120_000 }, async (request, response) => {
  starts.push(performance.timeOrigin + performance.now())
  peak = Math.max(peak, ++inFlight)
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const body = Buffer.concat(chunks).toString()
  const url = new URL(request.url ?? '/', origin)
  const key = `${request.method} ${url.pathname}${url.search} ${request.headers['pagination-type'] ?? ''} ${body}`
  let known = memory.get(key)
  if (known === undefined) {
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value ?? '')]),
    )
    const answer = await simulator.answer({
      method: request.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      headers,
      body,
      origin,
    })
    known = {
      answer: { status: answer.status, ...(answer.headers && { headers: answer.headers }) },
      body: bytesOf(answer),
      request: { url: url.href, method: request.method ?? 'GET', headers, body },
    }
    if (tape === '1') memory.set(key, known)
  }
  const { answer, body: bytes } = known
  const reply = () => {
    inFlight--
    response.writeHead(answer.status, {
      'content-type': 'application/json',
      ...answer.headers,
      'content-length': bytes.length,
    })
    response.end(bytes)
  }
  if (latencyMs > 0) setTimeout(reply, latencyMs)
  else reply()
})

await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
const address = server.address()
const origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`

/** Hop-by-hop headers belong to the connection, not to the request. */
const own = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'keep-alive'])

/** The requests that brought the bulk: what a plain client has to send to get the same pages. */
function bulk(): Taped['request'][] {
  return [...memory.values()]
    .filter(({ body }) => body.length > 20_000)
    .map(({ request }) => ({
      ...request,
      headers: Object.fromEntries(Object.entries(request.headers).filter(([name]) => !own.has(name))),
    }))
}

process.on('message', (message) => {
  if (message === 'stats') process.send?.({ starts: starts.splice(0), peak })
  if (message === 'forget') {
    memory.clear()
    process.send?.({})
  }
  if (message === 'bulk') process.send?.(bulk())
  if (typeof message === 'object' && message !== null && 'latencyMs' in message) {
    latencyMs = Number(message.latencyMs)
    process.send?.({})
  }
  peak = 0
})
process.send?.({ origin, settings: simulator.settings(origin) })
