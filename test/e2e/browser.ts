/** Chromium from npm, and what every page must hold: no call to elsewhere, no error in the console. */
import chromium from '@sparticuz/chromium'
import { type Browser, type BrowserContext, chromium as driver, type Page } from 'playwright-core'
import type { Test } from 'tap'

/** Flags for a lambda that take site isolation and stability away. */
const unwanted = /single-process|no-zygote|disable-web-security|disable-site-isolation|insecure-content|headless/

export async function startBrowser(t: Test): Promise<Browser> {
  const browser = await driver.launch({
    executablePath: await chromium.executablePath(),
    args: chromium.args.filter((flag) => !unwanted.test(flag)),
    headless: true,
  })
  t.teardown(() => browser.close())
  return browser
}

export interface Visitor {
  readonly context: BrowserContext
  readonly page: Page
  /** What went wrong behind the scenes: calls to elsewhere, console errors, broken scripts. */
  readonly complaints: string[]
}

/** A browser window; `origin` is the only place it should ever call. */
export async function visitor(
  browser: Browser,
  origin: string,
  options: { readonly width?: number; readonly dark?: boolean; readonly token?: string } = {},
): Promise<Visitor> {
  const context = await browser.newContext({
    baseURL: origin,
    locale: 'en-GB',
    viewport: { width: options.width ?? 1280, height: 900 },
    colorScheme: options.dark ? 'dark' : 'light',
  })
  if (options.token) await context.addCookies([{ name: 'tributary', value: options.token, url: origin }])
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  const complaints: string[] = []
  page.on('request', (request) => {
    if (!request.url().startsWith(origin) && !request.url().startsWith('data:'))
      complaints.push(`called ${request.url()}`)
  })
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  return { context, page, complaints }
}
