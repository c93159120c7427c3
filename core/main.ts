#!/usr/bin/env node
/** The process: read the settings, take its roles, start, and stop cleanly. */
import { pino } from 'pino'
import { readSettings } from '../config/settings.ts'
import { startProcess } from './process.ts'
import { sentence } from './terminal.ts'

const people = { write: (line: string) => void process.stdout.write(sentence(line)) }
const log = process.stdout.isTTY ? pino({ level: 'info' }, people) : pino({ level: 'info' })
// A promise that a third party's connector forgot must not end the hub.
process.on('unhandledRejection', (error) => log.error({ err: error }, 'A promise was rejected and nobody listened.'))
try {
  const settings = readSettings(process.env)
  log.level = settings.logLevel
  const running = await startProcess(settings, log)
  const stop = async (signal: string) => {
    log.info({ signal }, 'Stopping.')
    await running.stop()
    process.exit(0)
  }
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void stop(signal))
} catch (error) {
  // A sentence for the operator; the stack is for `LOG_LEVEL=debug`.
  log.fatal(error instanceof Error ? error.message : String(error))
  if (error instanceof Error) log.debug({ err: error }, 'Why the start failed.')
  process.exitCode = 1
}
