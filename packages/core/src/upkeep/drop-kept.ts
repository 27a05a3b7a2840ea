import type { KeptFilter, KeptGroup } from '../state/index.ts';
import { countedRows } from '../diagnostic/index.ts';
import { NO_MODELS, type Upkeep } from './upkeep.ts';

/** Forgets kept rows, a step for each group that a person saw in the list. No table of a model is touched. */
export function dropKept(groups: readonly KeptGroup[], filter: KeptFilter): Upkeep {
  const rows = groups.reduce((sum, g) => sum + g.rows, 0);
  const all = countedRows(rows);
  return {
    kind: 'quarantine-drop',
    environment: null,
    ...NO_MODELS,
    steps: groups.map((g) => ({
      kind: 'forget-kept',
      filter: {
        models: [g.model],
        run: g.runId,
        ...(g.audit === undefined ? {} : { audit: g.audit }),
        ...(g.reason === undefined ? {} : { reason: g.reason }),
        ...(filter.before === undefined ? {} : { before: filter.before }),
      },
      name: `${countedRows(g.rows)} of ${g.model}`,
      reason:
        g.audit === undefined ? `could not be read, in ${g.runId}` : `found by ${g.audit} in ${g.runId}`,
    })),
    summary: groups.length === 0 ? 'There is nothing in quarantine to drop.' : `Drop ${all} from quarantine.`,
    done: `Dropped ${all} from quarantine.`,
  };
}
