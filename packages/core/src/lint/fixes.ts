import type { LintFinding } from './lint.ts';

/** The texts of files with the fixes of findings made; of fixes that overlap, the first counts. */
export function fixedTexts(
  findings: readonly LintFinding[],
  textOf: (path: string) => string | undefined,
): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const path of new Set(findings.map((f) => f.path))) {
    const before = textOf(path);
    if (before === undefined) continue;
    const fixes = findings.flatMap((f) => (f.path === path && f.fix !== undefined ? [f.fix] : []));
    let text = '';
    let at = 0;
    for (const fix of fixes.toSorted((a, b) => a.start - b.start)) {
      if (fix.start < at) continue;
      text += before.slice(at, fix.start) + fix.text;
      at = fix.end;
    }
    if (at > 0) texts.set(path, text + before.slice(at));
  }
  return texts;
}
