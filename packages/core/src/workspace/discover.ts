import { join } from 'node:path';
import type { Column } from '../compile/index.ts';
import { diagnostic, type Diagnostic } from '../diagnostic/index.ts';
import { describeFiles } from '../engine/duckdb/describe-files.ts';
import type { FileSource, Project } from '../project/index.ts';
import { findSourceFiles, seedFiles } from '../source/index.ts';
import { isFileSource } from './file-source.ts';
import { readError } from './read-error.ts';

/** Columns that nobody declared, from the files themselves; and files that are not there. */
export async function discover(
  root: string,
  project: Project,
  describe: typeof describeFiles = describeFiles,
): Promise<{
  readonly columns: ReadonlyMap<string, readonly Column[]>;
  readonly diagnostics: readonly Diagnostic[];
  /** Whether files of data were looked into. */
  readonly described: boolean;
}> {
  const diagnostics: Diagnostic[] = [];
  const wanted: {
    name: string;
    source: FileSource;
    paths: readonly string[];
    location: Diagnostic['location'];
  }[] = [];
  for (const s of project.config.sources) {
    if (!isFileSource(s)) continue;
    const { paths, diagnostics: missing } = findSourceFiles(root, s);
    diagnostics.push(...missing);
    if (s.columns === undefined && paths.length > 0) {
      wanted.push({
        name: s.name,
        source: s.origin,
        paths: paths.map((p) => join(root, p)),
        location: s.location,
      });
    }
  }
  for (const m of project.models) {
    if (m.kind.kind !== 'SEED' || m.columns !== undefined) continue;
    wanted.push({
      name: m.name,
      source: seedFiles(m.kind),
      paths: [join(root, m.kind.file)],
      location: m.kindLocation,
    });
  }
  const columns = new Map<string, readonly Column[]>();
  const answers = await describe(wanted);
  for (const [i, w] of wanted.entries()) {
    const answer = answers[i];
    if (typeof answer === 'string') {
      diagnostics.push(
        diagnostic(
          'source-unreadable',
          `the files of '${w.name}' cannot be read: ${readError(root, answer)}`,
          {
            location: w.location,
            hint: 'Declare its columns, or say how the file is written under csv:.',
          },
        ),
      );
    } else if (answer !== undefined) columns.set(w.name, answer);
  }
  return { columns, diagnostics, described: wanted.length > 0 };
}
