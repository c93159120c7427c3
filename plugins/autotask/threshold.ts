/** The hourly threshold that all integrations of a tenant share. */
import type { Context } from '../../core/connector/contract.ts'
import { isForbidden, isNotFound } from './client.ts'
import type { AutotaskSettings } from './settings.ts'

/**
 * Asks what is left of the hour. Where it is nearly used up, `faults` reads the answer as a reason to wait, so this
 * returns when there is room again. Counts as a request itself: once at the start of a pass and every few pages.
 */
export async function waitForRoom(ctx: Context<AutotaskSettings>): Promise<void> {
  try {
    await ctx.http.request({ url: 'ThresholdInformation' })
  } catch (error) {
    // Without it the hub's own limits and Autotask's refusals still hold.
    if (!isForbidden(error) && !isNotFound(error)) throw error
  }
}
