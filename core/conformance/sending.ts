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

/**
 * JSON in bytes. Lists go row by row: one letter beyond Latin-1 makes a whole text twice as wide, and a
 * page of a thousand rows in one piece takes more than twice the time.
 */
function jsonBytes(value: unknown): Buffer {
  const pieces: Buffer[] = []
  addJson(value, pieces)
  return Buffer.concat(pieces)
}

function addJson(value: unknown, pieces: Buffer[]): void {
  if (Array.isArray(value)) {
    for (const [index, row] of value.entries()) {
      pieces.push(Buffer.from((index === 0 ? '[' : ',') + (JSON.stringify(row) ?? 'null')))
    }
    pieces.push(Buffer.from(value.length === 0 ? '[]' : ']'))
  } else if (typeof value === 'object' && value !== null && !('toJSON' in value)) {
    let separator = '{'
    for (const [key, inner] of Object.entries(value)) {
      const text = Array.isArray(inner) ? '' : JSON.stringify(inner)
      if (text === undefined) continue
      pieces.push(Buffer.from(`${separator}${JSON.stringify(key)}:${text}`))
      if (Array.isArray(inner)) addJson(inner, pieces)
      separator = ','
    }
    pieces.push(Buffer.from(separator === '{' ? '{}' : '}'))
  } else pieces.push(Buffer.from(JSON.stringify(value)))
}

/** The answer in bytes; serialised once. */
export function wireOf({ status, headers = {}, body }: SimulatedAnswer): Wire {
  if (body === undefined) return { status, headers, body: Buffer.alloc(0) }
  if (typeof body !== 'string')
    return {
      status,
      headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
      body: jsonBytes(body),
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
        body: jsonBytes(effect.change(JSON.parse(wire.body.toString()), request)),
      })
  }
}
