import { join } from 'node:path';
import { diagnostic, SluiceError } from '../diagnostic/index.ts';
import type { Connection } from '../engine/warehouse.ts';
import { commentOn, type PlannedNode } from '../plan/index.ts';
import { filesMoved, seedFiles, seedMoved, withHashes } from '../source/index.ts';
import { recordLoad, recordRejects } from '../state/index.ts';
import type { TaskContext, Written } from './task-context.ts';

/** Replaces a source's table by what its files hold; the days that moved get a new sequence number. */
export async function loadSource(
  at: TaskContext,
  planned: PlannedNode,
  work: Extract<PlannedNode['work'], { kind: 'load' }>,
  connection: Connection,
  entered: (() => void)[],
): Promise<Written> {
  const { node, physical, key } = planned;
  if (node.node !== 'source' || node.definition.origin.kind !== 'file') return { rows: 0, rejected: 0 };
  const moved = (): void => {
    const path = filesMoved(at.root, work.files);
    if (path === undefined) return;
    throw new SluiceError(
      diagnostic('source-moved', `${path} changed while Sluice was at work`, {
        location: node.definition.location,
        hint: 'Nothing of it was loaded. Apply again to load what it holds now.',
      }),
    );
  };
  moved();
  const paths = work.files.map((f) => join(at.root, f.path));
  // Beside the load, while the system still has the file at hand.
  const hashing = withHashes(at.root, work.files);
  hashing.catch(() => undefined);
  const loaded = await connection.loadFiles(
    { source: node.definition.origin, paths, columns: node.columns, target: physical },
    at.config.quarantine.maxRows,
  );
  const files = await hashing;
  moved();
  const sequence = at.ledger.nextSequence();
  const doneAt = at.clock();
  entered.push(
    await at.ledger.stage(
      connection,
      key,
      work.changed.map((c) => ({
        start: c.start,
        end: c.end,
        sequence,
        data: sequence,
        inputs: [],
        doneAt,
      })),
    ),
  );
  await recordLoad(connection, at.run, node.name, {
    physical: key,
    files,
    rows: loaded.rows,
    rejected: loaded.rejected,
  });
  const names = new Map(paths.map((p, i) => [p, work.files[i]?.path ?? p]));
  await recordRejects(
    connection,
    at.run,
    node.name,
    loaded.rejects.map((r) => ({ ...r, file: names.get(r.file) ?? r.file })),
    loaded.rejected,
  );
  const notices =
    loaded.rejected === 0
      ? []
      : [
          diagnostic(
            'source-rejects',
            `${node.name}: ${loaded.rejected} ${loaded.rejected === 1 ? 'row' : 'rows'} could not be parsed and ${loaded.rejected === 1 ? 'was' : 'were'} set aside`,
            {
              location: node.definition.location,
              hint: `${loaded.rejects.length < loaded.rejected ? `The first ${loaded.rejects.length} are kept (quarantine.max_rows). ` : ''}See them with: sluice quarantine show ${node.name}`,
            },
          ),
        ];
  return { rows: loaded.rows, rejected: loaded.rejected, sampledFrom: loaded.sampledFrom, notices };
}

/** Fills a seed's table from its CSV file. */
export async function loadSeed(
  at: TaskContext,
  planned: PlannedNode,
  connection: Connection,
): Promise<Written> {
  const { node, physical } = planned;
  if (node.node !== 'model' || node.definition.kind.kind !== 'SEED') return { rows: 0, rejected: 0 };
  const { kind } = node.definition;
  const moved = (): void => {
    if (!seedMoved(at.root, kind)) return;
    throw new SluiceError(
      diagnostic('source-moved', `${kind.file} changed while Sluice was at work`, {
        location: node.definition.kindLocation,
        hint: 'Nothing of it was loaded. Apply again to load what it holds now.',
      }),
    );
  };
  moved();
  const source = seedFiles(kind);
  const paths = source.files.map((f) => join(at.root, f));
  const loaded = await connection.loadFiles({ source, paths, columns: node.columns, target: physical }, 1);
  moved();
  for (const { sql } of commentOn(node, physical, 'TABLE')) await connection.run(sql);
  const [bad] = loaded.rejects;
  if (bad !== undefined) throw new Error(`${kind.file}, line ${bad.line}: ${bad.message}`);
  return { rows: loaded.rows, rejected: 0 };
}
