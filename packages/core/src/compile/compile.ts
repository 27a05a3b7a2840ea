import { hash } from 'node:crypto';
import { diagnostic, sortDiagnostics, type Diagnostic } from '../diagnostic/index.ts';
import type { ModelDefinition } from '../model/index.ts';
import type { Project, SourceDefinition } from '../project/index.ts';
import { cadence, DAILY } from '../time/index.ts';
import type { BindError, Binder, DeclareFailure } from './binder.ts';
import type { Column, Compiled, CompiledModel, CompiledNode, Lineage, ReadScope } from './compiled.ts';
import { COMPILE_INTERVAL } from './constants.ts';
import { orderNodes } from './graph.ts';
import { traceLineage } from './lineage.ts';
import { meaningOf, type LeafMeaning } from './meaning.ts';
import { nodeKey, nodeSchemaAndTable } from './names.ts';
import {
  auditCode,
  auditPlace,
  nameLookup,
  parseModels,
  queryStart,
  type ParsedModel,
  type ParsedQuery,
} from './parse-models.ts';
import { outputColumns, parsePlan, type PlanNode } from './plan-node.ts';
import { traceReads, type ReadLeaf, type ReadTrace } from './reads.ts';
import { defineSqlMacros, macroInView, macroTexts } from './sql-macros.ts';
import { toDiagnostic } from './sql-errors.ts';
import {
  versionLeafModel,
  versionQuery,
  versionSource,
  versionText,
  type VersionedMeaning,
} from './version.ts';

/** What the compiler needs besides the project's text. */
export interface CompileInput {
  readonly project: Project;
  readonly binder: Binder;
  /** Columns of sources and seeds that do not declare them, read from their files. */
  readonly discovered: ReadonlyMap<string, readonly Column[]>;
  /** What results depend on and no plan shows: DuckDB's version and settings. */
  readonly settings: string;
}

/**
 * Compiles a project: render, parse, order, then layer by layer bind against empty shadow tables and read from the bound
 * plans what each model's columns are, where they come from and what they mean. All errors of all files at once.
 */
export async function compile(input: CompileInput): Promise<Compiled> {
  return new Compiler(input).compile();
}

/** What later layers need to know of a compiled node. */
interface Known {
  readonly node: CompiledNode;
  readonly leaf: LeafMeaning;
  readonly reads: ReadLeaf;
}

class Compiler {
  readonly #in: CompileInput;
  readonly #known = new Map<string, Known>();
  readonly #broken = new Set<string>();
  readonly #diagnostics: Diagnostic[] = [];
  readonly #find: (schema: string, table: string) => string | undefined;

  constructor(input: CompileInput) {
    this.#in = input;
    this.#find = nameLookup(input.project).find;
  }

