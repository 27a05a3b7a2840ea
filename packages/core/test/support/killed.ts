/** Commands in a process of their own that dies by SIGKILL before a statement that the test names. */
import { execFile } from 'node:child_process';
import { cpSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inject } from 'vitest';
import { TestProject } from './project.ts';

/** Where children keep their code compiled, for the next ones. */
const COMPILED = join(tmpdir(), 'sluice-test-compiled');

export interface Outcome {
  /** The status, and how many statements were sent. */
  readonly output: string;
  readonly killed: boolean;
}

/** Does a command to its end, or up to statement `at`. */
export async function child(
  project: TestProject,
  command: string,
  at?: number,
  environment = 'prod',
): Promise<Outcome> {
  const args = [
    // `killed-child.ts`, bundled.
    inject('killedChild'),
    project.root,
    String(project.now),
    command,
    environment,
    ...(at === undefined ? [] : [String(at)]),
  ];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      // Most of what a child does is reading its own code.
      env: { ...process.env, NODE_COMPILE_CACHE: COMPILED },
    });
    return { output: stdout.trim(), killed: false };
  } catch (error) {
    const failure = error as { readonly signal?: string; readonly stderr?: string };
    if (failure.signal !== 'SIGKILL') throw new Error(failure.stderr ?? String(error), { cause: error });
    return { output: '', killed: true };
  }
}

/** The same project with its warehouse in another folder. */
export function twin(project: TestProject): TestProject {
  const copy = new TestProject({});
  copy.now = project.now;
  cpSync(project.root, copy.root, { recursive: true, preserveTimestamps: true });
  return copy;
}

/** As many of a list as are wanted, from all parts of it; other ones for another seed. */
export function spread<T>(all: readonly T[], count: number, seed = 0): readonly T[] {
  if (count >= all.length) return all;
  // Steps of the golden section fill a stretch evenly.
  const within = (0.5 + seed * 0.618_033_988_75) % 1;
  return Array.from({ length: count }, (_, i) =>
    all.at(Math.floor(((i + within) * all.length) / count)),
  ).filter((one) => one !== undefined);
}

declare module 'vitest' {
  interface ProvidedContext {
    readonly killedChild: string;
  }
}
