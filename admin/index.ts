/** The admin panel: AdminJS for browsing records, pages of our own for everything one does. */
import './environment.ts'
import AdminJS from 'adminjs'
import type { FastifyInstance } from 'fastify'
import { openModels } from '../core/store/models/index.ts'
import { Assets } from './assets.ts'
import { bundle } from './bundle.ts'
import { componentLoader } from './components.ts'
import { connectionPage } from './pages/connection.ts'
import { connectionsPage } from './pages/connections.ts'
import { homePage } from './pages/home.ts'
import { mappingPage } from './pages/mapping.ts'
import { handlerOf } from './pages/page.ts'
import { reviewsPage } from './pages/reviews.ts'
import { runPage } from './pages/run.ts'
import { switchPage } from './pages/switch.ts'
import { historySpecs } from './resources/history.ts'
import { hubSpecs } from './resources/hub.ts'
import { resourceOf } from './resources/options.ts'
import { syncedSpecs } from './resources/synced.ts'
import { mountRoutes } from './router.ts'
import type { PanelServices } from './services.ts'

export type { PanelServices } from './services.ts'

export const rootPath = '/admin'

/**
 * Makes the panel: bundles its components, reads its files, describes its record types. Answers what mounts
 * it at /admin, on an encapsulated instance whose guard has set `request.user`. Throws if the components
 * cannot be bundled. To be awaited before the server is built: a plugin of Fastify must not take this long.
 */
export async function preparePanel(services: PanelServices): Promise<(scope: FastifyInstance) => Promise<void>> {
  const assets = await Assets.read(`${rootPath}/frontend/assets`, await bundle(services.bundleFolder))
  const models = openModels(services.database.url)
  const specs = [...hubSpecs(models), ...syncedSpecs(models), ...historySpecs(models)]
  const home = homePage(services)
  const pages = {
    connections: connectionsPage(services),
    connection: connectionPage(services),
    switch: switchPage(services),
    run: runPage(services),
    reviews: reviewsPage(services),
    mapping: mappingPage(services),
  }
  const admin = new AdminJS({
    rootPath,
    loginPath: '/login',
    logoutPath: '/logout',
    componentLoader: componentLoader(),
    resources: specs.map((spec) => resourceOf(spec, specs, services.database)),
    dashboard: { component: home.component, handler: handlerOf(home) },
    pages: Object.fromEntries(
      Object.entries(pages).map(([name, page]) => [name, { component: page.component, handler: handlerOf(page) }]),
    ),
    branding: { companyName: 'Tributary', logo: false, withMadeWithLove: false },
    version: { app: services.version },
    settings: { defaultPerPage: 25 },
  })
  return async (scope) => {
    scope.addHook('onClose', () => models.close())
    mountRoutes(scope, admin, assets)
  }
}
