/** Names of environments become part of schema names, so they are plain; the same wherever one is written. */
import { diagnostic, type Diagnostic, type Location } from '../diagnostic/index.ts';

const PLAIN = /^[a-z][a-z0-9_]*$/;

/** What is wrong with a name, undefined when nothing is. */
export function environmentNameProblem(name: string, location?: Location): Diagnostic | undefined {
  if (PLAIN.test(name)) return undefined;
  return diagnostic('invalid-environment-name', `'${name}' cannot be the name of an environment`, {
    location,
    hint: 'Use small letters, digits and underscores, beginning with a letter.',
  });
}
