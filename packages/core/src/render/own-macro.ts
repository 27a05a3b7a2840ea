/** Calls a macro of the project's own: SQL arguments become the values it declares, its answer becomes SQL. */
import type { MacroParameter, MacroValue, ProjectMacro } from '../project/project.ts';
import { namedArguments, stringOf } from './arguments.ts';
import { evaluate, constantSql } from './evaluate.ts';
import { bracketed, operand, type Fragment } from './fragment.ts';
import { counted, type MacroCall } from './macro-call.ts';
import { macroContext } from './macro-context.ts';
import { made, textOf, type Piece } from './pieces.ts';

export function expandOwnMacro(call: MacroCall, macro: ProjectMacro): readonly Piece[] | undefined {
  const given = argumentsOf(call, macro);
  if (given === undefined) return undefined;
  const problems: string[] = [];
  const values = given.map(({ parameter, arg }) => {
    const converted = convert(call, parameter, arg);
    if (converted.ok) return converted.value;
    problems.push(converted.problem);
    call.fail(`'${parameter.name}' of @${macro.name} is ${converted.problem}`, undefined, arg);
    return undefined;
  });
  if (problems.length > 0) return undefined;
  const { context, stopped } = macroContext(call, macro);
  let answer: unknown;
  let thrown: { readonly error: unknown } | undefined;
  try {
    answer = macro.call(macro.takesContext ? [context, ...values] : values);
  } catch (error) {
    thrown = { error };
  }
  // What it asked for in vain decides, whatever became of it.
  const stop = stopped();
  if (stop !== undefined) return stop === 'failed' ? undefined : [made('NULL', call.site)];
  if (thrown !== undefined) {
    const { error } = thrown;
    const message = error instanceof Error ? error.message : String(error);
    return call.fail(`@${macro.name} failed: ${message}`, `It is in ${macro.path}.`);
  }
  const sql = answerSql(answer);
  if (sql === undefined) {
    const what = answer instanceof Promise ? 'a promise' : `a ${typeof answer}`;
    return call.fail(`@${macro.name} answered ${what}`, 'A macro answers SQL: a text, or a list of texts.');
  }
  return call.expander.expand({ text: sql, origin: undefined, site: call.site }, call.scope);
}

interface Given {
  readonly parameter: MacroParameter;
  /** Undefined for an argument that is left out. */
  readonly arg: Fragment | undefined;
}

/** The arguments in the order of the parameters; what is left over goes to a rest parameter. */
function argumentsOf(call: MacroCall, macro: ProjectMacro): readonly Given[] | undefined {
  const rest = macro.parameters.find((p) => p.isRest);
  const fixed = macro.parameters.filter((p) => !p.isRest);
  const direct = rest === undefined ? call.args : call.args.slice(0, fixed.length);
  const names = fixed.map((p) => p.name.toLowerCase());
  const required = fixed.filter((p) => !p.isOptional).length;
  if (direct.length > fixed.length) {
    const takes = required === fixed.length ? counted(required) : `${required} to ${counted(fixed.length)}`;
    return call.fail(`@${macro.name} takes ${takes}, found ${call.args.length}`);
  }
  const bound = namedArguments({ ...call, name: macro.name, args: direct }, names, 0);
  if (bound === undefined) return undefined;
  const missing = fixed.find((p) => !p.isOptional && !bound.has(p.name.toLowerCase()));
  if (missing !== undefined) {
    return call.fail(
      `@${macro.name} needs the argument '${missing.name}'`,
      `Its arguments are ${macro.parameters.map((p) => p.name).join(', ')}.`,
    );
  }
  const given: Given[] = fixed.map((parameter) => ({
    parameter,
    arg: bound.get(parameter.name.toLowerCase()),
  }));
  if (rest === undefined) return given;
  return [
    ...given,
    ...call.args.slice(fixed.length).map((arg) => ({ parameter: { ...rest, isList: false }, arg })),
  ];
}

type Converted =
  | { readonly ok: true; readonly value: MacroValue }
  | { readonly ok: false; readonly problem: string };

function convert(call: MacroCall, parameter: MacroParameter, arg: Fragment | undefined): Converted {
  if (arg === undefined) return { ok: true, value: undefined };
  if (!parameter.isList) return convertOne(call, parameter, call.expander.expand(arg, call.scope));
  const values: MacroValue[] = [];
  for (const item of call.expander.items([arg], call.scope)) {
    const converted = convertOne(call, parameter, item);
    if (!converted.ok) return { ok: false, problem: `a list; one of its items is ${converted.problem}` };
    values.push(converted.value);
  }
  return { ok: true, value: values };
}

function convertOne(call: MacroCall, { type }: MacroParameter, pieces: readonly Piece[]): Converted {
  // In parentheses if need be, so that it means the same wherever the macro puts it.
  if (type === 'sql') return { ok: true, value: textOf(operand(pieces, call.site)).trim() };
  const sql = textOf(pieces).trim();
  if (type === 'string') return { ok: true, value: stringOf(sql) ?? sql };
  if (type === 'any') return { ok: true, value: byForm(call, sql) };
  const result = evaluate(sql);
  const value = result.ok ? result.value : undefined;
  if (type === 'boolean' && typeof value === 'boolean') return { ok: true, value };
  if (type === 'number' && typeof value === 'object' && value !== null) {
    return { ok: true, value: Number(constantSql(value)) };
  }
  return { ok: false, problem: `${type === 'number' ? 'a number' : 'true or false'}, found ${sql}` };
}

/** Without a declared type: literals are themselves, lists are lists, all else is SQL. */
function byForm(call: MacroCall, sql: string): MacroValue {
  const text = stringOf(sql);
  if (text !== undefined) return text;
  if (bracketed(sql) !== undefined && (sql.startsWith('[') || sql.includes(','))) {
    const fragment = { text: sql, origin: undefined, site: call.site };
    return call.expander.items([fragment], call.scope).map((item) => byForm(call, textOf(item).trim()));
  }
  if (/^(true|false)$/i.test(sql)) return sql.toLowerCase() === 'true';
  if (/^null$/i.test(sql)) return null;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(sql) ? Number(sql) : sql;
}

function answerSql(answer: unknown): string | undefined {
  if (answer === undefined || answer === null) return '';
  if (typeof answer === 'string') return answer;
  if (typeof answer === 'number' || typeof answer === 'boolean' || typeof answer === 'bigint')
    return String(answer);
  if (!Array.isArray(answer)) return undefined;
  const parts = answer.map(answerSql);
  return parts.includes(undefined) ? undefined : parts.filter((p) => p !== '').join(', ');
}
