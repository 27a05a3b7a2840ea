/**
 * Binds models as soon as their inputs are there. Several batches are on their way at once: nothing here may depend on which
 * is ready first.
 */
import { diagnostic, type Diagnostic } from '../diagnostic/index.ts';
import { addLeafModel, addOpaqueModel, addQueryModel } from './add-model.ts';
import { bindAudits } from './bind-audits.ts';
import { renderAgain, restore } from './cached-models.ts';
import type { BindError } from './binder.ts';
import type { Compilation } from './compilation.ts';
import { HIDDEN_READ, readsByText } from './hidden-reads.ts';
import { lookedUpIn } from './looked-up-in.ts';
import { draftModels, parseDrafts, type ParsedModel, type ParsedQuery } from './parse-models.ts';
import type { Pending } from './pending.ts';
import { declareOwn, ownProblem } from './own-rows.ts';
import { hiddenRead, isPlanless, queryError } from './query-error.ts';
import { parsePlan } from './plan-node.ts';
import { runReady } from './ready-queue.ts';
import { declareShadows, isPlainTable } from './shadow-tables.ts';
import { macroInView } from './sql-macros.ts';

/** More plans at once cost memory, fewer cost round trips. */
const BATCH = 64;

/**
 * Binds models as soon as they and their inputs are there, and their audits when there is time.
 *
 * @param expected names of those that may come
 */
export async function bindReady(
  c: Compilation,
  models: AsyncIterable<readonly Pending[]>,
  expected: Iterable<string>,
): Promise<void> {
  const { binder } = c.input;
  const byName = new Map<string, Pending>();
  const audited = new Map<string, string>();
  async function* arrivals(): AsyncGenerator<readonly string[]> {
    for await (const some of models) {
      const audits: string[] = [];
      for (const m of some) {
        const { name } = m.definition;
        byName.set(name, m);
        if (m.definition.audits.length === 0) continue;
        audits.push(`${name} audits`);
        audited.set(`${name} audits`, name);
      }
      yield [...some.map((m) => m.definition.name), ...audits];
    }
  }
  const toAudit = new Map<string, ParsedModel>();
  const left = await runReady({
    arrivals: arrivals(),
    expected,
    inputs: (item) => byName.get(item)?.inputs ?? [audited.get(item) ?? ''],
    late: (item) => audited.has(item),
    lanes: binder.lanes,
    batch: BATCH,
    work: async (batch) => {
      for (const m of await bindModels(
        c,
        batch.flatMap((item) => byName.get(item) ?? []),
      ))
        toAudit.set(m.definition.name, m);
      await bindAudits(
        c,
        batch.flatMap((item) => toAudit.get(audited.get(item) ?? '') ?? []),
      );
    },
  });
  for (const name of left) if (byName.has(name)) c.broken.add(name);
  // What nobody has read yet has to be possible as well, if that is in doubt; what readers in the cache have read, was.
  const read = new Set<string>();
  for (const [name, inputs] of c.finished)
    if (c.known.get(name)?.isCached === true) for (const input of inputs) read.add(input);
  await declareShadows(
    c,
    [...c.known].flatMap(([name, k]) => (k.isCached || read.has(name) || isPlainTable(k.node) ? [] : [name])),
  );
}

/** Answers those that were bound, and did not come from the cache. */
async function bindModels(c: Compilation, models: readonly Pending[]): Promise<readonly ParsedModel[]> {
  const ready: ParsedModel[] = [];
  for (const p of models) {
    const { name } = p.definition;
    // An audit that reads a broken model waits; the model it stands on does not.
    const needed = p.parsed?.query?.dependencies ?? p.earlier?.inputs.query ?? [];
    const culprit = needed.find((i) => c.broken.has(i) || !c.known.has(i));
    if (culprit !== undefined) {
      c.broken.add(name);
      c.blockedBy.set(name, culprit);
      continue;
    }
    if (restore(c, p)) continue;
    const parsed = p.parsed ?? renderAgain(c, p);
    if (parsed === undefined) c.broken.add(name);
    else ready.push(parsed);
  }
  const final = await finishRendering(c, ready);
  const bound = final.filter((m) => mayCallMacros(c, m));
  await bindAll(c, bound);
  return bound;
}

function mayCallMacros(c: Compilation, model: ParsedModel): boolean {
  const found = macroInView(model, c.parsedModels, c.input.project.sqlMacros);
  if (found !== undefined) c.fail(model.definition, found);
  return found === undefined;
}

