/** PIVOT with its values named, and UNPIVOT. */
import { scopeOf, columnsOf, type Query, type Relation } from './query.ts';

export function pivot(query: Query, depth: number): Relation {
  const input = query.rules.relation(query, depth);
  const whole = wholeColumns(input);
  const on = whole[query.choices.number('on', Math.max(1, whole.length))];
  if (on === undefined) return input;
  const over = whole[query.choices.number('over', whole.length)] ?? on;
  const function_ = query.of('aggregate', ['sum', 'count', 'max']);
  const values = query.of('values', ['0, 1', '1, 2', '0, 1, 2', '2, 1']);
  const count = values.split(',').length;
  const keys = whole.filter((column) => column !== on && column !== over).slice(0, 1);
  const alias = query.name();
  const types = [...keys, ...Array.from({ length: count })].map(() => 'integer' as const);
  // The pivoted columns are named by their values: here by position.
  const names = types.map((_, at) => `c${at}`).join(', ');
  const by = keys.length === 0 ? '' : ` GROUP BY ${keys.join()}`;
  return {
    sql: `SELECT ${columnsOf(scopeOf(alias, types))} FROM (PIVOT (${input.sql}) ON ${on} IN (${values}) USING ${function_}(${over})${by}) ${alias}(${names})`,
    types,
  };
}

export function unpivot(query: Query, depth: number): Relation {
  const input = query.rules.relation(query, depth);
  const whole = wholeColumns(input);
  if (whole.length === 0) return input;
  const chosen = whole.slice(query.choices.number('from', whole.length));
  const nulls = query.of('nulls', ['', 'INCLUDE NULLS ']);
  const cast = chosen.map((column) => `${column}::BIGINT AS ${column}`).join(', ');
  return {
    sql: `SELECT n AS c0, v AS c1 FROM (SELECT ${cast} FROM (${input.sql})) UNPIVOT ${nulls}(v FOR n IN (${chosen.join(', ')}))`,
    types: ['text', 'integer'],
  };
}

function wholeColumns(input: Relation): readonly string[] {
  return input.types.flatMap((type, at) => (type === 'integer' ? [`c${at}`] : []));
}
