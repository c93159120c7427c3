/** The rights a vendor must grant: what is there, what is missing, where to click. */
import type { Permission, PermissionCheck } from '../../core/connector/index.ts'
import { Badge, Icon } from './ui.tsx'
import type { Tone } from './words.ts'

const states: Readonly<Record<string, { readonly tone: Tone; readonly icon: string; readonly text: string }>> = {
  ok: { tone: 'ok', icon: 'Check', text: 'Granted' },
  missing: { tone: 'bad', icon: 'X', text: 'Missing' },
  excessive: { tone: 'warn', icon: 'AlertTriangle', text: 'More than needed' },
  unknown: { tone: 'off', icon: 'HelpCircle', text: 'Cannot be checked' },
}

export function Permissions({
  permissions,
  checked,
}: {
  permissions: readonly Permission[]
  checked: { readonly permissions: readonly PermissionCheck[] } | null
}) {
  return (
    <ul className="permissions">
      {permissions.map((permission) => {
        const found = checked?.permissions.find((each) => each.permission === permission.id)
        const state = found && states[found.state]
        return (
          <li key={permission.id} className={found?.state ?? 'unchecked'}>
            <div className="what">
              <strong>{permission.right}</strong>
              <span className="soft">
                {' '}
                for {permission.capability}
                {state && !permission.required ? ' (optional)' : ''}
              </span>
              {found && found.state !== 'ok' && <p>{found.message}</p>}
              <p className="where">
                <Icon name="Navigation" size={13} /> {permission.where}
              </p>
            </div>
            {state ? (
              <Badge tone={state.tone} icon={state.icon}>
                {state.text}
              </Badge>
            ) : (
              <Badge tone={permission.required ? 'run' : 'off'}>{permission.required ? 'Needed' : 'Optional'}</Badge>
            )}
          </li>
        )
      })}
    </ul>
  )
}
