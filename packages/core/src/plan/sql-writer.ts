import { auditSql } from '../audit/index.ts';
import type { BoundAudit, CompiledModel } from '../compile/compiled.ts';
import type { Binder, ParseResult } from '../compile/binder.ts';
import { nodeKey, DEFAULT_SCHEMA } from '../compile/names.ts';
import { findReferences, rewriteReferences, type TableReference } from '../compile/references.ts';
import type { SqlFragment } from '../model/index.ts';
import type { Project, ProjectConfig } from '../project/index.ts';
import { render, type RenderContext } from '../render/index.ts';
import { id, ident, raw, sql, tableIdent, type Sql, type TableName } from '../sql/quote.ts';
import { ALL_TIME, formatInstant, isAllTime, type TimeRange } from '../time/index.ts';
import type { Plan, PlannedNode } from './planned.ts';

/** The statements of one task, in order. */
export interface TaskSql {
  readonly before: readonly string[];
  readonly write: readonly string[];
  readonly after: readonly string[];
}

/** The queries of one audit. */
export interface AuditQueries {
  /** Its bad rows. */
  readonly bad: string;
  /** How many rows it looks at. */
  readonly seen: string;
}

/**
 * Writes the SQL that is sent to the warehouse: macros rendered for the interval, names of models replaced by physical
 * tables. Plans show it and tasks run it, from the same functions.
 */
