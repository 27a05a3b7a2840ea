import type { Column, CompiledModel } from '../compile/compiled.ts';
import { diagnostic, type Diagnostic } from '../diagnostic/index.ts';
import { isEvolving, type ChangePolicy } from '../model/index.ts';
import type { LossDocument } from '../report/index.ts';
import type { Action } from './planned.ts';

/** What becomes of the columns of a table that lives on when its model's definition changes. */
export interface Evolution {
  /** The columns of the table afterwards, and the column of the old table that fills each. */
  readonly columns: readonly { readonly column: Column; readonly from: Column | undefined }[];
  /** How the columns of the table change: nothing of what is ignored. */
  readonly changes: Action['columns'];
  /** Values that the table will not have any more. */
  readonly losses: readonly LossDocument[];
  /** Changes that a policy warns of or refuses. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Follows the model's policies. Taking a column, or giving it a type that not all its values have, is destructive; a new
 * column is additive; a wider type is neither. What is ignored does not happen to the table: a column stays, a type stays, a
 * new column does not come.
 */
export function evolve(
  old: readonly Column[],
  node: CompiledModel,
  allowDestructive: boolean = false,
): Evolution {
  const policy = policyOf(node, allowDestructive);
  const before = new Map(old.map((c) => [c.name.toLowerCase(), c]));
  const after = new Set(node.columns.map((c) => c.name.toLowerCase()));
  const columns: { column: Column; from: Column | undefined }[] = [];
  const added: Column[] = [];
  const retyped: { name: string; from: string; to: string }[] = [];
  const narrowed: { readonly name: string; readonly change: string }[] = [];
  for (const column of node.columns) {
    const was = before.get(column.name.toLowerCase());
    if (was === undefined) {
      added.push(column);
      if (policy.additive !== 'ignore') columns.push({ column, from: undefined });
      continue;
    }
    if (was.type === column.type) {
      columns.push({ column, from: was });
      continue;
    }
    const wide = isWider(was.type, column.type);
    if (!wide) narrowed.push({ name: column.name, change: `${was.type} becomes ${column.type}` });
    const kept = !wide && policy.destructive === 'ignore';
    if (!kept) retyped.push({ name: column.name, from: was.type, to: column.type });
    columns.push({ column: kept ? { name: column.name, type: was.type } : column, from: was });
  }
  const removed = old.filter((c) => !after.has(c.name.toLowerCase()));
  if (policy.destructive === 'ignore') for (const column of removed) columns.push({ column, from: column });
  const destructive = [
    ...removed.map((c) => `${c.name} is removed`),
    ...narrowed.map((n) => `${n.name} ${n.change}`),
  ];
  const additive = added.map((c) => `${c.name} ${c.type} is added`);
  return {
    columns,
    changes: {
      added: policy.additive === 'ignore' ? [] : added,
      removed: policy.destructive === 'ignore' ? [] : removed,
      retyped,
    },
    losses: policy.destructive === 'ignore' ? [] : lossesOf(removed, narrowed),
    diagnostics: [
      ...tell(node, policy.destructive, 'on_destructive_change', destructive),
      ...tell(node, policy.additive, 'on_additive_change', additive),
    ],
  };
}

function policyOf(
  { definition: { kind } }: CompiledModel,
  allowDestructive: boolean,
): { readonly destructive: ChangePolicy; readonly additive: ChangePolicy } {
  if (!isEvolving(kind)) return { destructive: 'error', additive: 'allow' };
  const { onDestructiveChange: destructive, onAdditiveChange: additive } = kind;
  return { destructive: destructive === 'error' && allowDestructive ? 'allow' : destructive, additive };
}

function lossesOf(
  removed: readonly Column[],
  narrowed: readonly { readonly name: string; readonly change: string }[],
): readonly LossDocument[] {
  return [
    ...removed.map(({ name }) => ({
      code: 'column_dropped' as const,
      message: `${name} is dropped; its values stay in the table before alone`,
      column: name,
      final: false,
    })),
    ...narrowed.map(({ name, change }) => ({
      code: 'column_narrowed' as const,
      message: `${name}: ${change}, which not all values may fit`,
      column: name,
      final: false,
    })),
  ];
}

function tell(
  node: CompiledModel,
  policy: ChangePolicy,
  property: string,
  changes: readonly string[],
): readonly Diagnostic[] {
  if (changes.length === 0 || policy === 'allow') return [];
  const location = node.definition.kindLocation;
  const what = changes.join(', ');
  if (policy === 'ignore') {
    return [
      diagnostic('schema-change', `the table of ${node.name} keeps its columns: ${what} in the query alone`, {
        location,
        hint: `${property} is ignore. Set it to allow to change the table.`,
      }),
    ];
  }
  if (policy === 'warn') {
    const hint = `${property} is warn. The rows that stand are kept.`;
    return [
      diagnostic('schema-change', `the table of ${node.name} lives on and changes: ${what}`, {
        location,
        hint,
      }),
    ];
  }
  return [
    diagnostic('schema-change-refused', `the table of ${node.name} lives on and would change: ${what}`, {
      location,
      hint: `${property} is error. Set it to allow, warn or ignore in the kind, or leave the columns as they are.${property === 'on_destructive_change' ? ' --allow-destructive allows it this once.' : ''}`,
    }),
  ];
}

const INTEGERS = ['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT'];

/** Whether every value of a type is one of the other. */
function isWider(from: string, to: string): boolean {
  if (to === 'VARCHAR') return true;
  const small = INTEGERS.indexOf(from);
  if (small >= 0 && INTEGERS.indexOf(to) > small) return true;
  if (small >= 0 && small <= 2 && to === 'DOUBLE') return true;
  if (from === 'FLOAT' && to === 'DOUBLE') return true;
  if (from === 'DATE' && to === 'TIMESTAMP') return true;
  const [one, other] = [from, to].map((t) => /^DECIMAL\((\d+),(\d+)\)$/.exec(t)?.slice(1).map(Number));
  if (one === undefined || other === undefined) return false;
  const [precision = 0, scale = 0] = one;
  const [wider = 0, longer = 0] = other;
  return longer >= scale && wider - longer >= precision - scale;
}
