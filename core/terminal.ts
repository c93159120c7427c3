/** The log as a person at a terminal reads it; whatever else listens gets pino's JSON. */

const words: Readonly<Record<string, string>> = { 40: 'Warning: ', 50: 'Error: ', 60: 'Error: ' }

/** A line of pino's as a sentence, what belongs to it behind it. */
export function sentence(line: string): string {
  const { level, time, msg, pid: _pid, hostname: _hostname, err, ...rest }: Record<string, unknown> = JSON.parse(line)
  const at = new Date(Number(time)).toLocaleTimeString('en-GB')
  const details = Object.keys(rest).length > 0 ? ` ${JSON.stringify(rest)}` : ''
  const stack = typeof err === 'object' && err !== null && 'stack' in err ? `\n${err.stack}` : ''
  return `${at} ${words[String(level)] ?? ''}${msg ?? ''}${details}${stack}\n`
}
