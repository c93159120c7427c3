import { rm } from 'node:fs/promises'
import { directory, startCluster } from './cluster.ts'

const cluster = await startCluster()
await cluster.stop()
await rm(directory, { recursive: true, force: true })
