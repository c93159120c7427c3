#!/usr/bin/env node
/** `tributary …`: everything that can be done without the panel. This file stays plain enough for an older Node to read. */
import process from 'node:process'

const wanted = 24
const [major] = process.versions.node.split('.')
if (Number(major) < wanted) {
  process.stderr.write(
    `Tributary needs Node ${wanted} or newer; this is ${process.version}. Use \`npm run hub -- …\`, which brings its own.\n`,
  )
  process.exitCode = 2
} else {
  const { main } = await import('./cli/program.ts')
  process.exitCode = await main(process.argv.slice(2), process.env)
}
