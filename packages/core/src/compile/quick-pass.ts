import { bindReady, breathe } from './bind-models.ts';
import type { Compilation } from './compilation.ts';
import { nodeSchemaAndTable } from './names.ts';
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
  drafts: readonly Draft[],
  entries: readonly Pending[],
): Promise<void> {
  const names = [...drafts, ...entries].map((p) => p.definition.name);
  await bindReady(c, arriving(c, drafts, entries), names);
  c.forgetBelow(c.doubted);
}

/** DuckDB is at work on the first while the references of others are guessed. */
async function* arriving(
  c: Compilation,
  drafts: readonly Draft[],
  entries: readonly Pending[],
): AsyncGenerator<readonly Pending[]> {
  if (entries.length > 0) yield entries;
  const ordered = lowestFirst(c, drafts);
  const unsure: Draft[] = [];
  for (let at = 0; at < ordered.length; at += SOME) {
    const some = ordered.slice(at, at + SOME);
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
function lowestFirst(c: Compilation, drafts: readonly Draft[]): readonly Draft[] {
  const { models } = c.input.project;
  const schemas = new Set(models.map((m) => nodeSchemaAndTable(m.name).schema));
  const written = [...schemas].map((schema) => schema.replaceAll(/[^\w]/g, '\\$&'));
  const mayRead = new RegExp(`\\b(?:${written.join('|')})"?\\s*\\.`, 'i');
  const isLow = (d: Draft): boolean => d.rendered === undefined || !mayRead.test(d.rendered.sql);
  const low = new Set(drafts.filter(isLow));
  return [...low, ...drafts.filter((d) => !low.has(d))];
}
