import { readFile } from 'node:fs/promises'

/** The hub's version, as package.json has it. */
export async function versionOf(): Promise<string> {
  const { version }: { version: string } = JSON.parse(
    await readFile(new URL('../package.json', import.meta.url), 'utf8'),
  )
  return version
}
