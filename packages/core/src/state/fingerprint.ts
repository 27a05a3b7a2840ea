import type { CompiledNode } from '../compile/compiled.ts';
import { kindIdentity, kindRules } from '../compile/kind-identity.ts';
import { MEANING_SCHEME } from '../compile/meaning.ts';
import type { VariableValue } from '../project/project.ts';
import type { Fingerprint } from './state.ts';

/** What state keeps of a node's meaning. */
export function fingerprintOf(node: CompiledNode): Fingerprint {
  const reads = new Map<string, { model: string; column: string }>();
  if (node.node === 'model' && node.lineage !== undefined) {
    for (const ref of [...node.lineage.influence, ...node.lineage.columns.flatMap((c) => c.sources)]) {
      reads.set(`${ref.model}.${ref.column}`, ref);
    }
  }
  return {
    scheme: MEANING_SCHEME,
    rows: node.meaning.rows,
    columns: node.meaning.columns,
    reads: [...reads.keys()].toSorted().flatMap((k) => reads.get(k) ?? []),
    kind: kindProperties(node),
    sql: node.node === 'model' ? (node.sql ?? null) : null,
    ...(node.meaning.settings === undefined ? {} : { settings: node.meaning.settings }),
  };
}

function kindProperties(node: CompiledNode): Readonly<Record<string, VariableValue>> {
  if (node.node === 'source') return { kind: node.definition.origin.kind };
  const kind = node.definition.kind;
  if (kind.kind === 'INCREMENTAL_BY_TIME_RANGE') {
    return {
      kind: kind.kind,
      time_column: kind.timeColumn,
      identity: JSON.stringify(kindIdentity(kind)),
    };
  }
  const rules = kindRules(kind);
  if (rules.length === 0) return { kind: kind.kind };
  return { kind: kind.kind, identity: JSON.stringify(kindIdentity(kind)), rules: JSON.stringify(rules) };
}
