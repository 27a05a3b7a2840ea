import { diagnostic, didYouMean, type Diagnostic, type Outcome } from '../diagnostic/index.ts';
import { globPattern } from '../source/glob.ts';
import type { Criterion, Term } from './parse-selection.ts';

/** What can be selected: a model or a source. */
export interface Selectable {
  readonly name: string;
  readonly tags: readonly string[];
  /** Its files, relative to the project folder; none for sources, whose declarations share one. */
  readonly paths: readonly string[];
  /** Names of what it reads. */
  readonly dependencies: readonly string[];
}

/** What a selection may ask about besides the project. */
export interface Surroundings {
  /** Names that the environment shows otherwise, or not at all; undefined where there is no environment. */
  readonly modified: ReadonlySet<string> | undefined;
  /** Files that differ from a git ref, relative to the project folder, by ref. */
  readonly changedFiles: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * The names that terms select. Each name, glob, tag and path must match something: a slip of the pen must not look like a
 * small plan. So must the whole.
 */
export function select(
  terms: readonly Term[],
  all: readonly Selectable[],
  around: Surroundings,
): Outcome<ReadonlySet<string>> {
  const diagnostics: Diagnostic[] = [];
  const graph = new Graph(all);
  const matched = terms.map((term) => {
    const found = all.filter((s) => matches(s, term.what, around));
    if (found.length === 0 && isWritten(term.what)) diagnostics.push(nothing(term, all));
    const names = found.map((s) => s.name);
    return {
      term,
      names: [
        ...names,
        ...(term.withInputs ? graph.above(names) : []),
        ...(term.withReaders ? graph.below(names) : []),
      ],
    };
  });
  const wanted = matched.filter((m) => !m.term.isExcluded);
  const selected = new Set(wanted.length === 0 ? all.map((s) => s.name) : wanted.flatMap((m) => m.names));
  for (const { term, names } of matched) if (term.isExcluded) for (const name of names) selected.delete(name);
  if (selected.size === 0 && diagnostics.length === 0)
    diagnostics.push(
      diagnostic('nothing-selected', `nothing is selected by '${terms.map((t) => t.written).join(' ')}'`, {
        hint: 'No model is in what the selection names, or all of them are excluded.',
      }),
    );
  return { value: selected, diagnostics };
}

function matches(it: Selectable, what: Criterion, around: Surroundings): boolean {
  switch (what.kind) {
    case 'name':
      return same(it.name, what.pattern);
    case 'tag':
      return it.tags.some((tag) => same(tag, what.pattern));
    case 'path':
      return it.paths.some(
        (path) =>
          path === what.pattern ||
          path.startsWith(`${what.pattern}/`) ||
          globPattern(what.pattern).test(path),
      );
    case 'modified':
      return around.modified?.has(it.name) === true;
    case 'git':
      return it.paths.some((path) => around.changedFiles.get(what.ref)?.has(path));
    default:
      return what satisfies never;
  }
}

function same(name: string, pattern: string): boolean {
  const [a, b] = [name.toLowerCase(), pattern.toLowerCase()];
  return a === b || globPattern(b).test(a);
}

/** Whether a term that matches nothing is a slip; `state:` and `git:` may well be empty. */
function isWritten(what: Criterion): boolean {
  return what.kind === 'name' || what.kind === 'tag' || what.kind === 'path';
}

function nothing({ written, what }: Term, all: readonly Selectable[]): Diagnostic {
  const known =
    what.kind === 'tag'
      ? new Set(all.flatMap((s) => s.tags))
      : new Set(all.flatMap((s) => (what.kind === 'path' ? s.paths : [s.name])));
  const pattern = 'pattern' in what ? what.pattern : '';
  const ending = [...known].find((name) => name.toLowerCase().endsWith(`.${pattern.toLowerCase()}`));
  const hint =
    what.kind === 'name' && ending !== undefined
      ? `Did you mean '${inSelection(ending)}'?`
      : (didYouMean(pattern, [...known].map(inSelection)) ??
        (what.kind === 'tag' && known.size === 0
          ? 'No model has a tag.'
          : 'A selection takes names and globs (marts.*), +model, model+, tag:, path:, state:modified, git:BRANCH, and ! to exclude.'));
  return diagnostic('nothing-selected', `nothing is selected by '${written}'`, { hint });
}

/** A name as a selection has to have it. */
function inSelection(name: string): string {
  return /[\s,"]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
}

/** Who is above and below. */
class Graph {
  readonly #above: ReadonlyMap<string, readonly string[]>;
  readonly #below = new Map<string, string[]>();

  constructor(all: readonly Selectable[]) {
    this.#above = new Map(all.map((s) => [s.name, s.dependencies]));
    for (const s of all) {
      for (const d of s.dependencies) {
        const readers = this.#below.get(d);
        if (readers === undefined) this.#below.set(d, [s.name]);
        else readers.push(s.name);
      }
    }
  }

  above(names: readonly string[]): readonly string[] {
    return reach(names, (name) => this.#above.get(name) ?? []);
  }

  below(names: readonly string[]): readonly string[] {
    return reach(names, (name) => this.#below.get(name) ?? []);
  }
}

/** All that is reached, the beginnings left out where nothing leads back to them. */
function reach(from: readonly string[], next: (name: string) => readonly string[]): readonly string[] {
  const found = new Set<string>();
  const waiting = [...from];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    for (const other of next(name)) {
      if (found.has(other)) continue;
      found.add(other);
      waiting.push(other);
    }
  }
  return [...found];
}
