/** SQL macros in use: which a query calls, for views (that must work without them) and for versions made of text. */
import { byteToUtf16, diagnostic, type Diagnostic } from '../diagnostic/index.ts';
import type { Project, SqlMacro } from '../project/index.ts';
import { significantTokens } from '../sql/tokens.ts';
import type { Binder } from './binder.ts';
import type { ParsedModel } from './parse-models.ts';
import { toDiagnostic } from './sql-errors.ts';

/** Whether a project has macros of its own, in SQL or as code: what they read or call no text of a model tells. */
export function hasMacros(project: Project): boolean {
  return project.sqlMacros.length > 0 || project.macros.size > 0;
}

/** Makes the project's macros known to the binder; what is wrong with them is said at their text. */
export async function defineSqlMacros(
  binder: Binder,
  macros: readonly SqlMacro[],
): Promise<readonly Diagnostic[]> {
  const errors = await binder.define(macros.map((m) => m.sql));
  return macros.flatMap((macro, i) => {
    const error = errors[i];
    if (error === undefined) return [];
    const shift = macro.start - PREFIX.length;
    const found = toDiagnostic(error, {
      text: macro.sql,
      locate: (start, end) => macro.source.locate(start + shift, end + shift),
      fallback: macro.location,
    });
    const isTable = error.type === 'catalog' && error.message.startsWith('Table with name');
    return [
      isTable
        ? diagnostic('invalid-macro-file', `the macro '${macro.name}' reads a table: ${found.message}`, {
            location: macro.location,
            hint: 'Hand the relation to the macro: CREATE MACRO name(t) AS TABLE SELECT ... FROM query_table(t).',
          })
        : found,
    ];
  });
}

const PREFIX = 'CREATE OR REPLACE TEMP MACRO ';

/** A call in a parsed statement. */
interface Call {
  /** Lower case. */
  readonly name: string;
  /** In bytes of the text. */
  readonly at: number | undefined;
}

function callsOf(node: unknown, found: Call[] = []): readonly Call[] {
  if (Array.isArray(node)) for (const child of node) callsOf(child, found);
  else if (typeof node === 'object' && node !== null) {
    const { function_name: name, query_location: at } = node as Readonly<Record<string, unknown>>;
    if (typeof name === 'string') {
      found.push({ name: name.toLowerCase(), at: typeof at === 'number' ? at : undefined });
    }
    for (const child of Object.values(node)) callsOf(child, found);
  }
  return found;
}

/** Texts of the macros that a statement calls, directly or through others; sorted. */
export function macroTexts(statement: unknown, macros: readonly SqlMacro[]): readonly string[] {
  if (macros.length === 0) return [];
  const byName = new Map(macros.map((m) => [m.name, m]));
  const used = new Set<SqlMacro>();
  const add = (name: string): void => {
    const macro = byName.get(name);
    if (macro === undefined || used.has(macro)) return;
    used.add(macro);
    for (const token of significantTokens(macro.sql)) {
      if (token.kind === 'word') add(macro.sql.slice(token.start, token.end).toLowerCase());
    }
  };
  for (const call of callsOf(statement)) add(call.name);
  return [...used].map((m) => m.sql).toSorted();
}

/**
 * A view outlives the connection that knows the macros: whoever reads it later would be told that they do not exist. So a
 * view may not call one, not through an embedded model either.
 */
export function macroInView(
  model: ParsedModel,
  models: ReadonlyMap<string, ParsedModel>,
  macros: readonly SqlMacro[],
): Diagnostic | undefined {
  const { definition, query } = model;
  if (macros.length === 0 || definition.kind.kind !== 'VIEW' || query === undefined) return undefined;
  const names = new Set(macros.map((m) => m.name));
  const found = callsOf(query.statement).find((c) => names.has(c.name));
  const embedded = found === undefined ? throughEmbedded(model, models, names) : undefined;
  if (found === undefined && embedded === undefined) return undefined;
  const { sql, map } = query.rendered;
  const at = found?.at === undefined ? undefined : byteToUtf16(sql, found.at);
  const name = found?.name ?? embedded?.name ?? '';
  const through = embedded === undefined ? '' : ` through ${embedded.model}`;
  return diagnostic('invalid-macro', `a view cannot call the SQL macro '${name}'${through}`, {
    location: (at === undefined ? undefined : map.locate(at, at + name.length)) ?? definition.nameLocation,
    hint: 'Whoever reads the view has no such macro. Make the model FULL, or write the expression out.',
  });
}

function throughEmbedded(
  model: ParsedModel,
  models: ReadonlyMap<string, ParsedModel>,
  names: ReadonlySet<string>,
): { readonly name: string; readonly model: string } | undefined {
  for (const dependency of model.query?.dependencies ?? []) {
    const input = models.get(dependency);
    if (input?.definition.kind.kind !== 'EMBEDDED') continue;
    const call = callsOf(input.query?.statement).find((c) => names.has(c.name));
    const found =
      call === undefined ? throughEmbedded(input, models, names) : { name: call.name, model: dependency };
    if (found !== undefined) return found;
  }
  return undefined;
}
