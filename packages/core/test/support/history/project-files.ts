/** The files of a random project, and what is in its warehouse before it is built. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Files, TestProject } from '../project.ts';
import { modelText, SIGNAL } from './model-text.ts';
import { standaloneText } from './standalone.ts';
import { seedRows, sourceRows, timeOf, type ProjectSpec } from './project-spec.ts';

export function filesOf(spec: ProjectSpec): Files {
  const files: Record<string, string> = {
    'project.yaml': `name: random
start: 2024-01-28
warehouse: { threads: 1 }
history: { keep: 1 }
sources:
  raw:
    a: { file: data/a.csv, time_column: t, columns: { id: BIGINT, t: TIMESTAMP, k: VARCHAR, x: BIGINT${spec.wide ? ', w: VARCHAR' : ''} } }
    b: { ${spec.foreign ? 'table: landing.b' : `file: data/b.csv${spec.timed ? ', time_column: t' : ''}`}, columns: { id: BIGINT, t: DATE, k: VARCHAR, x: BIGINT } }
`,
    'data/a.csv': `id,t,k,x,w\n${spec.a.map((r) => `${r.id},${timeOf(r.minute)},${r.k ?? ''},${r.x},w${r.id}\n`).join('')}`,
    'signals/third_day.sql': SIGNAL,
    'data/b.csv': `id,t,k,x\n${spec.b.map((r) => `${r.id},${timeOf(r.minute).slice(0, 10)},${r.k ?? ''},${r.x}\n`).join('')}`,
  };
  for (const [i, model] of spec.models.entries()) {
    if (model.kind === 'SEED')
      files[`seeds/${model.name}.csv`] = `t,k,x\n${seedRows(model)
        .map((r) => `${r.join(',')}\n`)
        .join('')}`;
    files[`models/m/${model.name}.sql`] = modelText(spec, model, i);
  }
  for (const audit of spec.standalone) files[`audits/${audit.name}.sql`] = standaloneText(spec, audit);
  return files;
}

/** What somebody else puts into the warehouse. */
export async function putForeign(project: TestProject, spec: ProjectSpec): Promise<void> {
  if (!spec.foreign) return;
  mkdirSync(dirname(project.warehouse), { recursive: true });
  await project.execute(
    `CREATE SCHEMA IF NOT EXISTS landing; CREATE OR REPLACE TABLE landing.b AS ${sourceRows(spec, 'b')}`,
  );
}
