import {
  nodeKey,
  type ColumnRef,
  type Compiled,
  type CompiledModel,
  type StandaloneAudit,
} from '../compile/index.ts';

/** Who reads what, turned around once for a walk downstream. */
export interface Readers {
  /** Models whose query names a relation. */
  readonly of: (name: string) => readonly CompiledModel[];
  /** Standalone audits whose query names it. */
  readonly auditsOf: (name: string) => readonly StandaloneAudit[];
}

export function readersIn(compiled: Compiled): Readers {
  const byInput = new Map<string, CompiledModel[]>();
  for (const node of compiled.nodes.values()) {
    if (node.node !== 'model') continue;
    for (const input of new Set(node.dependencies)) {
      const list = byInput.get(input);
      if (list === undefined) byInput.set(input, [node]);
      else list.push(node);
    }
  }
  return {
    of: (name) => byInput.get(name) ?? [],
    auditsOf: (name) => compiled.audits.filter((a) => a.dependencies.includes(name)),
  };
}

/** Whether a list of columns holds one of another relation; names of columns are compared without case. */
export function includes(refs: readonly ColumnRef[], model: string, column: string): boolean {
  return refs.some((r) => r.model === model && nodeKey(r.column) === nodeKey(column));
}
