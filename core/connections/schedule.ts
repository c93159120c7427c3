/** Schedules as cron expressions of five fields: minute, hour, day of month, month, day of week. */

const ranges = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
] as const

/** Numbers, `*`, lists, ranges and steps; no names. */
export function isSchedule(text: string): boolean {
  const fields = text.trim().split(/\s+/)
  return fields.length === ranges.length && fields.every((field, index) => isField(field, ranges[index] ?? [0, 0]))
}

function isField(field: string, [lowest, highest]: readonly [number, number]): boolean {
  return field.split(',').every((part) => {
    const [, from, to, step] = /^(\*|\d{1,2})(?:-(\d{1,2}))?(?:\/(\d{1,2}))?$/.exec(part) ?? []
    if (from === undefined || (step !== undefined && Number(step) === 0)) return false
    if (from === '*') return to === undefined
    const last = Number(to ?? from)
    return lowest <= Number(from) && Number(from) <= last && last <= highest
  })
}

export function isTimeZone(name: string): boolean {
  return name === 'UTC' || Intl.supportedValuesOf('timeZone').includes(name)
}
