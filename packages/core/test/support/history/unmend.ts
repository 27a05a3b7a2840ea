/**
 * A step of a random history that takes mends back, all of a model's or some: also by a process that is killed. No row moves with it;
 * what it asks for the next applies do, and these are compared with what there should be without those mends.
 */
import { expect } from 'vitest';
import { child } from '../killed.ts';
import type { TestProject } from '../project.ts';
import type { Oracle } from './oracle.ts';
import type { ProjectSpec } from './project-spec.ts';
import type { Step } from './steps.ts';

/** Does the step; answers what came of it. Throws what the command throws. */
export async function unmendStep(
  project: TestProject,
  spec: ProjectSpec,
  step: Step,
  oracle: Oracle,
  where: string,
): Promise<string> {
  const mended = spec.models.filter((m) => oracle.mendsOf(m.name).length > 0);
  const model = mended[step.a % Math.max(1, mended.length)];
  if (model === undefined || !project.hasWarehouse()) return 'nothing mended';
  const name = `m.${model.name}`;
  const all = oracle.mendsOf(model.name).map((m) => m.id);
  const ids = step.b % 3 === 0 ? all : all.filter((_, i) => (i + step.b) % 2 === 0);
  if (ids.length === 0) return 'nothing mended';
  const from = project.path('taken-back.csv');
  project.write('taken-back.csv', `_sluice_id,x\n${ids.map((id) => `${id},\n`).join('')}`);
  const w = await project.workspace();
  // Whatever is refused is refused here too, and said as everywhere.
  const dry = await w.unmendQuarantine(name, { from, dryRun: true });
  expect(dry.document.status, `${where}: there are mends to take back`).toBe('planned');
  if (step.what === 'unmend-killed') {
    const { killed } = await child(project, `unmend ${name} ${from}`, 1 + ((step.a * 7 + step.b) % 8));
    const left = (await w.unmendQuarantine(name, { from, dryRun: true })).document;
    const { steps } = left;
    if (killed && left.status === 'planned') {
      expect(steps, `${where}: killed before, nothing is done of it`).toEqual(dry.document.steps);
      return 'killed';
    }
  } else {
    expect((await w.unmendQuarantine(name, { from })).document.status, where).toBe('done');
  }
  expect((await w.unmendQuarantine(name, { from })).document.status, `${where}: once`).toBe('nothing-to-do');
  oracle.forgetMends(model.name, new Set(ids));
  return 'done';
}
