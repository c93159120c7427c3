/** The conformance kit's toy connector as a plugin folder. */
import type { ConnectorHost } from '../../../../core/connector/contract.ts'
import { toy } from '../../conformance/toy/connector.ts'

export default (app: ConnectorHost) => app.connectors.add(toy)
