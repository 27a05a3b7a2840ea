import type { Diagnostic, Severity } from '@sluice/core';
import type { Repository } from '../project-folder.ts';

/** Workflow commands of GitHub Actions: annotations on the lines of a pull request, with paths of the repository. */
export function renderGithub(diagnostics: readonly Diagnostic[], { prefix }: Repository): string {
  return diagnostics.map((d) => `${annotation(d, prefix)}\n`).join('');
}

const LEVELS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'notice' };

function annotation(d: Diagnostic, prefix: string): string {
  const at = d.location;
  const properties: readonly (readonly [string, string | number])[] = [
    ...(at === undefined
      ? []
      : ([
          ['file', prefix + at.path],
          ['line', at.line],
          ['endLine', at.endLine],
          // GitHub takes columns only when the range is in one line.
          ...(at.line === at.endLine
            ? ([
                ['col', at.column],
                ['endColumn', Math.max(at.column, at.endColumn)],
              ] as const)
            : []),
        ] as const)),
    ['title', d.code],
  ];
  const text = [
    d.message,
    ...d.notes.map((n) =>
      n.location === undefined
        ? `note: ${n.message}`
        : `note: ${n.message} (${prefix}${n.location.path}:${n.location.line}:${n.location.column})`,
    ),
    ...(d.hint === undefined ? [] : [`help: ${d.hint}`]),
  ].join('\n');
  const list = properties.map(([key, value]) => `${key}=${escapeProperty(String(value))}`).join(',');
  return `::${LEVELS[d.severity]} ${list}::${escapeData(text)}`;
}

/** As `@actions/core` escapes. */
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
