/**
 * The AdminJS resource of one record type: read-only, and only of the attributes its spec names, whatever
 * a request asks for. Lists are counted up to a ceiling, in a stable order, without JSON columns.
 */
import { Resource } from '@adminjs/sequelize'
import { type BaseProperty, BaseRecord, type Filter } from 'adminjs'
import {
  literal,
  type Model,
  type ModelStatic,
  Op,
  type Order,
  type ProjectionAlias,
  type WhereOptions,
} from 'sequelize'
import { tables } from '../../core/store/columns.ts'
import { Problem } from '../problem.ts'
import type { FieldSpec, ResourceSpec } from './spec.ts'
import { whereOf } from './where.ts'

/** A list that is longer is "more than …". */
export const countCeiling = 10_000
const longestPage = 100
/** So much of a JSON value is read, in a list and for one record. */
const jsonInList = 200
const jsonInFull = 20_000

type Row = Record<string, unknown>
interface FindOptions {
  readonly limit?: number
  readonly offset?: number
  readonly sort?: { readonly sortBy?: string; readonly direction?: 'asc' | 'desc' }
}
type Selected = string | ProjectionAlias

export class PanelResource extends Resource {
  readonly spec: ResourceSpec
  readonly #model: ModelStatic<Model>
  readonly #fields: ReadonlyMap<string, FieldSpec>

  constructor(spec: ResourceSpec) {
    // The adapter wants the class of a model; a ModelStatic is one.
    super(spec.model as unknown as typeof Model)
    this.spec = spec
    this.#model = spec.model
    this.#fields = new Map(spec.fields.map((field) => [field.name, field]))
  }

  override id(): string {
    return this.spec.id
  }

