/** The frame of the pages outside the panel. No scripts; one style sheet. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { paths } from '../paths.ts'
import { type Html, html } from './html.ts'

export const styles = readFileSync(join(import.meta.dirname, 'sign-in.css'), 'utf8')

// In the address, so that browsers may keep the file and still see the next one.
const version = createHash('sha256').update(styles).digest('hex').slice(0, 12)

const mark = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" aria-hidden="true"><path d="M4 3c0 6 8 5 8 11v7M20 3c0 6-8 5-8 11M12 3v6"/></svg>`

/** A whole document. `title` is the tab's and, unless the body has its own, the heading. */
export function page(title: string, body: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} · Tributary</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${paths.styles}?v=${version}">
</head>
<body>
<main>
<p class="brand">${mark} Tributary</p>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`.text
}
