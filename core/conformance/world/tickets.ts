/** Tickets with their notes. */
import type { WorldTicket } from '../../connector/simulator.ts'
import { daysLater, momentOn, pastDay } from './calendar.ts'
import { Dice } from './dice.ts'
import type { Population } from './population.ts'
import * as words from './words.ts'

const salt = 31

export function ticketMaker(seed: number, population: Population): (id: number) => WorldTicket {
  return (id) => {
    const dice = new Dice(seed, salt, id)
    const companyId = population.companyFor(dice)
    const statusId = dice.below(words.ticketStatuses.length) + 1
    const boardId = words.ticketStatuses[statusId - 1]?.[0] ?? 1
    const openedOn = pastDay(dice, 1)
    const createdAt = momentOn(dice, openedOn)
    const summary = dice.pick(words.ticketSummaries)
    const notes: WorldTicket['notes'][number][] = []
    const count = dice.below(5)
    for (let i = 0; i <= count; i++) {
      notes.push({
        // Note ids are given across all tickets.
        id: id * 10 + i,
        text:
          i === 0
            ? `${summary}.\nIt began "yesterday" & it's getting worse.`
            : `Note ${i}: ${dice.pick(words.ticketSummaries)}`,
        kind: i === 0 ? 'description' : i === count && dice.chance(0.4) ? 'resolution' : 'note',
        internal: i > 0 && dice.chance(0.4),
        author: dice.pick(words.technicians),
        createdAt: i === 0 ? createdAt : momentOn(dice, daysLater(openedOn, i)),
      })
    }
    return {
      id,
      updatedAt: momentOn(dice, daysLater(openedOn, count + 1)),
      companyId,
      contactId: dice.chance(0.8) ? population.contactFor(companyId, dice) : null,
      boardId,
      statusId,
      priorityId: dice.below(words.priorities.length) + 1,
      summary,
      createdAt,
      notes,
    }
  }
}
