/** The whole answer of `compile`, for a project of which nothing has changed: then nothing is parsed, rendered or bound. */
import { join } from 'node:path';
import type { Diagnostic } from '../diagnostic/index.ts';
import type { ProjectFiles } from '../project/index.ts';
import { expandGlob } from '../source/index.ts';
import { readChecked, writeChecked } from './cache-file.ts';
import { isAsRecorded, type ReadRecord } from './recorded-files.ts';

/** Which files there are for the sources, as far as the answer depends on it. */
export interface GlobRecord {
  readonly pattern: string;
  readonly found: boolean;
}

export interface CachedAnswer {
  readonly diagnostics: readonly Diagnostic[];
  /** The document as JSON, as it is printed. */
  readonly json: string;
}

const FILE = 'compile.answer';

interface Conditions {
  readonly record: ReadRecord;
  readonly globs: readonly GlobRecord[];
  readonly diagnostics: readonly Diagnostic[];
}

/** The answer of an earlier run, if every file that it read reads the same. */
export function readAnswer(
  root: string,
  folder: string,
  identity: string,
  files: ProjectFiles,
): CachedAnswer | undefined {
  const body = readChecked(join(folder, FILE), identity);
  if (body === undefined) return undefined;
  const end = body.indexOf(10);
  try {
    const { record, globs, diagnostics } = JSON.parse(body.toString('utf8', 0, end)) as Conditions;
    if (globs.some((g) => expandGlob(root, g.pattern).length > 0 !== g.found)) return undefined;
    if (!isAsRecorded(record, files)) return undefined;
    return { diagnostics, json: body.toString('utf8', end + 1) };
  } catch {
    return undefined;
  }
}

export function writeAnswer(
  folder: string,
  identity: string,
  answer: CachedAnswer & { readonly record: ReadRecord; readonly globs: readonly GlobRecord[] },
): void {
  const { record, globs, diagnostics, json } = answer;
  const conditions = `${JSON.stringify({ record, globs, diagnostics } satisfies Conditions)}\n`;
  writeChecked(join(folder, FILE), identity, [Buffer.from(conditions), Buffer.from(json)]);
}
