/** The cookie that carries a session's token. */
import type { CookieSerializeOptions } from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'

export class SessionCookie {
  readonly name: string
  readonly #options: CookieSerializeOptions

  /** `secure`: browsers reach the hub by https. Then the name's prefix makes them refuse it from anywhere else. */
  constructor(secure: boolean) {
    this.name = secure ? '__Host-tributary' : 'tributary'
    this.#options = { path: '/', httpOnly: true, sameSite: 'lax', secure }
  }

  read(request: FastifyRequest): string | undefined {
    return request.cookies[this.name]
  }

  set(reply: FastifyReply, token: string): void {
    reply.setCookie(this.name, token, this.#options)
  }

  clear(reply: FastifyReply): void {
    reply.clearCookie(this.name, this.#options)
  }
}
