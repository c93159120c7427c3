/** `check`: what the admin learns about the credentials. */
import type { Checked } from '../../connector/contract.ts'
import { ConnectorError } from '../../connector/errors.ts'
import type { Lab } from '../lab.ts'
import { abortMs } from '../lab.ts'
import { some } from '../reading.ts'
import { serveSimulator } from '../server.ts'
import { messageOf, type Rule, type Subject } from '../subject.ts'

/** Accounts are locked after a handful of failed sign-ins. */
const mostRefusedTries = 3

function check(subject: Subject, lab: Lab, settings = lab.settings, signal = lab.signal): Promise<Checked> {
  return lab.call('check', (ctx) => subject.connector.check(ctx), lab.context(settings, signal))
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  return undefined
}

/** Throws unless `error` is a `ConnectorError` of one of the kinds. */
export function assertKind(error: unknown, kinds: readonly string[], what: string): void {
  if (error === undefined) throw new Error(`${what} should fail with kind ${kinds.join(' or ')}, but it succeeds.`)
  if (!(error instanceof ConnectorError))
    throw new Error(`${what} throws "${messageOf(error)}": throw ctx.error(kind, …) instead of a plain error.`)
  if (!kinds.includes(error.kind))
    throw new Error(`${what} fails with kind ${error.kind} ("${error.message}"); it should be ${kinds.join(' or ')}.`)
  if (error.admin.trim() === '') throw new Error(`${what} fails without a sentence for the admin.`)
}

function assertLines(subject: Subject, checked: Checked): void {
  const declared = subject.connector.permissions.map(({ id }) => id)
  const lines = checked.permissions.map(({ permission }) => permission)
  const absent = declared.filter((id) => !lines.includes(id))
  if (absent.length > 0)
    throw new Error(`check() has no line for permission ${some(absent)}: one line for each that is declared.`)
  const extra = lines.filter((id, place) => !declared.includes(id) || lines.indexOf(id) !== place)
  if (extra.length > 0) throw new Error(`check() has a line for ${some(extra)} that is not declared or comes twice.`)
  const silent = checked.permissions.find(({ state, message }) => state !== 'ok' && message.trim() === '')
  if (silent)
    throw new Error(`check() calls permission ${silent.permission} ${silent.state} without saying what to do.`)
}

const right: Rule = {
  id: 'check.right',
  promise: '`check` with good credentials names the account, the same one every time, and finds every permission.',
  async run(subject) {
    const lab = await subject.open()
    const checked = await check(subject, lab)
    if (typeof checked.account !== 'string' || checked.account.trim() === '')
      throw new Error('check() names no account: the hub could not refuse a second connection to the same one.')
    assertLines(subject, checked)
    const missing = checked.permissions.filter(({ state }) => state === 'missing').map(({ permission }) => permission)
    if (missing.length > 0)
      throw new Error(`check() calls ${some(missing)} missing although the credentials have every right.`)
    const again = await check(subject, lab)
    if (again.account !== checked.account)
      throw new Error(`check() names the account "${checked.account}" and then "${again.account}".`)
  },
}

const wrong: Rule = {
  id: 'check.wrong',
  promise: '`check` with wrong credentials fails with kind auth and does not insist, for accounts get locked.',
  async run(subject) {
    const lab = await subject.open()
    const error = await failureOf(check(subject, lab, lab.simulator.wrongSettings(lab.server.origin)))
    assertKind(error, ['auth'], 'check() with wrong credentials')
    const refused = lab.server.requests.filter(({ status }) => status === 401 || status === 400).length
    if (refused > mostRefusedTries)
      throw new Error(`check() tried wrong credentials ${refused} times; at the first refusal it should stop.`)
  },
}

const limited: Rule = {
  id: 'check.limited',
  promise: '`check` with too few rights says which are missing, and only those.',
  async run(subject) {
    const lab = await subject.open()
    const { settings, missing } = lab.simulator.limitedSettings(lab.server.origin)
    const checked = await check(subject, lab, settings)
    assertLines(subject, checked)
    const states = new Map(checked.permissions.map(({ permission, state }) => [permission, state]))
    const blind = missing.filter((id) => states.get(id) !== 'missing')
    if (blind.length > 0)
      throw new Error(
        `check() says ${blind.map((id) => `${id}: ${states.get(id)}`).join(', ')}; these rights are missing.`,
      )
    const wronged = [...states].filter(([id, state]) => state === 'missing' && !missing.includes(id))
    if (wronged.length > 0) throw new Error(`check() calls ${some(wronged.map(([id]) => id))} missing, which is there.`)
  },
}

const unreachable: Rule = {
  id: 'check.unreachable',
  promise:
    '`check` tells a dead host (transient) and a host that is somebody else (config or vendor) from wrong credentials.',
  async run(subject) {
    const lab = await subject.open()
    const dead = await serveSimulator(lab.simulator)
    const settings = lab.simulator.settings(dead.origin)
    await dead.close()
    assertKind(await failureOf(check(subject, lab, settings)), ['transient'], 'check() with nobody at the address')
    lab.answering = () => ({ status: 200, body: '<html><title>Welcome</title>It works!</html>' })
    assertKind(
      await failureOf(check(subject, lab, { ...lab.settings })),
      ['config', 'vendor'],
      'check() at an address that answers with a web page',
    )
  },
}

const stops: Rule = {
  id: 'check.stops',
  promise: `\`check\` ends within ${abortMs / 1000} s of its signal.`,
  async run(subject) {
    const lab = await subject.open()
    const hanging = lab.server.fault({ times: Number.POSITIVE_INFINITY, effect: { kind: 'hang' } })
    const outcome = await lab.aborted(
      (signal) => check(subject, lab, lab.settings, signal),
      () => hanging.hits > 0,
    )
    if (outcome === undefined)
      throw new Error('check() goes on after its signal: pass everything through ctx.http and wait for nothing else.')
    if ('value' in outcome)
      throw new Error('check() answers as if all were well although it was stopped: let the error of ctx.http pass.')
  },
}

export const checkRules: readonly Rule[] = [right, wrong, limited, unreachable, stops]
