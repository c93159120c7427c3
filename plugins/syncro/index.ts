import type { ConnectorHost } from '../../core/connector/contract.ts'
import { syncro } from './connector.ts'

export default async (app: ConnectorHost): Promise<void> => app.connectors.add(syncro)
