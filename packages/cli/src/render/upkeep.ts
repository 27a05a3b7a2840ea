import type { ModelChangeDocument, UpkeepDocument, UpkeepStepDocument } from '@sluice/core';
import { visible, visibleLines } from './cells.ts';
import { paint, textWidth, type Style } from './style.ts';
import { nameList, wrapList } from './words.ts';

const MARKS: Readonly<Record<ModelChangeDocument['change'], string>> = {
  added: '+',
  removed: '-',
  changed: '~',
  rebound: '=',
};

/** What upkeep does, or did. `brief`: it was shown before it was done. */
export function renderUpkeep(
  document: UpkeepDocument,
  style: Style,
  { brief = false }: { readonly brief?: boolean } = {},
): string {
  const p = paint(style);
  const summary = visibleLines(document.summary);
  const last = document.status === 'done' ? `${p.green('✓')} ${summary}` : summary;
  if (brief) return `${last}\n`;
  const lines = [
    ...renderModelChanges(document.models, style),
    ...document.virtual_updates.flatMap((u) => [
      `${p.bold(visible(u.model))} then runs on ${visible(u.view)}`,
      ...u.sql.map((s) => `    ${visible(s)}`),
    ]),
    ...document.steps.flatMap((step) => renderStep(step, document, style)),
  ];
  const behind = document.behind.map((b) => `${visible(b.model)} (${b.inputs.map(visible).join(', ')})`);
  if (behind.length > 0) {
    const lead = 'older than their inputs: ';
    lines.push('', p.yellow(wrapList(lead, nameList(behind), textWidth(style), 4)));
  }
  return `${[...lines, ...(lines.length === 0 ? [] : ['']), last].join('\n')}\n`;
}

/** A line for each model, its reasons below it. */
export function renderModelChanges(models: readonly ModelChangeDocument[], style: Style): readonly string[] {
  const p = paint(style);
  return models.flatMap((m) => {
    const mark = MARKS[m.change];
    const colored =
      m.change === 'removed' ? p.red(mark) : m.change === 'added' ? p.green(mark) : p.yellow(mark);
    return [`${colored} ${p.bold(visible(m.model))}`, ...m.reasons.map((r) => `    ${visible(r.message)}`)];
  });
}

/** Views that models name already are not said again. */
function renderStep(step: UpkeepStepDocument, document: UpkeepDocument, style: Style): readonly string[] {
  const p = paint(style);
  const isSaid =
    (document.kind === 'promote' || document.kind === 'rollback') &&
    step.what === 'environment view' &&
    step.action !== 'keep';
  if (isSaid || (step.what === 'record' && step.action === 'create')) return [];
  const what =
    step.what === 'record' || step.what === 'rows'
      ? ''
      : `${step.what === 'environment view' ? 'view' : step.what} `;
  const verb = step.action === 'keep' ? 'leave' : step.action;
  const text = `${verb} ${what}${visible(step.name)}`;
  const mark = step.action === 'drop' ? p.red('-') : step.action === 'keep' ? p.yellow('!') : p.dim('·');
  return [`${mark} ${text}  ${p.dim(visible(step.reason))}`];
}
