/**
 * Results of earlier compilations, from memory or from disk: found by what the author wrote, believed only when all inputs
 * are what they were.
 */
import type { Diagnostic } from '../diagnostic/index.ts';
import type { ModelDefinition } from '../model/index.ts';
import { cacheKey, contextOf, renderedKey } from './cache-key.ts';
import type { Compilation, Known } from './compilation.ts';
import { readLeaf, readReads, readResult, type CacheEntry } from './compile-cache.ts';
import type { Remembered } from './compile-memory.ts';
import type { CompiledModel } from './compiled.ts';
import { lazy } from './lazy.ts';
import { auditsOf, draftModels, type Draft, type ParsedModel } from './parse-models.ts';
import type { Earlier, Pending } from './pending.ts';
import { hasMacros } from './sql-macros.ts';

/**
 * Earlier results of models whose author's text is the same; whether they still hold, their inputs tell later. In a project
 * with macros of its own no text tells all: there is no cache on disk then, and a session goes by what was made of it.
 *
 * @param rendered all models as they are rendered now, where the project has code of its own
 */
export function earlierResults(
  c: Compilation,
  rendered: ReadonlyMap<string, Draft> | undefined,
): ReadonlyMap<string, Pending> {
  const { memory, project } = c.input;
  const cache = hasMacros(project) ? undefined : c.input.cache;
  const found = new Map<string, Pending>();
  if (cache === undefined && memory === undefined) return found;
  const context = contextOf(project);
  const names = new Set(c.lookup.names);
  for (const definition of project.models) {
    if (definition.query === undefined) continue;
    // A view may not call an SQL macro, not through an embedded model either: for that it has to be parsed.
    const { kind } = definition.kind;
    if (project.sqlMacros.length > 0 && (kind === 'VIEW' || kind === 'EMBEDDED')) continue;
    const draft = rendered?.get(definition.name);
    if (rendered !== undefined && draft === undefined) continue;
    const make = (): string => cacheKey(definition, context);
    const text = memory?.keyOf(definition, context, make) ?? make();
    const key = draft === undefined ? text : `${text} ${renderedKey(draft)}`;
    c.keys.set(definition.name, key);
    const earlier = remembered(memory?.find(key)) ?? cached(c, definition, cache?.find(key));
    if (earlier === undefined) continue;
    const inputs = [...new Set([...earlier.inputs.query, ...earlier.inputs.audits.flat()])];
    if (inputs.every((i) => names.has(i)))
      found.set(definition.name, { definition, inputs, parsed: undefined, earlier, draft });
  }
  return found;
}

function remembered(result: Remembered | undefined): Earlier | undefined {
  if (result === undefined) return undefined;
  const { state, inputs, known, warnings, drafted } = result;
  return { state, inputs, drafted, read: () => ({ known, warnings }) };
}

function cached(
  c: Compilation,
  definition: ModelDefinition,
  entry: CacheEntry | undefined,
): Earlier | undefined {
  if (entry === undefined) return undefined;
  return {
    state: entry.state,
    inputs: entry.inputs,
    drafted: undefined,
    read: () => readEntry(c, definition, entry),
  };
}

function readEntry(
  c: Compilation,
  definition: ModelDefinition,
  entry: CacheEntry,
): { readonly known: Known; readonly warnings: readonly Diagnostic[] } | undefined {
  const payload = entry.read();
  const result = payload === undefined ? undefined : readResult(payload);
  if (result === undefined) return undefined;
  const { state, ...light } = result.light;
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
  const known: Known = {
    node,
    isCached: true,
    leaf: lazy(() => readLeaf(heavy().leaf)),
    reads: lazy(() => readReads(heavy().readLeaf)),
    state: () => state,
  };
  return { known, warnings: entry.warnings };
}

/** Takes an earlier result, if what it read is the same. */
export function restore(c: Compilation, { definition, inputs, earlier }: Pending): boolean {
  if (earlier === undefined || earlier.state !== c.inputState(inputs)) return false;
  const result = earlier.read();
  if (result === undefined) return false;
  c.known.set(definition.name, result.known);
  c.finished.set(definition.name, inputs);
  if (result.warnings.length > 0) c.held.set(definition.name, result.warnings);
  if (earlier.drafted !== undefined) c.drafted.set(definition.name, earlier.drafted);
  return true;
}

/** A model whose text is as it was, so that it refers to what it did: only its inputs are others. */
export function renderAgain(c: Compilation, p: Pending): ParsedModel | undefined {
  const { definition, earlier } = p;
  const draft = p.draft ?? draftModels([definition], c.input.project, c.lookup, [])[0];
  if (draft?.rendered === undefined || earlier === undefined) return undefined;
  c.tellFirst(definition, draft.warnings);
  c.drafted.set(definition.name, draft.warnings);
  const { rendered, statements } = draft;
  const query = {
    isAwaiting: false,
    rendered,
    dependencies: earlier.inputs.query,
    // Results of models that read themselves are not kept.
    readsItself: false,
    statement: undefined,
    isOpen: false,
    guess: undefined,
  };
  const audits = draft.audits.map((a, i) => ({ ...a, dependencies: earlier.inputs.audits[i] ?? [] }));
  return { definition, query, statements, audits };
}

/** Keeps what is new and without a fault, in order; on disk only what its key tells all of. */
export function keepResults(c: Compilation, order: readonly string[], isPlain: boolean): void {
  const { cache, memory } = c.input;
  const fresh = new Map<string, Remembered>();
  for (const name of order) {
    const key = c.keys.get(name);
    const known = c.known.get(name);
    const finished = c.finished.get(name);
    if (key === undefined || finished === undefined || known?.node.node !== 'model') continue;
    if (c.faulty.has(name)) continue;
    const state = (): string => c.inputState(finished);
    const inputs = {
      query: known.node.dependencies,
      audits: known.node.audits.map((a) => a.dependencies),
    };
    const payload = cache !== undefined && isPlain && !known.isCached ? c.ahead.take(known) : undefined;
    if (payload !== undefined)
      cache?.keep(key, { state: state(), inputs, warnings: c.held.get(name) ?? [] }, payload);
    // What is remembered already and was taken as it is has the same state.
    if (memory === undefined || memory.find(key)?.known === known) continue;
    fresh.set(key, {
      state: state(),
      inputs,
      known: { ...known, isCached: true },
      warnings: c.held.get(name) ?? [],
      drafted: c.drafted.get(name),
    });
  }
  if (isPlain) cache?.keepAudits(c.soundAudits);
  if (memory === undefined) return;
  // What came from disk does not tell its macros' warnings apart, until it is rendered once.
  for (const [name, drafted] of c.drafted) {
    const key = c.keys.get(name) ?? '';
    const earlier = fresh.get(key) ?? memory.find(key);
    if (earlier !== undefined && earlier.drafted === undefined) fresh.set(key, { ...earlier, drafted });
  }
  memory.keepOnly(c.keys.values(), fresh);
}