/** Renders and parses those again whose macros waited for columns of their inputs. */
async function finishRendering(
  c: Compilation,
  ready: readonly ParsedModel[],
): Promise<readonly ParsedModel[]> {
  const awaiting = ready.filter((m) => m.query?.isAwaiting === true);
  if (awaiting.length === 0) return ready;
  const { project, binder } = c.input;
  const drafts = draftModels(
    awaiting.map((m) => m.definition),
    project,
    c.lookup,
    c.diagnostics,
    (name) => c.known.get(name)?.node.columns ?? 'later',
  );
  for (const d of drafts) c.tellFirst(d.definition, d.warnings);
  const again = await parseDrafts(drafts, binder, c.lookup, c.diagnostics);
  const finished = new Map(again.map((m) => [m.definition.name, m]));
  return ready.flatMap((m) => {
    if (m.query?.isAwaiting !== true) return [m];
    const { definition } = m;
    const final = finished.get(definition.name);
    // What happens to be there already does not count: others may be faster next time.
    const early = final?.query?.dependencies.find((d) => m.query?.dependencies.includes(d) !== true);
    if (final === undefined) c.broken.add(definition.name);
    else if (final.query?.isAwaiting === true || early !== undefined) {
      const hint = 'Name it in the query itself, not only in what a macro makes of columns.';
      const message = `that ${definition.name} reads ${early ?? 'a model'} is seen only when its macros are expanded`;
      c.fail(definition, diagnostic('invalid-macro', message, { location: definition.nameLocation, hint }));
    } else {
      c.parsedModels.set(definition.name, final);
      return [final];
    }
    return [];
  });
}

/** So many plans are read at a stretch. */
const BREATH = 4;

/** Lets other lanes take their answers and ask for more, so that DuckDB is at work while there is much to do here. */
export async function breathe(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

async function bindError(
  c: Compilation,
  m: ParsedModel,
  query: ParsedQuery,
  error: BindError,
): Promise<Diagnostic> {
  const found = queryError(m.definition, query, error);
  if (found.code !== 'unknown-column' || !c.isCareful) return found;
  // A text that an earlier result spoke for has not been parsed this time.
  const parsed = query.statement === undefined ? await c.input.binder.parse([query.rendered.sql]) : [];
  const statement = parsed[0]?.ok === true ? parsed[0].statements[0] : query.statement;
  return { ...found, notes: [...found.notes, ...lookedUpIn(c, { ...query, statement }, error)] };
}

async function bindAll(c: Compilation, models: readonly ParsedModel[]): Promise<void> {
  for (const m of models) if (m.query === undefined) addLeafModel(c, m);
  const wanted = models.flatMap((m) => (m.query === undefined ? [] : [{ m, query: m.query }]));
  if (wanted.length === 0) return;
  await declareShadows(
    c,
    wanted.flatMap(({ query }) => query.dependencies),
  );
  await declareOwn(
    c,
    wanted.flatMap(({ m, query }) => (query.readsItself ? [m.definition] : [])),
  );
  const queries = wanted.filter(({ m, query }) => {
    if (c.broken.has(m.definition.name)) return false;
    const problem = ownProblem(m);
    if (problem !== undefined) {
      c.fail(m.definition, problem);
      return false;
    }
    const culprit = query.dependencies.find((d) => !c.known.has(d));
    if (culprit === undefined) return true;
    c.broken.add(m.definition.name);
    c.blockedBy.set(m.definition.name, culprit);
    return false;
  });
  if (queries.length === 0) return;
  c.settings ??= await c.input.settings();
  const results = await c.ahead.whileWaiting(c.input.binder.bind(queries.map((q) => q.query.rendered.sql)));
  for (const [i, { m, query }] of queries.entries()) {
    const result = results[i];
    if (result === undefined) continue;
    if (i % BREATH === BREATH - 1) await breathe();
    if (readsByText(query.rendered.sql, c.input.project.sqlMacros, c.lookup.find))
      c.fail(m.definition, hiddenRead(m.definition));
    else if (result.ok) await addQueryModel(c, m, query, parsePlan(result.plan));
    else if (isPlanless(result.error)) await addOpaqueModel(c, m, query);
    else if (result.error.type === 'catalog' && HIDDEN_READ.test(query.rendered.sql))
      c.fail(m.definition, hiddenRead(m.definition));
    else c.fail(m.definition, await bindError(c, m, query, result.error));
    const known = c.known.get(m.definition.name);
    if (known !== undefined && c.keys.has(m.definition.name)) c.ahead.add(known);
  }
}