  async compile(): Promise<Compiled> {
    const { project, binder } = this.#in;
    this.#diagnostics.push(...(await defineSqlMacros(binder, project.sqlMacros)));
    const parsed = await parseModels(project, project.models, binder);
    this.#diagnostics.push(...parsed.diagnostics);
    const models = new Map(parsed.models.map((m) => [m.definition.name, m]));
    for (const m of [...project.models, ...project.brokenModels])
      if (!models.has(m.name)) this.#broken.add(m.name);
    const sources = new Map(project.config.sources.map((s) => [s.name, s]));

    const inputs = new Map([...models.values()].map((m) => [m.definition.name, inputsOf(m)]));
    const names = [...sources.keys(), ...models.keys(), ...this.#broken];
    const order = orderNodes(names, inputs);
    for (const cycle of order.cycles) this.#reportCycle(cycle, models);
    for (const name of order.left) this.#broken.add(name);
    const blocked = new Map<string, Set<string>>();
    for (const layer of order.layers) {
      const ready: ParsedModel[] = [];
      for (const name of layer) {
        const source = sources.get(name);
        if (source !== undefined) this.#addSource(source);
        const model = models.get(name);
        if (model === undefined) continue;
        const culprit = model.query?.dependencies.find((i) => this.#broken.has(i));
        if (culprit === undefined) ready.push(model);
        else this.#block(name, culprit, blocked);
      }
      const finished = await this.#finish(ready, models);
      await this.#bindLayer(finished.filter((m) => this.#mayCallMacros(m, models)));
      for (const failure of await binder.declare(this.#shadows(layer))) this.#reportUndeclared(failure);
    }
    await this.#bindAudits([...models.values()].filter((m) => this.#known.has(m.definition.name)));
    this.#reportBlocked(blocked, models);
    return {
      nodes: new Map([...this.#known].map(([name, k]) => [name, k.node])),
      broken: this.#broken,
      diagnostics: sortDiagnostics(this.#diagnostics),
    };
  }

  #mayCallMacros(model: ParsedModel, models: ReadonlyMap<string, ParsedModel>): boolean {
    const found = macroInView(model, models, this.#in.project.sqlMacros);
    if (found !== undefined) this.#fail(model.definition, found);
    return found === undefined;
  }

  /** Renders and parses those again whose macros waited for columns of the layers above. */
  async #finish(
    ready: readonly ParsedModel[],
    models: Map<string, ParsedModel>,
  ): Promise<readonly ParsedModel[]> {
    const awaiting = ready.filter((m) => m.query?.isAwaiting === true);
    if (awaiting.length === 0) return ready;
    const { project, binder } = this.#in;
    const definitions = awaiting.map((m) => m.definition);
    const again = await parseModels(
      project,
      definitions,
      binder,
      (name) => this.#known.get(name)?.node.columns ?? 'later',
    );
    this.#diagnostics.push(...again.diagnostics);
    const finished = new Map(again.models.map((m) => [m.definition.name, m]));
    return ready.flatMap((m) => {
      if (m.query?.isAwaiting !== true) return [m];
      const { definition } = m;
      const final = finished.get(definition.name);
      const early = final?.query?.dependencies.find((d) => !this.#known.has(d));
      if (final === undefined) this.#broken.add(definition.name);
      else if (final.query?.isAwaiting === true || early !== undefined) {
        const hint = 'Name it in the query itself, not only in what a macro makes of columns.';
        const message = `that ${definition.name} reads ${early ?? 'a model'} is seen only when its macros are expanded`;
        this.#fail(
          definition,
          diagnostic('invalid-macro', message, { location: definition.nameLocation, hint }),
        );
      } else {
        models.set(definition.name, final);
        return [final];
      }
      return [];
    });
  }

  #addSource(source: SourceDefinition): void {
    const columns = source.columns ?? this.#in.discovered.get(source.name);
    if (columns === undefined) {
      this.#broken.add(source.name);
      if (source.origin.kind === 'table') {
        this.#diagnostics.push(
          diagnostic(
            'external-without-columns',
            `the table source '${source.name}' does not say its columns`,
            {
              location: source.location,
              hint: 'Add columns: { name: TYPE, … }, so that compiling needs no database.',
            },
          ),
        );
      }
      return;
    }
    const plain = columns.map((c) => ({ name: c.name, type: c.type }));
    const versioned = versionSource(source, plain);
    const node: CompiledNode = {
      node: 'source',
      name: source.name,
      definition: source,
      columns: plain,
      version: versioned.version,
      meaning: versioned.meaning,
      dependencies: [],
    };
    const timeColumn = source.origin.kind === 'file' ? source.origin.timeColumn : undefined;
    this.#know(node, versioned, { kind: 'input', input: source.name, timeColumn });
  }

  #know(node: CompiledNode, versioned: VersionedMeaning, reads: ReadLeaf): void {
    this.#known.set(node.name, { node, leaf: versioned.leaf, reads });
  }

  /** Types that DuckDB refuses are told where they were declared. */
  #reportUndeclared({ schema, name, message }: DeclareFailure): void {
    const node = this.#knownTable(schema, name)?.node;
    if (node === undefined) return;
    this.#known.delete(node.name);
    this.#broken.add(node.name);
    const what = message.replace(/^(\w+ )+Error: /, '').replace(/[.!]\s*$/, '');
    this.#diagnostics.push(
      node.node === 'source'
        ? diagnostic('config-invalid', `the columns of '${node.name}' cannot be those of a table: ${what}`, {
            location: node.definition.location,
            hint: 'Types are written as in CREATE TABLE.',
          })
        : diagnostic('invalid-query', `the columns of '${node.name}' cannot be those of a table: ${what}`, {
            location: node.definition.nameLocation,
            hint: `Its columns are ${node.columns.map((c) => `${c.name} ${c.type}`).join(', ')}.`,
          }),
    );
  }

  /** Shadow tables for what the layer made. */
  #shadows(
    layer: readonly string[],
  ): readonly { schema: string; name: string; columns: readonly Column[] }[] {
    return layer.flatMap((name) => {
      const known = this.#known.get(name);
      if (known === undefined || known.node.columns.length === 0) return [];
      const { schema, table } = nodeSchemaAndTable(name);
      return [{ schema, name: table, columns: known.node.columns }];
    });
  }

