import { hash } from 'node:crypto';
import { diagnostic, sortDiagnostics, type Diagnostic } from '../diagnostic/index.ts';
import type { ModelDefinition } from '../model/index.ts';
import type { Project, SourceDefinition } from '../project/index.ts';
import { cadence, DAILY } from '../time/index.ts';
import type { BindError, Binder, DeclareFailure } from './binder.ts';
import type { Column, Compiled, CompiledModel, CompiledNode, Lineage, ReadScope } from './compiled.ts';
import {
  readLeaf,
  readReads,
  readResult,
  writeLeaf,
  writeReads,
  writeResult,
  type CacheEntry,
  type CompileCache,
} from './compile-cache.ts';
import { COMPILE_INTERVAL } from './constants.ts';
import { orderNodes } from './graph.ts';
import { traceLineage, type LineageTrace } from './lineage.ts';
import { meaningOf, type LeafMeaning } from './meaning.ts';
import { nodeKey, nodeSchemaAndTable } from './names.ts';
import {
  auditCode,
  auditPlace,
  auditsOf,
  confirmReferences,
  draftModels,
  guessDrafts,
  nameLookup,
  parseDrafts,
  queryStart,
  type Draft,
  type ParsedModel,
  type ParsedQuery,
} from './parse-models.ts';
import { outputColumns, parsePlan, type PlanNode } from './plan-node.ts';
import { traceReads, type ReadLeaf, type ReadTrace } from './reads.ts';
import { runReady } from './ready-queue.ts';
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
  /** Not asked for anything when everything is in the cache. */
  readonly binder: Binder;
  /** Columns of sources and seeds that do not declare them, read from their files. */
  readonly discovered: ReadonlyMap<string, readonly Column[]>;
  /** What results depend on and no plan shows: DuckDB's version and settings. */
  readonly settings: () => Promise<string>;
  /** Results of earlier runs. */
  readonly cache?: CompileCache;
}

/** A compiled project, and whether its result may be kept for later runs. */
export interface CompileResult extends Compiled {
  readonly keepable: boolean;
}

/**
 * Compiles a project: render, parse, order, then bind against empty shadow tables as soon as the inputs are there, and read
 * from the bound plans what each model's columns are, where they come from and what they mean. All errors of all files at
 * once.
 */
export async function compile(input: CompileInput): Promise<CompileResult> {
  return new Compiler(input).compile();
}

/** More plans at once cost memory, fewer cost round trips. */
const BATCH = 64;

/** How readers see a node, as JSON. */
interface LeafTexts {
  readonly leaf: string;
  readonly readLeaf: string;
}

/** What later layers need to know of a compiled node. */
interface Known {
  readonly node: CompiledNode;
  readonly leaf: () => LeafMeaning;
  readonly reads: () => ReadLeaf;
  /** Digest of all that a reader's result depends on. */
  readonly state: (texts?: LeafTexts) => string;
  readonly isCached: boolean;
}

/** A model on its way: parsed, or with a result of an earlier run that may still hold. */
interface Pending {
  readonly definition: ModelDefinition;
  readonly inputs: readonly string[];
  readonly parsed: ParsedModel | undefined;
  readonly entry: CacheEntry | undefined;
}

class Compiler {
  readonly #in: CompileInput;
  readonly #known = new Map<string, Known>();
  readonly #broken = new Set<string>();
  readonly #diagnostics: Diagnostic[] = [];
  readonly #lookup: ReturnType<typeof nameLookup>;
  /** Models that are done, with their inputs. */
  readonly #finished = new Map<string, readonly string[]>();
  readonly #declared = new Map<string, Promise<void>>();
  readonly #keys = new Map<string, string>();
  /** Models with something wrong that is no error of theirs alone: not to be kept. */
  readonly #faulty = new Set<string>();
  #settings: string | undefined;
  /** Models that were not looked at, and the broken input that is to blame. */
  readonly #blockedBy = new Map<string, string>();
  /** Models with an audit that does not bind: whether they can be read at all, the parser has to say. */
  readonly #doubted = new Set<string>();
  readonly #held = new Map<string, readonly Diagnostic[]>();
  /** Errors are told by the second, careful pass alone. */
  #isCareful = false;
  /** What the careful pass parsed, by name; finished models with their final text. */
  #parsedModels = new Map<string, ParsedModel>();

