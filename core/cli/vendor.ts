/** A connector with settings from a file, open while the command runs. Nothing of it is stored. */
import { Refusal } from '../access/refusal.ts'
import { validateSettings } from '../connections/settings.ts'
import type { Connector, Settings } from '../connector/index.ts'
import { HttpClients } from '../http/clients.ts'
import { networkOf } from '../http/network.ts'
import { loadCatalogue } from '../loader.ts'
import { versionOf } from '../version.ts'
import { readConfig, type Session } from './session.ts'

export interface Vendor {
  readonly connector: Connector
  readonly settings: Settings
  readonly clients: HttpClients
}

/** Throws a sentence if there is no such connector or the settings do not fit. */
export async function withVendor<T>(
  { settings: hubSettings, log }: Session,
  id: string,
  file: string,
  work: (vendor: Vendor) => Promise<T>,
): Promise<T> {
  const config = await readConfig(file)
  const catalogue = await loadCatalogue(hubSettings.plugins)
  const connector = catalogue.get(id)
  if (connector === undefined) {
    const broken = catalogue.broken.find(({ source }) => source.includes(id))
    if (broken) throw new Refusal(`${broken.source} could not be loaded: ${broken.message}`)
    const ids = catalogue.all().map((each) => each.id)
    throw new Refusal(`There is no connector "${id}". There are: ${ids.join(', ')}.`)
  }
  const settings = validateSettings(connector, config)
  const clients = new HttpClients(await networkOf(hubSettings, log, await versionOf()))
  try {
    return await work({ connector, settings, clients })
  } finally {
    await clients.close()
  }
}