export class SqlWriter {
  readonly #plan: Plan;
  readonly #config: ProjectConfig;
  readonly #macros: Project['macros'];
  readonly #parse: Binder['parse'];
  readonly #byKey: ReadonlyMap<string, PlannedNode>;
  readonly #inline = new Map<string, Promise<string>>();
  readonly #rewritten = new Map<string, Promise<string>>();
  #waiting: {
    readonly text: string;
    readonly resolve: (result: ParseResult) => void;
    readonly reject: (error: unknown) => void;
  }[] = [];

  constructor(plan: Plan, project: Pick<Project, 'config' | 'macros'>, parse: Binder['parse']) {
    this.#plan = plan;
    this.#config = project.config;
    this.#macros = project.macros;
    this.#parse = parse;
    this.#byKey = new Map([...plan.nodes.values()].map((n) => [nodeKey(n.node.name), n]));
  }

  /** The statements of a model's task. `fresh`: the physical table does not exist yet. */
  async task(planned: PlannedNode, range: TimeRange, fresh: boolean): Promise<TaskSql> {
    const { node } = planned;
    if (node.node === 'source') return { before: [], write: [], after: [] };
    if (planned.work?.kind === 'empty') return { before: [], write: [createTable(planned, node)], after: [] };
    const { definition } = node;
    const query = await this.query(planned, range);
    return {
      before: await this.#statements(planned, definition.preStatements, range),
      write: writeSql(planned, node, query, range, fresh),
      after: await this.#statements(planned, definition.postStatements, range),
    };
  }

  /** A model's SELECT for an interval, over physical tables. */
  async query(planned: PlannedNode, range: TimeRange): Promise<string> {
    const { node } = planned;
    if (node.node === 'source' || node.definition.query === undefined) return '';
    const rendered = this.#render(planned, node, node.definition.query, range);
    return this.rewrite(rendered);
  }

  /**
   * What runs after a model's view was made; `@this_model` is that view. Names of other models stay as they are: what they
   * name is decided by the warehouse.
   */
  virtualUpdate(planned: PlannedNode, view: TableName): readonly string[] {
    const { node } = planned;
    if (node.node === 'source') return [];
    const context: RenderContext = {
      ...this.#context(planned, ALL_TIME),
      thisModel: raw(tableIdent(view)),
      stage: 'promoting',
    };
    return node.definition.virtualStatements
      .map((s) => render(s, node.definition.source, context, node.definition.definitions).value.sql)
      .filter((text) => text.trim() !== '');
  }

  /** The SQL of an audit, over physical tables. */
  async audit(planned: PlannedNode, bound: BoundAudit, range: TimeRange): Promise<AuditQueries> {
    const where =
      planned.node.node === 'model' &&
      planned.node.definition.kind.kind === 'INCREMENTAL_BY_TIME_RANGE' &&
      !isAllTime(range)
        ? timeCondition(planned.node, range)
        : undefined;
    const made = auditSql(
      bound.audit,
      { relation: tableIdent(planned.physical), where },
      this.#context(planned, range),
    );
    const text = made.value?.sql ?? '';
    const seen = `SELECT count(*) AS n FROM ${made.value?.audited ?? tableIdent(planned.physical)}`;
    // An audit of the library that reads nothing else names its table already.
    const isPlain = bound.audit.definition === undefined && bound.dependencies.length === 0;
    return isPlain ? { bad: text, seen } : { bad: await this.rewrite(text), seen: await this.rewrite(seen) };
  }

  /** Replaces names of models and sources by where they live. A text that was asked for before is not parsed again. */
  rewrite(text: string): Promise<string> {
    const known = this.#rewritten.get(text);
    if (known !== undefined) return known;
    const made = this.#rewrite(text);
    this.#rewritten.set(text, made);
    return made;
  }

  async #rewrite(text: string): Promise<string> {
    const parsed = await this.#parseSoon(text);
    // What does not parse is left alone: the warehouse says better what is wrong with it.
    if (!parsed.ok || parsed.statements.length !== 1) return text;
    const references = findReferences(parsed.statements[0], text);
    const targets = new Map<TableReference, string>();
    for (const reference of references.tables) {
      const target = await this.#target(reference);
      if (target !== undefined) targets.set(reference, target);
    }
    return rewriteReferences(text, references, (r) => targets.get(r));
  }

  /** Texts that are asked for in the same turn are parsed in one query. */
  #parseSoon(text: string): Promise<ParseResult> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ text, resolve, reject });
      if (this.#waiting.length === 1) setImmediate(() => void this.#parseWaiting());
    });
  }

  async #parseWaiting(): Promise<void> {
    const asked = this.#waiting;
    this.#waiting = [];
    try {
      const results = await this.#parse(asked.map((a) => a.text));
      for (const [i, { resolve, reject }] of asked.entries()) {
        const result = results[i];
        if (result === undefined) reject(new Error('the parser answered fewer texts than it was asked'));
        else resolve(result);
      }
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }

  async #target(reference: TableReference): Promise<string | undefined> {
    if (reference.catalog !== '') return undefined;
    const planned = this.#byKey.get(
      nodeKey(`${reference.schema === '' ? DEFAULT_SCHEMA : reference.schema}.${reference.table}`),
    );
    if (planned === undefined) return undefined;
    return planned.storage === 'inline' ? this.#inlined(planned) : tableIdent(planned.physical);
  }

  #inlined(planned: PlannedNode): Promise<string> {
    const known = this.#inline.get(planned.node.name);
    if (known !== undefined) return known;
    const text = planned.node.node === 'model' ? (planned.node.sql ?? '') : '';
    const made = this.rewrite(text).then((s) => `(\n${s}\n)`);
    this.#inline.set(planned.node.name, made);
    return made;
  }

  async #statements(
    planned: PlannedNode,
    fragments: readonly SqlFragment[],
    range: TimeRange,
  ): Promise<readonly string[]> {
    if (planned.node.node === 'source') return [];
    const texts: string[] = [];
    for (const fragment of fragments) {
      const text = this.#render(planned, planned.node, fragment, range);
      // `@IF(false, …)` leaves nothing to send.
      if (text.trim() !== '') texts.push(await this.rewrite(text));
    }
    return texts;
  }

  #render(planned: PlannedNode, node: CompiledModel, fragment: SqlFragment, range: TimeRange): string {
    const { definition } = node;
    return render(fragment, definition.source, this.#context(planned, range), definition.definitions).value
      .sql;
  }

  #context(planned: PlannedNode, range: TimeRange): RenderContext {
    const start =
      (planned.node.node === 'model' ? planned.node.definition.start : undefined) ?? this.#config.start;
    return {
      interval: isAllTime(range) ? { start, end: this.#plan.now } : range,
      executionTime: this.#plan.now,
      variables: this.#config.variables,
      thisModel: raw(tableIdent(planned.physical)),
      parameters: new Map(),
      blueprint: planned.node.node === 'model' ? planned.node.definition.blueprint : new Map(),
      columns: ({ schema, table }) =>
        this.#byKey.get(nodeKey(`${schema === '' ? DEFAULT_SCHEMA : schema}.${table}`))?.node.columns,
      macros: this.#macros,
      gateway: this.#config.gateway,
      environment: this.#plan.environment,
      stage: 'evaluating',
    };
  }
}

