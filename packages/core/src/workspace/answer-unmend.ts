/** What `sluice quarantine unmend` answers. Reads and changes the state alone: the project need not compile. */
import { nodeKey } from '../compile/index.ts';
import type { Connection } from '../engine/warehouse.ts';
import type { UpkeepDocument } from '../report/index.ts';
import { id, sql } from '../sql/quote.ts';
import {
  MEND_ID,
  mendedModels,
  mendedRanges,
  physicalKey,
  readMends,
  readState,
  type MendFilter,
} from '../state/index.ts';
import { takeBackMends, type MendedTableFound } from '../upkeep/index.ts';
import type { Answer, QuarantineOptions, UpkeepOptions } from '../workspace.ts';
import { unknownModel } from './errors.ts';
import { readMendedFile } from './mend-given.ts';
import type { OpenProject } from './open-project.ts';
import { settle } from './settle.ts';
import { withWarehouse } from './with-warehouse.ts';

export async function answerUnmend(
  w: OpenProject,
  model: string,
  options: UpkeepOptions & Omit<QuarantineOptions, 'models'> & { readonly from?: string } = {},
): Promise<Answer<UpkeepDocument>> {
  w.abort = new AbortController();
  const { project } = await w.load();
  const how = { readOnly: options.dryRun === true, mustExist: true };
  return withWarehouse(w, project, how, async (connection) => {
    const state = await readState(connection);
    const names = [...(await mendedModels(connection)), ...project.models.map((m) => m.name)];
    const name = names.find((n) => nodeKey(n) === nodeKey(model));
    if (name === undefined) throw unknownModel(model, [...new Set(names)]);
    const { audit, run, from } = options;
    const filter: MendFilter = {
      model: name,
      ...(audit === undefined ? {} : { audit }),
      ...(run === undefined ? {} : { run }),
      ...(from === undefined ? {} : { ids: await idsOf(connection, name, from) }),
    };
    const tables: MendedTableFound[] = [];
    for (const snapshot of state.snapshots.values()) {
      if (snapshot.model !== name) continue;
      const ranges = await mendedRanges(connection, filter, physicalKey(snapshot.physical));
      if (ranges.length > 0) tables.push({ snapshot, ranges });
    }
    const upkeep = takeBackMends(state, filter, await readMends(connection, filter), tables);
    return { diagnostics: [], document: await settle(w, connection, upkeep, options) };
  });
}

const TAKEN = 'sluice_taken_back';

/** The rows of a file that was replayed. */
async function idsOf(connection: Connection, model: string, file: string): Promise<readonly string[]> {
  await readMendedFile(connection, { model, columns: [] }, file, TAKEN);
  const rows = await connection.rows(
    sql`SELECT DISTINCT CAST(${id(MEND_ID)} AS VARCHAR) AS i FROM ${{ schema: 'temp', name: TAKEN }} WHERE ${id(MEND_ID)} IS NOT NULL`,
  );
  await connection.run(sql`DROP TABLE ${{ schema: 'temp', name: TAKEN }}`);
  return rows.map((r) => String(r['i']));
}
