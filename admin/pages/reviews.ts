/** Changes that were withheld: what, why, and the decision. */
import type { Breaker } from '../../core/connections/rows.ts'
import { streamNames } from '../../core/connector/index.ts'
import type { ReviewGroup, Selection } from '../../core/sync/review.ts'
import type { PanelServices } from '../services.ts'
import type { Input } from './input.ts'
import type { By, PanelPage } from './page.ts'
import { type HeldRecord, heldRecords } from './withheld.ts'

export interface ReviewsData {
  readonly groups: readonly (ReviewGroup & { readonly breaker: Breaker | null })[]
}

export interface ReviewList {
  readonly changes: readonly HeldRecord[]
}

const rows = 100

/** Ids, or all of one kind of one connection; never everything by accident. */
function chosen(input: Input): Selection {
  if (input.has('ids')) return { ids: input.ids('ids') }
  return { connectionId: input.id('connection'), stream: input.oneOf('stream', streamNames), reason: 'guarded' }
}

export function reviewsPage(services: PanelServices): PanelPage {
  const { review, connections, database, audit } = services
  const note = (by: By, action: string, input: Input, changes: number) =>
    audit.record({
      ...by,
      action,
      target: input.has('connection') ? `connection ${input.id('connection')}` : 'chosen changes',
      detail: { changes },
    })
  return {
    component: 'ReviewsPage',
    capability: 'look',
    read: async (query): Promise<ReviewsData | ReviewList> => {
      if (query.flag('list')) {
        const after = query.optionalId('after')
        const changes = await heldRecords(database, review, {
          connectionId: query.id('connection'),
          stream: query.oneOf('stream', streamNames),
          reason: 'guarded',
          limit: rows,
          ...(after !== undefined && { after }),
        })
        return { changes }
      }
      const [groups, all] = await Promise.all([review.summary(), connections.list()])
      return {
        groups: groups
          .filter(({ reason }) => reason !== 'plan')
          .map((group) => ({ ...group, breaker: all.find(({ id }) => id === group.connectionId)?.breaker ?? null })),
      }
    },
    actions: {
      apply: {
        capability: 'decide',
        run: async (input, by) => {
          const { applied } = await review.apply(chosen(input), by.actor.email)
          await note(by, 'review.apply', input, applied)
          return applied
        },
      },
      reject: {
        capability: 'decide',
        run: async (input, by) => {
          const { rejected } = await review.reject(chosen(input), by.actor.email)
          await note(by, 'review.reject', input, rejected)
          return rejected
        },
      },
    },
  }
}
