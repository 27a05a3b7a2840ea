/** The macro functions: `@IF`, `@EACH`, `@EVAL` and the rest. Each gets its arguments unexpanded and gives pieces. */
import { literal } from '../sql/quote.ts';
import { arity, conditionOf, constantOf, separated, stringOf } from './arguments.ts';
import { constantSql } from './evaluate.ts';
import { isBlank, operand, parseLambda, type Lambda } from './fragment.ts';
import type { MacroCall } from './macro-call.ts';
import { made, textOf, type Piece } from './pieces.ts';
import { expandDateSpine, expandHaversine, expandPivot } from './query-functions.ts';
import { expandDeduplicate, expandStar, expandUnion } from './relation-functions.ts';
import { expandResolveTemplate } from './resolve-template.ts';

/** Gives what stands in the place of the call; undefined when it was wrong, and reported. */
type MacroFunction = (call: MacroCall) => readonly Piece[] | undefined;

/** By name in lower case. */
export const FUNCTIONS: Readonly<Record<string, MacroFunction>> = {
  if: expandIf,
  eval: expandEval,
  each: expandEach,
  filter: expandFilter,
  reduce: expandReduce,
  and: (call) => expandJunction(call, 'AND'),
  or: (call) => expandJunction(call, 'OR'),
  sql: expandSql,
  var: expandVar,
  safe_add: (call) => expandSafeSum(call, '+'),
  safe_sub: (call) => expandSafeSum(call, '-'),
  safe_div: expandSafeDiv,
  generate_surrogate_key: expandSurrogateKey,
  blueprint_var: expandBlueprintVar,
  star: expandStar,
  union: expandUnion,
  deduplicate: expandDeduplicate,
  date_spine: expandDateSpine,
  pivot: expandPivot,
  haversine_distance: expandHaversine,
  resolve_template: expandResolveTemplate,
};

/** Macros that need the columns of a relation. */
const NEEDS_COLUMNS = /@(?:star|union|deduplicate)\b/i;

/** Whether a file may call one of Sluice's macros that need columns of a relation. */
export function mayAwaitColumns(text: string): boolean {
  return text.includes('@') && NEEDS_COLUMNS.test(text);
}

function expandIf(call: MacroCall): readonly Piece[] | undefined {
  const [condition, yes, no] = call.args;
  if (!arity(call, 2, 3) || condition === undefined || yes === undefined) return undefined;
  const holds = conditionOf(call, condition, call.expander.expand(condition, call.scope));
  if (holds === undefined) return undefined;
  const taken = holds ? yes : no;
  return taken === undefined ? [] : call.expander.expand(taken, call.scope);
}

function expandEval(call: MacroCall): readonly Piece[] | undefined {
  const [expression] = call.args;
  if (!arity(call, 1, 1) || expression === undefined) return undefined;
  const constant = constantOf(call, expression, call.expander.expand(expression, call.scope));
  return constant && [made(constantSql(constant.value), call.site)];
}

/** The lambda of a call that takes a list and a lambda. */
function lambdaOf(call: MacroCall, parameters: number): Lambda | undefined {
  if (!arity(call, 2, Infinity)) return undefined;
  const last = call.args.at(-1);
  const lambda = last === undefined ? undefined : parseLambda(last);
  if (lambda?.parameters.length === parameters) return lambda;
  const example = parameters === 1 ? 'x -> x + 1' : '(x, y) -> x + y';
  return call.fail(
    `The last argument of @${call.name} is a lambda`,
    `Write @${call.name}([a, b], ${example}).`,
    last,
  );
}

const JOINED_BY_SPACE = new Set(
  'join left right inner full cross natural semi anti asof positional union intersect except when'.split(' '),
);

function expandEach(call: MacroCall): readonly Piece[] | undefined {
  const lambda = lambdaOf(call, 1);
  if (lambda === undefined) return undefined;
  const items = call.expander.items(call.args.slice(0, -1), call.scope);
  const results = items.map((item) => call.expander.apply(lambda, [operand(item, call.site)], call.scope));
  const first = /^\w+/.exec(lambda.body.text)?.[0].toLowerCase() ?? '';
  return separated(results, JOINED_BY_SPACE.has(first) ? ' ' : ', ', call.site);
}

function expandFilter(call: MacroCall): readonly Piece[] | undefined {
  const lambda = lambdaOf(call, 1);
  if (lambda === undefined) return undefined;
  const kept: (readonly Piece[])[] = [];
  for (const item of call.expander.items(call.args.slice(0, -1), call.scope)) {
    const holds = conditionOf(
      call,
      lambda.body,
      call.expander.apply(lambda, [operand(item, call.site)], call.scope),
    );
    if (holds === undefined) return undefined;
    if (holds) kept.push(item);
  }
  return separated(kept, ', ', call.site);
}

function expandReduce(call: MacroCall): readonly Piece[] | undefined {
  const lambda = lambdaOf(call, 2);
  if (lambda === undefined) return undefined;
  const items = call.expander.items(call.args.slice(0, -1), call.scope);
  const [first, ...rest] = items;
  if (first === undefined) return [];
  return rest.reduce(
    (sum, item) =>
      call.expander.apply(lambda, [operand(sum, call.site), operand(item, call.site)], call.scope),
    first,
  );
}

