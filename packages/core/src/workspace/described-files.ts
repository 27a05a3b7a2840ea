import { describeFiles } from '../engine/duckdb/describe-files.ts';
import { fileStamp } from './file-stamp.ts';

type Describe = typeof describeFiles;
type Requests = Parameters<Describe>[0];
type Description = Awaited<ReturnType<Describe>>[number];

/** Columns of data files, looked up again only when a file may have changed. */
export class DescribedFiles {
  #known = new Map<string, Description>();

  async describe(requests: Requests): Promise<readonly Description[]> {
    const keys = requests.map(keyOf);
    const missing = requests.filter((_, i) => !this.#known.has(keys[i] ?? ''));
    const answers = (await describeFiles(missing))[Symbol.iterator]();
    const found = requests.map((_, i) => this.#known.get(keys[i] ?? '') ?? answers.next().value ?? []);
    this.#known = new Map(
      found.flatMap((answer, i) => {
        const key = keys[i];
        return key === undefined ? [] : [[key, answer] as const];
      }),
    );
    return found;
  }
}

/** Undefined when a file is too young to be recognised. */
function keyOf({ source, paths }: Requests[number]): string | undefined {
  const now = Date.now();
  const stamps = paths.map((path) => fileStamp(path, now));
  return stamps.includes(undefined) ? undefined : JSON.stringify([source, paths, stamps]);
}
