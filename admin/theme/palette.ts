/** The colours of the panel, once: CSS variables and the design system's theme are made from them. */

export interface Palette {
  /** Page, cards, wells. */
  readonly ground: string
  readonly surface: string
  readonly sunken: string
  readonly line: string
  /** Borders of things one can act on; 3:1 against the ground. */
  readonly edge: string
  readonly ink: string
  readonly soft: string
  readonly accent: string
  readonly accentStrong: string
  readonly onAccent: string
  readonly accentTint: string
  readonly rail: string
  readonly railInk: string
  readonly railSoft: string
  readonly railActive: string
  readonly railMark: string
  readonly ok: string
  readonly okTint: string
  readonly warn: string
  readonly warnTint: string
  readonly bad: string
  readonly badTint: string
  readonly badStrong: string
  readonly run: string
  readonly runTint: string
  readonly off: string
  readonly offTint: string
}

export const palettes: Readonly<Record<'light' | 'dark', Palette>> = {
  light: {
    ground: '#f3f6f5',
    surface: '#ffffff',
    sunken: '#eaf0ef',
    line: '#dbe4e2',
    edge: '#7d918e',
    ink: '#11262a',
    soft: '#4d6266',
    accent: '#0b6472',
    accentStrong: '#084c57',
    onAccent: '#ffffff',
    accentTint: '#dff0f1',
    rail: '#0c2f37',
    railInk: '#e2f0f0',
    railSoft: '#a3c2c5',
    railActive: '#16474f',
    railMark: '#62d2d8',
    ok: '#17643c',
    okTint: '#dff2e6',
    warn: '#7c4a03',
    warnTint: '#fcefd3',
    bad: '#a01c26',
    badTint: '#fbe4e3',
    badStrong: '#7d141c',
    run: '#0b588a',
    runTint: '#ddeefa',
    off: '#4d6266',
    offTint: '#e6ecec',
  },
  dark: {
    ground: '#0d1719',
    surface: '#142124',
    sunken: '#0a1214',
    line: '#263a3e',
    edge: '#6d868b',
    ink: '#e5eeee',
    soft: '#a2b6b9',
    accent: '#5bc8d1',
    accentStrong: '#8adde3',
    onAccent: '#05262b',
    accentTint: '#12373d',
    rail: '#081113',
    railInk: '#dcebeb',
    railSoft: '#93abae',
    railActive: '#16292d',
    railMark: '#62d2d8',
    ok: '#7ed4a1',
    okTint: '#11301f',
    warn: '#f0c26c',
    warnTint: '#35290d',
    bad: '#ff9f99',
    badTint: '#3c1a1b',
    badStrong: '#ffc1bc',
    run: '#84c8f3',
    runTint: '#102b3d',
    off: '#a2b6b9',
    offTint: '#203034',
  },
}

function declarations(palette: Palette): string {
  return Object.entries(palette)
    .map(([name, value]) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}:${value}`)
    .join(';')
}

/** As the system wants it, unless `data-mode` on the document says otherwise. */
export function paletteCss(): string {
  const light = `color-scheme:light;${declarations(palettes.light)}`
  const dark = `color-scheme:dark;${declarations(palettes.dark)}`
  return [
    `:root{${light}}`,
    `@media (prefers-color-scheme:dark){:root:not([data-mode=light]){${dark}}}`,
    `:root[data-mode=dark]{${dark}}`,
    '',
  ].join('\n')
}
