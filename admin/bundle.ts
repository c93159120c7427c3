/**
 * Bundles the components for the browser, with AdminJS's own bundler. The file is named after what went
 * into it, so it is made once: at the first start, or when the image is built (`node admin/bundle.ts <folder>`).
 */
import './environment.ts'
import { createHash } from 'node:crypto'
import { access, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import AdminJS, { type ComponentLoader } from 'adminjs'
import { componentsBundler } from 'adminjs/bundler'
import { componentLoader } from './components.ts'

const sources = join(import.meta.dirname, 'components')

/** Of all that the components import at run time: they import nothing outside their folder. */
async function hashOfSources(): Promise<string> {
  const hash = createHash('sha256').update(AdminJS.VERSION)
  for (const name of (await readdir(sources)).toSorted()) hash.update(name).update(await readFile(join(sources, name)))
  return hash.digest('hex').slice(0, 16)
}

function entry(loader: ComponentLoader): string {
  const lines = Object.entries(loader.getComponents()).map(
    ([name, file]) => `import ${name} from ${JSON.stringify(file)}\nAdminJS.UserComponents.${name} = ${name}`,
  )
  return ['AdminJS.UserComponents = {}', ...lines].join('\n')
}

interface Warning {
  readonly code?: string
  readonly message: string
}

async function build(folder: string, file: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  // Several processes may start at once: each writes its own file, the last rename wins.
  const mine = `${file}.${process.pid}`
  componentsBundler
    .setInputOption('input', `${mine}.entry.js`)
    .setInputOption('onwarn', (warning: Warning) => {
      // AdminJS would leave these for the browser to find.
      if (warning.code === 'UNRESOLVED_IMPORT' || warning.code === 'MISSING_EXPORT') throw new Error(warning.message)
    })
    .setOutputOption('file', mine)
  await componentsBundler.createEntry({ dir: folder, content: entry(componentLoader()) })
  await componentsBundler.build()
  await rename(mine, file)
  await rm(`${mine}.entry.js`)
}

/** Answers the file with the bundle, made now if it is not in `folder` yet. Throws if it cannot be made. */
export async function bundle(folder: string): Promise<string> {
  const file = join(resolve(folder), `components-${await hashOfSources()}.js`)
  const there = await access(file).then(
    () => true,
    () => false,
  )
  if (!there) {
    await build(resolve(folder), file).catch((cause: Error) => {
      throw new Error(`The panel could not be bundled into ${folder}: ${cause.message}`, { cause })
    })
  }
  return file
}

if (import.meta.main) {
  const folder = process.argv[2]
  if (folder === undefined) throw new Error('Usage: node admin/bundle.ts <folder>')
  process.stdout.write(`${await bundle(folder)}\n`)
}
