/** What the admin selects: import filters and custom fields. */
import { differenceOf, type ReadRecord, some } from '../reading.ts'
import { messageOf, NotApplicable, type Rule } from '../subject.ts'

const filters: Rule = {
  id: 'selection.filters',
  promise: 'Each declared filter yields exactly the records it means, for one value and for several.',
  async run(subject) {
    const declared = subject.source().filters ?? []
    if (declared.length === 0) throw new NotApplicable('no filters declared')
    const lab = await subject.open()
    for (const filter of declared) {
      const stream = filter.startsWith('company') ? 'companies' : 'configurations'
      const field = {
        companyTypes: 'typeIds',
        companyStatuses: 'statusId',
        configurationTypes: 'typeId',
        configurationStatuses: 'statusId',
      }[filter]
      const whole = await subject.plain(lab, stream)
      const values = new Map([...whole.records].map(([id, record]) => [id, [record.fields[field]].flat()]))
      const common = [...new Set([...values.values()].flat())].filter((value) => typeof value === 'string')
      if (common.length === 0)
        throw new Error(`${filter}: no record of ${stream} says its own, so the filter cannot be chosen.`)
      for (const chosen of [common.slice(0, 1), common.slice(-2)]) {
        const { failure, records } = await lab.read(stream, { filter: { [filter]: chosen } })
        if (failure !== undefined) throw new Error(`${filter}: the reading fails: ${messageOf(failure)}`)
        const wanted = [...values]
          .filter(([, own]) => own.some((value) => chosen.some((one) => one === value)))
          .map(([id]) => id)
        const missing = wanted.filter((id) => !records.has(id))
        const extra = [...records.keys()].filter((id) => !wanted.includes(id))
        if (missing.length > 0 || extra.length > 0)
          throw new Error(
            `${filter} ${chosen.join(' or ')}: ${missing.length} records are missing, ${extra.length} should not be there (${some([...missing, ...extra])}).`,
          )
      }
    }
  },
}

const withheld = /pass(word|phrase)|secret|encrypted/i

const customFields: Rule = {
  id: 'selection.custom-fields',
  promise: 'Custom fields come as chosen and no others; passwords are never offered.',
  async run(subject) {
    const lab = await subject.open()
    const { streams } = subject.source()
    await subject.eachStream(async (stream) => {
      const reader = streams[stream]
      if (reader?.customFields === undefined) throw new NotApplicable('no stream has custom fields')
      const offered = await lab.call('customFields', async (ctx) => reader.customFields?.(ctx) ?? [])
      if (offered.length === 0 && stream === 'companies')
        throw new NotApplicable('the world gives companies no custom fields')
      if (offered.length === 0) throw new Error('customFields() offers none although the simulator has some.')
      const secret = offered.find(({ type, title }) => withheld.test(type) || withheld.test(title))
      if (secret)
        throw new Error(`customFields() offers "${secret.title}" (${secret.type}): leave passwords where they are.`)
      const ids = offered.map(({ id }) => id)
      if (new Set(ids).size < ids.length) throw new Error('customFields() offers an id twice.')
      const bare = await subject.plain(lab, stream)
      if ([...bare.records.values()].some((record) => Object.keys(valuesIn(record)).length > 0))
        throw new Error('custom fields are read although none was chosen.')
      for (const chosen of [ids.slice(0, 1), ids]) {
        const { failure, records } = await lab.read(stream, { customFields: chosen })
        if (failure !== undefined) throw new Error(`with custom fields the reading fails: ${messageOf(failure)}`)
        const seen = new Set([...records.values()].flatMap((record) => Object.keys(valuesIn(record))))
        const extra = [...seen].filter((id) => !chosen.includes(id))
        if (extra.length > 0) throw new Error(`custom field ${some(extra)} is read although it was not chosen.`)
        if (seen.size === 0) throw new Error(`custom field ${some(chosen)} was chosen and is in no record.`)
      }
      const twice = await lab.read(stream, { customFields: ids })
      const difference = differenceOf(twice, await lab.read(stream, { customFields: ids }))
      if (difference !== undefined) throw new Error(`custom fields differ between two readings: ${difference}.`)
    })
  },
}

function valuesIn(record: ReadRecord): Readonly<Record<string, unknown>> {
  const value = record.fields.customFields
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}

export const selectionRules: readonly Rule[] = [filters, customFields]
