import t from 'tap'
import { type Palette, palettes } from '../../admin/theme/palette.ts'

/** Relative luminance and contrast as WCAG 2.2 defines them. */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const value = Number.parseInt(hex.slice(start, start + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

type Name = keyof Palette
const grounds: readonly Name[] = ['ground', 'surface', 'sunken']

/** What is written on what. */
const texts: readonly (readonly [Name, Name])[] = [
  ...grounds.flatMap((ground) =>
    (['ink', 'soft', 'accent', 'bad', 'warn'] as const).map((ink) => [ink, ground] as const),
  ),
  ['onAccent', 'accent'],
  ['onAccent', 'accentStrong'],
  ['accentStrong', 'accentTint'],
  ['surface', 'bad'],
  ['railInk', 'rail'],
  ['railInk', 'railActive'],
  ['railSoft', 'rail'],
  ...(['ok', 'warn', 'bad', 'run', 'off'] as const).flatMap((tone) => [
    [tone, `${tone}Tint`] as const,
    ['ink', `${tone}Tint`] as const,
  ]),
]

for (const [mode, palette] of Object.entries(palettes)) {
  t.test(`${mode}: every text has the contrast that WCAG AA asks for`, async (t) => {
    for (const [ink, ground] of texts) {
      const found = contrast(palette[ink], palette[ground])
      t.ok(found >= 4.5, `${ink} on ${ground}: ${found.toFixed(2)}`)
    }
    for (const ground of ['surface', 'ground'] as const) {
      const found = contrast(palette.edge, palette[ground])
      t.ok(found >= 3, `the edge of a field on ${ground}: ${found.toFixed(2)}`)
    }
  })
}
