/** Tells the requests that the hub's own pages make from those that other sites make a browser send. */
import type { AddressInfo } from 'node:net'
import type { FastifyRequest } from 'fastify'

const unspecified = new Set(['0.0.0.0', '::'])
const loopback = /^(127\.|::1$|::ffff:127\.)/

function names(address: string): string[] {
  if (unspecified.has(address) || loopback.test(address)) return ['localhost', '127.0.0.1', '[::1]']
  return [address.includes(':') ? `[${address}]` : address]
}

export class OwnOrigin {
  readonly #publicUrl: string | undefined
  readonly #host: string

  /** `publicUrl`, if set, is the only origin that counts; else `host`, and what the server is found to listen on. */
  constructor(publicUrl: string | undefined, host: string) {
    this.#publicUrl = publicUrl
    this.#host = host
  }

  /** Whether one of the hub's own pages (or the person, typing) made this request. */
  made(request: FastifyRequest): boolean {
    const site = request.headers['sec-fetch-site']
    // Browsers send it on https and on localhost, and no page can change it.
    if (site !== undefined) return site === 'same-origin' || site === 'none'
    const { origin } = request.headers
    return origin !== undefined && this.#origins(request.server.addresses()).includes(origin)
  }

  /** Whether the browser says that another site made this request. A request that says nothing is not foreign. */
  isForeign(request: FastifyRequest): boolean {
    return request.headers['sec-fetch-site'] !== undefined && !this.made(request)
  }

  #origins(listening: readonly (AddressInfo | string)[]): string[] {
    if (this.#publicUrl !== undefined) return [new URL(this.#publicUrl).origin]
    return listening.flatMap((bound) => {
      if (typeof bound === 'string') return []
      const hosts = unspecified.has(this.#host) ? names(bound.address) : [this.#host, ...names(bound.address)]
      return hosts
        .filter((host) => URL.canParse(`http://${host}`))
        .map((host) => new URL(`http://${host}:${bound.port}`).origin)
    })
  }
}
