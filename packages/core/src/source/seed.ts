import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelKind } from '../model/index.ts';
import type { FileSource } from '../project/index.ts';

type Seed = Extract<ModelKind, { kind: 'SEED' }>;

/** Whether a seed's file is no longer what its version was made of. */
export function seedMoved(root: string, kind: Seed): boolean {
  try {
    return hash('sha256', readFileSync(join(root, kind.file), 'utf8')) !== kind.contentHash;
  } catch {
    return true;
  }
}

/** A seed's CSV file, in the form in which sources are loaded. */
export function seedFiles(kind: Seed): FileSource {
  const { csv } = kind;
  return {
    kind: 'file',
    format: 'csv',
    files: [kind.file],
    timeColumn: undefined,
    csv: {
      ...(csv.delimiter === undefined ? {} : { delimiter: csv.delimiter }),
      ...(csv.quotechar === undefined ? {} : { quote: csv.quotechar }),
      ...(csv.header === undefined ? {} : { header: csv.header }),
      ...(csv.naValues === undefined ? {} : { nullValues: csv.naValues }),
    },
  };
}
