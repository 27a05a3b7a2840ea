/** Macros that write an expression or a query out of their arguments alone: PIVOT, DATE_SPINE, HAVERSINE_DISTANCE. */
import { ident, literal } from '../sql/quote.ts';
import { flagArgument, namedArguments, separated, sqlOf, stringOf, textArgument } from './arguments.ts';
import { nameText, operand, PLAIN_NAME } from './fragment.ts';
import type { MacroCall } from './macro-call.ts';
import { made, textOf, type Piece } from './pieces.ts';

const PIVOT_PARAMETERS = [
  'column',
  'values',
  'alias',
  'agg',
  'cmp',
  'prefix',
  'suffix',
  'then_value',
  'else_value',
  'quote',
  'distinct',
];

/** `@PIVOT(status, ['a', 'b'])`: an aggregate for each value. Aliases are SQLMesh's, the quotes of texts included. */
export function expandPivot(call: MacroCall): readonly Piece[] | undefined {
  const args = namedArguments(call, PIVOT_PARAMETERS, 2);
  const [column, list] = [args?.get('column'), args?.get('values')];
  if (args === undefined || column === undefined || list === undefined) return undefined;
  const aliased = flagArgument(call, args.get('alias'), true);
  const quoted = flagArgument(call, args.get('quote'), true);
  const distinct = flagArgument(call, args.get('distinct'), false);
  if (aliased === undefined || quoted === undefined || distinct === undefined) return undefined;
  const text = (name: string, fallback: string): string => textArgument(call, args.get(name), fallback);
  const [aggregate, compare] = [text('agg', 'SUM'), text('cmp', '=')];
  const [prefix, suffix] = [text('prefix', ''), text('suffix', '')];
  const [hit, miss] = [
    sqlOf(call, args.get('then_value')) ?? '1',
    sqlOf(call, args.get('else_value')) ?? '0',
  ];
  const { site } = call;
  const values = call.expander.items([list], call.scope);
  const projections = values.map((value) => {
    const name = quoted ? textOf(value) : nameText(textOf(value));
    const named = aliased ? ` AS ${alias(`${prefix}${name}${suffix}`, quoted)}` : '';
    return [
      made(`${aggregate}(${distinct ? 'DISTINCT ' : ''}CASE WHEN `, site),
      ...operand(call.expander.expand(column, call.scope), site),
      made(` ${compare} `, site),
      ...operand(value, site),
      made(` THEN ${hit} ELSE ${miss} END)${named}`, site),
    ];
  });
  return separated(projections, ', ', site);
}

function alias(name: string, quoted: boolean): string {
  return !quoted && PLAIN_NAME.test(name) ? name : ident(name);
}

const DATE_PARTS = ['day', 'week', 'month', 'quarter', 'year'];

/** `@DATE_SPINE('day', '2024-01-01', '2024-12-31')`: a query of the dates from the first to the last, both included. */
export function expandDateSpine(call: MacroCall): readonly Piece[] | undefined {
  const args = namedArguments(call, ['datepart', 'start_date', 'end_date'], 3);
  const [first, last] = [args?.get('start_date'), args?.get('end_date')];
  if (args === undefined || first === undefined || last === undefined) return undefined;
  const unit = textArgument(call, args.get('datepart'), '').toLowerCase();
  if (!DATE_PARTS.includes(unit)) {
    const parts = DATE_PARTS.map(literal).join(', ');
    return call.fail(
      `@DATE_SPINE does not know the date part '${unit}'`,
      `Write one of ${parts}.`,
      args.get('datepart'),
    );
  }
  const bounds: string[] = [];
  for (const arg of [first, last]) {
    const sql = sqlOf(call, arg) ?? '';
    const text = stringOf(sql);
    if (text !== undefined && !isDate(text)) {
      return call.fail(`'${text}' is not a date`, `Write '2024-01-31', or an expression.`, arg);
    }
    bounds.push(sql);
  }
  const [start = '', end = ''] = bounds;
  const [from, to] = [stringOf(start), stringOf(end)];
  if (from !== undefined && to !== undefined && from > to) {
    return call.fail(`The dates end before they start: ${from} is after ${to}`, undefined, first);
  }
  const series = `generate_series(CAST(${start} AS DATE), CAST(${end} AS DATE), INTERVAL 1 ${unit.toUpperCase()})`;
  const sql = `SELECT date_${unit} FROM UNNEST(CAST(${series} AS DATE[])) AS _exploded(date_${unit})`;
  return [made(sql, call.site)];
}

function isDate(text: string): boolean {
  const at = Date.parse(`${text}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

function halfSine(a: string, b: string): string {
  return `POWER(SIN(RADIANS((${b} - ${a}) / 2)), 2)`;
}

const KILOMETRES_PER_MILE = '1.60934';

/** `@HAVERSINE_DISTANCE(lat1, lon1, lat2, lon2, 'km')`: the great-circle distance; SQLMesh's constants. */
export function expandHaversine(call: MacroCall): readonly Piece[] | undefined {
  const args = namedArguments(call, ['lat1', 'lon1', 'lat2', 'lon2', 'unit'], 4);
  if (args === undefined) return undefined;
  const unit = textArgument(call, args.get('unit'), 'mi').toLowerCase();
  if (unit !== 'mi' && unit !== 'km') {
    return call.fail(`@HAVERSINE_DISTANCE knows the units 'mi' and 'km'`, undefined, args.get('unit'));
  }
  const value = (name: string): string => {
    const arg = args.get(name);
    return arg === undefined ? '' : textOf(operand(call.expander.expand(arg, call.scope), call.site));
  };
  const [lat1, lon1, lat2, lon2] = [value('lat1'), value('lon1'), value('lat2'), value('lon2')];
  const rate = unit === 'mi' ? '1.0' : KILOMETRES_PER_MILE;
  const angle = `${halfSine(lat1, lat2)} + COS(RADIANS(${lat1})) * COS(RADIANS(${lat2})) * ${halfSine(lon1, lon2)}`;
  return [made(`(7922 * ASIN(SQRT(${angle})) * ${rate})`, call.site)];
}
