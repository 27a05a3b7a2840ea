import {
  auditedRelation,
  auditSql,
  blameQueries,
  divertSql,
  groupsRows,
  standaloneSql,
  type AuditScope,
  type BlameQuery,
} from '../audit/index.ts';
import type { BoundAudit, CompiledModel, StandaloneAudit } from '../compile/compiled.ts';
import type { Binder, ParseResult } from '../compile/binder.ts';
import { nodeKey, nodeSchemaAndTable, DEFAULT_SCHEMA } from '../compile/names.ts';
import { findReferences, rewriteReferences, type TableReference } from '../compile/references.ts';
import { SourceText, type Diagnostic, type Outcome } from '../diagnostic/index.ts';
import type { SqlFragment } from '../model/index.ts';
import type { Project, ProjectConfig } from '../project/index.ts';
import { render, type RenderContext } from '../render/index.ts';
import { namesTable } from '../sql/names-table.ts';
import { ident, raw, tableIdent, type TableName } from '../sql/quote.ts';
import { ALL_TIME, isAllTime, type TimeRange } from '../time/index.ts';
import type { Plan, PlannedNode } from './planned.ts';
import type { Carry } from './carry.ts';
import { commentOn } from './write/comments.ts';
import { sharedQuestion, type Scan, type SharedQuestion } from './shared-question.ts';
import { writeCarry } from './write/carry.ts';
import { preparing, type Step } from './write/step.ts';
import { createTable } from './write/target.ts';
import { timeCondition } from './write/time-range.ts';
import { writeSteps } from './write/write-steps.ts';

/** How many rows an audit looks at. */
export interface SeenQuery {
  readonly sql: string;
  /** Whether a condition of the audit's own picks them, of those that other audits of the model look at. */
  readonly isNarrowed: boolean;
}

/** The queries of one audit. */
export interface AuditQueries {
  /** Its bad rows. */
  readonly bad: string;
  readonly seen: SeenQuery;
  /** Whether to ask for rows before they are counted: what is not many is counted with that. */
  readonly rowsFirst: boolean;
  /** Which columns are to blame, and with which values, not more than so many of each. */
  readonly blame: (most: number) => Promise<readonly BlameQuery[]>;
}

/** The queries of one audit that diverts. */
export interface DivertQueries {
  /** A column `id`: the row ids of bad rows in the physical table. */
  readonly rowIds: string;
  /** How many rows it returns that are not in the table; undefined where that cannot be. */
  readonly strangers: string | undefined;
  readonly seen: SeenQuery;
  readonly blame: AuditQueries['blame'];
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

