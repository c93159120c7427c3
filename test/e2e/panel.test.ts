import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import t from 'tap'
import { serveSimulator } from '../../core/conformance/server.ts'
import { createWorld } from '../../core/conformance/world.ts'
import { connectWise } from '../../plugins/connectwise-psa/connector.ts'
import { simulate } from '../../plugins/connectwise-psa/simulator.ts'
import { syncro } from '../../plugins/syncro/connector.ts'
import { simulate as simulateSyncro } from '../../plugins/syncro/simulator.ts'
import { startPanel } from '../admin/panel.ts'
import { startBrowser, visitor } from './browser.ts'

const world = createWorld({ companies: 12, contacts: 60, configurations: 150, tickets: 5 })
const simulator = simulate(world)
const server = await serveSimulator(simulator)
const other = simulateSyncro(world)
const otherServer = await serveSimulator(other)
t.teardown(() => Promise.all([server.close(), otherServer.close()]))
const publicUrl = 'https://hub.example'
const panel = await startPanel(t, { connectors: [connectWise, syncro], worker: true, publicUrl })
await panel.token('admin')
const origin = await panel.app.listen({ host: '127.0.0.1', port: 0 })
const browser = await startBrowser(t)

async function fill(page: Page, settings: Readonly<Record<string, unknown>>): Promise<void> {
  for (const [name, value] of Object.entries(settings)) await page.locator(`[name="${name}"]`).fill(String(value))
}

