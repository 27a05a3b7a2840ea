import type { LineageDocument } from '@sluice/core';
import { EXIT } from '../exit-codes.ts';
import { invalidOption } from '../invalid-option.ts';
import type { Invocation } from '../invocation.ts';
import { print } from '../output.ts';
import { renderImpact } from '../render/impact.ts';
import { renderDot, renderMermaid } from '../render/lineage-graph.ts';
import { renderLineageTree } from '../render/lineage-tree.ts';
import { renderLineage } from '../render/lineage.ts';
import type { Style } from '../render/style.ts';
import { withWorkspace } from '../with-workspace.ts';

export async function lineage(invocation: Invocation): Promise<number> {
  const [target = ''] = invocation.args;
  const impact = invocation.flag('impact');
  if (invocation.flag('upstream') && invocation.flag('downstream')) {
    throw invalidOption('--upstream and --downstream are given together', 'Ask for one of them at a time.');
  }
  if (invocation.flag('all') && invocation.text('depth') !== undefined) {
    throw invalidOption('--all and --depth are given together', '--all means any depth.');
  }
  const format = invocation.format(['text', 'json', 'mermaid', 'dot']);
  const direction = invocation.flag('downstream') || impact ? 'downstream' : 'upstream';
  const asked = invocation.number('depth', '--depth', 1, true);
  if (impact && (invocation.flag('upstream') || asked !== undefined)) {
    throw invalidOption(
      `--impact and ${asked === undefined ? '--upstream' : '--depth'} are given together`,
      '--impact follows everything downstream.',
    );
  }
  const isPicture = format === 'mermaid' || format === 'dot';
  const depth = invocation.flag('all') || impact ? Infinity : (asked ?? 1);
  return withWorkspace(invocation, async (workspace) => {
    if (impact && !isPicture) print(invocation, await workspace.impact(target), renderImpact, format);
    else
      print(
        invocation,
        await workspace.lineage(target, direction, { depth }),
        rendererOf(format, depth),
        format,
      );
    return EXIT.good;
  });
}

function rendererOf(format: string, depth: number): (document: LineageDocument, style: Style) => string {
  if (format === 'mermaid') return (document) => renderMermaid(document.graph);
  if (format === 'dot') return (document) => renderDot(document.graph);
  return depth === 1 ? renderLineage : renderLineageTree;
}
