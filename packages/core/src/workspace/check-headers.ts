import { join } from 'node:path';
import type { Compiled } from '../compile/index.ts';
import { diagnostic, didYouMean, SluiceError, type Diagnostic } from '../diagnostic/index.ts';
import { describeFiles } from '../engine/duckdb/describe-files.ts';
import type { FileStatus } from '../plan/index.ts';
import type { SourceDefinition } from '../project/index.ts';
import { isFileSource } from './file-source.ts';

/** Files beyond this are not opened while planning: loading them tells. */
const MOST_FILES = 20;

/** Declared columns that no CSV file of a source has, found before anything is built. Other formats say so when bound. */
export async function checkHeaders(
  root: string,
  compiled: Compiled,
  statuses: ReadonlyMap<string, FileStatus>,
): Promise<void> {
  const wanted = [...compiled.nodes.values()].flatMap((node) => {
    const status = statuses.get(node.name);
    if (node.node !== 'source' || status?.status !== 'new' || !isFileSource(node.definition)) return [];
    const { origin, columns } = node.definition;
    const hasHeader = origin.format === 'csv' && origin.csv.header !== false && columns !== undefined;
    return hasHeader && status.files.length <= MOST_FILES
      ? [{ definition: node.definition, source: origin, paths: status.files.map((f) => join(root, f.path)) }]
      : [];
  });
  const described = await describeFiles(wanted);
  const found = wanted.flatMap(({ definition }, i) => {
    const columns = described[i];
    // Files that cannot be read are told by whoever loads them.
    return columns === undefined || typeof columns === 'string'
      ? []
      : missing(
          definition,
          columns.map((c) => c.name),
        );
  });
  if (found.length > 0) throw new SluiceError(found);
}

function missing(source: SourceDefinition, names: readonly string[]): readonly Diagnostic[] {
  const known = new Set(names.map((n) => n.toLowerCase()));
  return (source.columns ?? []).flatMap((column) =>
    known.has(column.name.toLowerCase())
      ? []
      : [
          diagnostic('unknown-column', `the files of '${source.name}' have no column '${column.name}'`, {
            location: source.location,
            hint: didYouMean(column.name, names) ?? `Their columns are ${names.join(', ')}.`,
          }),
        ],
  );
}
