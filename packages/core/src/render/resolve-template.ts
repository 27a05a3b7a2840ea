/**
 * `@RESOLVE_TEMPLATE`: a text, or the name of a table, made of the parts of the physical table's name. For statements that put
 * something beside a table, such as `COPY … TO`.
 */
import { ident, literal } from '../sql/quote.ts';
import { namedArguments, sqlOf, stringOf, textArgument } from './arguments.ts';
import type { MacroCall } from './macro-call.ts';
import { made, type Piece } from './pieces.ts';

export function expandResolveTemplate(call: MacroCall): readonly Piece[] | undefined {
  const args = namedArguments(call, ['template', 'mode'], 1);
  if (args === undefined) return undefined;
  const [arg, how] = [args.get('template'), args.get('mode')];
  const template = stringOf(sqlOf(call, arg) ?? '');
  if (template === undefined) {
    const hint = `Write @RESOLVE_TEMPLATE('out/@{schema_name}/@{table_name}.parquet').`;
    return call.fail('@RESOLVE_TEMPLATE takes its template as a text', hint, arg);
  }
  const table = tableOf(call.facts.thisModel?.text ?? '');
  if (table === undefined) {
    const hint = 'Statements around a query and audits are about one table.';
    return call.fail('@RESOLVE_TEMPLATE means nothing here', hint);
  }
  let unknown: string | undefined;
  const resolved = template.replaceAll(/@\{(\w+)\}/g, (whole, name: string) => {
    const part = table.get(name.toLowerCase());
    if (part === undefined) unknown ??= whole;
    return part ?? whole;
  });
  if (unknown !== undefined) {
    return unknown.toLowerCase() === '@{catalog_name}'
      ? call.fail(
          'there is nothing to put in the place of @{catalog_name}: all tables are in the one warehouse',
          'Leave it out of the template.',
          arg,
        )
      : call.fail(
          `a template has no ${unknown}`,
          'What it may hold is @{schema_name} and @{table_name}.',
          arg,
        );
  }
  switch (textArgument(call, how, 'literal').toLowerCase()) {
    case 'literal':
      return [made(literal(resolved), call.site)];
    case 'table':
      return [made(resolved.split('.').map(ident).join('.'), call.site)];
    default:
      return call.fail(`@RESOLVE_TEMPLATE knows the modes 'literal' and 'table'`, undefined, how);
  }
}

/** The parts of the first table's name in a piece of SQL: an audit's `@this_model` may be a subquery of one. */
function tableOf(sql: string): ReadonlyMap<string, string> | undefined {
  const [, schema, name] = /"((?:[^"]|"")*)"\."((?:[^"]|"")*)"/.exec(sql) ?? [];
  if (schema === undefined || name === undefined) return undefined;
  return new Map([
    ['schema_name', schema.replaceAll('""', '"')],
    ['table_name', name.replaceAll('""', '"')],
  ]);
}
