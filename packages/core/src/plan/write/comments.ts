import type { CompiledNode } from '../../compile/compiled.ts';
import { ident, literal, tableIdent, type TableName } from '../../sql/quote.ts';
import { preparing, type Step } from './step.ts';

/** What a model's header says of it and its columns, for whoever looks at the relation in the warehouse. */
export function commentOn(
  node: CompiledNode,
  relation: TableName,
  what: 'TABLE' | 'VIEW',
  columns: readonly { readonly name: string }[] = node.columns,
): readonly Step[] {
  const { description } = node.definition;
  const statements =
    description === undefined
      ? []
      : [`COMMENT ON ${what} ${tableIdent(relation)} IS ${literal(description)}`];
  const told = node.node === 'model' ? Object.entries(node.definition.columnDescriptions) : [];
  for (const [name, text] of told) {
    const column = columns.find((c) => c.name.toLowerCase() === name.toLowerCase());
    if (column !== undefined)
      statements.push(`COMMENT ON COLUMN ${tableIdent(relation)}.${ident(column.name)} IS ${literal(text)}`);
  }
  return statements.map(preparing);
}
