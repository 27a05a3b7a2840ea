/** What is said of models that nobody could look at: those on a cycle, and those below a broken one. */
import { diagnostic, type Location, type Note } from '../diagnostic/index.ts';
import type { ModelDefinition } from '../model/index.ts';
import type { Compilation } from './compilation.ts';
import { placeOfMention } from './mentions.ts';
import type { Pending } from './pending.ts';

export function reportCycle(
  c: Compilation,
  cycle: readonly string[],
  models: ReadonlyMap<string, Pending>,
): void {
  const first = models.get(cycle[0] ?? '');
  const usesAudit = cycle.some((name, i) => {
    const reader = models.get(cycle[i + 1] ?? '');
    const read = reader?.parsed?.query?.dependencies ?? reader?.earlier?.inputs.query;
    return read !== undefined && !read.includes(name);
  });
  c.diagnostics.push(
    diagnostic(
      'cycle',
      cycle.length === 2 ? `${cycle[0]} reads itself` : `these models need each other: ${cycle.join(' → ')}`,
      {
        location: first?.definition.nameLocation,
        hint: usesAudit
          ? 'An audit needs what it reads to be built first. Move the audit to the model that comes later.'
          : cycle.length === 2
            ? 'A model may read its own past rows when its kind is INCREMENTAL_BY_TIME_RANGE, or INCREMENTAL_BY_UNIQUE_KEY with time macros in its query.'
            : 'Break the circle: one of them has to do without the other.',
        notes: cycle.slice(1).flatMap((name, i) => {
          const reader = models.get(name)?.definition;
          return reader === undefined ? [] : [readNote(c, reader, cycle[i] ?? '')];
        }),
      },
    ),
  );
}

/** Where a model names another, as far as its own text tells. */
function readNote(c: Compilation, reader: ModelDefinition, input: string): Note {
  const { source, query, audits } = reader;
  const within = (start: number, end: number): Location | undefined => {
    const found = placeOfMention(source.text.slice(start, end), c.lookup.find, input);
    return found === undefined ? undefined : source.locate(start + found.start, start + found.end);
  };
  const inQuery = query === undefined ? undefined : within(query.offset, query.offset + query.text.length);
  if (inQuery !== undefined) return { message: `${reader.name} reads ${input} here`, location: inQuery };
  const own = audits.filter((a) => a.location.path === source.path);
  const inAudit = own.map((a) => within(a.location.start, a.location.end)).find((at) => at !== undefined);
  if (inAudit !== undefined)
    return { message: `an audit of ${reader.name} reads ${input} here`, location: inAudit };
  return { message: `${reader.name} reads ${input}`, location: reader.nameLocation };
}

export function markBlocked(
  c: Compilation,
  name: string,
  culprit: string,
  blocked: Map<string, Set<string>>,
): void {
  c.broken.add(name);
  const root = [...blocked].find(([, names]) => names.has(culprit))?.[0] ?? culprit;
  const names = blocked.get(root) ?? new Set();
  blocked.set(root, names.add(name));
}

export function reportBlocked(
  c: Compilation,
  blocked: ReadonlyMap<string, ReadonlySet<string>>,
  models: ReadonlyMap<string, Pending>,
): void {
  for (const [culprit, names] of blocked) {
    const list = [...names].toSorted();
    const shown =
      list.length > 5 ? `${list.slice(0, 5).join(', ')} and ${list.length - 5} more` : list.join(', ');
    c.diagnostics.push(
      diagnostic('upstream-broken', `not checked because ${culprit} has errors: ${shown}`, {
        location: models.get(list[0] ?? '')?.definition.nameLocation,
      }),
    );
  }
}
