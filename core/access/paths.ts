/** Where things are, for everybody who makes a link. */
export const paths = {
  /** Where a log-in leads, and what `/` sends to. The panel is mounted here. */
  panel: '/admin',
  login: '/login',
  logout: '/logout',
  styles: '/assets/sign-in.css',
  firstAdmin: (token: string) => `/first-admin/${token}`,
  setPassword: (token: string) => `/set-password/${token}`,
} as const

const nowhere = 'http://hub.invalid'

/** A path of this hub to go back to; anything that leads elsewhere, or nowhere useful, becomes the panel. */
export function localPath(wish: string | undefined): string {
  // One slash, no backslash, no control characters: what browsers would read as another host.
  if (wish === undefined || !/^\/(?![/\\])[^\\\p{Cc}]*$/u.test(wish) || !URL.canParse(wish, nowhere)) return paths.panel
  const url = new URL(wish, nowhere)
  const path = `${url.pathname}${url.search}`
  // Dot segments may have left a second slash in front: /.//elsewhere.
  if (url.origin !== nowhere || path.startsWith('//')) return paths.panel
  return [paths.login, paths.logout].some((own) => url.pathname === own) ? paths.panel : path
}
