/** Answers in the shortest form the browser understands. */
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { FastifyRequest } from 'fastify'

export type Encoding = 'br' | 'gzip'

/** The best encoding of those offered; undefined = as it is. */
export function encodingOf(request: FastifyRequest): Encoding | undefined {
  const accepted = String(request.headers['accept-encoding'] ?? '')
  if (/\bbr\b/.test(accepted)) return 'br'
  return /\bgzip\b/.test(accepted) ? 'gzip' : undefined
}

/** `effort`: 1 for what is made anew each time, up to 11 for what is made once. */
export async function compress(body: string | Buffer, encoding: Encoding, effort: number): Promise<Buffer> {
  if (encoding === 'gzip') return promisify(gzip)(body, { level: Math.min(effort, 9) })
  return promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: effort } })
}
