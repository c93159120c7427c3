/** All Sequelize models on one connection pool: what the panel browses. Syncs write with SQL, never through these. */
import { type Model, type ModelStatic, Sequelize } from 'sequelize'
import { type StreamName, streamNames } from '../../connector/records.ts'
import { defineHub, type HubTable, hubTables } from './hub.ts'
import { defineSynced } from './synced.ts'

export { attributeOf } from './synced.ts'
export type { HubTable }

export interface Models {
  readonly synced: Readonly<Record<StreamName, ModelStatic<Model>>>
  readonly hub: Readonly<Record<HubTable, ModelStatic<Model>>>
  readonly sequelize: Sequelize
  close(): Promise<void>
}

/** Models on the database at `url`, with a small pool of their own; a statement ends after 20 seconds. */
export function openModels(url: string): Models {
  const sequelize = new Sequelize(url, {
    dialect: 'postgres',
    logging: false,
    pool: { max: 5, min: 0, idle: 30_000 },
    dialectOptions: { application_name: 'tributary-panel', statement_timeout: 20_000 },
  })
  const synced = streamNames.map((stream) => [stream, defineSynced(sequelize, stream)])
  const hub = hubTables.map((table) => [table, defineHub(sequelize, table)])
  return {
    // fromEntries forgets which names it was given.
    synced: Object.fromEntries(synced) as Models['synced'],
    hub: Object.fromEntries(hub) as Models['hub'],
    sequelize,
    close: () => sequelize.close(),
  }
}
