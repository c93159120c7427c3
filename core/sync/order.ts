/** Which streams of a connection run, and what each waits for. */
import { type StreamName, streamNames, streams } from '../connector/index.ts'

/** The wanted streams, in an order in which everything comes after what it depends on. */
export function inOrder(wanted: ReadonlySet<StreamName>): readonly StreamName[] {
  return streamNames.filter((stream) => wanted.has(stream))
}

/** What `stream` waits for within this run. */
export function dependencies(stream: StreamName, wanted: ReadonlySet<StreamName>): readonly StreamName[] {
  return streams[stream].after.filter((name) => wanted.has(name))
}
