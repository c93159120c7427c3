/** Holds requests and answers against Autotask's published description, and remembers what nothing describes. */
import type { SimulatedAnswer, SimulatedRequest } from '../../core/connector/simulator.ts'
import { Description, type Operation, type Spelling } from './autotask-description.ts'
import { isObject } from './json.ts'

const operators = new Set(
  'eq noteq gt gte lt lte beginsWith endsWith contains exist notExist in notIn and or'.split(' '),
)
const queryKeys = new Set(['MaxRecords', 'IncludeFields', 'Filter'])

/** Read once, and only where it is there. */
let known: Description | undefined

/** `ConfigurationItems/query` of `/zone5/ATServicesRest/V1.0/ConfigurationItems/query`. */
function belowApi(path: string): string | undefined {
  return /\/V1\.0\/(.*)$/i.exec(path)?.[1]
}

export class Check {
  readonly problems = new Map<string, number>()
  readonly answered = new Set<string>()
  readonly asked = new Set<string>()
  readonly unchecked = new Set<string>()
  answers = 0
  requests = 0
  readonly #spelling: Spelling
  readonly #description: Description

  constructor(spelling: Spelling = 'camel') {
    this.#spelling = spelling
    known ??= new Description()
    this.#description = known
  }

  answer(request: SimulatedRequest, answer: SimulatedAnswer): void {
    const operation = this.#operation(request)
    if (operation === undefined) return
    const at = `${operation.method} ${operation.path}`
    const body: unknown = answer.body === undefined ? undefined : JSON.parse(JSON.stringify(answer.body))
    if (answer.status >= 400) {
      this.unchecked.add(`${answer.status}: error bodies are not described`)
      return
    }
    this.answers++
    this.answered.add(at)
    if (answer.status !== 200) this.#note(at, [`status ${answer.status}`])
    this.#note(at, this.#description.answerProblems(operation, this.#spelling, body))
  }

  request(request: SimulatedRequest): void {
    const operation = this.#operation(request)
    if (operation === undefined) return
    this.requests++
    const at = `${operation.method} ${operation.path}`
    this.asked.add(at)
    const problems = operation.headers.filter((name) => !request.headers[name]).map((name) => `no header ${name}`)
    for (const name of request.query.keys()) if (!operation.query.has(name)) problems.push(`unknown parameter ${name}`)
    if (request.method !== 'GET' && request.method !== 'DELETE')
      problems.push(...this.#bodyProblems(operation, request))
    this.#note(at, problems)
  }

  #bodyProblems(operation: Operation, request: SimulatedRequest): string[] {
    if (!request.headers['content-type']?.startsWith('application/json')) return ['the body is not sent as JSON']
    const body: unknown = JSON.parse(request.body)
    if (operation.kind === 'write') return [...this.#description.bodyProblems(operation.schema, body)]
    if (!isObject(body)) return ['no object']
    const problems = Object.keys(body)
      .filter((key) => !queryKeys.has(key))
      .map((key) => `unknown key ${key}`)
    const list = this.#description.find('POST', operation.path.replace(/\/count$/, ''))
    const schema = list?.schema ?? operation.schema
    const named = [...(Array.isArray(body.IncludeFields) ? body.IncludeFields : []), ...fieldsIn(body.Filter, problems)]
    for (const field of named) {
      if (!this.#description.hasField(schema, String(field))) problems.push(`${schema} has no field ${field}`)
    }
    if (body.MaxRecords !== undefined && !(Number(body.MaxRecords) >= 1 && Number(body.MaxRecords) <= 500))
      problems.push('MaxRecords')
    return problems
  }

  #operation({ method, path }: SimulatedRequest): Operation | undefined {
    const below = belowApi(path)
    const found = below === undefined ? undefined : this.#description.find(method, below)
    if (found === undefined) {
      this.unchecked.add(`${method} ${(below ?? path).replaceAll(/\/\d+/g, '/{id}')}: not described`)
    }
    return found
  }

  #note(at: string, problems: readonly string[]): void {
    for (const problem of problems) {
      const text = `${at}: ${problem.replaceAll(/\/\d+/g, '/#')}`
      this.problems.set(text, (this.problems.get(text) ?? 0) + 1)
    }
  }
}

/** The fields a filter speaks of; what is no filter goes to the problems. */
function fieldsIn(filter: unknown, problems: string[]): string[] {
  if (!Array.isArray(filter) || filter.length === 0) {
    problems.push('no filter')
    return []
  }
  return filter.flatMap((entry) => {
    const { op, field, items, udf } = Object(entry)
    if (!operators.has(op)) problems.push(`unknown operator ${op}`)
    if (op === 'and' || op === 'or') return fieldsIn(items, problems)
    return udf === true ? [] : [String(field)]
  })
}
