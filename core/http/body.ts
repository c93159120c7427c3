/** An answer's body as text: unpacked, decoded, and never larger than the hub can hold. */
import { promisify } from 'node:util'
import { brotliDecompress, inflate, inflateRaw, unzip } from 'node:zlib'
import type { Dispatcher } from 'undici'

/** Bytes, packed or unpacked: the largest page any vendor documents is a tenth of it. */
export const LARGEST_BODY = 64 * 1024 * 1024

/** What the hub asks for, and what `readBody` understands. */
export const ENCODINGS = 'gzip, deflate, br'

/** The body is larger than `LARGEST_BODY`, or packed in a way nobody asked for. */
export class UnreadableBody extends Error {}

const unpackers = {
  gzip: promisify(unzip),
  br: promisify(brotliDecompress),
  zlib: promisify(inflate),
  deflate: promisify(inflateRaw),
}

type Headers = Readonly<Record<string, string>>

/** Throws `UnreadableBody`, or what the network or the unpacking throws when the transfer breaks off. */
export async function readBody(body: Dispatcher.ResponseData['body'], headers: Headers): Promise<string> {
  const packed = headers['content-encoding']?.toLowerCase().trim()
  const charset = /charset="?([\w-]+)/i.exec(headers['content-type'] ?? '')?.[1]?.toLowerCase() ?? 'utf-8'
  const unicode = charset === 'utf-8' || charset === 'utf8' || charset === 'us-ascii'
  // The usual case costs one copy: undici joins the chunks while it decodes them.
  if (unicode && (packed === undefined || packed === '' || packed === 'identity')) return body.text()
  let bytes = Buffer.from(await body.arrayBuffer())
  for (const encoding of packed?.split(',').reverse() ?? []) bytes = await unpack(bytes, encoding.trim())
  return decoder(charset).decode(bytes)
}

async function unpack(bytes: Buffer<ArrayBuffer>, encoding: string): Promise<Buffer<ArrayBuffer>> {
  if (encoding === 'identity' || bytes.length === 0) return bytes
  const unpacker = unpackerOf(encoding, bytes)
  if (unpacker === undefined) throw new UnreadableBody(`The answer is packed as "${encoding}"`)
  try {
    return Buffer.from(await unpacker(bytes, { maxOutputLength: LARGEST_BODY }))
  } catch (error) {
    const tooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
    throw tooLarge ? new UnreadableBody(`The answer unpacks to more than ${LARGEST_BODY} bytes`) : error
  }
}

function unpackerOf(encoding: string, bytes: Buffer) {
  if (encoding === 'gzip' || encoding === 'x-gzip') return unpackers.gzip
  if (encoding === 'br') return unpackers.br
  // "deflate" means zlib's wrapping, but some servers send the bare stream; 8 is zlib's only method.
  if (encoding === 'deflate') return ((bytes[0] ?? 0) & 15) === 8 ? unpackers.zlib : unpackers.deflate
  return undefined
}

function decoder(charset: string): TextDecoder {
  try {
    return new TextDecoder(charset)
  } catch {
    return new TextDecoder()
  }
}
