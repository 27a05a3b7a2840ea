import { diagnostic, SluiceError } from '../diagnostic/index.ts';
import type { Connection } from '../engine/warehouse.ts';
import { SCHEMA_VERSION, type StateExportDocument, type StateImportDocument } from '../report/index.ts';
import {
  ensureState,
  exportState,
  importState,
  isStateEmpty,
  readExport,
  readState,
  stateVersion,
} from '../state/index.ts';
import { isoInstant } from '../time/index.ts';
import { checkState } from '../upkeep/index.ts';
import { VERSION } from '../version.ts';
import type { Answer } from '../workspace.ts';
import type { OpenProject } from './open-project.ts';
import { standingOf } from './settle.ts';
import { withWarehouse } from './with-warehouse.ts';

/** All of the state as text, and what is said of it. */
export async function answerStateExport(
  w: OpenProject,
): Promise<Answer<StateExportDocument> & { readonly text: string }> {
  const { project } = await w.load();
  return withWarehouse(w, project, { readOnly: false, mustExist: true }, async (connection) => {
    // An older state is brought forward first, so that there is one kind of export.
    if ((await stateVersion(connection)) > 0) await ensureState(connection);
    const about = { tool: VERSION, project: project.config.name, exported_at: isoInstant(w.now()) };
    const { text, rows } = await exportState(connection, about);
    const version = await stateVersion(connection);
    return {
      text,
      diagnostics: [],
      document: {
        schema_version: SCHEMA_VERSION,
        state_version: version,
        rows,
        summary: `Exported the state: ${rows} rows.`,
      },
    };
  });
}

export async function answerStateImport(w: OpenProject, text: string): Promise<Answer<StateImportDocument>> {
  const { project } = await w.load();
  const exported = readExport(text);
  return withWarehouse(w, project, { readOnly: false, mustExist: true }, async (connection) => {
    if (!(await isStateEmpty(connection))) {
      throw new SluiceError(
        diagnostic(
          'state-not-empty',
          'the warehouse has a state already, and two states cannot be made one',
          {
            hint: 'Import into a copy of the tables whose schema _sluice was dropped.',
          },
        ),
      );
    }
    await connection.transaction(async () => {
      await importState(connection, exported);
      await checkTables(connection);
    });
    const { head, rows } = exported;
    return {
      diagnostics: [],
      document: {
        schema_version: SCHEMA_VERSION,
        state_version: head.state_version,
        rows: rows.length,
        project: head.project,
        summary: `Imported the state of ${head.project}: ${rows.length} rows. sluice state check compares it with the views.`,
      },
    };
  });
}

const SHOWN = 10;

/** Refuses a state whose tables are elsewhere: what it says is done would not be. */
async function checkTables(connection: Connection): Promise<void> {
  const missing = checkState(await readState(connection), await standingOf(connection)).filter(
    (f) => f.problem === 'table-missing' || f.problem === 'table-differs',
  );
  if (missing.length === 0) return;
  const names = missing.map((f) => f.name).toSorted();
  throw new SluiceError(
    diagnostic(
      'state-incomplete',
      `the state speaks of ${names.length === 1 ? 'a table that is' : `${names.length} tables that are`} not in this warehouse`,
      {
        hint: 'Copy the schemas sluice__… first; nothing was imported.',
        notes: [
          ...names.slice(0, SHOWN),
          ...(names.length > SHOWN ? [`and ${names.length - SHOWN} more`] : []),
        ].map((message) => ({ message })),
      },
    ),
  );
}
