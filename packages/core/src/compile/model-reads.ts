/** What reading a model comes to: for its readers, for staleness, and for the clock. */
import { isByInterval, type ModelDefinition } from '../model/index.ts';
import type { Compilation } from './compilation.ts';
import type { Column, ReadScope } from './compiled.ts';
import { nodeKey } from './names.ts';
import type { ParsedQuery } from './parse-models.ts';
import type { ReadLeaf, ReadTrace } from './reads.ts';
import type { VersionedMeaning } from './version.ts';

export function readLeafOf(
  definition: ModelDefinition,
  columns: readonly Column[],
  trace: ReadTrace,
): ReadLeaf {
  const { kind } = definition;
  if (kind.kind === 'VIEW' || kind.kind === 'EMBEDDED')
    return { kind: 'view', trace, names: columns.map((c) => c.name) };
  if (kind.kind !== 'INCREMENTAL_BY_TIME_RANGE')
    return { kind: 'input', input: definition.name, timeColumn: undefined };
  // Text and numbers that stand for times are not compared as times.
  const time = columns.find((c) => nodeKey(c.name) === nodeKey(kind.timeColumn))?.name;
  return {
    kind: 'input',
    input: definition.name,
    timeColumn: kind.timeFormat === undefined ? time : undefined,
  };
}

/** Every loaded relation below, also those of which the plan reads no column: their rows may count. */
export function allReads(
  c: Compilation,
  scopes: readonly ReadScope[],
  dependencies: readonly string[],
): readonly ReadScope[] {
  const found = new Map(scopes.map((s) => [s.input, s]));
  for (const dependency of dependencies) {
    const node = c.known.get(dependency)?.node;
    if (node === undefined) continue;
    const isThrough =
      node.node === 'model' &&
      (node.definition.kind.kind === 'VIEW' || node.definition.kind.kind === 'EMBEDDED');
    const below = isThrough ? node.reads.map((r) => r.input) : [dependency];
    for (const name of below) if (!found.has(name)) found.set(name, { input: name, scope: 'all' });
  }
  return [...found.values()].toSorted((a, b) => (a.input < b.input ? -1 : 1));
}

export function clockDependent(
  c: Compilation,
  definition: ModelDefinition,
  versioned: VersionedMeaning,
  query: ParsedQuery,
): boolean {
  const own = versioned.meaning.flags.some((f) => f.startsWith('context:'));
  const usesTime = query.rendered.timeMacros.size > 0;
  const macros = usesTime && !isByInterval(definition.kind, usesTime);
  const through = query.dependencies.some((d) => {
    const node = c.known.get(d)?.node;
    return (
      node?.node === 'model' &&
      node.clockDependent &&
      (node.definition.kind.kind === 'VIEW' || node.definition.kind.kind === 'EMBEDDED')
    );
  });
  return own || macros || through;
}
