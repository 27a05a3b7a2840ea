import type { TableName } from '../sql/quote.ts';
import { environmentView, isPhysicalSchema } from './physical.ts';
import type { PlanInput } from './plan-input.ts';
import type { Plan } from './planned.ts';
import { changesItsView, hasView, viewKey } from './views.ts';

/** A name that a promotion would give to a view, or take one away from, and that stands for something else. */
export interface TakenName {
  readonly model: string;
  readonly view: string;
  readonly relation: 'table' | 'view';
  /** The environment whose view should stand there; undefined: none, the name was never Sluice's. */
  readonly owner: string | undefined;
  /** Whether it is a view as Sluice makes them: without an owner, the state that knew it is lost. */
  readonly isSluices: boolean;
}

/**
 * Views that promotion would make or drop but that belong to somebody else: another tool, or another environment.
 *
 * @param views what each view shows whole, by lower-case name
 */
export function takenNames(
  plan: Plan,
  input: PlanInput,
  views: ReadonlyMap<string, TableName | 'another query'>,
): readonly TakenName[] {
  const isSluices = (view: TableName): boolean => {
    const shown = views.get(viewKey(view));
    return shown !== undefined && shown !== 'another query' && isPhysicalSchema(shown.schema);
  };
  const isForeign = (view: TableName): boolean => views.has(viewKey(view)) && !isSluices(view);
  const owners = new Map<string, string>();
  for (const environment of input.state.environments.values()) {
    for (const m of environment.models.values()) owners.set(viewKey(m.view), environment.name);
  }
  const removed = plan.removed
    .filter((r) => r.stands && isForeign(r.view))
    .map((r) => ({
      model: r.model,
      view: `${r.view.schema}.${r.view.name}`,
      relation: 'view' as const,
      owner: plan.environment,
      isSluices: false,
    }));
  const made = [...plan.nodes.values()].flatMap((planned): readonly TakenName[] => {
    const { node } = planned;
    if (!hasView(planned)) return [];
    const view = environmentView(plan.environment, node.name);
    const relation = input.relations.get(viewKey(view));
    const owner = owners.get(viewKey(view));
    const isOurs = relation === 'view' && owner === plan.environment;
    if (relation === undefined || (isOurs && (changesItsView(planned) || !isForeign(view)))) return [];
    const name = `${view.schema}.${view.name}`;
    return [{ model: node.name, view: name, relation, owner, isSluices: isSluices(view) }];
  });
  return [...made, ...removed];
}
