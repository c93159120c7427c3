import type { ConnectorHost } from '../../core/connector/contract.ts'
import { serviceNow } from './connector.ts'

export default async (app: ConnectorHost): Promise<void> => app.connectors.add(serviceNow)
