/** How an answer goes out over the wire: as it should, or distorted by a fault. */
import type { ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { SimulatedAnswer, SimulatedRequest } from '../connector/simulator.ts'
import type { FaultEffect } from './faults.ts'

export interface Wire {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** The answer in bytes; serialised once. */
export function wireOf({ status, headers = {}, body }: SimulatedAnswer): Wire {
  if (body === undefined) return { status, headers, body: Buffer.alloc(0) }
  if (typeof body !== 'string')
    return {
      status,
      headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
      body: Buffer.from(JSON.stringify(body)),
    }
  const type = body.trimStart().startsWith('<') ? 'text/html' : 'text/plain'
  return { status, headers: { 'content-type': `${type}; charset=utf-8`, ...headers }, body: Buffer.from(body) }
}

function head(response: ServerResponse, { status, headers, body }: Wire): void {
  response.writeHead(status, status === 204 ? headers : { ...headers, 'content-length': body.length })
}

export function send(response: ServerResponse, wire: Wire): void {
  head(response, wire)
  response.end(wire.body)
}

function halfOf(body: Buffer): Buffer {
  return body.subarray(0, Math.floor(body.length / 2))
}

async function drip(
  response: ServerResponse,
  wire: Wire,
  bytes: number,
  everyMs: number,
  signal: AbortSignal,
): Promise<void> {
  head(response, wire)
  for (let sent = 0; sent < wire.body.length && !response.destroyed; sent += bytes) {
    response.write(wire.body.subarray(sent, sent + bytes))
    await delay(everyMs, undefined, { signal })
  }
  response.end()
}

/** Sends the answer as `effect` would have it; `signal` ends a drip. */
export async function distort(
  effect: Extract<FaultEffect, { kind: 'truncate' | 'cut' | 'drip' | 'transform' }>,
  request: SimulatedRequest,
  response: ServerResponse,
  wire: Wire,
  signal: AbortSignal,
): Promise<void> {
  switch (effect.kind) {
    case 'truncate':
      head(response, wire)
      response.write(halfOf(wire.body), () => response.destroy())
      return
    case 'cut':
      send(response, { ...wire, body: halfOf(wire.body) })
      return
    case 'drip':
      await drip(response, wire, effect.bytes, effect.everyMs, signal)
      return
    case 'transform':
      send(response, {
        ...wire,
        body: Buffer.from(JSON.stringify(effect.change(JSON.parse(wire.body.toString()), request))),
      })
  }
}
