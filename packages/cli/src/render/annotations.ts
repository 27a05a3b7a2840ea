import type { CiFindingDocument, Diagnostic, Severity } from '@sluice/core';
import type { Repository } from '../project-folder.ts';
import { annotationOf, GITHUB_LEVELS, writeAnnotations, type Annotation } from './github.ts';
import { count } from './words.ts';

/** GitHub keeps so many annotations of each level of a step and throws the rest away without a word. */
const MOST = 10;
const LEVELS = ['error', 'warning', 'info'] as const satisfies readonly Severity[];

interface Ranked extends Annotation {
  readonly rank: number;
}

/**
 * Annotations within GitHub's limit, most important first; the last of a level says how many there are besides. What a run fails for
 * without a diagnostic is an error among them.
 */
export function renderAnnotations(
  diagnostics: readonly Diagnostic[],
  findings: readonly CiFindingDocument[],
  repository: Repository,
): string {
  const annotations = [
    ...diagnostics.map((d): Ranked => ({ ...annotationOf(d, repository), rank: rank(d) })),
    ...failing(findings),
  ];
  return LEVELS.map((level) => {
    const all = annotations
      .filter((a) => a.level === level)
      .toSorted((a, b) => a.rank - b.rank || Number(a.place === undefined) - Number(b.place === undefined));
    if (all.length <= MOST) return writeAnnotations(all, repository);
    const word = GITHUB_LEVELS[level];
    const more = count(all.length - (MOST - 1), `more ${word}`);
    return `${writeAnnotations(all.slice(0, MOST - 1), repository)}::${word} title=sluice::${more}, see the log and the summary\n`;
  }).join('');
}

/**
 * What stops the work first, then rows that failed an audit, columns that readers lose, other data, and matters of taste last; what has
 * no line helps least.
 */
function rank({ code }: Diagnostic): number {
  return code.startsWith('lint/') ? 4 : code.startsWith('audit-') ? 1 : 0;
}

const RANKS = { breaking: 2, diff: 3 } as const;

/** Findings of errors and warnings are sums of diagnostics, which stand at their own lines. */
function failing(findings: readonly CiFindingDocument[]): readonly Ranked[] {
  const said = new Set<string>();
  return findings.flatMap((f) => {
    if (!f.fails || f.on === 'error' || f.on === 'warning') return [];
    // A model that goes is both a breaking change and a difference.
    if (said.has(f.message)) return [];
    said.add(f.message);
    return [{ level: 'error', title: f.on, text: f.message, place: placeOf(f), rank: RANKS[f.on] }];
  });
}

function placeOf(f: CiFindingDocument): Annotation['place'] {
  if (f.path === null) return undefined;
  const { path, line, column, end_line, end_column } = f;
  return {
    path,
    line: line ?? 1,
    column: column ?? 1,
    endLine: end_line ?? line ?? 1,
    endColumn: end_column ?? column ?? 1,
  };
}
