/** The one HTML page of the panel. AdminJS's own carries scripts in the page and asks Google for a font. */
import { combineStyles } from '@adminjs/design-system'
import type AdminJS from 'adminjs'
import { type CurrentAdmin, initializeStore, type ReduxState } from 'adminjs'
import type { Assets } from './assets.ts'

// The hash of nothing: styled-components adds an empty style element and fills it by script, which no policy forbids.
const emptyStyle = 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='

/** Everything the page needs comes from the hub itself. */
export const contentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'self'",
  `style-src 'self' '${emptyStyle}'`,
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

/** JSON that cannot end the script element it stands in. */
function json(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c')
}

/** The state without what the browser does not ask for: AdminJS describes every property four times. */
function trimmed(state: ReduxState) {
  const resources = state.resources.map((resource) => ({ ...resource, properties: {}, editProperties: [] }))
  return { ...state, resources }
}

/** The page for whoever is logged in; the address decides in the browser what it shows. */
export async function renderPage(admin: AdminJS, user: CurrentAdmin, assets: Assets): Promise<string> {
  const store = await initializeStore(admin, user)
  const deferred = [
    'state.js',
    'global.bundle.js',
    'design-system.bundle.js',
    'app.bundle.js',
    'components.bundle.js',
    'start.js',
  ]
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tributary</title>
<link rel="icon" type="image/svg+xml" href="${assets.url('mark.svg')}">
<script src="${assets.url('mode.js')}"></script>
<link rel="stylesheet" href="${assets.url('panel.css')}">
${deferred.map((name) => `<script defer src="${assets.url(name)}"></script>`).join('\n')}
</head>
<body>
<div id="app"></div>
<noscript>The panel needs JavaScript. The command line (<code>tributary --help</code>) and the GraphQL API do without.</noscript>
<script type="application/json" id="state">${json({ state: trimmed(store.getState()), theme: combineStyles() })}</script>
</body>
</html>
`
}
