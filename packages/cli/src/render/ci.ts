import type { CiCheckDocument, CiDocument } from '@sluice/core';
import { renderFailures } from './audits.ts';
import { visible } from './cells.ts';
import { ciAudits } from './ci-junit.ts';
import { LENIENT, sampledSources } from './ci-sample.ts';
import { standaloneRuns } from './ci-standalone.ts';
import { renderDiff } from './diff.ts';
import { paint, type Style } from './style.ts';
import { renderTests } from './tests.ts';
import { duration, nameList } from './words.ts';

/** `sluice ci` for people: what failed, what changes for data, a line a step, and the verdict last. */
export function renderCi(document: CiDocument, style: Style): string {
  const p = paint(style);
  const parts: string[] = [];
  if (document.tests?.tests.some((t) => t.status !== 'passed') === true)
    parts.push(renderTests(document.tests, style));
  const failures = renderFailures(ciAudits(document), null, style, false);
  if (failures !== '') parts.push(failures);
  if (document.diff?.models.some((m) => m.status !== 'same') === true)
    parts.push(renderDiff(document.diff, style));
  const affected = document.impact.map((i) => `  ${visible(i.summary)}\n`).join('');
  if (affected !== '') parts.push(`${p.bold('Downstream')}\n${affected}`);
  const runs = standaloneRuns(document);
  if (runs.length > 0) {
    const lines = runs.map(
      (r) =>
        `  ${mark(r, style)} ${visible(r.planned.audit)} ${r.result}${r.planned.severity === 'warn' ? p.dim(' (warns)') : ''}: ${visible(r.planned.reasons.map((w) => w.message).join('; '))}\n`,
    );
    parts.push(`${p.bold(`Standalone audits that ${document.base} would run`)}\n${lines.join('')}`);
  }
  const notes = [
    ...sampledSources(document).map((s) => `Sample: ${visible(s)}.`),
    ...(document.sample === null ? [] : [LENIENT]),
    ...(document.plan !== null && document.plan.spared.length > 0
      ? [`Spared, for nothing they read changes: ${nameList(document.plan.spared.map(visible)).join(', ')}.`]
      : []),
    ...(document.pending.length > 0
      ? [
          `${document.base} has new data to compute for ${nameList(document.pending.map(visible)).join(', ')}; differences there and below may not be of this change.`,
        ]
      : []),
    ...(document.kept
      ? [`${document.environment} was kept; \`sluice env drop ${document.environment}\` removes it.`]
      : []),
  ];
  parts.push(
    [
      ...notes,
      ...document.checks.map(
        (c) =>
          `${mark(c, style)} ${c.step.padEnd(7)}  ${visible(c.summary)}${c.seconds > 0 ? p.dim(`  ${duration(c.seconds)}`) : ''}`,
      ),
      `${document.status === 'passed' ? p.green('✓') : p.red('✗')} ${p.bold(visible(document.summary))} ${p.dim(duration(document.seconds))}`,
    ]
      .map((line) => `${line}\n`)
      .join(''),
  );
  return parts.join('\n');
}

function mark({ status }: Pick<CiCheckDocument, 'status'>, style: Style): string {
  const p = paint(style);
  switch (status) {
    case 'passed':
      return p.green('✓');
    case 'warned':
      return p.yellow('!');
    case 'failed':
      return p.red('✗');
    case 'skipped':
      return p.dim('-');
    default:
      return status satisfies never;
  }
}