  constructor(input: CompileInput) {
    this.#in = input;
    this.#lookup = nameLookup(input.project);
  }

  async compile(): Promise<CompileResult> {
    const { project, binder } = this.#in;
    const { sources } = project.config;
    this.#diagnostics.push(...(await defineSqlMacros(binder, project.sqlMacros)));
    for (const source of sources) this.#addSource(source);
    // Code of the project's own and SQL macros may read what no key of the cache tells.
    const hasMacros = project.sqlMacros.length > 0 || project.macros.size > 0;
    const found = hasMacros ? new Map<string, Pending>() : this.#cacheEntries();
    const unknown = project.models.filter((m) => !found.has(m.name));
    const early = draftModels(unknown, project, this.#lookup, this.#diagnostics);
    // A model that waits for columns is never kept, so that it is always among these.
    const isPlain = !hasMacros && early.every((d) => d.awaited.length === 0);
    const entries = isPlain ? [...found.values()] : [];
    const kept = isPlain ? [] : [...found.values()].map((p) => p.definition);
    const drafts = [...early, ...draftModels(kept, project, this.#lookup, this.#diagnostics)];
    if (!isPlain) this.#keys.clear();
    const known = new Set([...drafts, ...entries].map((d) => d.definition.name));
    const broken = [...project.models, ...project.brokenModels]
      .map((m) => m.name)
      .filter((n) => !known.has(n));
    for (const name of broken) this.#broken.add(name);

    if (isPlain) await this.#quickly(drafts, entries);
    for (const d of drafts)
      if (this.#finished.has(d.definition.name)) this.#tellFirst(d.definition, d.warnings);
    const left = project.models.filter((m) => !this.#finished.has(m.name) && !broken.includes(m.name));
    const reported = left.length > 0 ? await this.#carefully(left, drafts, broken) : (): void => undefined;
    const order = this.#order([...sources.map((s) => s.name), ...project.models.map((m) => m.name)]);
    reported();
    this.#keep(order);
    for (const told of this.#held.values()) this.#diagnostics.push(...told);
    return {
      nodes: new Map(order.flatMap((name) => this.#known.get(name) ?? []).map((k) => [k.node.name, k.node])),
      broken: this.#broken,
      diagnostics: sortDiagnostics(this.#diagnostics),
      keepable: isPlain,
    };
  }

  /** Results of earlier runs whose author's text is the same; whether they still hold, their inputs tell later. */
  #cacheEntries(): ReadonlyMap<string, Pending> {
    const { cache, project } = this.#in;
    const found = new Map<string, Pending>();
    if (cache === undefined) return found;
    const context = contextOf(project);
    const names = new Set(this.#lookup.names);
    for (const definition of project.models) {
      if (definition.query === undefined) continue;
      const key = cacheKey(definition, context);
      this.#keys.set(definition.name, key);
      const entry = cache.find(key);
      if (entry === undefined) continue;
      const inputs = [...new Set([...entry.inputs.query, ...entry.inputs.audits.flat()])];
      if (inputs.every((i) => names.has(i)))
        found.set(definition.name, { definition, inputs, parsed: undefined, entry });
    }
    return found;
  }

  /** Keeps what is new and without a fault. */
  #keep(order: readonly string[]): void {
    const { cache } = this.#in;
    if (cache === undefined) return;
    for (const name of order) {
      const key = this.#keys.get(name);
      const known = this.#known.get(name);
      const finished = this.#finished.get(name);
      if (key === undefined || finished === undefined || known?.node.node !== 'model') continue;
      if (known.isCached || this.#faulty.has(name)) continue;
      const { node, state } = known;
      const texts = { leaf: writeLeaf(known.leaf()), readLeaf: writeReads(known.reads()) };
      const payload = writeResult(
        {
          columns: node.columns,
          version: node.version,
          reads: node.reads,
          clockDependent: node.clockDependent,
          auditIdentity: node.auditIdentity,
          state: state(texts),
          warnings: this.#held.get(name) ?? [],
        },
        {
          sql: node.sql,
          lineage: node.lineage,
          meaning: node.meaning,
          ...texts,
        },
      );
      const inputs = {
        query: known.node.dependencies,
        audits: known.node.audits.map((a) => a.dependencies),
      };
      cache.keep(key, { state: this.#inputState(finished), inputs, payload });
    }
  }

  /** What the inputs are to a reader. */
  #inputState(inputs: readonly string[]): string {
    return digestOf(inputs.toSorted().map((i) => [i, this.#known.get(i)?.state() ?? null]));
  }

  /** The result of an earlier run, if what it read is the same. */
  #restore({ definition, inputs, entry }: Pending): boolean {
    if (entry === undefined || entry.state !== this.#inputState(inputs)) return false;
    const payload = entry.read();
    const result = payload === undefined ? undefined : readResult(payload);
    if (result === undefined) return false;
    const { warnings, state, ...light } = result.light;
    const heavy = lazy(result.heavy);
    const node: CompiledModel = {
      node: 'model',
      name: definition.name,
      definition,
      ...light,
      get sql() {
        return heavy().sql;
      },
      get lineage() {
        return heavy().lineage;
      },
      get meaning() {
        return heavy().meaning;
      },
      dependencies: entry.inputs.query,
      audits: auditsOf(definition, this.#in.project).map((audit, i) => ({
        audit,
        dependencies: entry.inputs.audits[i] ?? [],
      })),
    };
    this.#known.set(node.name, {
      node,
      isCached: true,
      leaf: lazy(() => readLeaf(heavy().leaf)),
      reads: lazy(() => readReads(heavy().readLeaf)),
      state: () => state,
    });
    this.#finished.set(node.name, inputs);
    if (warnings.length > 0) this.#held.set(node.name, warnings);
    return true;
  }

  /** A model whose text is as it was, so that it refers to what it did: only its inputs are others. */
  #again({ definition, entry }: Pending): ParsedModel | undefined {
    const [draft] = draftModels([definition], this.#in.project, this.#lookup, []);
    if (draft?.rendered === undefined || entry === undefined) return undefined;
    this.#tellFirst(definition, draft.warnings);
    const { rendered, statements } = draft;
    const query = {
      isAwaiting: false,
      rendered,
      dependencies: entry.inputs.query,
      statement: undefined,
      guess: undefined,
    };
    const audits = draft.audits.map((a, i) => ({ ...a, dependencies: entry.inputs.audits[i] ?? [] }));
    return { definition, query, statements, audits };
  }

  /**
   * First without the parser: what a query refers to is guessed from its tokens and confirmed by its plan. Whatever is not
   * in order is left, with all that stands below it, for {@link #carefully} to say what is wrong.
   */
  async #quickly(drafts: readonly Draft[], entries: readonly Pending[]): Promise<void> {
    const { binder } = this.#in;
    const guessed = guessDrafts(drafts, this.#lookup);
    const known = new Set(guessed.map((m) => m.definition.name));
    const rest = drafts.filter((d) => !known.has(d.definition.name));
    const parsed = rest.length === 0 ? [] : await parseDrafts(rest, binder, this.#lookup, []);
    await this.#run([...[...guessed, ...parsed].map(pending), ...entries]);
    this.#forgetBelow(this.#doubted);
  }

  /** Takes back what was found of these models and of all that read them. */
  #forgetBelow(names: ReadonlySet<string>): void {
    if (names.size === 0) return;
    const gone = new Set(names);
    for (const name of this.#order([...this.#known.keys()])) {
      const inputs = this.#finished.get(name);
      if (inputs === undefined || !(gone.has(name) || inputs.some((i) => gone.has(i)))) continue;
      gone.add(name);
      this.#known.delete(name);
      this.#finished.delete(name);
    }
  }

  /** With the parser's references, and a diagnostic for all that is wrong. Answers what is left to be said. */
  async #carefully(
    left: readonly ModelDefinition[],
    drafted: readonly Draft[],
    broken: readonly string[],
  ): Promise<() => void> {
    const { binder, project } = this.#in;
    const byName = new Map(drafted.map((d) => [d.definition.name, d]));
    const drafts = left.flatMap((m) => byName.get(m.name) ?? draftModels([m], project, this.#lookup, []));
    this.#broken.clear();
    this.#blockedBy.clear();
    for (const name of broken) this.#broken.add(name);
    for (const s of this.#in.project.config.sources) if (!this.#known.has(s.name)) this.#broken.add(s.name);
    this.#isCareful = true;
    for (const d of drafts) this.#held.delete(d.definition.name);
    const parsed = await parseDrafts(drafts, binder, this.#lookup, this.#diagnostics);
    const models = new Map(parsed.map((m) => [m.definition.name, m]));
    this.#parsedModels = models;
    for (const d of drafts) if (!models.has(d.definition.name)) this.#broken.add(d.definition.name);
    const inputs = new Map(parsed.map((m) => [m.definition.name, inputsOf(m)]));
    const order = orderNodes([...this.#known.keys(), ...models.keys(), ...this.#broken], inputs);
    for (const cycle of order.cycles) this.#reportCycle(cycle, models);
    for (const name of order.left) this.#broken.add(name);
    const stuck = new Set(order.left);
    const blocked = new Map<string, Set<string>>();
    const ready: ParsedModel[] = [];
    for (const name of order.layers.flat()) {
      const model = models.get(name);
      if (model !== undefined && !stuck.has(name)) ready.push(model);
    }
    await this.#run(ready.map(pending));
    for (const d of drafts) this.#tellFirst(d.definition, d.warnings);
    for (const name of order.layers.flat()) {
      const model = models.get(name);
      const culprit = model === undefined ? undefined : this.#blockedBy.get(name);
      if (culprit !== undefined) this.#block(name, culprit, blocked);
    }
    return () => this.#reportBlocked(blocked, models);
  }

  /** Inputs first, ties in the order of the project, whatever was ready first. */
  #order(names: readonly string[]): readonly string[] {
    return orderNodes(
      names.filter((n) => this.#known.has(n)),
      this.#finished,
    ).layers.flat();
  }

  /** Binds models as soon as their inputs are there, and their audits when there is time. */
  async #run(models: readonly Pending[]): Promise<void> {
    const { binder } = this.#in;
    const byName = new Map(models.map((m) => [m.definition.name, m]));
    const audited = new Map(
      models
        .filter((m) => m.definition.audits.length > 0)
        .map((m) => [`${m.definition.name} audits`, m.definition.name]),
    );
    const toAudit = new Map<string, ParsedModel>();
    const left = await runReady({
      items: [...byName.keys(), ...audited.keys()],
      inputs: (item) => byName.get(item)?.inputs ?? [audited.get(item) ?? ''],
      late: (item) => audited.has(item),
      lanes: binder.lanes,
      batch: BATCH,
      work: async (batch) => {
        for (const m of await this.#bindModels(batch.flatMap((item) => byName.get(item) ?? [])))
          toAudit.set(m.definition.name, m);
        await this.#bindAudits(batch.flatMap((item) => toAudit.get(audited.get(item) ?? '') ?? []));
      },
    });
    for (const name of left) if (byName.has(name)) this.#broken.add(name);
    // What nobody has read yet has to be possible as well; what readers in the cache have read, was.
    const read = new Set<string>();
    for (const [name, inputs] of this.#finished)
      if (this.#known.get(name)?.isCached === true) for (const input of inputs) read.add(input);
    await this.#declare(
      [...this.#known].flatMap(([name, k]) => (k.isCached || read.has(name) ? [] : [name])),
    );
  }

  /** Answers those that were bound, and did not come from the cache. */
  async #bindModels(models: readonly Pending[]): Promise<readonly ParsedModel[]> {
    const ready: ParsedModel[] = [];
    for (const p of models) {
      const { name } = p.definition;
      // An audit that reads a broken model waits; the model it stands on does not.
      const needed = p.parsed?.query?.dependencies ?? p.entry?.inputs.query ?? [];
      const culprit = needed.find((i) => this.#broken.has(i) || !this.#known.has(i));
      if (culprit !== undefined) {
        this.#broken.add(name);
        this.#blockedBy.set(name, culprit);
        continue;
      }
      if (this.#restore(p)) continue;
      const parsed = p.parsed ?? this.#again(p);
      if (parsed === undefined) this.#broken.add(name);
      else ready.push(parsed);
    }
    const final = await this.#finish(ready);
    const bound = final.filter((m) => this.#mayCallMacros(m));
    await this.#bindAll(bound);
    return bound;
  }

  #mayCallMacros(model: ParsedModel): boolean {
    const found = macroInView(model, this.#parsedModels, this.#in.project.sqlMacros);
    if (found !== undefined) this.#fail(model.definition, found);
    return found === undefined;
  }

  /** Renders and parses those again whose macros waited for columns of their inputs. */
  async #finish(ready: readonly ParsedModel[]): Promise<readonly ParsedModel[]> {
    const awaiting = ready.filter((m) => m.query?.isAwaiting === true);
    if (awaiting.length === 0) return ready;
    const { project, binder } = this.#in;
    const drafts = draftModels(
      awaiting.map((m) => m.definition),
      project,
      this.#lookup,
      this.#diagnostics,
      (name) => this.#known.get(name)?.node.columns ?? 'later',
    );
    const again = await parseDrafts(drafts, binder, this.#lookup, this.#diagnostics);
    const finished = new Map(again.map((m) => [m.definition.name, m]));
    return ready.flatMap((m) => {
      if (m.query?.isAwaiting !== true) return [m];
      const { definition } = m;
      const final = finished.get(definition.name);
      // What happens to be there already does not count: others may be faster next time.
      const early = final?.query?.dependencies.find((d) => m.query?.dependencies.includes(d) !== true);
      if (final === undefined) this.#broken.add(definition.name);
      else if (final.query?.isAwaiting === true || early !== undefined) {
        const hint = 'Name it in the query itself, not only in what a macro makes of columns.';
        const message = `that ${definition.name} reads ${early ?? 'a model'} is seen only when its macros are expanded`;
        this.#fail(
          definition,
          diagnostic('invalid-macro', message, { location: definition.nameLocation, hint }),
        );
      } else {
        this.#parsedModels.set(definition.name, final);
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

  #know(node: CompiledNode, { leaf }: VersionedMeaning, reads: ReadLeaf): void {
    this.#known.set(node.name, {
      node,
      isCached: false,
      leaf: () => leaf,
      reads: () => reads,
      state: lazy((texts?: LeafTexts) =>
        stateOf(node, texts ?? { leaf: writeLeaf(leaf), readLeaf: writeReads(reads) }),
      ),
    });
  }

  /** Shadow tables for what is about to be read. */
  async #declare(names: Iterable<string>): Promise<void> {
    const wanted = [...new Set(names)];
    const added = wanted.flatMap((name) => {
      const known = this.#known.get(name);
      if (known === undefined || known.node.columns.length === 0 || this.#declared.has(name)) return [];
      const { schema, table } = nodeSchemaAndTable(name);
      return [{ node: known.node, schema, name: table, columns: known.node.columns }];
    });
    if (added.length > 0) {
      const done = this.#in.binder.declare(added).then((failures) => {
        for (const failure of failures) this.#undeclared(failure);
      });
      for (const { node } of added) this.#declared.set(node.name, done);
    }
    // Another lane may be at it.
    await Promise.all(wanted.map((name) => this.#declared.get(name)));
  }

  /** Types that DuckDB refuses are told where they were declared. */
  #undeclared({ schema, name, message }: DeclareFailure): void {
    const node = this.#knownTable(schema, name)?.node;
    if (node === undefined) return;
    this.#known.delete(node.name);
    this.#finished.delete(node.name);
    this.#declared.delete(node.name);
    this.#broken.add(node.name);
    const what = message.replace(/^(\w+ )+Error: /, '').replace(/[.!]\s*$/, '');
    if (node.node === 'source') {
      this.#diagnostics.push(
        diagnostic('config-invalid', `the columns of '${node.name}' cannot be those of a table: ${what}`, {
          location: node.definition.location,
          hint: 'Types are written as in CREATE TABLE.',
        }),
      );
      return;
    }
    this.#tell(
      node.definition,
      diagnostic('invalid-query', `the columns of '${node.name}' cannot be those of a table: ${what}`, {
        location: node.definition.nameLocation,
        hint: `Its columns are ${node.columns.map((c) => `${c.name} ${c.type}`).join(', ')}.`,
      }),
    );
  }

  async #bindAll(models: readonly ParsedModel[]): Promise<void> {
    for (const m of models) if (m.query === undefined) this.#addLeafModel(m);
    const wanted = models.flatMap((m) => (m.query === undefined ? [] : [{ m, query: m.query }]));
    if (wanted.length === 0) return;
    await this.#declare(wanted.flatMap(({ query }) => query.dependencies));
    const queries = wanted.filter(({ m, query }) => {
      const culprit = query.dependencies.find((d) => !this.#known.has(d));
      if (culprit === undefined) return true;
      this.#broken.add(m.definition.name);
      this.#blockedBy.set(m.definition.name, culprit);
      return false;
    });
    if (queries.length === 0) return;
    this.#settings ??= await this.#in.settings();
    const results = await this.#in.binder.bind(queries.map((q) => q.query.rendered.sql));
    for (const [i, { m, query }] of queries.entries()) {
      const result = results[i];
      if (result === undefined) continue;
      if (result.ok) await this.#addQueryModel(m, query, parsePlan(result.plan));
      else if (isPlanless(result.error)) await this.#addOpaqueModel(m, query);
      else if (result.error.type === 'catalog' && HIDDEN_READ.test(query.rendered.sql))
        this.#fail(m.definition, hiddenRead(m.definition));
      else this.#fail(m.definition, queryError(m.definition, query, result.error));
    }
  }

  #addLeafModel(m: ParsedModel): void {
    const { definition, audits } = m;
    const columns = (definition.columns ?? this.#in.discovered.get(definition.name))?.map((c) => ({
      name: c.name,
      type: c.type,
    }));
    if (columns === undefined) {
      this.#broken.add(definition.name);
      if (definition.kind.kind === 'EXTERNAL') {
        this.#tell(
          definition,
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
      m,
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

  async #addQueryModel(m: ParsedModel, guessed: ParsedQuery, plan: PlanNode): Promise<void> {
    const { definition } = m;
    const columns = await this.#outputs(definition, guessed.rendered.sql, outputColumns(plan));
    if (columns === undefined || !this.#checkColumns(definition, columns)) return;
    const trace = traceLineage(
      plan,
      (schema, table) => this.#lookup.find(schema, table) ?? `${schema}.${table}`,
    );
    let query = await this.#confirmed(definition, guessed, trace);
    if (query === undefined) return;
    const meaning = meaningOf({
      plan,
      self: definition.name.toLowerCase(),
      settings: this.#settings ?? '',
      leaf: (schema, table) => this.#knownTable(schema, table)?.leaf(),
    });
    const tags = versionTags(m, query);
    let versioned;
    if (meaning.kind === 'known') versioned = versionQuery(definition, columns, meaning, tags);
    else {
      query = await this.#parsed(definition, query);
      if (query === undefined) return;
      const inputs = this.#inputVersions(query.dependencies);
      versioned = versionText(
        definition,
        columns,
        canonicalAst(query.statement),
        inputs,
        this.#textTags(query, tags),
      );
    }
    const isByInterval = definition.kind.kind === 'INCREMENTAL_BY_TIME_RANGE';
    const reads = traceReads(
      plan,
      (schema, table) => this.#knownTable(schema, table)?.reads(),
      isByInterval ? COMPILE_INTERVAL : undefined,
    );
    this.#addModel(
      { ...m, query },
      columns,
      versioned,
      {
        sql: query.rendered.sql,
        dependencies: query.dependencies,
        lineage: lineageOf(trace, columns),
        reads: this.#allReads(reads.scopes, query.dependencies),
        clockDependent: this.#clockDependent(definition, versioned, query),
        audits: m.audits.map((a) => ({ audit: a.audit, dependencies: a.dependencies })),
        auditIdentity: auditIdentity(m.audits),
      },
      this.#readLeaf(definition, columns, reads.trace),
    );
  }

  /** The query with the references it has: those its tokens told if the plan scans just them, else the parser's. */
  async #confirmed(
    definition: ModelDefinition,
    query: ParsedQuery,
    trace: LineageTrace,
  ): Promise<ParsedQuery | undefined> {
    const { guess } = query;
    const isCertain =
      guess !== undefined &&
      !guess.doubtful &&
      !trace.functions &&
      trace.unknown.length === 0 &&
      trace.tables.length === guess.names.length &&
      guess.names.every((n) => trace.tables.includes(n));
    const confirmed = isCertain ? query : await this.#parsed(definition, query);
    if (trace.tables.every((t) => confirmed?.dependencies.includes(t) !== false)) return confirmed;
    this.#fail(definition, hiddenRead(definition));
    return undefined;
  }

  /** The query with its AST, and the references that are in it. */
  async #parsed(definition: ModelDefinition, query: ParsedQuery): Promise<ParsedQuery | undefined> {
    if (query.guess === undefined && query.statement !== undefined) return query;
    const parsed = await confirmReferences(query, this.#in.binder, this.#lookup);
    // Only a guess can be wrong, and those are looked at again.
    if (parsed === undefined) this.#broken.add(definition.name);
    return parsed;
  }

  /** Valid SQL without a plan (a dynamic PIVOT): types from DESCRIBE, version from the text, lineage unknown. */
  async #addOpaqueModel(m: ParsedModel, guessed: ParsedQuery): Promise<void> {
    const { definition } = m;
    const query = await this.#parsed(definition, guessed);
    if (query === undefined) return;
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
      { ...m, query },
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
    m: ParsedModel,
    columns: readonly Column[],
    versioned: VersionedMeaning,
    rest: Pick<
      CompiledModel,
      'sql' | 'dependencies' | 'lineage' | 'reads' | 'clockDependent' | 'audits' | 'auditIdentity'
    >,
    reads: ReadLeaf,
  ): void {
    const { definition } = m;
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
    this.#finished.set(node.name, inputsOf(m));
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

  #clockDependent(definition: ModelDefinition, versioned: VersionedMeaning, query: ParsedQuery): boolean {
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

  #knownTable(schema: string, table: string): Known | undefined {
    const name = this.#lookup.find(schema, table);
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
    this.#tell(
      definition,
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
    this.#tell(definition, ...found);
    return false;
  }

  #unit(definition: ModelDefinition): string {
    const expression = definition.cron ?? this.#in.project.config.defaults.cron;
    return (expression === undefined ? DAILY : cadence(expression)).unit;
  }

  async #bindAudits(models: readonly ParsedModel[]): Promise<void> {
    const all = models
      .filter((m) => this.#known.has(m.definition.name))
      .flatMap((m) => m.audits.map((a) => ({ model: m.definition, audit: a })));
    if (all.length === 0) return;
    await this.#declare(all.flatMap(({ model, audit }) => [model.name, ...audit.dependencies]));
    const audits = all.filter(({ model, audit }) => {
      if (!this.#known.has(model.name)) return false;
      if (audit.dependencies.every((d) => this.#known.has(d))) return true;
      // An audit that reads a broken model waits. Whether it is broken, only the careful pass tells.
      this.#faulty.add(model.name);
      if (!this.#isCareful) this.#doubted.add(model.name);
      return false;
    });
    const results = await this.#in.binder.check(audits.map((a) => a.audit.sql.sql));
    const wrong = audits.flatMap(({ model, audit }, i) => {
      const error = results[i];
      return error === undefined || isPlanless(error) ? [] : [{ model, audit, error }];
    });
    for (const { model, audit, error } of wrong) {
      this.#faulty.add(model.name);
      if (!this.#isCareful) {
        this.#doubted.add(model.name);
        continue;
      }
      const found = { ...toDiagnostic(error, auditPlace(audit)), ...auditCode(audit.audit) };
      this.#diagnostics.push({
        ...found,
        message: `audit ${audit.audit.name} of ${model.name}: ${found.message}`,
      });
    }
  }

  #fail(definition: ModelDefinition, found: Diagnostic): void {
    this.#broken.add(definition.name);
    this.#tell(definition, found);
  }

  #tellFirst(definition: ModelDefinition, found: readonly Diagnostic[]): void {
    if (found.length > 0)
      this.#held.set(definition.name, [...found, ...(this.#held.get(definition.name) ?? [])]);
  }

  /** Held by model: what the quick pass found of a model that the careful one looks at again is not said twice. */
  #tell(definition: ModelDefinition, ...found: readonly Diagnostic[]): void {
    this.#held.set(definition.name, [...(this.#held.get(definition.name) ?? []), ...found]);
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

function pending(parsed: ParsedModel): Pending {
  return { definition: parsed.definition, inputs: inputsOf(parsed), parsed, entry: undefined };
}

/** Makes a value when it is first asked for, and once. */
function lazy<T, A extends readonly unknown[]>(make: (...given: A) => T): (...given: A) => T {
  let made: { readonly value: T } | undefined;
  return (...given) => (made ??= { value: make(...given) }).value;
}

function digestOf(value: unknown): string {
  return hash('sha256', JSON.stringify(value), 'hex').slice(0, 32);
}

/** What every model is rendered and checked with. */
function contextOf(project: Project): string {
  const audits = new Map(project.audits.map((a) => [a.source.path, a.source.text]));
  const { variables, defaults, gateway } = project.config;
  return digestOf([variables, defaults, gateway, [...audits]]);
}

function cacheKey(definition: ModelDefinition, context: string): string {
  const { name, path, source, blueprint } = definition;
  return digestOf([name, path, source.text, [...blueprint], context]);
}

function stateOf(node: CompiledNode, texts: LeafTexts): string {
  const { name, columns, version } = node;
  const more = node.node === 'model' ? [node.definition.kind.kind, node.clockDependent, node.reads] : [];
  return digestOf([node.node, name, columns, version, texts.leaf, texts.readLeaf, more]);
}

function inputsOf(model: ParsedModel): readonly string[] {
  return [...new Set([...(model.query?.dependencies ?? []), ...model.audits.flatMap((a) => a.dependencies)])];
}

/** Pre- and post-statements, and a text that holds the compile-time day by itself. */
function versionTags(m: ParsedModel, query: ParsedQuery): readonly string[] {
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

/** Functions that read a table by a text. Whether it is there already is chance, so it never counts. */
const HIDDEN_READ = /\bquery(?:_table)?\s*\(/i;

function hiddenRead(definition: ModelDefinition): Diagnostic {
  return diagnostic('unknown-table', 'a table is read by a name that only running the query tells', {
    location: definition.nameLocation,
    hint: 'Name it in FROM, so that Sluice knows what has to be built first.',
  });
}

function isPlanless(error: BindError): boolean {
  return (
    error.type === 'not implemented' || /cannot be serialized|not serializable|no plan/i.test(error.message)
  );
}

function queryError(definition: ModelDefinition, query: ParsedQuery, error: BindError): Diagnostic {
  return toDiagnostic(error, {
    text: query.rendered.sql,
    locate: (start, end) => query.rendered.map.locate(start, end),
    fallback: queryStart(definition),
  });
}

function lineageOf(trace: LineageTrace, columns: readonly Column[]): Lineage | undefined {
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
