/** How this installation reaches the vendors: proxy, private certificates, and the name it goes by. */
import { readFile } from 'node:fs/promises'
import type { HubSettings } from '../../config/settings.ts'
import type { HttpOptions } from './clients.ts'

export async function networkOf(
  settings: Pick<HubSettings, 'httpsProxy' | 'noProxy' | 'caFile'>,
  log: HttpOptions['log'],
  version: string,
): Promise<HttpOptions> {
  return {
    log,
    userAgent: `Tributary/${version}`,
    ...(settings.httpsProxy !== undefined && { proxy: settings.httpsProxy }),
    noProxy: settings.noProxy,
    ...(settings.caFile !== undefined && { ca: await readFile(settings.caFile, 'utf8') }),
  }
}
