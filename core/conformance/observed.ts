/** What a connector is handed, with the kit looking over its shoulder. */
import type { Context, Http, Settings } from '../connector/contract.ts'
import type { EgressPolicy } from '../http/egress.ts'
import type { SecretFinder, Witness } from './witness.ts'

/** Reports and errors are seen as the connector makes them, before the hub masks them. */
export function observed<C extends Context<Settings>>(ctx: C, witness: Witness, finder: SecretFinder): C {
  return {
    ...ctx,
    report: (line) => {
      witness.said(`report line "${line.code}"`, line, finder)
      ctx.report(line)
    },
    error: (kind, admin, log) => {
      witness.said('an error for the admin', admin, finder)
      witness.said('an error for the log', log ?? '', finder)
      return ctx.error(kind, admin, log)
    },
  }
}

type Client = Http & { redact?(text: string): string }

/** Addresses outside of the declared hosts are noted: the client refuses them by itself, but a connector may swallow that. */
export function observedHttp(http: Client, policy: EgressPolicy, witness: Witness): Client {
  return {
    ...(http.redact === undefined ? {} : { redact: http.redact }),
    request: (request) => {
      const target = URL.parse(request.url)
      if (target !== null && !isDeclared(policy, request.url)) witness.undeclared.add(target.host || target.href)
      return http.request(request)
    },
  }
}

function isDeclared(policy: EgressPolicy, url: string): boolean {
  try {
    policy.judge(url)
    return true
  } catch {
    return false
  }
}

/** Settings and filters are the hub's: who writes to them gets the error at once. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const inner of Object.values(value)) deepFreeze(inner)
  }
  return value
}