t.test('from the log-in to synced records, in the browser alone', async (t) => {
  const { page, complaints } = await visitor(browser, origin)

  await page.goto('/admin/pages/connections')
  t.match(page.url(), /\/login\?return=/)
  await page.getByLabel('E-mail address').fill('admin@example.com')
  await page.getByLabel('Password').fill('correct horse battery')
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.getByText('Nothing is connected yet').waitFor()

  await page.getByRole('link', { name: 'Home' }).click()
  await page.getByRole('heading', { name: 'Welcome to Tributary' }).waitFor()
  await page.getByRole('link', { name: 'Add the first connection' }).click()
  await page.getByRole('button', { name: /ConnectWise PSA/ }).click()
  await page.getByText('Companies > Company Maintenance: Inquire All').waitFor()

  t.ok(await page.getByRole('button', { name: 'Connect', exact: true }).isDisabled(), 'tested first')
  await fill(page, simulator.wrongSettings(server.origin))
  await page.getByRole('button', { name: 'Test' }).click()
  await page.getByRole('alert').waitFor()
  t.ok(await page.getByRole('button', { name: 'Connect', exact: true }).isDisabled())
  await fill(page, simulator.settings(server.origin))
  await page.getByRole('button', { name: 'Test' }).click()
  await page.getByText(/^Connected to/).waitFor()
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  await page.getByRole('heading', { name: 'ConnectWise PSA Active' }).waitFor()

  await page.getByRole('button', { name: 'Sync now' }).click()
  await page.getByRole('button', { name: /^Dry run/ }).click()
  await page.getByText('The dry run of ConnectWise PSA is queued.').waitFor()
  // Nothing is reloaded: the page follows by itself.
  await page.getByRole('link', { name: '#1', exact: true }).click()
  await page.getByText('changes this run would make').waitFor()
  await page.getByRole('button', { name: 'Apply all' }).click()
  await page.getByRole('button', { name: 'Apply the plan' }).click()
  await page.getByText('Nothing is left to apply').waitFor()

  await page.getByRole('link', { name: 'Mapping' }).click()
  await page.getByRole('button', { name: /^Import all/ }).click()
  await page.getByRole('button', { name: 'Import', exact: true }).click()
  await page.getByText('12 companies imported.').waitFor()

  await page.getByRole('link', { name: 'Connections' }).click()
  await page.getByRole('button', { name: 'Sync now' }).click()
  await page.getByRole('button', { name: 'Everything Reads' }).click()
  await page.getByText('The sync of ConnectWise PSA is queued.').waitFor()
  await page.getByRole('link', { name: 'Home' }).click()
  await page.getByRole('link', { name: '#2', exact: true }).click()
  await page.getByRole('heading', { name: /^Run #2 (Succeeded|With warnings)/ }).waitFor()

  await page.getByRole('link', { name: 'Configurations' }).click()
  await page.getByText('150 configurations').waitFor()
  await page.getByRole('searchbox', { name: 'Search' }).fill('lenovo')
  await page.waitForURL(/filters\.q=lenovo/)
  const found = await page
    .getByText(/^\d+ configurations$/)
    .and(page.locator(':not(:text("150"))'))
    .textContent()
  const download = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Export CSV' }).click()
  const csv = await readFile(await (await download).path(), 'utf8')
  t.equal(
    csv.split('\r\n').filter((line) => /^\d+,/.test(line)).length,
    Number.parseInt(found ?? '', 10),
    'what was found',
  )
  await page.locator('tbody a').first().click()
  await page.locator('#main').getByRole('heading', { name: 'History' }).waitFor()
  t.match(await page.getByRole('link', { name: /Open in ConnectWise PSA/ }).getAttribute('href'), /^http/)
  t.match(await page.locator('.timeline').textContent(), /came with run #/)

  await page.getByRole('button', { name: 'Log out' }).click()
  await page.waitForURL(/\/login/)
  t.same(
    complaints.filter((line) => !/422/.test(line)),
    [],
    'no call to elsewhere, no error in the console',
  )
})

const pages = [
  '/admin',
  '/admin/pages/connections',
  '/admin/pages/connections?add=1',
  '/admin/pages/connections?add=connectwise-psa',
  '/admin/pages/connection?id=1',
  '/admin/pages/connection?id=1&tab=permissions',
  '/admin/pages/connection?id=1&tab=settings',
  '/admin/pages/connection?id=1&tab=webhooks',
  '/admin/pages/switch',
  '/admin/pages/switch?to=syncro',
  '/admin/pages/run?id=2',
  '/admin/pages/run?id=2&tab=changes',
  '/admin/pages/run?id=2&tab=companies',
  '/admin/pages/reviews',
  '/admin/pages/mapping',
  '/admin/pages/mapping?tab=companyStatuses',
  '/admin/resources/runs',
  '/admin/resources/configurations',
  '/admin/resources/configurations/records/3/show',
  '/admin/resources/companies/records/1/show',
  '/admin/resources/audit-log',
]

t.test('every page fits a phone and a desk, has one main heading and names its controls', async (t) => {
  const token = await panel.token('admin')
  for (const width of [390, 1440]) {
    const { page, complaints, context } = await visitor(browser, origin, { width, token, dark: width === 390 })
    for (const path of pages) {
      await page.goto(path)
      await page.locator('.pending').waitFor({ state: 'detached' })
      const found = await page.evaluate(() => ({
        wider: document.documentElement.scrollWidth - document.documentElement.clientWidth,
        headings: document.querySelectorAll('h1').length,
        title: document.title,
        // Text, a label, or a title: something a screen reader can say.
        nameless: [...document.querySelectorAll('button, a, input, select')].flatMap((control) => {
          const labels =
            control instanceof HTMLInputElement || control instanceof HTMLSelectElement
              ? [...(control.labels ?? [])]
              : []
          const name =
            control.textContent ||
            control.getAttribute('aria-label') ||
            control.getAttribute('title') ||
            labels.length > 0
          return name ? [] : [control.outerHTML.slice(0, 120)]
        }),
        serif: getComputedStyle(document.body).fontFamily,
        loaded: [...document.fonts].some(({ status, family }) => status === 'loaded' && family.includes('Plex')),
      }))
      t.match(
        found,
        { wider: 0, headings: 1, nameless: [], title: / · Tributary$/, loaded: true },
        `${path} at ${width}`,
      )
    }
    t.same(complaints, [], `nothing to complain about at ${width}`)
    await context.close()
  }
})

t.test('a phone has its menu; keys do what a pointer does', async (t) => {
  const { page, context } = await visitor(browser, origin, { width: 390, token: await panel.token('admin') })
  await page.goto('/admin')
  await page.getByRole('button', { name: 'Open the menu' }).click()
  t.equal(
    await page.evaluate(() => document.activeElement?.getAttribute('aria-label')),
    'Close the menu',
    'the focus goes in',
  )
  await page.keyboard.press('Escape')
  await page.getByRole('navigation', { name: 'Main' }).waitFor({ state: 'hidden' })
  await page.setViewportSize({ width: 1280, height: 900 })
  await page.goto('/admin/pages/connections')
  await page.getByRole('heading', { name: 'Connections' }).waitFor()
  await page.keyboard.press('Tab')
  t.equal(await page.evaluate(() => document.activeElement?.textContent), 'Skip to the page')
  await page.keyboard.press('Enter')
  t.equal(await page.evaluate(() => document.activeElement?.id), 'main')
  await page.getByRole('button', { name: 'Sync now' }).focus()
  await page.keyboard.press('Enter')
  await page.keyboard.press('ArrowDown')
  t.match(await page.evaluate(() => document.activeElement?.textContent), /^Everything/)
  await page.keyboard.press('Escape')
  t.match(await page.evaluate(() => document.activeElement?.textContent), /^Sync now/, 'and back to where it was')
  await context.close()
})

t.test('light or dark follows the system until one is chosen, and then stays', async (t) => {
  const { page, context } = await visitor(browser, origin, { dark: true, token: await panel.token('admin') })
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  await page.goto('/admin')
  const dark = await ground()
  await page.getByRole('button', { name: 'Light', exact: true }).click()
  const light = await ground()
  t.not(light, dark)
  await page.reload()
  t.equal(await ground(), light)
  await page.getByRole('button', { name: 'As the system' }).click()
  t.equal(await ground(), dark)
  await context.close()
})

t.test('a reader sees everything and is offered nothing to change', async (t) => {
  const { page, context, complaints } = await visitor(browser, origin, { token: await panel.token('reader') })
  for (const path of [
    '/admin',
    '/admin/pages/connection?id=1',
    '/admin/pages/mapping',
    '/admin/pages/connection?id=1&tab=settings',
    '/admin/pages/connection?id=1&tab=webhooks',
  ]) {
    await page.goto(path)
    await page.locator('.pending').waitFor({ state: 'detached' })
    for (const name of [/Sync now/, /Test/, /More/, /Import/, /Unlink/, /Save/, /Add connection/, /Turn on/])
      t.equal(await page.getByRole('button', { name, disabled: false }).count(), 0, `${path}: ${name}`)
  }
  await page.goto('/admin/resources/users')
  await page.getByText('There is nothing at this address.').waitFor()
  t.same(complaints, [])
  await context.close()
})

t.test('write-back is off until somebody ticks what may be written', async (t) => {
  const { page, context, complaints } = await visitor(browser, origin, { token: await panel.token('admin') })
  const stored = async () => {
    const row = await panel.database.row('select write_back as "writeBack" from connections where id = 1')
    return row?.writeBack
  }
  await page.goto('/admin/pages/connection?id=1&tab=settings')
  const boxes = page.getByRole('group', { name: 'Fields the hub may write at the source' })
  await page.locator('.write-back').getByText('Companies > Configurations: Edit All').waitFor()
  t.equal(await boxes.getByRole('checkbox').count(), 3)
  t.equal(await boxes.getByRole('checkbox', { checked: true }).count(), 0)
  await boxes.getByLabel('Warranty end').check()
  await page.getByText('no changes are proposed for now').waitFor()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved.').waitFor()
  t.same(await stored(), { configurations: ['warrantyExpiration'] })
  await page.goto('/admin/pages/connection?id=1')
  await page.getByRole('link', { name: 'Warranty end' }).click()
  await boxes.getByLabel('Warranty end').uncheck()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved.').waitFor()
  t.same(await stored(), { configurations: [] })
  const [first] = await panel.database.rows(
    "select detail from audit_log where action = 'connection.update' and detail->'changed' ? 'writeBack'",
  )
  t.same(first?.detail.changed, ['name', 'writeBack'], 'the log names what was changed, not the whole form')
  t.same(complaints, [])
  await context.close()
})

t.test('a switch of PSA is seen before it is made, and goes on with what is here', async (t) => {
  const { page, context, complaints } = await visitor(browser, origin, { token: await panel.token('admin') })
  const states = () => panel.database.rows('select name, state from connections order by id')
  const companies = () => panel.database.rows('select id, name from companies where removed_at is null order by id')
  const before = await companies()

  await page.goto('/admin/pages/connections?add=1')
  await page.getByRole('button', { name: /^Syncro/ }).click()
  await page.getByText('Nothing is changed until you confirm the plan').waitFor()
  const plan = page.getByRole('button', { name: 'Make the plan' })
  await fill(page, other.wrongSettings(otherServer.origin))
  await page.getByRole('button', { name: 'Test' }).click()
  await page.getByRole('alert').waitFor()
  t.ok(await plan.isDisabled(), 'tested first')
  const settings = other.settings(otherServer.origin)
  await fill(page, settings)
  await page.getByRole('button', { name: 'Test' }).click()
  await page.getByText(/^Connected to/).waitFor()
  await plan.click()
  await page.getByText('they go on with their history').waitFor()
  t.match(await states(), [{ name: 'ConnectWise PSA', state: 'active' }], 'a plan changes nothing')
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href]))
  t.notMatch(kept, settings.apiToken)
  await page.getByRole('button', { name: 'Back' }).click()
  await page.getByText('The browser does not keep secrets').waitFor()
  t.equal(await page.locator('[name="apiToken"]').inputValue(), '')
  await fill(page, settings)
  await page.getByRole('button', { name: 'Test' }).click()
  await page.getByText(/^Connected to/).waitFor()
  await plan.click()
  await page.getByRole('button', { name: 'Switch to Syncro' }).click()
  await page.getByRole('button', { name: 'Switch now' }).click()
  await page.getByRole('heading', { name: 'Syncro is the PSA now' }).waitFor()
  await page.getByText('custom fields and write-back belong to one vendor and start off').waitFor()
  t.match(await states(), [{ state: 'disconnected' }, { name: 'Syncro', state: 'active' }])

  await page.getByRole('button', { name: 'Sync everything now' }).click()
  await page.getByRole('link', { name: 'Watch the sync' }).click()
  const syncs = page.locator('section.card', { has: page.getByRole('heading', { name: 'Syncs' }) })
  await syncs.getByText(/^(Succeeded|With warnings)$/).waitFor()
  t.same(await companies(), before, 'the same companies')
  await page.goto('/admin/pages/connection?id=1')
  await page.getByRole('link', { name: 'Switch back to this PSA' }).click()
  await page.getByText('You go back to ConnectWise PSA.').waitFor()
  t.equal(await page.locator('[name="companyId"]').inputValue(), 'PaperLantern', 'what is no secret is there')
  t.same(complaints, [])
  await context.close()
})

