import type { Diagnostic, Severity } from '@sluice/core';
import type { Repository } from '../project-folder.ts';
import { renderGithub } from './github.ts';
import { count } from './words.ts';

/** GitHub keeps so many annotations of each level of a step and throws the rest away without a word. */
const MOST = 10;
const LEVELS = ['error', 'warning', 'info'] as const satisfies readonly Severity[];
const WORDS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'notice' };

/** Annotations within GitHub's limit, most important first; the last of a level says how many there are besides. */
export function renderAnnotations(diagnostics: readonly Diagnostic[], repository: Repository): string {
  return LEVELS.map((level) => {
    const all = diagnostics.filter((d) => d.severity === level).toSorted((a, b) => rank(a) - rank(b));
    if (all.length <= MOST) return renderGithub(all, repository);
    const more = count(all.length - (MOST - 1), `more ${WORDS[level]}`);
    return `${renderGithub(all.slice(0, MOST - 1), repository)}::${WORDS[level]} title=sluice::${more}, see the log and the summary\n`;
  }).join('');
}

/** What stops the work first, rows that failed an audit next, matters of taste last; what has no line helps least. */
function rank(d: Diagnostic): number {
  const kind = d.code.startsWith('lint/') ? 4 : d.code.startsWith('audit-') ? 2 : 0;
  return kind + (d.location === undefined ? 1 : 0);
}
