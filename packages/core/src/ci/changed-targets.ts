import type { ActionDocument, CiImpactDocument, PlanDocument, ReasonCode } from '../report/index.ts';

/** A column whose values change, or with a null column the rows of a model. */
interface ChangedTarget {
  readonly model: string;
  readonly column: string | null;
}

/**
 * What a plan changes by definition. Columns that come have no readers yet, those that go have none left. An embedded model has no
 * table and no action: its readers say what of it changed.
 */
export function changedTargets(plan: PlanDocument): readonly ChangedTarget[] {
  const acting = new Set(plan.actions.map((a) => a.model));
  const embedded = new Map<string, ChangedTarget>();
  for (const { code, model, column } of plan.actions.flatMap((a) => a.reasons)) {
    if (model === undefined || acting.has(model)) continue;
    if (code === 'upstream_rows_changed') embedded.set(model, { model, column: null });
    if (code === 'upstream_column_changed' && column !== undefined)
      embedded.set(column, { model, column: column.slice(model.length + 1) });
  }
  return [...embedded.values(), ...ownTargets(plan)];
}

function ownTargets(plan: PlanDocument): readonly ChangedTarget[] {
  return plan.actions.flatMap((action): readonly ChangedTarget[] => {
    if (action.action === 'create' || action.action === 'drop') return [];
    if (action.reasons.some((r) => r.code === 'rows_changed' || r.code === 'kind_changed'))
      return [{ model: action.model, column: null }];
    return action.reasons.flatMap((r) =>
      (r.code === 'column_changed' || r.code === 'column_retyped') && r.column !== undefined
        ? [{ model: action.model, column: r.column }]
        : [],
    );
  });
}

/** Leaves out what another of them reaches: it changes because that one does. */
export function rootImpacts(impacts: readonly CiImpactDocument[]): readonly CiImpactDocument[] {
  return impacts.filter(
    (own) => !impacts.some((other) => other !== own && other.model !== own.model && reaches(other, own)),
  );
}

function reaches(other: CiImpactDocument, own: CiImpactDocument): boolean {
  const model = other.models.find((m) => m.model === own.model);
  if (model === undefined) return false;
  return own.column === null
    ? model.influence.length > 0 || model.rows_from.length > 0
    : model.columns.some((c) => c.name === own.column);
}

const OF_THE_DATA: ReadonlySet<ReasonCode> = new Set([
  'missing_intervals',
  'inputs_moved',
  'files_changed',
  'external_moved',
  'clock',
  'auto_restatement',
  'table_missing',
]);

/** Models that are computed for new data's sake alone. */
export function pendingModels(plan: PlanDocument): readonly string[] {
  return plan.actions.filter(isPending).map((a) => a.model);
}

function isPending({ reasons }: ActionDocument): boolean {
  return reasons.length > 0 && reasons.every((r) => OF_THE_DATA.has(r.code));
}
