import type { Diagnostic, Location, Severity } from '@sluice/core';
import type { Repository } from '../project-folder.ts';

/** What is shown at a line of a pull request, or above all lines. */
export interface Annotation {
  readonly level: Severity;
  readonly title: string;
  readonly text: string;
  readonly place: Pick<Location, 'path' | 'line' | 'column' | 'endLine' | 'endColumn'> | undefined;
}

/** Workflow commands of GitHub Actions: annotations on the lines of a pull request, with paths of the repository. */
export function renderGithub(diagnostics: readonly Diagnostic[], repository: Repository): string {
  return writeAnnotations(
    diagnostics.map((d) => annotationOf(d, repository)),
    repository,
  );
}

/** A diagnostic with its notes and its hint. */
export function annotationOf(d: Diagnostic, { prefix }: Repository): Annotation {
  const text = [
    d.message,
    ...d.notes.map((n) =>
      n.location === undefined
        ? `note: ${n.message}`
        : `note: ${n.message} (${prefix}${n.location.path}:${n.location.line}:${n.location.column})`,
    ),
    ...(d.hint === undefined ? [] : [`help: ${d.hint}`]),
  ].join('\n');
  return { level: d.severity, title: d.code, text, place: d.location };
}

/** The words of GitHub for what we call levels. */
export const GITHUB_LEVELS: Readonly<Record<Severity, string>> = {
  error: 'error',
  warning: 'warning',
  info: 'notice',
};

export function writeAnnotations(annotations: readonly Annotation[], { prefix }: Repository): string {
  return annotations.map((a) => `${command(a, prefix)}\n`).join('');
}

function command({ level, title, text, place }: Annotation, prefix: string): string {
  const properties: readonly (readonly [string, string | number])[] = [
    ...(place === undefined
      ? []
      : ([
          ['file', prefix + place.path],
          ['line', place.line],
          ['endLine', place.endLine],
          // GitHub takes columns only when the range is in one line.
          ...(place.line === place.endLine
            ? ([
                ['col', place.column],
                ['endColumn', Math.max(place.column, place.endColumn)],
              ] as const)
            : []),
        ] as const)),
    ['title', title],
  ];
  const list = properties.map(([key, value]) => `${key}=${escapeProperty(String(value))}`).join(',');
  return `::${GITHUB_LEVELS[level]} ${list}::${escapeData(text)}`;
}

/** As `@actions/core` escapes. */
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