t.test('webhooks entered by hand: the address is shown once, and what comes there is read', async (t) => {
  const { page, context, complaints } = await visitor(browser, origin, { token: await panel.token('admin') })
  await page.goto('/admin/pages/connection?id=2&tab=webhooks')
  await page.getByRole('button', { name: 'Turn on' }).click()
  const address = await page.getByLabel('Webhook address').inputValue()
  t.ok(address.startsWith(`${publicUrl}/hooks/2/`))
  await page.getByText('Notification Center').waitFor()
  await page.getByRole('button', { name: 'I have entered it' }).click()
  await page.getByText('Nothing has come yet').waitFor()
  t.notMatch(await page.content(), address)
  await page.reload()
  await page.getByText('Nothing has come yet').waitFor()
  t.notMatch(await page.content(), address.split('/').at(-1))

  other.enterWebhook?.(address)
  const contact = await panel.database.row<{ id: string }>(
    'select source_id as id from contacts where connection_id = 2 and company_id is not null and removed_at is null limit 1',
  )
  const deliveries = other.deliveries?.('contacts', contact?.id ?? '', 'updated') ?? []
  t.ok(deliveries.length > 0)
  for (const { url, headers, body } of deliveries) {
    const answer = await fetch(url.replace(publicUrl, origin), { method: 'POST', headers, body })
    t.ok(answer.ok)
  }
  await page.getByRole('link', { name: /^#\d+$/ }).click()
  await page.getByText('Reads single records again').waitFor()

  await page.goto('/admin/pages/connection?id=2&tab=webhooks')
  await page.getByRole('button', { name: 'New address' }).click()
  await page.getByRole('button', { name: 'Make a new address' }).click()
  t.not(await page.getByLabel('Webhook address').inputValue(), address)
  await page.getByRole('button', { name: 'Turn off' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Turn off' }).click()
  await page.getByText('Delete the webhook in Syncro too.').waitFor()
  t.same(complaints, [])
  await context.close()
})