  async #bindLayer(models: readonly ParsedModel[]): Promise<void> {
    for (const m of models) if (m.query === undefined) this.#addLeafModel(m);
    const queries = models.flatMap((m) => (m.query === undefined ? [] : [{ m, query: m.query }]));
    const results = await this.#in.binder.bind(queries.map((q) => q.query.rendered.sql));
    for (const [i, { m, query }] of queries.entries()) {
      const result = results[i];
      if (result === undefined) continue;
      if (result.ok) await this.#addQueryModel(m, query, parsePlan(result.plan));
      else if (isPlanless(result.error)) await this.#addOpaqueModel(m, query);
      else this.#fail(m.definition, queryError(m.definition, query, result.error));
    }
  }

  #addLeafModel({ definition, audits }: ParsedModel): void {
    const columns = (definition.columns ?? this.#in.discovered.get(definition.name))?.map((c) => ({
      name: c.name,
      type: c.type,
    }));
    if (columns === undefined) {
      this.#broken.add(definition.name);
      if (definition.kind.kind === 'EXTERNAL') {
        this.#diagnostics.push(
          diagnostic(
            'external-without-columns',
            `the external model '${definition.name}' does not say its columns`,
            {
              location: definition.kindLocation,
              hint: 'Add columns (name TYPE, …) to its header, so that compiling needs no database.',
            },
          ),
        );
      }
      return;
    }
    const versioned = versionLeafModel(definition, columns);
    this.#addModel(
      definition,
      columns,
      versioned,
      {
        sql: undefined,
        dependencies: [],
        lineage: { columns: columns.map((c) => ({ ...c, sources: [], direct: true })), influence: [] },
        reads: [],
        clockDependent: false,
        audits: audits.map((a) => ({ audit: a.audit, dependencies: a.dependencies })),
        auditIdentity: auditIdentity(audits),
      },
      { kind: 'input', input: definition.name, timeColumn: undefined },
    );
  }

  async #addQueryModel(
    m: ParsedModel,
    query: NonNullable<ParsedModel['query']>,
    plan: PlanNode,
  ): Promise<void> {
    const { definition } = m;
    const columns = await this.#outputs(definition, query.rendered.sql, outputColumns(plan));
    if (columns === undefined || !this.#checkColumns(definition, columns)) return;
    const meaning = meaningOf({
      plan,
      self: definition.name.toLowerCase(),
      settings: this.#in.settings,
      leaf: (schema, table) => this.#knownTable(schema, table)?.leaf,
    });
    const tags = versionTags(m, query);
    const versioned =
      meaning.kind === 'known'
        ? versionQuery(definition, columns, meaning, tags)
        : versionText(
            definition,
            columns,
            canonicalAst(query.statement),
            this.#inputVersions(query.dependencies),
            this.#textTags(query, tags),
          );
    const isByInterval = definition.kind.kind === 'INCREMENTAL_BY_TIME_RANGE';
    const reads = traceReads(
      plan,
      (schema, table) => this.#knownTable(schema, table)?.reads,
      isByInterval ? COMPILE_INTERVAL : undefined,
    );
    this.#addModel(
      definition,
      columns,
      versioned,
      {
        sql: query.rendered.sql,
        dependencies: query.dependencies,
        lineage: this.#lineage(plan, columns),
        reads: this.#allReads(reads.scopes, query.dependencies),
        clockDependent: this.#clockDependent(definition, versioned, query),
        audits: m.audits.map((a) => ({ audit: a.audit, dependencies: a.dependencies })),
        auditIdentity: auditIdentity(m.audits),
      },
      this.#readLeaf(definition, columns, reads.trace),
    );
  }

  /** Valid SQL without a plan (a dynamic PIVOT): types from DESCRIBE, version from the text, lineage unknown. */
  async #addOpaqueModel(m: ParsedModel, query: NonNullable<ParsedModel['query']>): Promise<void> {
    const { definition } = m;
    const described = await this.#in.binder.describe(query.rendered.sql);
    if (!isColumns(described)) {
      this.#fail(definition, queryError(definition, query, described));
      return;
    }
    if (!this.#checkColumns(definition, described)) return;
    const tags = versionTags(m, query);
    const versioned = versionText(
      definition,
      described,
      canonicalAst(query.statement),
      this.#inputVersions(query.dependencies),
      this.#textTags(query, tags),
    );
    this.#addModel(
      definition,
      described,
      versioned,
      {
        sql: query.rendered.sql,
        dependencies: query.dependencies,
        lineage: undefined,
        reads: this.#allReads([], query.dependencies),
        clockDependent: this.#clockDependent(definition, versioned, query),
        audits: m.audits.map((a) => ({ audit: a.audit, dependencies: a.dependencies })),
        auditIdentity: auditIdentity(m.audits),
      },
      { kind: 'input', input: definition.name, timeColumn: undefined },
    );
  }

  #addModel(
    definition: ModelDefinition,
    columns: readonly Column[],
    versioned: VersionedMeaning,
    rest: Pick<
      CompiledModel,
      'sql' | 'dependencies' | 'lineage' | 'reads' | 'clockDependent' | 'audits' | 'auditIdentity'
    >,
    reads: ReadLeaf,
  ): void {
    const node: CompiledModel = {
      node: 'model',
      name: definition.name,
      definition,
      columns,
      version: versioned.version,
      meaning: versioned.meaning,
      ...rest,
    };
    this.#know(node, versioned, reads);
  }

  #readLeaf(definition: ModelDefinition, columns: readonly Column[], trace: ReadTrace): ReadLeaf {
    const { kind } = definition;
    if (kind.kind === 'VIEW' || kind.kind === 'EMBEDDED')
      return { kind: 'view', trace, names: columns.map((c) => c.name) };
    if (kind.kind !== 'INCREMENTAL_BY_TIME_RANGE')
      return { kind: 'input', input: definition.name, timeColumn: undefined };
    // Text and numbers that stand for times are not compared as times.
    const time = columns.find((c) => nodeKey(c.name) === nodeKey(kind.timeColumn))?.name;
    return {
      kind: 'input',
      input: definition.name,
      timeColumn: kind.timeFormat === undefined ? time : undefined,
    };
  }

  /** Every loaded relation below, also those of which the plan reads no column: their rows may count. */
  #allReads(scopes: readonly ReadScope[], dependencies: readonly string[]): readonly ReadScope[] {
    const found = new Map(scopes.map((s) => [s.input, s]));
    for (const dependency of dependencies) {
      const node = this.#known.get(dependency)?.node;
      if (node === undefined) continue;
      const isThrough =
        node.node === 'model' &&
        (node.definition.kind.kind === 'VIEW' || node.definition.kind.kind === 'EMBEDDED');
      const below = isThrough ? node.reads.map((r) => r.input) : [dependency];
      for (const name of below) if (!found.has(name)) found.set(name, { input: name, scope: 'all' });
    }
    return [...found.values()].toSorted((a, b) => (a.input < b.input ? -1 : 1));
  }

  #clockDependent(
    definition: ModelDefinition,
    versioned: VersionedMeaning,
    query: NonNullable<ParsedModel['query']>,
  ): boolean {
    const own = versioned.meaning.flags.some((f) => f.startsWith('context:'));
    const macros = definition.kind.kind !== 'INCREMENTAL_BY_TIME_RANGE' && query.rendered.timeMacros.size > 0;
    const through = query.dependencies.some((d) => {
      const node = this.#known.get(d)?.node;
      return (
        node?.node === 'model' &&
        node.clockDependent &&
        (node.definition.kind.kind === 'VIEW' || node.definition.kind.kind === 'EMBEDDED')
      );
    });
    return own || macros || through;
  }

  #lineage(plan: PlanNode, columns: readonly Column[]): Lineage | undefined {
    const trace = traceLineage(plan, (schema, table) => this.#find(schema, table) ?? `${schema}.${table}`);
    if (trace.unknown.length > 0) return undefined;
    return {
      columns: columns.map((c, i) => ({
        ...c,
        sources: trace.columns[i]?.sources ?? [],
        direct: trace.columns[i]?.direct ?? false,
      })),
      influence: trace.influence,
    };
  }

  #knownTable(schema: string, table: string): Known | undefined {
    const name = this.#find(schema, table);
    return name === undefined ? undefined : this.#known.get(name);
  }

  /** A version made of text does not see what macros expand to; a plan does. */
  #textTags(query: ParsedQuery, tags: readonly string[]): readonly string[] {
    return [...tags, ...macroTexts(query.statement, this.#in.project.sqlMacros)];
  }

  #inputVersions(dependencies: readonly string[]): readonly string[] {
    return dependencies.map((d) => this.#known.get(d)?.node.version ?? d).toSorted();
  }

  /** Output columns; expressions without an alias get the name DuckDB gives them. */
  async #outputs(
    definition: ModelDefinition,
    text: string,
    columns: readonly Column[],
  ): Promise<readonly Column[] | undefined> {
    if (columns.length > 0 && columns.every((c) => c.name !== '')) return columns;
    const described = await this.#in.binder.describe(text);
    if (!isColumns(described)) {
      this.#fail(
        definition,
        diagnostic('unresolved-columns', described.message, { location: definition.nameLocation }),
      );
      return undefined;
    }
    const unnamed = described.filter((_, i) => columns[i]?.name === '').map((c) => c.name);
    this.#diagnostics.push(
      diagnostic(
        'unnamed-column',
        `${unnamed.map((n) => `'${n}'`).join(', ')} ${unnamed.length === 1 ? 'has' : 'have'} no alias`,
        {
          location: definition.nameLocation,
          hint: 'Give each expression a name: … AS name.',
        },
      ),
    );
    return described;
  }

  /** Duplicate names, the column contract, and the time column. */
  #checkColumns(definition: ModelDefinition, columns: readonly Column[]): boolean {
    const found: Diagnostic[] = [
      ...duplicates(definition, columns),
      ...contract(definition, columns),
      ...timeColumn(definition, columns, this.#unit(definition)),
    ];
    if (found.length === 0) return true;
    this.#broken.add(definition.name);
    this.#diagnostics.push(...found);
    return false;
  }

  #unit(definition: ModelDefinition): string {
    const expression = definition.cron ?? this.#in.project.config.defaults.cron;
    return (expression === undefined ? DAILY : cadence(expression)).unit;
  }

  async #bindAudits(models: readonly ParsedModel[]): Promise<void> {
    // An audit that reads a broken model waits; the model it stands on does not.
    const audits = models
      .flatMap((m) => m.audits.map((a) => ({ model: m.definition, audit: a })))
      .filter(({ audit }) => audit.dependencies.every((d) => this.#known.has(d)));
    const results = await this.#in.binder.bind(audits.map((a) => a.audit.sql.sql));
    for (const [i, { model, audit }] of audits.entries()) {
      const result = results[i];
      if (result === undefined || result.ok || isPlanless(result.error)) continue;
      const found = { ...toDiagnostic(result.error, auditPlace(audit)), ...auditCode(audit.audit) };
      this.#diagnostics.push({
        ...found,
        message: `audit ${audit.audit.name} of ${model.name}: ${found.message}`,
      });
    }
  }

  #fail(definition: ModelDefinition, found: Diagnostic): void {
    this.#broken.add(definition.name);
    this.#diagnostics.push(found);
  }

  #reportCycle(cycle: readonly string[], models: ReadonlyMap<string, ParsedModel>): void {
    const first = models.get(cycle[0] ?? '');
    const usesAudit = cycle.some((name, i) => {
      const reader = models.get(cycle[i + 1] ?? '');
      return reader?.query !== undefined && !reader.query.dependencies.includes(name);
    });
    this.#diagnostics.push(
      diagnostic('cycle', `these models need each other: ${cycle.join(' → ')}`, {
        location: first?.definition.nameLocation,
        hint: usesAudit
          ? 'An audit needs what it reads to be built first. Move the audit to the model that comes later.'
          : 'Break the circle: one of them has to do without the other.',
        notes: cycle.slice(1, -1).flatMap((name) => {
          const location = models.get(name)?.definition.nameLocation;
          return location === undefined ? [] : [{ message: `${name} is defined here`, location }];
        }),
      }),
    );
  }

  #block(name: string, culprit: string, blocked: Map<string, Set<string>>): void {
    this.#broken.add(name);
    const root = [...blocked].find(([, names]) => names.has(culprit))?.[0] ?? culprit;
    const names = blocked.get(root) ?? new Set();
    blocked.set(root, names.add(name));
  }

  #reportBlocked(
    blocked: ReadonlyMap<string, ReadonlySet<string>>,
    models: ReadonlyMap<string, ParsedModel>,
  ): void {
    for (const [culprit, names] of blocked) {
      const list = [...names].toSorted();
      const shown =
        list.length > 5 ? `${list.slice(0, 5).join(', ')} and ${list.length - 5} more` : list.join(', ');
      this.#diagnostics.push(
        diagnostic('upstream-broken', `not checked because ${culprit} has errors: ${shown}`, {
          location: models.get(list[0] ?? '')?.definition.nameLocation,
        }),
      );
    }
  }
}

