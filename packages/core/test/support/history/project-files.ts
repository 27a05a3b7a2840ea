/** The files of a random project. */
import type { Files } from '../project.ts';
import { modelText } from './model-text.ts';
import { seedRows, timeOf, type ProjectSpec } from './project-spec.ts';

export function filesOf(spec: ProjectSpec): Files {
  const files: Record<string, string> = {
    'project.yaml': `name: random
start: 2024-01-28
warehouse: { threads: 1 }
history: { keep: 1 }
sources:
  raw:
    a: { file: data/a.csv, time_column: t, columns: { id: BIGINT, t: TIMESTAMP, k: VARCHAR, x: BIGINT${spec.wide ? ', w: VARCHAR' : ''} } }
    b: { file: data/b.csv, ${spec.timed ? 'time_column: t, ' : ''}columns: { id: BIGINT, t: DATE, k: VARCHAR, x: BIGINT } }
`,
    'data/a.csv': `id,t,k,x,w\n${spec.a.map((r) => `${r.id},${timeOf(r.minute)},${r.k ?? ''},${r.x},w${r.id}\n`).join('')}`,
    'data/b.csv': `id,t,k,x\n${spec.b.map((r) => `${r.id},${timeOf(r.minute).slice(0, 10)},${r.k ?? ''},${r.x}\n`).join('')}`,
  };
  for (const [i, model] of spec.models.entries()) {
    if (model.kind === 'SEED')
      files[`seeds/${model.name}.csv`] = `t,k,x\n${seedRows(model)
        .map((r) => `${r.join(',')}\n`)
        .join('')}`;
    files[`models/m/${model.name}.sql`] = modelText(spec, model, i);
  }
  return files;
}
