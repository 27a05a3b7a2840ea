import { environmentView } from './physical.ts';
import type { PlanInput } from './plan-input.ts';
import type { Plan } from './planned.ts';
import { hasView, viewKey } from './views.ts';

/** Views that promotion would create but that belong to somebody else: another tool, or another environment. */
export function takenNames(
  plan: Plan,
  input: PlanInput,
): readonly {
  readonly model: string;
  readonly view: string;
  readonly relation: string;
  readonly owner: string | undefined;
}[] {
  const owners = new Map<string, string>();
  for (const environment of input.state.environments.values()) {
    for (const m of environment.models.values()) owners.set(viewKey(m.view), environment.name);
  }
  return [...plan.nodes.values()].flatMap((planned) => {
    const { node } = planned;
    if (!hasView(planned)) return [];
    const view = environmentView(plan.environment, node.name);
    const relation = input.relations.get(viewKey(view));
    const owner = owners.get(viewKey(view));
    if (relation === undefined || (relation === 'view' && owner === plan.environment)) return [];
    return [{ model: node.name, view: `${view.schema}.${view.name}`, relation, owner }];
  });
}
