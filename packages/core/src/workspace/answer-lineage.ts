import { impactOf, lineageStep, traceGraph } from '../lineage/index.ts';
import {
  SCHEMA_VERSION,
  type ImpactDocument,
  type LineageDirection,
  type LineageDocument,
} from '../report/index.ts';
import type { Answer } from '../workspace.ts';
import { lineageTarget } from './lineage-target.ts';
import { compiledWithoutErrors } from './compile-project.ts';
import type { OpenProject } from './open-project.ts';

export async function answerLineage(
  w: OpenProject,
  written: string,
  direction: LineageDirection,
  options: { readonly depth?: number } = {},
): Promise<Answer<LineageDocument>> {
  const { compiled } = await compiledWithoutErrors(w);
  const target = lineageTarget(compiled, written);
  const depth = options.depth ?? 1;
  return {
    diagnostics: compiled.diagnostics,
    document: {
      schema_version: SCHEMA_VERSION,
      model: target.node.name,
      direction,
      ...lineageStep(compiled, target, direction),
      column: target.column ?? null,
      depth: Number.isFinite(depth) ? depth : null,
      graph: traceGraph(compiled, target, direction, depth),
    },
  };
}

export async function answerImpact(w: OpenProject, written: string): Promise<Answer<ImpactDocument>> {
  const { compiled } = await compiledWithoutErrors(w);
  const target = lineageTarget(compiled, written);
  return {
    diagnostics: compiled.diagnostics,
    document: {
      schema_version: SCHEMA_VERSION,
      model: target.node.name,
      column: target.column ?? null,
      ...impactOf(compiled, target),
    },
  };
}
