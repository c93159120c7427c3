import { capabilitiesOf, capabilityTable } from '../connections/capabilities.ts'
import { loadCatalogue } from '../loader.ts'
import { say, sayJson, tell } from './output.ts'
import { done, failed, type Session } from './session.ts'

/** `tributary connectors`: the capability table, and what could not be loaded. */
export async function connectors({ settings }: Session, { json = false }: { json?: boolean }): Promise<number> {
  const catalogue = await loadCatalogue(settings.plugins)
  const all = catalogue.all()
  if (json) sayJson(all.map((connector) => ({ ...capabilitiesOf(connector), docs: connector.docs })))
  else {
    // A block each: side by side fifteen connectors fit no terminal.
    const [, ...rows] = capabilityTable(all)
    const blocks = all.map(({ name, id }, index) => {
      const cells = rows.map(([label = '', ...row]) => [label, row[index] ?? '–'] as const)
      const offers = cells.flatMap(([label, cell]) => (cell === 'yes' ? label.toLowerCase() : []))
      const details = cells.filter(([, cell]) => cell !== 'yes' && cell !== '–')
      const lines = [['Offers', offers.join('; ')] as const, ...details].filter(([, text]) => text !== '')
      return [`${name} (${id})`, ...lines.map(([label, text]) => `  ${label.padEnd(26)}${text}`)].join('\n')
    })
    say(blocks.join('\n\n'))
  }
  for (const { source, message } of catalogue.broken) tell(`${source} could not be loaded: ${message}`)
  return catalogue.broken.length > 0 ? failed : done
}
