/** Empty tables that stand for what is known already, so that later queries can be bound against them. */
import { diagnostic } from '../diagnostic/index.ts';
import type { DeclareFailure } from './binder.ts';
import type { Compilation } from './compilation.ts';
import type { CompiledNode } from './compiled.ts';
import { nodeSchemaAndTable } from './names.ts';

/** Shadow tables for what is about to be read. */
export async function declareShadows(c: Compilation, names: Iterable<string>): Promise<void> {
  const wanted = [...new Set(names)];
  const added = wanted.flatMap((name) => {
    const known = c.known.get(name);
    if (known === undefined || known.node.columns.length === 0 || c.declared.has(name)) return [];
    if (c.input.memory?.holds(name, known.node.columns) === true) return [];
    const { schema, table } = nodeSchemaAndTable(name);
    return [{ node: known.node, schema, name: table, columns: known.node.columns }];
  });
  if (added.length > 0) {
    const done = c.input.binder.declare(added).then((failures) => {
      for (const { node } of added) c.input.memory?.declared(node.name, node.columns);
      for (const failure of failures) undeclared(c, failure);
    });
    for (const { node } of added) c.declared.set(node.name, done);
  }
  // Another lane may be at it.
  await Promise.all(wanted.map((name) => c.declared.get(name)));
}

/** Types that every table may have, as plans spell them. */
const PLAIN_TYPE =
  /^(?:BOOLEAN|U?(?:TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(\d+,\d+\)|VARCHAR|BLOB|DATE|TIME|TIMESTAMP|TIMESTAMP WITH TIME ZONE|INTERVAL|UUID)$/;
/** Schemas that are not DuckDB's own, nor databases of its. */
const PLAIN_SCHEMA = /^(?!(?:memory|system|temp|information_schema|pg_catalog)$)[a-z_][a-z0-9_]*$/i;

/** Whether a table of these columns can be made for sure: they come from a query that was bound. */
export function isPlainTable(node: CompiledNode): boolean {
  return (
    node.node === 'model' &&
    node.sql !== undefined &&
    PLAIN_SCHEMA.test(nodeSchemaAndTable(node.name).schema) &&
    node.columns.every((c) => PLAIN_TYPE.test(c.type))
  );
}

/** Takes away what an earlier compilation left that the project no longer has: nobody may read it by mistake. */
export async function dropSurplus(c: Compilation): Promise<void> {
  const { memory, binder } = c.input;
  const names = memory?.surplus(c.lookup.names) ?? [];
  if (names.length === 0) return;
  await binder.drop(
    names.map((name) => {
      const { schema, table } = nodeSchemaAndTable(name);
      return { schema, name: table };
    }),
  );
  for (const name of names) memory?.dropped(name);
}

/** Types that DuckDB refuses are told where they were declared. */
function undeclared(c: Compilation, { schema, name, message, columns }: DeclareFailure): void {
  c.input.memory?.doubt(`${schema}.${name}`);
  const node = c.knownTable(schema, name)?.node;
  if (node === undefined) return;
  c.known.delete(node.name);
  c.finished.delete(node.name);
  c.declared.delete(node.name);
  c.broken.add(node.name);
  const what = problemOf(message);
  if (node.node === 'source') {
    const { location, typeLocations } = node.definition;
    const hint = 'Types are written as in CREATE TABLE.';
    const tell = (text: string, at = location): void => {
      c.diagnostics.push(diagnostic('config-invalid', text, { location: at, hint }));
    };
    for (const { name: column, message: problem } of columns)
      tell(
        `the column '${column}' of '${node.name}' cannot be one of a table: ${problemOf(problem)}`,
        typeLocations?.get(column),
      );
    if (columns.length === 0) tell(`the columns of '${node.name}' cannot be those of a table: ${what}`);
    return;
  }
  c.tell(
    node.definition,
    diagnostic('invalid-query', `the columns of '${node.name}' cannot be those of a table: ${what}`, {
      location: node.definition.nameLocation,
      hint: `Its columns are ${node.columns.map((c) => `${c.name} ${c.type}`).join(', ')}.`,
    }),
  );
}

/** DuckDB's message without what kind of error it is. */
function problemOf(message: string): string {
  return message.replace(/^(\w+ )+Error: /, '').replace(/[.!]\s*$/, '');
}