function inputsOf(model: ParsedModel): readonly string[] {
  return [...new Set([...(model.query?.dependencies ?? []), ...model.audits.flatMap((a) => a.dependencies)])];
}

/** Pre- and post-statements, and a text that holds the compile-time day by itself. */
function versionTags(m: ParsedModel, query: NonNullable<ParsedModel['query']>): readonly string[] {
  const tags = [...m.statements];
  const own = m.definition.query?.text ?? '';
  if (own.includes('2083-0')) tags.push(query.rendered.sql, own);
  return tags;
}

function auditIdentity(audits: ParsedModel['audits']): string {
  if (audits.length === 0) return '';
  return hash(
    'sha256',
    JSON.stringify(audits.map((a) => [a.audit.name, a.audit.severity, a.sql.sql]).toSorted()),
    'hex',
  ).slice(0, 32);
}

function isPlanless(error: BindError): boolean {
  return (
    error.type === 'not implemented' || /cannot be serialized|not serializable|no plan/i.test(error.message)
  );
}

function queryError(
  definition: ModelDefinition,
  query: NonNullable<ParsedModel['query']>,
  error: BindError,
): Diagnostic {
  return toDiagnostic(error, {
    text: query.rendered.sql,
    locate: (start, end) => query.rendered.map.locate(start, end),
    fallback: queryStart(definition),
  });
}

