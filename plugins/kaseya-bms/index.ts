import type { ConnectorHost } from '../../core/connector/contract.ts'
import { kaseyaBms } from './connector.ts'

export default async (app: ConnectorHost): Promise<void> => app.connectors.add(kaseyaBms)
