import { isObject, type Json, type JsonObject, type PlanNode } from '../../src/compile/plan-node.ts';

/** What becomes of a plan; undefined where there is nothing to change. */
export type PlanEdit = (plan: PlanNode) => PlanNode | undefined;

/** Applies a change to every object of a plan, parts before wholes. */
export function editPlan(change: (node: JsonObject) => JsonObject | undefined): PlanEdit {
  const visit = (json: Json): Json => {
    if (Array.isArray(json)) {
      const parts: readonly Json[] = json;
      const made = parts.map(visit);
      return made.some((part, at) => part !== parts[at]) ? made : json;
    }
    if (!isObject(json)) return json;
    let made: Record<string, Json | undefined> | undefined;
    for (const [key, part] of Object.entries(json)) {
      if (part === undefined || part === null || typeof part !== 'object') continue;
      const other = visit(part);
      if (other !== part) (made ??= { ...json })[key] = other;
    }
    return change(made ?? json) ?? made ?? json;
  };
  return (plan) => {
    const made = visit(plan);
    return made === plan || !isObject(made) ? undefined : made;
  };
}
