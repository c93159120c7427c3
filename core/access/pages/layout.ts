/** The frame of the pages outside the panel. No scripts; one style sheet. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { paths } from '../paths.ts'
import { Html, html } from './html.ts'

export const styles = readFileSync(join(import.meta.dirname, 'sign-in.css'), 'utf8')

// In the address, so that browsers may keep the file and still see the next one.
const version = createHash('sha256').update(styles).digest('hex').slice(0, 12)

const mark =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="8" fill="#0c2f37"/><g fill="none" stroke-width="2.8" stroke-linecap="round"><path d="M7 6c0 8 9 7 9 14v6" stroke="#62d2d8"/><path d="M25 6c0 8-9 7-9 14" stroke="#f0b95a"/><path d="M16 6v7" stroke="#eaf7f7"/></g></svg>'

/** A whole document. `title` is the tab's and, unless the body has its own, the heading. */
export function page(title: string, body: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} · Tributary</title>
<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(mark)}">
<link rel="stylesheet" href="${paths.styles}?v=${version}">
</head>
<body>
<main>
<p class="brand">${new Html(mark)} Tributary</p>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`.text
}
