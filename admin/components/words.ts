/** Numbers, times and states in words. */
const number = new Intl.NumberFormat('en')
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' })
const weekday = new Intl.DateTimeFormat('en', { weekday: 'long' })
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeZone: 'UTC' })

export function count(value: number): string {
  return number.format(value)
}

/** 1,240,113 → "1.2 M". */
export function rough(value: number): string {
  if (value >= 1_000_000) return `${(value / 1_000_000).toFixed(1)} M`
  if (value >= 10_000) return `${Math.round(value / 1000)} k`
  return count(value)
}

export function many(value: number, one: string, several = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : several}`
}

export function fullTime(at: string): string {
  return moment.format(new Date(at))
}

export function calendarDay(at: string): string {
  return day.format(new Date(`${at}T00:00:00Z`))
}

/** "12 minutes ago", "in 3 hours", "tomorrow at 02:07". */
export function relative(at: string, now = Date.now()): string {
  const date = new Date(at)
  const seconds = Math.round((date.getTime() - now) / 1000)
  const distance = Math.abs(seconds)
  const past = seconds <= 0
  if (distance < 45) return past ? 'just now' : 'in a moment'
  if (distance < 3600) return sided(Math.max(1, Math.round(distance / 60)), 'minute', past)
  if (distance < 6 * 3600) return sided(Math.round(distance / 3600), 'hour', past)
  const days = Math.round((midnight(date) - midnight(new Date(now))) / 86_400_000)
  if (days === 0) return `today at ${clock.format(date)}`
  if (days === 1) return `tomorrow at ${clock.format(date)}`
  if (days === -1) return `yesterday at ${clock.format(date)}`
  if (days > 1 && days < 7) return `${weekday.format(date)} at ${clock.format(date)}`
  return distance < 60 * 86_400 ? sided(Math.abs(days), 'day', past) : moment.format(date)
}

function sided(value: number, unit: string, past: boolean): string {
  const words = many(value, unit)
  return past ? `${words} ago` : `in ${words}`
}

function midnight(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()
}

/** "42 s", "3 min 20 s", "1 h 12 min". */
export function duration(from: string, to: string | null, now = Date.now()): string {
  const seconds = Math.max(0, Math.round(((to ? Date.parse(to) : now) - Date.parse(from)) / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

export type Tone = 'ok' | 'warn' | 'bad' | 'run' | 'off'

interface State {
  readonly tone: Tone
  readonly text: string
  readonly icon: string
}

export const connectionStates: Readonly<Record<string, State>> = {
  active: { tone: 'ok', text: 'Active', icon: 'Check' },
  paused: { tone: 'off', text: 'Paused', icon: 'Pause' },
  'needs-sign-in': { tone: 'bad', text: 'Needs sign-in', icon: 'Key' },
  disconnected: { tone: 'off', text: 'Disconnected', icon: 'X' },
}

export const runStates: Readonly<Record<string, State>> = {
  pending: { tone: 'off', text: 'Not started', icon: 'MoreHorizontal' },
  running: { tone: 'run', text: 'Running', icon: 'RefreshCw' },
  waiting: { tone: 'run', text: 'Waiting', icon: 'Clock' },
  succeeded: { tone: 'ok', text: 'Succeeded', icon: 'Check' },
  warning: { tone: 'warn', text: 'With warnings', icon: 'AlertTriangle' },
  failed: { tone: 'bad', text: 'Failed', icon: 'X' },
  cancelled: { tone: 'off', text: 'Cancelled', icon: 'Slash' },
  skipped: { tone: 'off', text: 'Skipped', icon: 'SkipForward' },
}

export const triggers: Readonly<Record<string, string>> = {
  schedule: 'on schedule',
  force: 'by Force sync',
  webhook: 'by a webhook',
  cli: 'from the command line',
  demo: 'by the demo',
}

export const kindTitles: Readonly<Record<string, string>> = {
  psa: 'PSA',
  documentation: 'Documentation',
  identity: 'Microsoft 365',
  warranty: 'Warranty',
}

export const actionWords: Readonly<Record<string, { readonly one: string; readonly tone: Tone }>> = {
  create: { one: 'new', tone: 'ok' },
  update: { one: 'changed', tone: 'run' },
  restore: { one: 'returned', tone: 'ok' },
  remove: { one: 'gone', tone: 'bad' },
}

interface Tally {
  readonly created: number
  readonly updated: number
  readonly restored: number
  readonly removed: number
  readonly withheld: number
  readonly rejected: number
}

/** "34 changed, 2 new, 1 gone": what a run did, or that it did nothing. */
export function tally(run: Tally): string {
  const parts = [
    [run.created, 'new'],
    [run.updated, 'changed'],
    [run.restored, 'returned'],
    [run.removed, 'gone'],
    [run.withheld, 'withheld'],
    [run.rejected, 'rejected'],
  ] as const
  const told = parts.filter(([value]) => value > 0).map(([value, word]) => `${count(value)} ${word}`)
  return told.length > 0 ? told.join(', ') : 'nothing changed'
}

/** A field's value as text; null = empty. */
export function plain(value: unknown): string | null {
  if (value === null || value === undefined || value === '') return null
  if (typeof value === 'boolean') return value ? 'Yes' : 'No'
  if (Array.isArray(value)) return value.map((item) => plain(item) ?? '').join(', ')
  if (typeof value === 'object') return JSON.stringify(value)
  return String(value)
}

/** `serial_number` → "Serial number". */
export function fieldLabel(column: string): string {
  const words = column.replace(/_(source_)?/g, ' ').trim()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** English, as far as the names here need it. */
export function plural(one: string): string {
  if (one.endsWith('y')) return `${one.slice(0, -1)}ies`
  return one.endsWith('s') ? `${one}es` : `${one}s`
}
