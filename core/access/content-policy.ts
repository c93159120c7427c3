/** What browsers may load and run: headers for everything, and the wider policy that the panel needs. */
import { randomBytes } from 'node:crypto'
import helmet, { type FastifyHelmetOptions } from '@fastify/helmet'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

const nothing = {
  'default-src': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'self'"],
  'frame-ancestors': ["'none'"],
  'img-src': ["'self'", 'data:'],
  'style-src': ["'self'"],
}

/** Headers for every answer. `https`: browsers reach the hub by https only. */
export async function contentPolicy(app: FastifyInstance, https: boolean): Promise<void> {
  const options: FastifyHelmetOptions = {
    contentSecurityPolicy: { useDefaults: false, directives: nothing },
    // `no-referrer` would make browsers send `Origin: null` with the hub's own forms.
    referrerPolicy: { policy: 'same-origin' },
    strictTransportSecurity: https ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    xFrameOptions: { action: 'deny' },
  }
  await app.register(helmet, options)
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('cache-control', 'no-store')
  })
}

/**
 * For the scope of the panel: its own scripts, inline styles, and the two inline scripts of its page, which
 * get a nonce. A script that got into the page with the data has none.
 */
export function panelPolicy(scope: FastifyInstance): void {
  const nonces = new WeakMap<FastifyRequest, string>()

  scope.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
    const nonce = randomBytes(16).toString('base64')
    nonces.set(request, nonce)
    const directives = {
      ...nothing,
      'connect-src': ["'self'"],
      'font-src': ["'self'", 'data:'],
      'script-src': ["'self'", `'nonce-${nonce}'`],
      'style-src': ["'self'", "'unsafe-inline'"],
    }
    await reply.helmet({ contentSecurityPolicy: { useDefaults: false, directives } })
  })

  scope.addHook('onSend', async (request, reply, payload: unknown) => {
    const isPage = String(reply.getHeader('content-type')).startsWith('text/html')
    const nonce = nonces.get(request)
    return isPage && typeof payload === 'string' && nonce !== undefined ? withNonce(payload, nonce) : payload
  })
}

const state = /^(\s*<!DOCTYPE html>\s*<html[^>]*>\s*<head>\s*)<script>(?=\s*window\.REDUX_STATE)/i
const start =
  /<script>(?=\s*var app = document\.getElementById\('app'\);\s*var root = createRoot\(app\)\s*root\.render\(AdminJS\.Application\);\s*<\/script>[^<]*(<script src="[^"<>]*"><\/script>\s*)*<\/body>\s*<\/html>\s*$)/

/** Both places are recognised by what stands around them to the very start and end of the page, where no data can be. */
function withNonce(page: string, nonce: string): string {
  return page.replace(state, `$1<script nonce="${nonce}">`).replace(start, `<script nonce="${nonce}">`)
}
