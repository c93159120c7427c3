/** The shell: navigation beside, the page in the middle, and which address shows what. */
import { Component, type ComponentType, type ReactNode, useEffect, useRef, useState } from 'react'
import { Route, Routes, useLocation, useParams } from 'react-router-dom'
import { FeedbackProvider } from './feedback.tsx'
import { useMode } from './mode.ts'
import { Navigation } from './navigation.tsx'
import { usePanel, useResources } from './session.ts'
import { TopBar } from './top-bar.tsx'
import { Callout, Empty, Page } from './ui.tsx'

declare global {
  interface Window {
    readonly AdminJS: { readonly UserComponents: Readonly<Record<string, ComponentType<object> | undefined>> }
  }
}

function NotFound() {
  return (
    <Page title="Not found">
      <Empty icon="Compass" title="There is nothing at this address.">
        The link may be old, or your role may not see what it leads to.
      </Empty>
    </Page>
  )
}

function named(name: string | undefined, props: object = {}): ReactNode {
  const Shown = name === undefined ? undefined : window.AdminJS.UserComponents[name]
  return Shown ? <Shown {...props} /> : <NotFound />
}

function PageRoute() {
  const { pageName } = useParams()
  const { pages } = usePanel()
  return named(pages.find(({ name }) => name === pageName)?.component)
}

function ResourceRoute({ action }: { action: 'list' | 'show' }) {
  const { resourceId, recordId } = useParams()
  const resource = useResources().find(({ id }) => id === resourceId)
  const offered = resource?.actions.find(({ name }) => name === action)
  if (!resource?.resourceActions.some(({ name }) => name === 'list')) return <NotFound />
  return named(offered?.component || undefined, {
    resource,
    action: offered,
    recordId,
    key: `${resourceId} ${recordId}`,
  })
}

/** A page that breaks does not take the navigation along. */
class Guarded extends Component<{ children: ReactNode; place: string }, { error?: Error }> {
  override state: { error?: Error } = {}
  static getDerivedStateFromError(error: Error) {
    return { error }
  }
  override componentDidUpdate(before: { place: string }) {
    if (before.place !== this.props.place && this.state.error) this.setState({})
  }
  override render() {
    if (!this.state.error) return this.props.children
    return (
      <Page title="This page broke">
        <Callout tone="bad" icon="AlertOctagon">
          {this.state.error.message} Reload the page; if it happens again, tell whoever runs the hub.
        </Callout>
      </Page>
    )
  }
}

export default function Application() {
  const { mode, setMode } = useMode()
  const [open, setOpen] = useState(false)
  const { pathname } = useLocation()
  const { dashboard } = usePanel()
  const main = useRef<HTMLElement>(null)
  const first = useRef(true)
  useEffect(() => {
    setOpen(false)
    // A new page is read from its top; the first one keeps the browser's own focus.
    if (first.current) first.current = false
    else main.current?.focus()
    window.scrollTo(0, 0)
  }, [pathname])
  return (
    <FeedbackProvider>
      <div className="shell">
        <a className="skip" href="#main">
          Skip to the page
        </a>
        <Navigation open={open} onClose={() => setOpen(false)} />
        <div className="stage">
          <TopBar mode={mode} setMode={setMode} onMenu={() => setOpen(true)} />
          <main id="main" ref={main} tabIndex={-1}>
            <Guarded place={pathname}>
              <Routes>
                <Route path="/admin" element={named(dashboard.component)} />
                <Route path="/admin/pages/:pageName" element={<PageRoute />} />
                <Route path="/admin/resources/:resourceId" element={<ResourceRoute action="list" />} />
                <Route path="/admin/resources/:resourceId/actions/list" element={<ResourceRoute action="list" />} />
                <Route
                  path="/admin/resources/:resourceId/records/:recordId/show"
                  element={<ResourceRoute action="show" />}
                />
                <Route path="*" element={<NotFound />} />
              </Routes>
            </Guarded>
          </main>
        </div>
      </div>
    </FeedbackProvider>
  )
}
