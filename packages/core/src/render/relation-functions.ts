/**
 * Macros that name a relation: STAR and UNION need its columns, which are known once the models above are bound. Until then
 * they stand for `*`, which says what is read but not what comes out, and the relation is noted as awaited.
 */
import { ident, literal } from '../sql/quote.ts';
import {
  conditionOf,
  flagArgument,
  namedArguments,
  separated,
  sqlOf,
  stringOf,
  textArgument,
} from './arguments.ts';
import { evaluate } from './evaluate.ts';
import { nameText, type Fragment } from './fragment.ts';
import type { MacroCall } from './macro-call.ts';
import { made, type Piece } from './pieces.ts';
import { nameParts } from './relation-name.ts';
import type { RelationColumns } from './rendered.ts';

/** A relation as an argument names it, and its columns. */
interface Relation {
  readonly sql: string;
  /** The last part of its name. */
  readonly table: string;
  readonly columns: RelationColumns;
}

function relationOf(call: MacroCall, arg: Fragment): Relation | undefined {
  const sql = nameAsSql(sqlOf(call, arg) ?? '');
  const parts = nameParts(sql);
  if (parts === undefined) {
    return call.fail(
      `@${call.name} takes the name of a model or a source, found '${sql}'`,
      'Write schema.name.',
      arg,
    );
  }
  const table = parts.at(-1) ?? '';
  const columns = call.columns({ schema: parts.at(-2) ?? '', table }, arg);
  return columns === undefined ? undefined : { sql, table, columns };
}

/** A text that holds a name, as the name. */
function nameAsSql(sql: string): string {
  return stringOf(sql) ?? sql;
}

const STAR_PARAMETERS = ['relation', 'alias', 'exclude', 'prefix', 'suffix', 'quote_identifiers', 'except_'];

/** `@STAR(staging.orders, o, exclude := [id], prefix := 'order_')`: the columns one by one. */
export function expandStar(call: MacroCall): readonly Piece[] | undefined {
  const args = namedArguments(call, STAR_PARAMETERS, 1);
  const of = args?.get('relation');
  if (args === undefined || of === undefined) return undefined;
  const relation = relationOf(call, of);
  const quoted = flagArgument(call, args.get('quote_identifiers'), true);
  if (relation === undefined || quoted === undefined) return undefined;
  const quote = (name: string): string => (quoted ? ident(name) : name);
  const table = quote(nameText(sqlOf(call, args.get('alias')) ?? relation.table));
  if (relation.columns === 'later') return [made(`${table}.*`, call.site)];
  const list = args.get('exclude') ?? args.get('except_');
  const excluded = new Set(list === undefined ? [] : itemNames(call, list).map((name) => name.toLowerCase()));
  const known = new Set(relation.columns.map((c) => c.name.toLowerCase()));
  const unknown = [...excluded].find((name) => !known.has(name));
  if (unknown !== undefined) {
    return call.fail(
      `${relation.sql} has no column '${unknown}' to exclude`,
      `Its columns are ${relation.columns.map((c) => c.name).join(', ')}.`,
      list,
    );
  }
  const [prefix, suffix] = [
    textArgument(call, args.get('prefix'), ''),
    textArgument(call, args.get('suffix'), ''),
  ];
  const columns = relation.columns.filter((c) => !excluded.has(c.name.toLowerCase()));
  // SQLMesh casts each column to its own type; here the types are the bound ones, so that a cast could change nothing.
  const projections = columns.map((c) => {
    const alias = quote(`${prefix}${c.name}${suffix}`);
    return [made(`${table}.${quote(c.name)} AS ${alias}`, call.site)];
  });
  return separated(projections, ', ', call.site);
}

function itemNames(call: MacroCall, list: Fragment): readonly string[] {
  return call.expander
    .items([list], call.scope)
    .map((item) => nameText(item.map((piece) => piece.text).join('')));
}

/**
 * `@UNION('all', a, b)`: the columns that all have, with the same name and type, in the order of the first. A condition may
 * stand first; when it is false, only the first relation is read.
 */
