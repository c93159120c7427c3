import { Database } from '../../core/store/database.ts'
import { migrate } from '../../core/store/migrate.ts'
import { startCluster } from './cluster.ts'

const { url } = await startCluster()
const template = new Database(url)
await migrate(template)
await template.close()
