/** Holds a request against ConnectWise PSA's published description. */
import type { SimulatedRequest } from '../../core/connector/simulator.ts'
import type { Description, Operation } from './connectwise-psa-description.ts'

const words = new Set(['and', 'or', 'not', 'in', 'like', 'contains', 'true', 'false', 'null'])

/** Conditions name these bare, or below `_info`, although no schema lists them: the developer guide does. */
const infoFields = new Set(['lastUpdated', 'updatedBy', 'dateEntered', 'enteredBy'])

/** The fields a condition speaks of. */
function fieldsIn(conditions: string): string[] {
  const bare = conditions.replace(/"(?:[^"\\]|\\.)*"/g, ' ').replace(/\[[^\]]*\]/g, ' ')
  return [...bare.matchAll(/[A-Za-z_][\w/]*/g)].map(([word]) => word).filter((word) => !words.has(word.toLowerCase()))
}

function list(text: string): string[] {
  return text.split(',').map((part) => part.trim().split(/\s+/)[0] ?? '')
}

/** What the request gets wrong against one operation; `itemSchema` is what the fields in it belong to. */
export function requestProblems(
  description: Description,
  operation: Operation,
  request: SimulatedRequest,
  itemSchema: string | undefined,
): string[] {
  const problems: string[] = []
  if (operation.clientIdRequired && !request.headers.clientid) problems.push('no clientId')
  for (const [name, value] of request.query) {
    const type = operation.query.get(name)
    // A search takes its filter in the body; that pages stay in the address says only the developer guide.
    if (!operation.query.has(name) && !(operation.path.endsWith('/search') && ['page', 'pageSize'].includes(name))) {
      problems.push(`unknown parameter ${name}`)
    }
    if (type === 'integer' && !/^\d+$/.test(value)) problems.push(`${name} is no integer: ${value}`)
  }
  const named = [
    ...fieldsIn(request.query.get('conditions') ?? ''),
    ...fieldsIn(request.query.get('childConditions') ?? ''),
    ...list(request.query.get('orderBy') ?? ''),
    ...list(request.query.get('fields') ?? ''),
  ].filter((field) => field !== '' && !infoFields.has(field))
  for (const field of named) {
    if (itemSchema !== undefined && description.property(operation.version, itemSchema, field) === undefined) {
      problems.push(`${itemSchema} has no field ${field}`)
    }
  }
  if (request.body !== '') problems.push(...bodyProblems(description, operation, request))
  else if (['POST', 'PUT', 'PATCH'].includes(request.method)) problems.push('no body')
  return problems
}

function bodyProblems(description: Description, operation: Operation, request: SimulatedRequest): string[] {
  if (!request.headers['content-type']?.startsWith('application/json')) return ['the body is not sent as JSON']
  if (operation.body === undefined) return operation.lacking.length > 0 ? [] : ['a body where none is described']
  const body: unknown = JSON.parse(request.body)
  const problems = [...description.problems(operation.version, operation.body, body)]
  if (operation.body.schema === 'PatchOperation' && Array.isArray(body)) {
    for (const { op, path, value } of body)
      problems.push(...patchProblems(description, operation, op, String(path).replace(/^\//, ''), value))
  }
  return problems
}

function patchProblems(
  description: Description,
  operation: Operation,
  op: unknown,
  path: string,
  value: unknown,
): string[] {
  const { version, answer } = operation
  if (op !== 'add' && op !== 'replace' && op !== 'remove') return [`unknown patch operation ${op}`]
  if (answer === undefined) return []
  if (description.property(version, answer.schema, path) === undefined) return [`${answer.schema} has no field ${path}`]
  if (op === 'remove' || value === null || path.includes('/')) return []
  return [...description.problems(version, { schema: answer.schema, list: false }, { [path]: value }, true)]
}