export function expandUnion(call: MacroCall): readonly Piece[] | undefined {
  const rest = [...call.args];
  const [first] = rest;
  let holds: boolean | undefined = true;
  if (first !== undefined && isCondition(call, first)) {
    rest.shift();
    holds = conditionOf(call, first, call.expander.expand(first, call.scope));
  }
  const [kind] = rest;
  const type = kind === undefined ? undefined : stringOf(sqlOf(call, kind) ?? '');
  let distinct = false;
  if (kind !== undefined && type !== undefined && nameParts(type) !== undefined && !type.includes('.')) {
    if (!/^(all|distinct)$/i.test(type)) {
      return call.fail(`@UNION takes 'all' or 'distinct', found ${literal(type)}`, undefined, kind);
    }
    distinct = type.toLowerCase() === 'distinct';
    rest.shift();
  }
  if (rest.length === 0 || holds === undefined) {
    return holds === undefined
      ? undefined
      : call.fail('@UNION takes at least one relation', `Write @UNION('all', schema.a, schema.b).`);
  }
  const relations: Relation[] = [];
  for (const arg of rest) {
    const relation = relationOf(call, arg);
    if (relation === undefined) return undefined;
    relations.push(relation);
  }
  const columns = commonColumns(relations);
  if (columns !== undefined && columns.length === 0) {
    return call.fail(
      `${relations.map((r) => r.sql).join(' and ')} have no column of the same name and type`,
      'Cast the columns in the models, so that they agree.',
    );
  }
  const projection = columns === undefined ? '*' : columns.map(ident).join(', ');
  const selects = (holds ? relations : relations.slice(0, 1)).map((r) => [
    made(`SELECT ${projection} FROM ${r.sql}`, call.site),
  ]);
  return separated(selects, distinct ? '\nUNION\n' : '\nUNION ALL\n', call.site);
}

/** True for TRUE, FALSE and comparisons; names and texts are not conditions. */
function isCondition(call: MacroCall, arg: Fragment): boolean {
  const result = evaluate(sqlOf(call, arg) ?? '');
  return result.ok && typeof result.value === 'boolean';
}

/** Undefined while one of them is not known yet. */
function commonColumns(relations: readonly Relation[]): readonly string[] | undefined {
  let common: readonly string[] | undefined;
  for (const { columns } of relations) {
    if (columns === 'later') return undefined;
    const types = new Map(columns.map((c) => [c.name.toLowerCase(), c]));
    if (common === undefined) common = columns.map((c) => c.name);
    else {
      const first = relations[0]?.columns;
      common = common.filter((name) => {
        const own = first === 'later' ? undefined : first?.find((c) => c.name === name);
        return own !== undefined && types.get(name.toLowerCase())?.type === own.type;
      });
    }
  }
  return common;
}

/** `@DEDUPLICATE(relation, [id], ['updated_at DESC'])`: one row of each group, the first in that order. */
export function expandDeduplicate(call: MacroCall): readonly Piece[] | undefined {
  const args = namedArguments(call, ['relation', 'partition_by', 'order_by'], 3);
  const [keys, order] = [args?.get('partition_by'), args?.get('order_by')];
  const relation = sqlOf(call, args?.get('relation'));
  if (args === undefined || keys === undefined || order === undefined || relation === undefined)
    return undefined;
  const by = call.expander.items([keys], call.scope);
  const sorts = call.expander.items([order], call.scope).map((item) => {
    const sql = item.map((piece) => piece.text).join('');
    return stringOf(sql) ?? sql;
  });
  if (by.length === 0) return call.fail('@DEDUPLICATE needs a column to tell duplicates by', undefined, keys);
  if (sorts.length === 0) {
    const hint = `Write ['updated_at DESC'], so that always the same row is kept.`;
    return call.fail('@DEDUPLICATE needs an order', hint, order);
  }
  const { site } = call;
  return [
    made(`SELECT * FROM ${relation} QUALIFY ROW_NUMBER() OVER (PARTITION BY `, site),
    ...separated(by, ', ', site),
    made(` ORDER BY ${sorts.join(', ')}) = 1`, site),
  ];
}
