/** Results of earlier compilations: found by what the author wrote, believed only when all inputs are what they were. */
import { cacheKey, contextOf } from './cache-key.ts';
import type { Compilation } from './compilation.ts';
import { readLeaf, readReads, readResult, writeLeaf, writeReads, writeResult } from './compile-cache.ts';
import type { CompiledModel } from './compiled.ts';
import { lazy } from './lazy.ts';
import { auditsOf, draftModels, type ParsedModel } from './parse-models.ts';
import type { Pending } from './pending.ts';

/** Results of earlier runs whose author's text is the same; whether they still hold, their inputs tell later. */
export function cacheEntries(c: Compilation): ReadonlyMap<string, Pending> {
  const { cache, project } = c.input;
  const found = new Map<string, Pending>();
  if (cache === undefined) return found;
  const context = contextOf(project);
  const names = new Set(c.lookup.names);
  for (const definition of project.models) {
    if (definition.query === undefined) continue;
    const key = cacheKey(definition, context);
    c.keys.set(definition.name, key);
    const entry = cache.find(key);
    if (entry === undefined) continue;
    const inputs = [...new Set([...entry.inputs.query, ...entry.inputs.audits.flat()])];
    if (inputs.every((i) => names.has(i)))
      found.set(definition.name, { definition, inputs, parsed: undefined, entry });
  }
  return found;
}

/** Keeps what is new and without a fault. */
export function keepResults(c: Compilation, order: readonly string[]): void {
  const { cache } = c.input;
  if (cache === undefined) return;
  for (const name of order) {
    const key = c.keys.get(name);
    const known = c.known.get(name);
    const finished = c.finished.get(name);
    if (key === undefined || finished === undefined || known?.node.node !== 'model') continue;
    if (known.isCached || c.faulty.has(name)) continue;
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
        warnings: c.held.get(name) ?? [],
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
    cache.keep(key, { state: c.inputState(finished), inputs, payload });
  }
}

/** The result of an earlier run, if what it read is the same. */
export function restore(c: Compilation, { definition, inputs, entry }: Pending): boolean {
  if (entry === undefined || entry.state !== c.inputState(inputs)) return false;
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
    audits: auditsOf(definition, c.input.project).map((audit, i) => ({
      audit,
      dependencies: entry.inputs.audits[i] ?? [],
    })),
  };
  c.known.set(node.name, {
    node,
    isCached: true,
    leaf: lazy(() => readLeaf(heavy().leaf)),
    reads: lazy(() => readReads(heavy().readLeaf)),
    state: () => state,
  });
  c.finished.set(node.name, inputs);
  if (warnings.length > 0) c.held.set(node.name, warnings);
  return true;
}

/** A model whose text is as it was, so that it refers to what it did: only its inputs are others. */
export function renderAgain(c: Compilation, { definition, entry }: Pending): ParsedModel | undefined {
  const [draft] = draftModels([definition], c.input.project, c.lookup, []);
  if (draft?.rendered === undefined || entry === undefined) return undefined;
  c.tellFirst(definition, draft.warnings);
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
