/**
 * Signals of a project: what says whether an interval of a model is ready to be computed. The functions that files in
 * `signals/` export, and the queries in `signals/*.sql`.
 */
import { diagnostic, didYouMean, SourceText, type Diagnostic, type Outcome } from '../diagnostic/index.ts';
import type { ModelDefinition, SqlFragment } from '../model/index.ts';
import { splitStatements } from '../sql/tokens.ts';
import type { ProjectFiles } from './files.ts';
import { importCode, isFunction } from './import-file.ts';

/** Half-open, UTC. */
export interface SignalInterval {
  readonly start: Date;
  readonly end: Date;
}

/** The value of an argument in the header: texts, numbers, lists of them. */
export type SignalValue = string | number | boolean | null | readonly SignalValue[];

/**
 * What a signal may ask: an optional third parameter.
 *
 * @example
 * import type { SignalContext, SignalInterval } from '@sluice/core';
 *
 * export async function has_rows(intervals: readonly SignalInterval[], { table }: { table: string }, context: SignalContext) {
 *   const rows = await context.query(`SELECT DISTINCT day::DATE AS day FROM ${table}`);
 *   const days = new Set(rows.map((row) => String(row['day'])));
 *   return intervals.filter(({ start }) => days.has(start.toISOString().slice(0, 10)));
 * }
 */
export interface SignalContext {
  readonly model: string;
  readonly environment: string;
  readonly now: Date;
  /** Runs one query over what the environment shows. */
  query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** A function exported by a file in `signals/`, or a query there. */
export type ProjectSignal =
  | {
      readonly kind: 'function';
      readonly name: string;
      readonly path: string;
      /** May throw whatever its author's code throws. */
      readonly call: (
        intervals: readonly SignalInterval[],
        args: Readonly<Record<string, SignalValue>>,
        context: SignalContext,
      ) => unknown;
    }
  | {
      readonly kind: 'query';
      readonly name: string;
      readonly path: string;
      readonly source: SourceText;
      readonly query: SqlFragment;
    };

const FOLDER = 'signals';

/** Reads `signals/`, by name in lower case. Only asked when a model has signals: code that nobody needs does not run. */
export async function loadSignals(
  root: string,
  files: ProjectFiles,
): Promise<Outcome<ReadonlyMap<string, ProjectSignal>>> {
  const signals = new Map<string, ProjectSignal>();
  const diagnostics: Diagnostic[] = [];
  const add = (signal: ProjectSignal, location: Diagnostic['location']): void => {
    const first = signals.get(signal.name.toLowerCase());
    if (first === undefined) signals.set(signal.name.toLowerCase(), signal);
    else {
      const message = `there are two signals named '${signal.name}', in ${first.path} and ${signal.path}`;
      diagnostics.push(diagnostic('invalid-signal', message, { location, hint: 'Rename one of the two.' }));
    }
  };
  for (const path of files.list(FOLDER)) {
    const text = files.read(path);
    if (text === undefined) continue;
    const source = new SourceText(path, text);
    const location = source.locate(0);
    if (/\.sql$/i.test(path)) {
      const [statement, second] = splitStatements(text);
      if (statement === undefined || second !== undefined) {
        const hint = 'Its name is the name of the signal; it answers one row with one truth value.';
        diagnostics.push(diagnostic('invalid-signal', `${path} must hold one query`, { location, hint }));
        continue;
      }
      const name = path.slice(FOLDER.length + 1).replace(/\.sql$/i, '');
      const query = { text: text.slice(statement.start, statement.end), offset: statement.start };
      add({ kind: 'query', name, path, source, query }, location);
      continue;
    }
    const code = await importCode(root, source, { name: FOLDER, invalid: 'invalid-signal' });
    diagnostics.push(...code.diagnostics);
    for (const [name, value] of Object.entries(code.value ?? {})) {
      if (isFunction(value))
        add({ kind: 'function', name, path, call: (...args) => value(...args) }, location);
    }
  }
  return { value: signals, diagnostics };
}

/** Calls of signals that do not exist. */
export function unknownSignals(
  models: readonly ModelDefinition[],
  signals: ReadonlyMap<string, ProjectSignal>,
): readonly Diagnostic[] {
  return models.flatMap((model) =>
    model.signals.flatMap((call) =>
      signals.has(call.name.toLowerCase())
        ? []
        : diagnostic('unknown-signal', `there is no signal '${call.name}'`, {
            location: call.location,
            hint:
              didYouMean(
                call.name,
                [...signals.values()].map((s) => s.name),
              ) ??
              `Signals are the functions that files in signals/ export, and the queries in signals/*.sql: signals/${call.name}.sql.`,
          }),
    ),
  );
}