function writeSql(
  planned: PlannedNode,
  node: CompiledModel,
  query: string,
  range: TimeRange,
  fresh: boolean,
): readonly string[] {
  const target = planned.physical;
  switch (node.definition.kind.kind) {
    case 'VIEW':
      return [sql`CREATE OR REPLACE VIEW ${target} AS\n${raw(query)}`];
    case 'FULL':
      // Columns that only the data tell have to be those that were declared: a missing one is NULL, another one an error.
      if (node.lineage === undefined && node.definition.columns !== undefined)
        return [createTable(planned, node), sql`INSERT INTO ${target} BY NAME\n${raw(query)}`];
      return [sql`CREATE OR REPLACE TABLE ${target} AS\n${raw(query)}`];
    case 'INCREMENTAL_BY_TIME_RANGE': {
      const where = raw(timeCondition(node, range));
      const columns = raw(node.columns.map((c) => ident(c.name)).join(', '));
      const first = fresh ? createTable(planned, node) : sql`DELETE FROM ${target} WHERE ${where}`;
      return [
        first,
        sql`INSERT INTO ${target} (${columns})\nSELECT ${columns} FROM (\n${raw(query)}\n) AS ${id('rows')} WHERE ${where}`,
      ];
    }
    case 'SEED':
    case 'EMBEDDED':
    case 'EXTERNAL':
      return [];
    default:
      return node.definition.kind satisfies never;
  }
}

function createTable(planned: PlannedNode, node: CompiledModel): string {
  const columns = node.columns.map((c) => `${ident(c.name)} ${c.type}`).join(', ');
  return sql`CREATE OR REPLACE TABLE ${planned.physical} (${raw(columns)})`;
}

/** Which rows of a time-range model are inside a range. Rows without a time are in none. */
function timeCondition(node: CompiledModel, range: TimeRange): string {
  const { kind } = node.definition;
  if (kind.kind !== 'INCREMENTAL_BY_TIME_RANGE') return 'TRUE';
  const column = node.columns.find((c) => c.name.toLowerCase() === kind.timeColumn.toLowerCase());
  const type = column?.type ?? 'TIMESTAMP';
  const bound = (at: number): Sql => timeLiteral(at, type, kind.timeFormat);
  const name = id(column?.name ?? kind.timeColumn);
  return sql`${name} >= ${bound(range.start)} AND ${name} < ${bound(range.end)}`;
}

function timeLiteral(at: number, type: string, format: string | undefined): Sql {
  const text = formatInstant(at);
  if (format !== undefined) return raw(sql`CAST(strftime(TIMESTAMP ${text}, ${format}) AS ${raw(type)})`);
  if (type === 'DATE') return raw(sql`DATE ${text}`);
  // An offset may only stand after a time of day.
  if (type === 'TIMESTAMP WITH TIME ZONE')
    return raw(sql`TIMESTAMPTZ ${`${text.includes(' ') ? text : `${text} 00:00:00`}+00`}`);
  return raw(sql`CAST(${text} AS ${raw(type)})`);
}
