/** When a connection syncs by itself. */

export interface Nightly {
  /** `HH:MM`. */
  readonly nightly: string
  readonly timeZone: string
}

export interface Scheduled {
  readonly id: number
  readonly schedule: string | null
  readonly timeZone: string | null
}

/** Connections without a schedule of their own start within this many minutes after the nightly time. */
const spreadMinutes = 30

/** The cron expression of a connection: its own, or the nightly one moved by minutes, always the same for the same id. */
export function cronOf(connection: Scheduled, settings: Nightly): { readonly cron: string; readonly tz: string } {
  const tz = connection.timeZone ?? settings.timeZone
  if (connection.schedule !== null) return { cron: connection.schedule, tz }
  const [hour = 0, minute = 0] = settings.nightly.split(':').map(Number)
  // 7 and 30 have no common divisor: thirty neighbours get thirty different minutes.
  const start = (hour * 60 + minute + ((connection.id * 7) % spreadMinutes)) % 1440
  return { cron: `${start % 60} ${Math.floor(start / 60)} * * *`, tz }
}
