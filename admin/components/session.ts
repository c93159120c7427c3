/** Who is logged in and what they may do, and what AdminJS put into the page. */
import type { PageJSON, ResourceJSON } from 'adminjs'
import { useSelector } from 'react-redux'

export interface Session {
  readonly name: string
  readonly email: string
  readonly role: string
  readonly can: Readonly<Record<'look' | 'decide' | 'sync' | 'connections' | 'users', boolean>>
}

interface PanelState {
  readonly session: Session
  readonly resources: readonly ResourceJSON[]
  readonly pages: readonly PageJSON[]
  readonly dashboard: { readonly component?: string }
  readonly versions: { readonly app?: string }
}

export function useSession(): Session {
  return useSelector((state: PanelState) => state.session)
}

export function useResources(): readonly ResourceJSON[] {
  return useSelector((state: PanelState) => state.resources)
}

export function usePanel(): PanelState {
  return useSelector((state: PanelState) => state)
}
