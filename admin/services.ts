/** What the panel is given: the hub's services, as far as its pages use them. */
import type { Audit } from '../core/access/audit.ts'
import type { Catalogue } from '../core/connections/catalogue.ts'
import type { Connections } from '../core/connections/connections.ts'
import type { PsaSwitch } from '../core/connections/psa-switch.ts'
import type { Mapping } from '../core/mapping/mapping.ts'
import type { SyncQueue } from '../core/queue/sync-queue.ts'
import type { Database } from '../core/store/database.ts'
import type { Review } from '../core/sync/review.ts'
import type { Runs } from '../core/sync/runs.ts'

export interface PanelServices {
  readonly database: Database
  /** Where the bundle of the panel's components is kept; made beforehand if the process may not write. */
  readonly bundleFolder: string
  readonly version: string
  /** The hub's address as vendors see it; their webhooks go there. */
  readonly publicUrl: string | undefined
  readonly catalogue: Catalogue
  readonly connections: Connections
  readonly psaSwitch: PsaSwitch
  readonly runs: Runs
  readonly review: Review
  readonly queue: Pick<SyncQueue, 'forceSync' | 'nextRun' | 'reschedule' | 'waiting' | 'deadLetters' | 'retryDead'>
  readonly mapping: Mapping
  /** For what the services do not note themselves. */
  readonly audit: Audit
}
