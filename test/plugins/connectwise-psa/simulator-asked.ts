/** Asks the simulator without a network in between. */
import { createWorld, type WorldSize } from '../../../core/conformance/world.ts'
import type { SimulatedAnswer, World } from '../../../core/connector/simulator.ts'
import type { ConnectWiseSettings } from '../../../plugins/connectwise-psa/settings.ts'
import {
  type ConnectWiseQuirks,
  type ConnectWiseSimulator,
  simulate,
} from '../../../plugins/connectwise-psa/simulator.ts'

export type Row = Readonly<Record<string, unknown>>

export const origin = 'http://127.0.0.1:4123'

export interface Options {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly codebase?: string
  readonly settings?: ConnectWiseSettings
}

export interface Asking {
  readonly world: World
  readonly simulator: ConnectWiseSimulator
  /** Asks below `apis/3.0/`, signed in. */
  api(path: string, query?: Readonly<Record<string, string | number>>, options?: Options): Promise<SimulatedAnswer>
  /** Asks any path with no credentials. */
  plain(path: string, query?: string): Promise<SimulatedAnswer>
  /** The rows of a list that is answered with 200. */
  rows(path: string, query?: Readonly<Record<string, string | number>>, options?: Options): Promise<readonly Row[]>
}

export const forwardOnly = { headers: { 'pagination-type': 'forward-only' } }

export function asking(size: WorldSize = {}, quirks: ConnectWiseQuirks = {}): Asking {
  const world = createWorld(size)
  const simulator = simulate(world, quirks)
  const api: Asking['api'] = async (path, query = {}, options = {}) => {
    const {
      method = 'GET',
      headers = {},
      body,
      codebase = 'v4_6_release',
      settings = simulator.settings(origin),
    } = options
    const parameters = new URLSearchParams()
    for (const [name, value] of Object.entries(query)) parameters.set(name, String(value))
    const keys = `${settings.companyId}+${settings.publicKey}:${settings.privateKey}`
    return simulator.answer({
      method,
      path: `/${codebase}/apis/3.0/${path}`,
      query: parameters,
      headers: {
        clientid: settings.clientId,
        authorization: `Basic ${Buffer.from(keys).toString('base64')}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? '' : JSON.stringify(body),
      origin,
    })
  }
  return {
    world,
    simulator,
    api,
    async plain(path, query = '') {
      return simulator.answer({ method: 'GET', path, query: new URLSearchParams(query), headers: {}, body: '', origin })
    },
    async rows(path, query, options) {
      const { status, body } = await api(path, query, options)
      if (status !== 200 || !Array.isArray(body)) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`)
      return body
    },
  }
}
