import { join } from 'node:path';
import type { Compiled } from '../compile/index.ts';
import { diagnostic, SluiceError } from '../diagnostic/index.ts';
import type { Connection } from '../engine/warehouse.ts';
import type { FileStatus } from '../plan/index.ts';
import { physicalName } from '../plan/physical.ts';
import { findSourceFiles, inspectFiles } from '../source/index.ts';
import { physicalKey, type State } from '../state/index.ts';
import { isFileSource } from './file-source.ts';
import { checkHeaders } from './check-headers.ts';
import type { OpenProject } from './open-project.ts';
import { readError } from './read-error.ts';

export async function fileStatuses(
  w: OpenProject,
  compiled: Compiled,
  connection: Connection,
  state: State,
  relations: ReadonlyMap<string, 'table' | 'view'>,
  hashNew: 'now' | 'later',
): Promise<ReadonlyMap<string, FileStatus>> {
  const statuses = new Map<string, FileStatus>();
  for (const node of compiled.nodes.values()) {
    if (node.node !== 'source' || !isFileSource(node.definition)) continue;
    const target = physicalName(node, []);
    const key = physicalKey(target);
    const loaded = relations.has(key.toLowerCase()) ? state.loads.get(key) : undefined;
    const { paths, diagnostics } = findSourceFiles(w.root, node.definition);
    if (diagnostics.length > 0) throw new SluiceError(diagnostics);
    const { same, files } = await inspectFiles(w.root, paths, loaded, hashNew);
    if (loaded === undefined) statuses.set(node.name, { status: 'new', files });
    else if (same) statuses.set(node.name, { status: 'unchanged', files });
    else {
      const absolute = paths.map((p) => join(w.root, p));
      const request = { source: node.definition.origin, paths: absolute, columns: node.columns, target };
      const { changed } = await connection.compareFiles(request).catch((error: unknown) => {
        throw new SluiceError(
          diagnostic(
            'source-unreadable',
            `the files of '${node.name}' cannot be read: ${readError(w.root, error instanceof Error ? error.message : String(error))}`,
            {
              location: node.definition.location,
              hint: 'Mend the file, or change the declaration of its columns.',
            },
          ),
        );
      });
      statuses.set(node.name, { status: 'changed', files, changed });
    }
  }
  await checkHeaders(w.root, compiled, statuses);
  return statuses;
}
