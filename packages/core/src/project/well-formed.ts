/** What is left of a project's settings without what has another shape than it should: the rest can be wrong in other ways. */
import type { z } from 'zod';
import { projectSchema, type RawConfig } from './schema.ts';
import type { YamlPath } from './yaml-places.ts';

/** Taking away something may leave something else that cannot be without it. */
const MOST_ROUNDS = 3;
/** Stand for what has no default; nothing is said about them. */
const REQUIRED = { name: 'name', start: '2000-01-01' };

/** Undefined when nothing of use is left. */
export function wellFormed(data: unknown, issues: readonly z.core.$ZodIssue[]): RawConfig | undefined {
  let rest: unknown = structuredClone(data);
  let wrong = issues;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    for (const path of wrong.flatMap(wrongParts)) remove(rest, path);
    rest = { ...REQUIRED, ...(isMapping(rest) ? rest : {}) };
    const parsed = projectSchema.safeParse(rest);
    if (parsed.success) return parsed.data;
    wrong = parsed.error.issues;
  }
  return undefined;
}

/** A source is taken away as a whole, since its properties need each other; of all else what is wrong alone. */
function wrongParts(issue: z.core.$ZodIssue): readonly YamlPath[] {
  const paths =
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
  return paths.map((path) => path.slice(0, path[0] === 'sources' || path[0] === 'environments' ? 3 : 2));
}

function remove(data: unknown, path: YamlPath): void {
  const [step, ...further] = path;
  if (step === undefined || !isMapping(data)) return;
  const key = String(step);
  // Places of a list are counted by what stands before them.
  if (further.length === 0 || !isMapping(data[key])) Reflect.deleteProperty(data, key);
  else remove(data[key], further);
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
