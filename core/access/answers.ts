/** What the hub says when it does not do what was asked: a page for people, JSON for programs. */
import { STATUS_CODES } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { messagePage } from './pages/message.ts'

/** A browser that shows what it gets, as opposed to a script that fetches. */
export function wantsPage(request: FastifyRequest): boolean {
  return request.headers.accept?.includes('text/html') ?? false
}

/** Ends the request. `message` is for people: what happened and what to do. */
export function refuse(request: FastifyRequest, reply: FastifyReply, status: number, message: string): FastifyReply {
  reply.code(status)
  if (wantsPage(request)) return reply.type('text/html; charset=utf-8').send(messagePage(status, message))
  return reply.send({ statusCode: status, error: STATUS_CODES[status], message })
}
