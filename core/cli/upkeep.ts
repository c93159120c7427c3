import { checkPlugin, printSheet } from '../conformance/plugin-check.ts'
import { Database } from '../store/database.ts'
import { startEmbeddedPostgres } from '../store/embedded.ts'
import { migrate } from '../store/migrate.ts'
import { say, sayJson } from './output.ts'
import { done, failed, type Session, withHub } from './session.ts'

/** `tributary migrate`: needs no key, so that a deployment may do it before the new release has one. */
export async function migrateDatabase({ settings }: Session): Promise<number> {
  const embedded = settings.databaseUrl === undefined ? await startEmbeddedPostgres(settings.dataDir) : undefined
  const database = new Database(settings.databaseUrl ?? embedded?.url ?? '')
  try {
    await database.checkVersion()
    const names = await migrate(database)
    say(names.length === 0 ? 'The database is up to date.' : `Brought up to date: ${names.join(', ')}.`)
    return done
  } finally {
    await database.close()
    if (embedded && !embedded.foundRunning) await embedded.stop()
  }
}

/** `tributary key rotate`: safe to repeat when it was interrupted. */
export async function rotateKey(session: Session): Promise<number> {
  return withHub(session, async (hub) => {
    const moved = await hub.vault.rotate()
    await hub.audit.record({ actor: 'cli', action: 'key.rotate', detail: { moved } })
    say(`${moved} secrets were moved; all are under the key ${hub.vault.keyId} now.`)
    if (session.settings.previousKey !== undefined) say('TRIBUTARY_PREVIOUS_KEY is not needed any more; take it away.')
    return done
  })
}

/** `tributary plugin check`: fails if a rule fails. */
export async function checkFolder(folder: string, { json = false }: { readonly json?: boolean }): Promise<number> {
  const sheet = await checkPlugin(folder)
  if (json) sayJson(sheet)
  else say(printSheet(sheet))
  return sheet.rules.some(({ outcome }) => outcome === 'fail') ? failed : done
}