/** `(a) AND (b)` of what is left when empty arguments and NULLs are taken out; TRUE when nothing is left, as in SQLMesh. */
function expandJunction(call: MacroCall, operator: 'AND' | 'OR'): readonly Piece[] | undefined {
  const operands = call.args
    .map((arg) => call.expander.expand(arg, call.scope))
    .filter((pieces) => !isBlank(pieces) && textOf(pieces).trim().toUpperCase() !== 'NULL');
  const [only] = operands;
  if (only === undefined) return [made('TRUE', call.site)];
  if (operands.length === 1) return operand(only, call.site);
  const wrapped = operands.map((pieces) => operand(pieces, call.site));
  return [made('(', call.site), ...separated(wrapped, ` ${operator} `, call.site), made(')', call.site)];
}

/** `@SQL('text')`: the text as SQL, macros in it expanded. */
function expandSql(call: MacroCall): readonly Piece[] | undefined {
  const [arg] = call.args;
  if (!arity(call, 1, 2) || arg === undefined) return undefined;
  const text = stringOf(textOf(call.expander.expand(arg, call.scope)));
  if (text === undefined) return call.fail('@SQL takes a text', `Write @SQL('...').`, arg);
  return call.expander.expand({ text, origin: undefined, site: call.site }, call.scope);
}

/** `@VAR('name')`, `@VAR('name', default)`. */
function expandVar(call: MacroCall): readonly Piece[] | undefined {
  const [arg, fallback] = call.args;
  if (!arity(call, 1, 2) || arg === undefined) return undefined;
  const name = stringOf(textOf(call.expander.expand(arg, call.scope)));
  if (name === undefined)
    return call.fail('@VAR takes the name of a variable as a text', `Write @VAR('name').`, arg);
  const value = call.variable(name);
  if (value !== undefined) return [made(value, call.site)];
  return fallback === undefined
    ? call.unknownVariable(name, arg)
    : call.expander.expand(fallback, call.scope);
}

/** `@BLUEPRINT_VAR('name')`, `@BLUEPRINT_VAR('name', default)`. */
function expandBlueprintVar(call: MacroCall): readonly Piece[] | undefined {
  const [arg, fallback] = call.args;
  if (!arity(call, 1, 2) || arg === undefined) return undefined;
  const name = stringOf(textOf(call.expander.expand(arg, call.scope)));
  if (name === undefined)
    return call.fail(
      '@BLUEPRINT_VAR takes the name of a variable as a text',
      `Write @BLUEPRINT_VAR('name').`,
      arg,
    );
  const value = call.blueprint(name);
  if (value !== undefined) return [made(value, call.site)];
  if (fallback !== undefined) return call.expander.expand(fallback, call.scope);
  const hint = 'Declare it in every entry of blueprints (...), or give a default.';
  return call.fail(`This model's blueprint has no variable '${name}'`, hint, arg);
}

/** A sum in which NULL counts as 0, unless all is NULL. */
function expandSafeSum(call: MacroCall, operator: '+' | '-'): readonly Piece[] | undefined {
  if (!arity(call, 2, Infinity)) return undefined;
  const { site } = call;
  const operands = call.args.map((arg) => operand(call.expander.expand(arg, call.scope), site));
  const nulls = operands.map((pieces) => [...pieces, made(' IS NULL', site)]);
  const values = operands.map((pieces) => [made('COALESCE(', site), ...pieces, made(', 0)', site)]);
  return [
    made('CASE WHEN ', site),
    ...separated(nulls, ' AND ', site),
    made(' THEN NULL ELSE ', site),
    ...separated(values, ` ${operator} `, site),
    made(' END', site),
  ];
}

function expandSafeDiv(call: MacroCall): readonly Piece[] | undefined {
  const [above, below] = call.args;
  if (!arity(call, 2, 2) || above === undefined || below === undefined) return undefined;
  const { site } = call;
  const numerator = operand(call.expander.expand(above, call.scope), site);
  const denominator = call.expander.expand(below, call.scope);
  return [made('(', site), ...numerator, made(' / NULLIF(', site), ...denominator, made(', 0))', site)];
}

/** SQLMesh's key, to the letter: moving a project here changes no key. */
const NULL_KEY = literal('_sqlmesh_surrogate_key_null_');

function expandSurrogateKey(call: MacroCall): readonly Piece[] | undefined {
  const named = call.args.filter((arg) => /^hash_function\s*:=/i.test(arg.text));
  const fields = call.args.filter((arg) => !named.includes(arg));
  const [option] = named;
  const hash = option === undefined ? 'MD5' : stringOf(option.text.replace(/^.*?:=/s, ''))?.toUpperCase();
  if (fields.length === 0) return call.fail(`@${call.name} takes at least 1 argument, found 0`);
  if (hash !== 'MD5' && hash !== 'SHA256' && hash !== 'SHA1') {
    return call.fail(`@${call.name} knows the hash functions 'MD5', 'SHA1' and 'SHA256'`, undefined, option);
  }
  const { site } = call;
  const parts = fields.map((field) => [
    made('COALESCE(CAST(', site),
    ...call.expander.expand(field, call.scope),
    made(` AS TEXT), ${NULL_KEY})`, site),
  ]);
  return [made(`${hash}(CONCAT(`, site), ...separated(parts, `, '|', `, site), made('))', site)];
}
