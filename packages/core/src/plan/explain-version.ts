import type { Compiled, CompiledNode } from '../compile/compiled.ts';
import type { VersionDocument } from '../report/index.ts';
import { fingerprintOf } from '../state/fingerprint.ts';
import type { Snapshot, State } from '../state/state.ts';
import { compareMeaning, NO_COLUMN_CHANGES, type ChangedMeaning } from './explain.ts';

/** Says what differs between a node of the project and what an environment shows, down to the columns of its inputs. */
export function explainVersion(
  compiled: Compiled,
  state: State,
  node: CompiledNode,
  environment: string,
): Omit<VersionDocument, 'schema_version'> {
  const promoted = state.environments.get(environment);
  const shownOf = (name: string): Snapshot | undefined =>
    state.snapshots.get(promoted?.models.get(name)?.physical ?? '');
  const shown = shownOf(node.name);
  const own = fingerprintOf(node);
  const base = {
    model: node.name,
    environment,
    version: node.version,
    shown_version: shown?.version ?? null,
    sql: { shown: shown?.fingerprint.sql ?? null, now: own.sql },
  };
  const names = node.columns.map((c) => c.name);
  const nothing = { reasons: [], columns: NO_COLUMN_CHANGES, rows_changed: false, upstream: [] };
  if (shown === undefined) {
    return {
      ...base,
      ...nothing,
      status: 'new',
      same_columns: [],
      summary:
        node.node === 'model' && node.definition.kind.kind === 'EMBEDDED'
          ? `${node.name} is part of the models that read it; ${environment} shows no table of its own.`
          : `${environment} does not show ${node.name} yet.`,
    };
  }
  if (shown.version === node.version) {
    return {
      ...base,
      ...nothing,
      status: 'same',
      same_columns: names,
      summary:
        shown.fingerprint.sql === own.sql
          ? `${node.name} is what ${environment} shows.`
          : `${node.name} is written differently, but means what ${environment} shows; nothing is rebuilt.`,
    };
  }
  const changes = new Map<string, ChangedMeaning>();
  // Inputs come first, so that each change is known before its readers are compared.
  for (const each of compiled.nodes.values()) {
    const old = shownOf(each.name);
    if (old !== undefined && old.version !== each.version)
      changes.set(each.name, compareMeaning(old, each, changes, compiled.nodes));
    if (each.name === node.name) break;
  }
  const change = changes.get(node.name) ?? compareMeaning(shown, node, changes, compiled.nodes);
  return {
    ...base,
    status: 'differs',
    reasons: change.reasons,
    columns: change.columns,
    same_columns: names.filter((n) => !change.changedColumns.has(n.toLowerCase())),
    rows_changed: change.rowsChanged,
    upstream: node.dependencies.toSorted().flatMap((model) => {
      const found = changes.get(model);
      return found === undefined ? [] : [{ model, reasons: found.reasons }];
    }),
    summary: `${node.name} differs from what ${environment} shows: it will be rebuilt.`,
  };
}
