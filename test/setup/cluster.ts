/** One PostgreSQL per test run, in a temporary folder named after the runner; tap starts and stops it. */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '../../core/store/embedded.ts'

/** The runner is the parent of the set-up script and of every test file. */
export const directory = join(tmpdir(), `tributary-test-${process.ppid}`)

export function startCluster() {
  return startEmbeddedPostgres(directory, [
    'fsync=off',
    'max_connections=200',
    'shared_buffers=256MB',
    'wal_level=minimal',
    'max_wal_senders=0',
  ])
}