  /** The statements of a model's task, in order. `fresh`: the physical table does not exist yet. */
  async task(planned: PlannedNode, range: TimeRange, fresh: boolean): Promise<readonly Step[]> {
    const { node, physical: table, columns, work } = planned;
    if (work?.kind === 'carry') return [];
    const isEmpty = work?.kind === 'empty';
    const made = isEmpty ? [createTable(table, columns), ...commentOn(node, table, 'TABLE')] : [];
    if (node.node === 'source' || (isEmpty && !work.checked)) return made;
    const { definition } = node;
    const query = await this.query(planned, range);
    const written = isEmpty
      ? [...made, ...(query === '' ? [] : [preparing(`SELECT * FROM (\n${query}\n) AS "rows" LIMIT 0`)])]
      : writeSteps({ node, table, columns, query, fresh, now: this.#plan.now }, range);
    return [
      ...(await this.#statements(planned, definition.preStatements, range)).map(preparing),
      ...written,
      ...(isEmpty
        ? []
        : fresh || planned.storage === 'view' || definition.kind.kind === 'FULL'
          ? commentOn(node, table, planned.storage === 'view' ? 'VIEW' : 'TABLE', columns)
          : []),
      ...(await this.#statements(planned, definition.postStatements, range)).map(preparing),
    ];
  }

  /** The statements that fill a new table with the rows of the one before. */
  carry(planned: PlannedNode, carry: Carry): readonly Step[] {
    const { node, physical, columns } = planned;
    return [...writeCarry(physical, carry), ...commentOn(node, physical, 'TABLE', columns)];
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

  /** Statements of the project around all work, macros rendered. Names are those that readers use. */
  around(which: 'beforeAll' | 'afterAll'): Outcome<readonly string[]> {
    const diagnostics: Diagnostic[] = [];
    const value = this.#config[which].map(({ text, location }) => {
      const source = new SourceText(location.path, text);
      const made = render({ text, offset: 0 }, source, this.#projectContext());
      diagnostics.push(...made.diagnostics.map((d) => ({ ...d, location })));
      return made.value.sql;
    });
    return { value, diagnostics };
  }

  /** The SQL of an audit, over physical tables. `parts`: conditions that divide the table's rows. */
  async audit(
    planned: PlannedNode,
    bound: BoundAudit,
    range: TimeRange,
    parts: readonly string[] = [],
  ): Promise<AuditQueries> {
    const made = auditSql(
      bound.audit,
      { ...auditScope(planned, range), parts },
      this.#context(planned, range),
    );
    const text = made.value?.sql ?? '';
    const isPlain = namesPhysicalOnly(planned, bound);
    const bad = isPlain ? text : await this.rewrite(text);
    const relation = made.value?.audited ?? tableIdent(planned.physical);
    return {
      bad,
      seen: await this.#seen(bound, relation, isPlain),
      rowsFirst: groupsRows(bound.audit),
      blame: async (most) => {
        const asked = blameQueries(bound.audit, { bad, relation }, most);
        // What a column says adds no name to those of the bad rows.
        return Promise.all(
          asked.map(async (a) =>
            isPlain || a.plain !== undefined
              ? a
              : { ...a, values: await this.rewrite(a.values), query: await this.rewrite(a.query) },
          ),
        );
      },
    };
  }

  /** Only a condition of its own names what has to be found. */
  async #seen({ audit }: BoundAudit, relation: string, isPlain: boolean): Promise<SeenQuery> {
    const sql = `SELECT count(*) AS n FROM ${relation}`;
    const isNarrowed = audit.arguments.has('condition');
    return { sql: isPlain || !isNarrowed ? sql : await this.rewrite(sql), isNarrowed };
  }

  /** How many rows an audit looks at whose bad rows are not asked for by themselves. */
  async seen(planned: PlannedNode, bound: BoundAudit, range: TimeRange): Promise<SeenQuery> {
    const relation = auditedRelation(bound.audit, auditScope(planned, range));
    return this.#seen(bound, relation, namesPhysicalOnly(planned, bound));
  }

  /** One question for those of a model's audits that are asked faster together; undefined where none are. */
  shared(
    planned: PlannedNode,
    audits: readonly BoundAudit[],
    range: TimeRange,
    scan: Scan,
  ): Promise<SharedQuestion | undefined> {
    const parse = (text: string): Promise<ParseResult> => this.#parseSoon(text);
    return sharedQuestion(audits, auditScope(planned, range), planned.columns, scan, parse);
  }

  /** The bad rows of a standalone audit, over physical tables. */
  standalone({ audit, definition }: StandaloneAudit): Promise<string> {
    return this.rewrite(standaloneSql(audit, definition, this.#projectContext()).value.sql);
  }

  /** How an audit that diverts finds the rows it takes out of the physical table. */
  async divert(planned: PlannedNode, bound: BoundAudit, range: TimeRange): Promise<DivertQueries> {
    const where =
      planned.node.node === 'model' && !isAllTime(range) ? timeCondition(planned.node, range) : undefined;
    const scope = { relation: tableIdent(planned.physical), where };
    const names = planned.columns.map((c) => c.name);
    const { rowIds, strangers } = divertSql(bound.audit, scope, names, this.#context(planned, range));
    const { seen, blame } = await this.audit(planned, bound, range);
    if (strangers === undefined) return { rowIds, strangers, seen, blame };
    return { rowIds: await this.rewrite(rowIds), strangers: await this.rewrite(strangers), seen, blame };
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
    return planned.storage === 'inline' ? this.#inlined(planned) : readable(planned);
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
      ...this.#projectContext(),
      interval: isAllTime(range) ? { start, end: this.#plan.now } : range,
      thisModel: raw(tableIdent(planned.physical)),
      modelKind: planned.node.node === 'model' ? planned.node.definition.kind.kind : undefined,
      blueprint: planned.node.node === 'model' ? planned.node.definition.blueprint : new Map(),
    };
  }

  /** What macros mean outside of any model. */
  #projectContext(): RenderContext {
    return {
      interval: { start: this.#config.start, end: this.#plan.now },
      executionTime: this.#plan.now,
      variables: this.#config.variables,
      thisModel: undefined,
      modelKind: undefined,
      parameters: new Map(),
      blueprint: new Map(),
      columns: ({ schema, table }) =>
        this.#byKey.get(nodeKey(`${schema === '' ? DEFAULT_SCHEMA : schema}.${table}`))?.node.columns,
      macros: this.#macros,
      gateway: this.#config.gateway,
      environment: this.#plan.environment,
      stage: 'evaluating',
    };
  }
}

/** The rows that audits of a model look at. */
function auditScope({ node, physical }: PlannedNode, range: TimeRange): AuditScope {
  const isPart =
    node.node === 'model' && node.definition.kind.kind === 'INCREMENTAL_BY_TIME_RANGE' && !isAllTime(range);
  return { relation: tableIdent(physical), where: isPart ? timeCondition(node, range) : undefined };
}

/** An audit of the library that reads nothing else names its table already, unless an argument names the model. */
function namesPhysicalOnly({ node }: PlannedNode, { audit, dependencies }: BoundAudit): boolean {
  if (audit.definition !== undefined || dependencies.length > 0) return false;
  const { schema, table } = nodeSchemaAndTable(node.name);
  const own = { schema, table, isDefaultSchema: nodeKey(schema) === DEFAULT_SCHEMA };
  return ![...audit.arguments.values()].some((a) => namesTable(a.sql, own));
}

/** A table as its readers know it: columns that it kept although its model dropped them are not for them. */
function readable({ node, columns, physical }: PlannedNode): string {
  const table = tableIdent(physical);
  if (columns === node.columns) return table;
  const declared = new Set(node.columns.map((c) => c.name.toLowerCase()));
  const known = columns.filter((c) => declared.has(c.name.toLowerCase()));
  if (known.length === columns.length) return table;
  return `(SELECT ${known.map((c) => ident(c.name)).join(', ')} FROM ${table})`;
}
