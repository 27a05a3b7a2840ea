import { bindReady, breathe } from './bind-models.ts';
import type { Compilation } from './compilation.ts';
import type { Drafting } from './drafting.ts';
import { nodeSchemaAndTable } from './names.ts';
import type { ModelDefinition } from '../model/index.ts';
import { guessDrafts, parseDrafts, type Draft } from './parse-models.ts';
import { pending, type Pending } from './pending.ts';

/** So many drafts are looked at before DuckDB is asked about those of them that wait for nothing. */
const SOME = 64;

/**
 * First without the parser: what a query refers to is guessed from its tokens and confirmed by its plan. Whatever is not
 * in order is left, with all that stands below it, for {@link carefulPass} to say what is wrong.
 */
export async function quickPass(
  c: Compilation,
  models: readonly ModelDefinition[],
  drafting: Drafting,
  entries: readonly Pending[],
): Promise<void> {
  const names = [...models, ...entries.map((p) => p.definition)].map((m) => m.name);
  await bindReady(c, arriving(c, models, drafting, entries), names);
  c.forgetBelow(c.doubted);
}

/** DuckDB is at work on the first while others are drafted, and their references guessed. */
async function* arriving(
  c: Compilation,
  models: readonly ModelDefinition[],
  drafting: Drafting,
  entries: readonly Pending[],
): AsyncGenerator<readonly Pending[]> {
  if (entries.length > 0) yield entries;
  const ordered = lowestFirst(c, models);
  const unsure: Draft[] = [];
  for (let at = 0; at < ordered.length; at += SOME) {
    const drafts = drafting.of(ordered.slice(at, at + SOME));
    const some = drafts.filter((d) => d.awaited.length === 0);
    const guessed = guessDrafts(some, c.lookup);
    yield guessed.map(pending);
    const known = new Set(guessed.map((m) => m.definition));
    unsure.push(...some.filter((d) => !known.has(d.definition)));
    await breathe();
  }
  if (unsure.length === 0) return;
  yield (await parseDrafts(unsure, c.input.binder, c.lookup, [])).map(pending);
}

/** Those come first that can hardly read another model: they name no schema that models are in. Only time depends on it. */
function lowestFirst(c: Compilation, given: readonly ModelDefinition[]): readonly ModelDefinition[] {
  const { models } = c.input.project;
  const schemas = new Set(models.map((m) => nodeSchemaAndTable(m.name).schema));
  const written = [...schemas].map((schema) => schema.replaceAll(/[^\w]/g, '\\$&'));
  const mayRead = new RegExp(`\\b(?:${written.join('|')})"?\\s*\\.`, 'i');
  const low = new Set(given.filter((m) => m.query === undefined || !mayRead.test(m.query.text)));
  return [...low, ...given.filter((m) => !low.has(m))];
}
