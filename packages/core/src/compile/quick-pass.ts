import { bindReady } from './bind-models.ts';
import type { Compilation } from './compilation.ts';
import { guessDrafts, parseDrafts, type Draft } from './parse-models.ts';
import { pending, type Pending } from './pending.ts';

/**
 * First without the parser: what a query refers to is guessed from its tokens and confirmed by its plan. Whatever is not
 * in order is left, with all that stands below it, for {@link carefulPass} to say what is wrong.
 */
export async function quickPass(
  c: Compilation,
  drafts: readonly Draft[],
  entries: readonly Pending[],
): Promise<void> {
  const { binder } = c.input;
  const guessed = guessDrafts(drafts, c.lookup);
  const known = new Set(guessed.map((m) => m.definition.name));
  const rest = drafts.filter((d) => !known.has(d.definition.name));
  const parsed = rest.length === 0 ? [] : await parseDrafts(rest, binder, c.lookup, []);
  await bindReady(c, [...[...guessed, ...parsed].map(pending), ...entries]);
  c.forgetBelow(c.doubted);
}
