/** How a test went, in one sentence. */
import type { CheckReport } from '../../core/connections/check.ts'
import { Callout } from './ui.tsx'

export function resultOf(report: CheckReport): string {
  if (!report.ok) return report.message ?? 'The connection cannot be used like this.'
  const missing = report.permissions.filter(({ state }) => state === 'missing').length
  const account = report.accountName ?? report.account ?? 'the vendor'
  return missing > 0
    ? `Connected to ${account}. ${missing === 1 ? 'One right is' : `${missing} rights are`} missing; what needs them stays off until you grant them.`
    : `Connected to ${account}. All rights are there.`
}

export function TestResult({ report }: { report: CheckReport }) {
  const missing = report.permissions.some(({ state }) => state === 'missing')
  const tone = report.ok ? (missing ? 'warn' : 'ok') : 'bad'
  return (
    <Callout tone={tone} icon={tone === 'ok' ? 'CheckCircle' : tone === 'warn' ? 'AlertTriangle' : 'AlertOctagon'}>
      {resultOf(report)}
    </Callout>
  )
}
