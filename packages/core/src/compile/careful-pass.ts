import type { ModelDefinition } from '../model/index.ts';
import { bindReady } from './bind-models.ts';
import type { Compilation } from './compilation.ts';
import { orderNodes } from './graph.ts';
import { draftModels, parseDrafts, type Draft, type ParsedModel } from './parse-models.ts';
import { inputsOf, pending } from './pending.ts';
import { markBlocked, reportBlocked, reportCycle } from './report-broken.ts';

/** With the parser's references, and a diagnostic for all that is wrong. Answers what is left to be said. */
export async function carefulPass(
  c: Compilation,
  left: readonly ModelDefinition[],
  drafted: readonly Draft[],
  broken: readonly string[],
): Promise<() => void> {
  const { binder, project } = c.input;
  const byName = new Map(drafted.map((d) => [d.definition.name, d]));
  const drafts = left.flatMap((m) => byName.get(m.name) ?? draftModels([m], project, c.lookup, []));
  c.broken.clear();
  c.blockedBy.clear();
  for (const name of broken) c.broken.add(name);
  for (const s of c.input.project.config.sources) if (!c.known.has(s.name)) c.broken.add(s.name);
  c.isCareful = true;
  for (const d of drafts) c.held.delete(d.definition.name);
  const parsed = await parseDrafts(drafts, binder, c.lookup, c.diagnostics);
  const models = new Map(parsed.map((m) => [m.definition.name, m]));
  c.parsedModels = models;
  for (const d of drafts) if (!models.has(d.definition.name)) c.broken.add(d.definition.name);
  const inputs = new Map(parsed.map((m) => [m.definition.name, inputsOf(m)]));
  const order = orderNodes([...c.known.keys(), ...models.keys(), ...c.broken], inputs);
  for (const cycle of order.cycles) reportCycle(c, cycle, models);
  for (const name of order.left) c.broken.add(name);
  const stuck = new Set(order.left);
  const blocked = new Map<string, Set<string>>();
  const ready: ParsedModel[] = [];
  for (const name of order.layers.flat()) {
    const model = models.get(name);
    if (model !== undefined && !stuck.has(name)) ready.push(model);
  }
  await bindReady(c, ready.map(pending));
  for (const d of drafts) c.tellFirst(d.definition, d.warnings);
  for (const name of order.layers.flat()) {
    const model = models.get(name);
    const culprit = model === undefined ? undefined : c.blockedBy.get(name);
    if (culprit !== undefined) markBlocked(c, name, culprit, blocked);
  }
  return () => reportBlocked(c, blocked, models);
}
