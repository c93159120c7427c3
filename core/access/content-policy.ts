/** What browsers may load and run, and keep. */
import helmet from '@fastify/helmet'
import type { FastifyInstance } from 'fastify'

/**
 * Headers for every answer: nothing but the hub's own style sheet, no scripts, no frames, not kept. A page that needs
 * more (the panel's) sets a policy of its own. `https`: browsers reach the hub by https only.
 */
export async function contentPolicy(app: FastifyInstance, https: boolean): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'base-uri': ["'none'"],
        'form-action': ["'self'"],
        'frame-ancestors': ["'none'"],
        'img-src': ["'self'", 'data:'],
        'style-src': ["'self'"],
      },
    },
    // `no-referrer` would make browsers send `Origin: null` with the hub's own forms.
    referrerPolicy: { policy: 'same-origin' },
    strictTransportSecurity: https ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    xFrameOptions: { action: 'deny' },
  })
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('cache-control', 'no-store')
  })
}
