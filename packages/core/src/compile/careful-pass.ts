import type { ModelDefinition } from '../model/index.ts';
import { bindReady } from './bind-models.ts';
import type { Compilation } from './compilation.ts';
import { orderNodes } from './graph.ts';
import { draftModels, parseDrafts, type Draft } from './parse-models.ts';
import { pending, type Pending } from './pending.ts';
import { markBlocked, reportBlocked, reportCycle } from './report-broken.ts';

/**
 * With the parser's references, and a diagnostic for all that is wrong. Models of which an earlier result tells what they
 * refer to, and what their macros say, need not be parsed for that. Answers what is left to be said.
 */
export async function carefulPass(
  c: Compilation,
  left: readonly ModelDefinition[],
  drafted: readonly Draft[],
  entries: readonly Pending[],
  broken: readonly string[],
): Promise<() => void> {
  const { binder, project } = c.input;
  const byName = new Map(drafted.map((d) => [d.definition.name, d]));
  const isLeft = new Set(left.map((m) => m.name));
  const known = entries.filter((p) => isLeft.has(p.definition.name) && p.earlier?.drafted !== undefined);
  const isKnown = new Set(known.map((p) => p.definition.name));
  const drafts = left
    .filter((m) => !isKnown.has(m.name))
    .flatMap((m) => byName.get(m.name) ?? draftModels([m], project, c.lookup, []));
  c.broken.clear();
  c.blockedBy.clear();
  for (const name of broken) c.broken.add(name);
  for (const s of project.config.sources) if (!c.known.has(s.name)) c.broken.add(s.name);
  c.isCareful = true;
  for (const m of left) c.held.delete(m.name);
  const parsed = await parseDrafts(drafts, binder, c.lookup, c.diagnostics);
  c.parsedModels = new Map(parsed.map((m) => [m.definition.name, m]));
  for (const d of drafts) {
    c.drafted.set(d.definition.name, d.warnings);
    if (!c.parsedModels.has(d.definition.name)) c.broken.add(d.definition.name);
  }
  const models = new Map([...parsed.map(pending), ...known].map((p) => [p.definition.name, p]));
  const inputs = new Map([...models].map(([name, p]) => [name, p.inputs]));
  // In the order of the project, so that it is the same whatever was known.
  const names = left.map((m) => m.name).filter((name) => models.has(name));
  const order = orderNodes([...c.known.keys(), ...names, ...c.broken], inputs);
  for (const cycle of order.cycles) reportCycle(c, cycle, models);
  for (const name of order.left) c.broken.add(name);
  const stuck = new Set(order.left);
  const blocked = new Map<string, Set<string>>();
  const ready: Pending[] = [];
  for (const name of order.layers.flat()) {
    const model = models.get(name);
    if (model !== undefined && !stuck.has(name)) ready.push(model);
  }
  for (const name of isKnown) c.drafted.delete(name);
  await bindReady(c, atOnce(ready), names);
  for (const d of drafts) c.tellFirst(d.definition, d.warnings);
  // Those that were taken as they are, or rendered again, have said it.
  for (const { definition, earlier } of known)
    if (!c.drafted.has(definition.name)) c.tellFirst(definition, earlier?.drafted ?? []);
  for (const name of order.layers.flat()) {
    const model = models.get(name);
    const culprit = model === undefined ? undefined : c.blockedBy.get(name);
    if (culprit !== undefined) markBlocked(c, name, culprit, blocked);
  }
  return () => reportBlocked(c, blocked, models);
}

async function* atOnce<T>(all: T): AsyncGenerator<T> {
  yield all;
}
