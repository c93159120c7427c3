/** Days and instants of the world. Its clock stands still, so that the same seed gives the same world for ever. */
import type { Choices, Dice } from './dice.ts'

const dayMs = 86_400_000
const firstDay = Date.UTC(2008, 0, 1) / dayMs
const lastDay = Date.UTC(2045, 11, 31) / dayMs

const days: string[] = []
for (let day = firstDay; day <= lastDay; day++) days.push(new Date(day * dayMs).toISOString().slice(0, 10))

/** The last day on which anything happened in the world. */
export const today = '2026-06-30'
const todayNumber = Date.parse(today) / dayMs

/** Month ends, leap days, year ends and the nights in which clocks are changed. */
const trickyDays: Choices<string> = [
  '2020-02-29',
  '2024-02-29',
  '2023-02-28',
  '2025-01-31',
  '2022-04-30',
  '2021-12-31',
  '2022-01-01',
  '2026-03-08',
  '2025-10-26',
  '2026-03-31',
]

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : `${value}`
}

export function dayOf(number: number): string {
  return days[number - firstDay] ?? today
}

/** A day within the last `years`, one in eight of them tricky. */
export function pastDay(dice: Dice, years: number): string {
  return dice.chance(0.125) ? dice.pick(trickyDays) : dayOf(todayNumber - dice.below(Math.round(years * 365.25)))
}

/** The same day `years` later, as makers count warranties; 29 February becomes the 28th where it must. */
export function yearsLater(day: string, years: number): string {
  const year = Number(day.slice(0, 4)) + years
  const rest = day.slice(4)
  return rest === '-02-29' && year % 4 !== 0 ? `${year}-02-28` : `${year}${rest}`
}

/** A moment on `day`. */
export function momentOn(dice: Dice, day: string): string {
  return `${day}T${twoDigits(dice.below(24))}:${twoDigits(dice.below(60))}:${twoDigits(dice.below(60))}Z`
}

export function daysLater(day: string, count: number): string {
  return dayOf(Math.min(todayNumber, Date.parse(day) / dayMs + count))
}

/** A moment within the last `years`. */
export function pastMoment(dice: Dice, years: number): string {
  return momentOn(dice, dayOf(todayNumber - dice.below(Math.round(years * 365.25))))
}
