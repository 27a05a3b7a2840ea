import { EXIT } from '../exit-codes.ts';
import { invalidOption } from '../invalid-option.ts';
import type { Invocation } from '../invocation.ts';
import { print } from '../output.ts';
import { renderDiff } from '../render/diff.ts';
import { renderDiffMarkdown } from '../render/diff-markdown.ts';
import { withWorkspace } from '../with-workspace.ts';

export async function diff(invocation: Invocation): Promise<number> {
  const format = invocation.format(['text', 'json', 'markdown']);
  const [before = '', after = '', ...models] = invocation.args;
  const grain = invocation
    .text('grain')
    ?.split(',')
    .map((column) => column.trim());
  if (grain?.includes('') === true)
    throw invalidOption(
      '--grain takes columns with commas between them',
      'For instance: --grain order_id,line',
    );
  const samples = invocation.number('samples', '--samples', 0, true);
  return withWorkspace(invocation, async (workspace) => {
    const answer = await workspace.diff(before, after, {
      models,
      ...(grain === undefined ? {} : { grain }),
      ...(samples === undefined ? {} : { samples }),
    });
    print(invocation, answer, format === 'markdown' ? renderDiffMarkdown : renderDiff, format);
    const differs = answer.document.models.some((m) => m.status !== 'same');
    return invocation.flag('failIfDiff') && differs ? EXIT.bad : EXIT.good;
  });
}
