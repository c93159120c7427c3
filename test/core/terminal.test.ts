import { pino } from 'pino'
import t from 'tap'
import { sentence } from '../../core/terminal.ts'

t.test('the log reads as sentences, with all that belongs to them', async (t) => {
  const said: string[] = []
  const log = pino({ level: 'debug' }, { write: (line: string) => said.push(sentence(line)) })
  log.info('The panel is at http://127.0.0.1:3000/admin.')
  log.warn({ connection: 'Our PSA' }, 'A schedule could not be set.')
  log.error({ err: new Error('out of paper') }, 'The page could not be printed.')
  log.info({ signal: 'SIGINT' })
  t.match(said, [
    /^\d\d:\d\d:\d\d The panel is at http:\/\/127\.0\.0\.1:3000\/admin\.\n$/,
    /^\d\d:\d\d:\d\d Warning: A schedule could not be set\. \{"connection":"Our PSA"\}\n$/,
    /^\d\d:\d\d:\d\d Error: The page could not be printed\.\nError: out of paper\n {4}at .*\n$/s,
    /^\d\d:\d\d:\d\d {2}\{"signal":"SIGINT"\}\n$/,
  ])
})
