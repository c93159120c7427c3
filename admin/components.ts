/** Every React component of the panel that AdminJS knows by name. */
import { join } from 'node:path'
import { ComponentLoader } from 'adminjs'

const folder = join(import.meta.dirname, 'components')

const own = {
  HomePage: 'home.tsx',
  ConnectionsPage: 'connections.tsx',
  ConnectionPage: 'connection.tsx',
  SwitchPage: 'switch.tsx',
  RunPage: 'run.tsx',
  ReviewsPage: 'reviews.tsx',
  MappingPage: 'mapping.tsx',
  RecordList: 'record-list.tsx',
  RecordShow: 'record-show.tsx',
} as const

export const componentNames: readonly string[] = ['Application', ...Object.keys(own)]

/** A loader with all of them; `Application` takes the place of AdminJS's own shell. */
export function componentLoader(): ComponentLoader {
  const loader = new ComponentLoader()
  loader.override('Application', join(folder, 'application.tsx'))
  for (const [name, file] of Object.entries(own)) loader.add(name, join(folder, file))
  return loader
}
