import { CODES, type DiagnosticCode } from './codes.ts';
import type { Location } from './source-text.ts';

/** How bad it is: an `error` stops, a `warning` is shown, an `info` explains another diagnostic. */
export type Severity = 'error' | 'warning' | 'info';

/** A second place that helps to understand the first. */
export interface Note {
  readonly message: string;
  readonly location?: Location;
}

/** What Sluice has to say about a project: data, rendered only at the edge. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  /** What is wrong, one sentence without a final full stop. */
  readonly message: string;
  readonly location?: Location;
  /** What to do about it. */
  readonly hint?: string;
  readonly notes: readonly Note[];
}

/** The outcome of an analysis: analyses return what they found, they do not throw. */
export interface Outcome<T> {
  readonly value: T;
  readonly diagnostics: readonly Diagnostic[];
}

/** Makes a diagnostic; its severity follows from the code. */
export function diagnostic(
  code: DiagnosticCode,
  message: string,
  more: {
    readonly location?: Location | undefined;
    readonly hint?: string | undefined;
    readonly notes?: readonly Note[] | undefined;
    readonly severity?: Severity | undefined;
  } = {},
): Diagnostic {
  return {
    code,
    severity: more.severity ?? defaultSeverity(code),
    message: beginSmall(message),
    ...(more.location === undefined ? {} : { location: more.location }),
    ...(more.hint === undefined ? {} : { hint: more.hint }),
    notes: (more.notes ?? []).map((note) => ({ ...note, message: beginSmall(note.message) })),
  };
}

/** All messages begin alike, whoever wrote them: small, but for names and abbreviations. */
function beginSmall(message: string): string {
  return /^[A-Z][a-z]/.test(message) ? message.charAt(0).toLowerCase() + message.slice(1) : message;
}

const SEVERITIES: ReadonlyMap<string, Severity> = new Map(Object.entries(CODES));

/** Findings of lint rules weigh what the project says; a rule that is not asked warns. */
function defaultSeverity(code: DiagnosticCode): Severity {
  return SEVERITIES.get(code) ?? 'warning';
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((d) => d.severity === 'error');
}

/** Thrown at the edges (files, warehouse) where an operation cannot go on; carries what to show. */
export class SluiceError extends Error {
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[] | Diagnostic, options?: ErrorOptions) {
    const list = Array.isArray(diagnostics)
      ? (diagnostics as readonly Diagnostic[])
      : [diagnostics as Diagnostic];
    super(list.map((d) => d.message).join('\n'), options);
    this.name = 'SluiceError';
    this.diagnostics = list;
  }
}

/** Errors first by file and place, so that output is the same at every run. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics.toSorted(
    (a, b) =>
      compare(a.location?.path ?? '', b.location?.path ?? '') ||
      (a.location?.start ?? -1) - (b.location?.start ?? -1) ||
      compare(a.code, b.code) ||
      compare(a.message, b.message),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