  override properties(): BaseProperty[] {
    return super.properties().filter((property) => property.name() === 'id' || this.#fields.has(property.name()))
  }

  override property(path: string): BaseProperty | null {
    return path === 'id' || this.#fields.has(path) ? super.property(path) : null
  }

  override async count(filter: Filter): Promise<number> {
    const rows = await this.#rows({
      attributes: [[literal('1'), 'one']],
      where: whereOf(this.spec, filter),
      limit: countCeiling + 1,
    })
    return rows.length
  }

  override async find(filter: Filter, { limit = 25, offset = 0, sort = {} }: FindOptions): Promise<BaseRecord[]> {
    const by = sort.sortBy ?? this.spec.sort.by
    if (by !== 'id' && !this.isSortable(by))
      throw new Problem(400, `${this.spec.title} cannot be sorted by ${JSON.stringify(by)}.`)
    if (!Number.isSafeInteger(offset) || offset < 0 || offset > countCeiling)
      throw new Problem(
        400,
        `Only the first ${countCeiling.toLocaleString('en')} can be paged through; search or filter instead.`,
      )
    const direction = sort.direction === 'desc' ? 'DESC' : 'ASC'
    const rows = await this.#rows({
      attributes: this.#select(new Set(this.spec.list), jsonInList),
      where: whereOf(this.spec, filter),
      order: [...(by === 'id' ? [] : [literal(`${this.#column(by)} ${direction} nulls last`)]), ['id', direction]],
      limit: Math.min(Math.max(1, Number(limit) || 1), longestPage),
      offset,
    })
    return rows.map((row) => new BaseRecord(row, this))
  }

  override async findOne(id: string | number): Promise<BaseRecord | null> {
    const [row] = await this.#byId([id], this.#select(new Set(this.#fields.keys()), jsonInFull))
    return row ? new BaseRecord(row, this) : null
  }

  /** For the names of records that others point to: nothing but id and title is read. */
  override async findMany(ids: readonly (string | number)[]): Promise<BaseRecord[]> {
    const rows = await this.#byId(ids, [...new Set(['id', this.spec.titleField])])
    return rows.map((row) => new BaseRecord(row, this))
  }

  override create(): Promise<never> {
    throw new Problem(405, 'Records are not edited here.')
  }

  override update(): Promise<never> {
    throw new Problem(405, 'Records are not edited here.')
  }

  override delete(): Promise<never> {
    throw new Problem(405, 'Records are not deleted here.')
  }

  /** Whether a list may be ordered by the attribute. */
  isSortable(name: string): boolean {
    const field = this.#fields.get(name)
    return (
      field !== undefined && this.spec.list.includes(name) && !['json', 'list', 'lookup', 'names'].includes(field.kind)
    )
  }

  /**
   * All records the filter finds, by ascending id, in batches; texts only, references and look-ups by name.
   * For exports: the caller stops when it has enough.
   */
  async *all(filter: Filter, batch = 1000): AsyncGenerator<Row[]> {
    const where = whereOf(this.spec, filter)
    const attributes: Selected[] = ['id', ...this.exported().map((field) => this.#asText(field))]
    for (let last = 0; ; ) {
      const rows = await this.#rows({
        attributes,
        where: { [Op.and]: [where, { id: { [Op.gt]: last } }] },
        order: [['id', 'ASC']],
        limit: batch,
      })
      if (rows.length > 0) yield rows
      const end = rows.at(-1)?.id
      if (rows.length < batch || typeof end !== 'number') return
      last = end
    }
  }

  /** The fields of an export, in order. */
  exported(): readonly FieldSpec[] {
    return this.spec.fields
  }

  async #byId(ids: readonly (string | number)[], attributes: Selected[]): Promise<Row[]> {
    const numbers = ids.map(Number).filter((id) => Number.isSafeInteger(id) && id > 0)
    if (numbers.length === 0) return []
    return this.#rows({ attributes, where: { id: { [Op.in]: numbers.slice(0, longestPage) } } })
  }

  async #rows(options: {
    attributes: Selected[]
    where: WhereOptions
    order?: Order
    limit?: number
    offset?: number
  }): Promise<Row[]> {
    // `raw` answers plain objects, which the types of findAll do not tell.
    return (await this.#model.findAll({ ...options, raw: true })) as unknown as Row[]
  }

  #column(name: string): string {
    const column = this.#model.getAttributes()[name]?.field ?? name
    return `"${this.#model.name}"."${column}"`
  }

  #select(names: ReadonlySet<string>, json: number): Selected[] {
    const wanted = this.spec.fields.filter(
      (field) =>
        names.has(field.name) ||
        field.name === this.spec.titleField ||
        field.name === 'sourceUrl' ||
        field.name === 'removedAt',
    )
    return ['id', ...wanted.filter(({ name }) => name !== 'id').map((field) => this.#readable(field, json))]
  }

  /** JSON and lists as text: AdminJS would flatten them into hundreds of keys. */
  #readable(field: FieldSpec, json: number): Selected {
    if (field.sql) return [literal(field.sql.replaceAll('$', `"${this.#model.name}"`)), field.name]
    const column = this.#column(field.name)
    if (field.kind === 'json') return [literal(`left(${column} #>> '{}', ${json})`), field.name]
    if (field.kind === 'list') return [literal(`array_to_string(${column}, ', ')`), field.name]
    if (field.kind === 'lookup' && field.stream)
      return [this.#lookUp(column, tables[field.stream], 'source_id', true), field.name]
    return field.name
  }

  #asText(field: FieldSpec): Selected {
    if (field.kind === 'reference' && field.reference && field.reference !== 'runs')
      return [this.#lookUp(this.#column(field.name), field.reference.replaceAll('-', '_'), 'id', false), field.name]
    return this.#readable(field, jsonInFull)
  }

  /** The name of the row that `column` points to, or what is in the column if there is none. */
  #lookUp(column: string, table: string, key: string, sameConnection: boolean) {
    const scope = sameConnection ? ` and r.connection_id = "${this.#model.name}".connection_id` : ''
    return literal(`coalesce((select r.name from ${table} r where r.${key} = ${column}${scope}), ${column}::text)`)
  }
}
