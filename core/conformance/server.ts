/** A real HTTP server on this machine in front of a simulator: latency, request log and faults on request. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { SimulatedRequest, Simulator } from '../connector/simulator.ts'
import { Fault, type FaultRule } from './faults.ts'
import { distort, send, type Wire, wireOf } from './sending.ts'

export interface ServeOptions {
  /** Default: a free one. */
  readonly port?: number
  /** Default: 127.0.0.1. */
  readonly host?: string
  /** Waits this long before each answer. */
  readonly latencyMs?: number
}

export interface LoggedRequest extends SimulatedRequest {
  /** Milliseconds on a clock that only goes forward. */
  readonly startedAt: number
  /** 0 = not answered (yet). */
  readonly status: number
  /** A fault hit it. */
  readonly faulty: boolean
}

type Entry = { -readonly [K in keyof LoggedRequest]: LoggedRequest[K] }

/** The log keeps this many requests, the newest. */
const logLimit = 10_000

async function requestOf(message: IncomingMessage, origin: string): Promise<SimulatedRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk)
  const url = message.url ?? '/'
  const mark = url.indexOf('?')
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(message.headers))
    headers[name] = Array.isArray(value) ? value.join(', ') : (value ?? '')
  return {
    method: message.method ?? 'GET',
    path: mark === -1 ? url : url.slice(0, mark),
    query: new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1)),
    headers,
    body: Buffer.concat(chunks).toString(),
    origin,
  }
}

export class SimulatorServer {
  /** `http://127.0.0.1:4123` */
  readonly origin: string
  /** What the simulator itself threw; anything in it is a defect of the simulator. */
  readonly errors: unknown[] = []
  readonly #simulator: Pick<Simulator, 'answer'>
  readonly #server: Server
  readonly #latencyMs: number
  readonly #closing = new AbortController()
  /** What a `repeat` says again. */
  readonly #lastOf = new WeakMap<Fault, Wire>()
  #faults: Fault[] = []
  #log: Entry[] = []
  #total = 0
  #inFlight = 0
  #peakInFlight = 0

  /** `server` listens at `origin` already. */
  constructor(simulator: Pick<Simulator, 'answer'>, server: Server, origin: string, latencyMs: number) {
    this.#simulator = simulator
    this.#server = server
    this.#latencyMs = latencyMs
    this.origin = origin
    server.on('request', (message: IncomingMessage, response: ServerResponse) => {
      this.#inFlight++
      this.#peakInFlight = Math.max(this.#peakInFlight, this.#inFlight)
      response.on('close', () => this.#inFlight--)
      this.#handle(message, response).catch((error: unknown) => {
        // A client that goes away and our own close are no errors.
        if (!message.socket.destroyed && !this.#closing.signal.aborted) this.errors.push(error)
        response.destroy()
      })
    })
  }

  /** The newest requests, oldest first. */
  get requests(): readonly LoggedRequest[] {
    return this.#log
  }

  /** All requests since the start or the last `clearLog`. */
  get total(): number {
    return this.#total
  }

  /** The most requests that were open at the same time. */
  get peakInFlight(): number {
    return this.#peakInFlight
  }

  clearLog(): void {
    this.#log = []
    this.#total = 0
    this.#peakInFlight = this.#inFlight
  }

  /** Lays a fault; of several that strike the same request the oldest hits. */
  fault(rule: FaultRule): Fault {
    const fault = new Fault(rule)
    this.#faults.push(fault)
    return fault
  }

  clearFaults(): void {
    this.#faults = []
  }

  /** Ends every connection, also those that hang. */
  async close(): Promise<void> {
    this.#closing.abort()
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    await closed
  }

  async #handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedAt = performance.now()
    const request = await requestOf(message, this.origin)
    const entry: Entry = { ...request, startedAt, status: 0, faulty: false }
    this.#total++
    this.#log.push(entry)
    if (this.#log.length > logLimit) this.#log.shift()
    const matching = this.#faults.filter((fault) => fault.matches(request))
    const fault = matching.find((candidate) => candidate.strikes)
    if (this.#latencyMs > 0) await delay(this.#latencyMs, undefined, { signal: this.#closing.signal })
    if (fault !== undefined) {
      fault.hits++
      entry.faulty = true
      await this.#strike(fault, request, response, entry)
      return
    }
    const wire = await this.#ask(request)
    for (const candidate of matching) {
      if (candidate.rule.effect.kind === 'repeat') this.#lastOf.set(candidate, wire)
    }
    entry.status = wire.status
    send(response, wire)
  }

  async #ask(request: SimulatedRequest): Promise<Wire> {
    try {
      return wireOf(await this.#simulator.answer(request))
    } catch (error) {
      this.errors.push(error)
      return wireOf({ status: 500, body: `The simulator failed: ${error instanceof Error ? error.stack : error}` })
    }
  }

  async #strike(fault: Fault, request: SimulatedRequest, response: ServerResponse, entry: Entry): Promise<void> {
    const { effect, acted = false } = fault.rule
    if (acted) await this.#ask(request)
    switch (effect.kind) {
      case 'hang':
        return
      case 'reset':
        response.socket?.resetAndDestroy()
        return
      case 'status':
        entry.status = effect.status
        send(response, wireOf(effect))
        return
      case 'repeat': {
        const wire = this.#lastOf.get(fault) ?? (await this.#ask(request))
        this.#lastOf.set(fault, wire)
        entry.status = wire.status
        send(response, wire)
        return
      }
      default: {
        const wire = await this.#ask(request)
        entry.status = wire.status
        await distort(effect, request, response, wire, this.#closing.signal)
      }
    }
  }
}

/** Serves the simulator until `close`. */
export async function serveSimulator(
  simulator: Pick<Simulator, 'answer'>,
  options: ServeOptions = {},
): Promise<SimulatorServer> {
  const { port = 0, host = '127.0.0.1', latencyMs = 0 } = options
  // Longer than any client keeps its idle connections, so that no request meets a closing one.
  const server = createServer({ keepAliveTimeout: 120_000 })
  server.listen(port, host)
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port')
  return new SimulatorServer(simulator, server, `http://${host}:${address.port}`, latencyMs)
}