function isColumns(described: readonly Column[] | BindError): described is readonly Column[] {
  return Array.isArray(described);
}

/** The AST without positions: the same for the same text but for white space and comments. */
function canonicalAst(statement: unknown): string {
  return JSON.stringify(statement, (key, value: unknown) => (key === 'query_location' ? undefined : value));
}

function duplicates(definition: ModelDefinition, columns: readonly Column[]): readonly Diagnostic[] {
  const seen = new Set<string>();
  const twice = columns.filter((c) => seen.has(nodeKey(c.name)) || !seen.add(nodeKey(c.name)));
  return twice.map((c) =>
    diagnostic('duplicate-column', `the column '${c.name}' comes out twice`, {
      location: definition.nameLocation,
      hint: 'Give one of them another alias.',
    }),
  );
}

function contract(definition: ModelDefinition, columns: readonly Column[]): readonly Diagnostic[] {
  if (definition.columns === undefined) return [];
  const found: Diagnostic[] = [];
  const actual = new Map(columns.map((c) => [nodeKey(c.name), c]));
  for (const declared of definition.columns) {
    const column = actual.get(nodeKey(declared.name));
    actual.delete(nodeKey(declared.name));
    if (column === undefined) {
      found.push(
        diagnostic(
          'column-contract',
          `the header declares '${declared.name} ${declared.type}', the query has no such column`,
          {
            location: declared.location,
          },
        ),
      );
    } else if (normalType(column.type) !== normalType(declared.type)) {
      found.push(
        diagnostic(
          'column-contract',
          `the header declares '${declared.name} ${declared.type}', the query gives ${column.type}`,
          {
            location: declared.location,
            hint: `Cast it in the query, or declare ${column.type}.`,
          },
        ),
      );
    }
  }
  for (const extra of actual.values()) {
    found.push(
      diagnostic(
        'column-contract',
        `the query gives '${extra.name} ${extra.type}', the header does not declare it`,
        {
          location: definition.nameLocation,
          hint: 'Add it to columns (…), or leave it out of the query.',
        },
      ),
    );
  }
  return found;
}

