import { SCHEMA_VERSION, type StateCheckDocument, type StateFindingDocument } from '../report/index.ts';
import { readState } from '../state/index.ts';
import { checkState, repairOf, type Finding } from '../upkeep/index.ts';
import type { Answer, UpkeepOptions } from '../workspace.ts';
import type { OpenProject } from './open-project.ts';
import { settle, standingOf } from './settle.ts';
import { withWarehouse } from './with-warehouse.ts';

export async function answerStateCheck(
  w: OpenProject,
  { repair = false, ...options }: UpkeepOptions & { readonly repair?: boolean } = {},
): Promise<Answer<StateCheckDocument>> {
  w.abort = new AbortController();
  const { project } = await w.load();
  const readOnly = !repair || options.dryRun === true;
  return withWarehouse(w, project, { readOnly, mustExist: true }, async (connection) => {
    const state = await readState(connection);
    const findings = checkState(state, await standingOf(connection));
    const mended = repair ? await settle(w, connection, repairOf(findings), options) : null;
    const isMended = mended?.status === 'done';
    const left = isMended ? checkState(await readState(connection), await standingOf(connection)) : findings;
    const counts = { environments: state.environments.size, relations: state.snapshots.size };
    return {
      diagnostics: [],
      document: {
        schema_version: SCHEMA_VERSION,
        status: left.length > 0 ? 'unsound' : isMended ? 'repaired' : 'sound',
        findings: left.map(toDocument),
        ...counts,
        repair: mended,
        summary: summarize(left, isMended, counts),
      },
    };
  });
}

function toDocument({ repair, ...finding }: Finding): StateFindingDocument {
  return { ...finding, repair: repair === undefined ? null : whatItDoes(repair) };
}

function whatItDoes(repair: NonNullable<Finding['repair']>): string {
  switch (repair.kind) {
    case 'point-view':
      return repair.stands ? 'let the view show what it should' : 'make the view again';
    default:
      return 'forget it, so that the next plan builds what is needed';
  }
}

function summarize(
  left: readonly Finding[],
  isMended: boolean,
  counts: { readonly environments: number; readonly relations: number },
): string {
  if (left.length === 0 && isMended) return 'Repaired: state, views and tables agree.';
  if (left.length === 0) {
    const environments = counts.environments === 1 ? '1 environment' : `${counts.environments} environments`;
    const relations =
      counts.relations === 1 ? '1 physical table' : `${counts.relations} physical tables and views`;
    return `State, views and tables agree: ${environments}, ${relations}.`;
  }
  const mendable = left.filter((f) => f.repair !== undefined).length;
  const found =
    left.length === 1 ? '1 thing is not as it should be' : `${left.length} things are not as they should be`;
  if (mendable === 0) return `${found}, and left to you.`;
  const mends = left.length === 1 ? 'it' : mendable === left.length ? 'all of it' : `${mendable} of them`;
  return `${found}; sluice state check --repair mends ${mends}.`;
}
