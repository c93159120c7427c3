/** No answer came: what the exception on the way to it means. */
import type { Connector } from '../connector/contract.ts'
import type { ErrorKind } from '../connector/errors.ts'
import { UnreadableBody } from './body.ts'
import { AddressRefused } from './dispatchers.ts'
import { type Asked, label, type Refusal } from './refusals.ts'

/** Thrown into a request that has used up its time. */
export class DeadlinePassed extends Error {}

interface Reading {
  readonly kind: ErrorKind
  readonly words: (name: string, host: string) => string
  readonly untouched?: true
}

const noConnection: Reading = {
  kind: 'transient',
  words: (name, host) =>
    `${name} does not accept connections at ${host}. Check the address and port, the vendor's status page, and whether a firewall between the hub and ${host} permits them.`,
}
const tooSlow: Reading = {
  kind: 'transient',
  words: (name) =>
    `${name} took too long to answer. The hub tries again by itself; if it lasts, look at the vendor's status page.`,
}
const unknownName: Reading = {
  kind: 'transient',
  words: (_, host) =>
    `The name ${host} cannot be resolved. Check the address in the settings and the hub's name server.`,
  untouched: true,
}
const untrusted: Reading = {
  kind: 'config',
  words: (_, host) =>
    `The certificate of ${host} is not trusted. Install the complete chain there, or give the hub the private certificate authority (TRIBUTARY_CA_FILE).`,
  untouched: true,
}
const expired: Reading = {
  kind: 'transient',
  words: (_, host) => `The certificate of ${host} is not valid at this time. Renew it, or correct the hub's clock.`,
  untouched: true,
}
const tooLarge: Reading = {
  kind: 'vendor',
  words: (name) => `${name} sent an answer larger or packed otherwise than the hub can read. The run's log says more.`,
}

const byCode: Readonly<Record<string, Reading>> = {
  ECONNREFUSED: { ...noConnection, untouched: true },
  UND_ERR_CONNECT_TIMEOUT: { ...noConnection, untouched: true },
  EHOSTUNREACH: noConnection,
  ENETUNREACH: noConnection,
  ENOTFOUND: unknownName,
  EAI_AGAIN: unknownName,
  UND_ERR_HEADERS_TIMEOUT: tooSlow,
  UND_ERR_BODY_TIMEOUT: tooSlow,
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  ERR_TLS_CERT_ALTNAME_INVALID: {
    kind: 'config',
    words: (_, host) =>
      `The certificate shown at ${host} is for another name. Use the name the certificate is made for.`,
    untouched: true,
  },
  CERT_HAS_EXPIRED: expired,
  CERT_NOT_YET_VALID: expired,
  UND_ERR_RES_EXCEEDED_MAX_SIZE: tooLarge,
  UND_ERR_INVALID_ARG: {
    kind: 'config',
    words: (name) =>
      `A request to ${name} could not be written: a setting holds characters that cannot be sent, such as a line break. Enter the credentials again.`,
    untouched: true,
  },
}

const brokenOff: Reading = {
  kind: 'transient',
  words: (name) => `The connection to ${name} broke off. The hub tries again by itself.`,
}

/** The refusal an exception of the network, the proxy, TLS or the unpacking amounts to. */
export function refusalOfFailure(connector: Connector, asked: Asked, error: unknown): Refusal {
  const cause = error instanceof Error ? error : new Error(String(error))
  const reading = readingOf(cause)
  return {
    kind: reading.kind,
    admin: reading.words(connector.name, asked.host),
    log: `${label(asked)} failed: ${cause.message || codeOf(cause)}`,
    retryAfter: undefined,
    signInAgain: false,
    untouched: reading.untouched === true,
    cause,
  }
}

function readingOf(error: Error): Reading {
  if (error instanceof AddressRefused) {
    return {
      kind: 'config',
      words: (name, host) => `${name}: the hub refused to call ${host}: ${error.message}.`,
      untouched: true,
    }
  }
  if (error instanceof DeadlinePassed) return tooSlow
  if (error instanceof UnreadableBody) return tooLarge
  const proxyStatus = /^Proxy response \((\d+)\)/.exec(error.message)?.[1]
  if (proxyStatus !== undefined) {
    return {
      kind: proxyStatus.startsWith('5') ? 'transient' : 'config',
      words: (_, host) =>
        `The proxy refused to connect to ${host} (${proxyStatus}). Permit the host there, and check the user name in HTTPS_PROXY.`,
      untouched: true,
    }
  }
  return byCode[codeOf(error)] ?? brokenOff
}

/** The system's or undici's code; of several failed addresses the first's. */
export function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code
  if (error instanceof AggregateError) return codeOf(error.errors[0])
  return error instanceof Error ? error.name : 'Error'
}