const TYPE_ALIASES: Readonly<Record<string, string>> = {
  INT: 'INTEGER',
  INT4: 'INTEGER',
  INT8: 'BIGINT',
  LONG: 'BIGINT',
  INT2: 'SMALLINT',
  SHORT: 'SMALLINT',
  INT1: 'TINYINT',
  TEXT: 'VARCHAR',
  STRING: 'VARCHAR',
  CHAR: 'VARCHAR',
  BOOL: 'BOOLEAN',
  FLOAT8: 'DOUBLE',
  FLOAT4: 'FLOAT',
  REAL: 'FLOAT',
  DATETIME: 'TIMESTAMP',
  TIMESTAMPTZ: 'TIMESTAMP WITH TIME ZONE',
  NUMERIC: 'DECIMAL(18,3)',
  DECIMAL: 'DECIMAL(18,3)',
  BYTEA: 'BLOB',
  BINARY: 'BLOB',
};

function normalType(type: string): string {
  const upper = type
    .toUpperCase()
    .replace(/\s*([(),])\s*/g, '$1')
    .replace(/^NUMERIC\(/, 'DECIMAL(')
    .replace(/^(VARCHAR|TEXT|CHAR|STRING)\(\d+\)$/, 'VARCHAR')
    .trim();
  return TYPE_ALIASES[upper] ?? upper;
}

function timeColumn(
  definition: ModelDefinition,
  columns: readonly Column[],
  unit: string,
): readonly Diagnostic[] {
  const { kind } = definition;
  if (kind.kind !== 'INCREMENTAL_BY_TIME_RANGE') return [];
  const column = columns.find((c) => nodeKey(c.name) === nodeKey(kind.timeColumn));
  if (column === undefined) {
    return [
      diagnostic(
        'unknown-time-column',
        `the query has no column '${kind.timeColumn}' to tell the time of a row`,
        {
          location: kind.timeColumnLocation,
          hint: `Its columns are ${columns.map((c) => c.name).join(', ')}.`,
        },
      ),
    ];
  }
  const isDate = column.type === 'DATE';
  if (isDate && !['day', 'month', 'year'].includes(unit)) {
    return [
      diagnostic(
        'invalid-time-column',
        `'${kind.timeColumn}' is a DATE, but the model is computed by ${unit.replace('_', ' ')}`,
        {
          location: kind.timeColumnLocation,
          hint: 'Use a TIMESTAMP column, or a daily cron.',
        },
      ),
    ];
  }
  if (isDate || column.type.startsWith('TIMESTAMP') || kind.timeFormat !== undefined) return [];
  return [
    diagnostic('invalid-time-column', `'${kind.timeColumn}' is ${column.type}, not a DATE or TIMESTAMP`, {
      location: kind.timeColumnLocation,
      hint: "Cast it in the query, or say how it is written: time_column (name, '%Y-%m-%d').",
    }),
  ];
}
