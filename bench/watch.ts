// What one waits for while writing models: from a save to the result of `sluice compile --watch`, beside a `sluice compile` of
// the same edit; and the memory of a process that has seen many saves.
//
//   node --conditions=sluice-source bench/watch.ts [--models 1000] [--runs 10] [--saves 1000] [--json]
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Bundle } from './harness/bundle.ts';
import { runChild, usageOf } from './harness/child.ts';
import { BENCH } from './harness/paths.ts';
import { numbers, print, readArguments, type Measurement } from './harness/report.ts';
import { Watching, type WatchLine } from './harness/watching.ts';
import { generateProject } from './project.ts';

/** Seconds from the save of a model to its diagnostics, at 1,000 models. */
const BUDGET = 0.1;

/** Other rows, and so another meaning. */
function filter(good: string, n: number): string {
  return good.replace('WHERE ', `WHERE id <> -${n} AND `);
}

interface Case {
  readonly what: string;
  readonly file: string;
  /** The text to save, another one every time. */
  readonly text: (good: string, n: number) => string;
  readonly isRight: (line: WatchLine, models: number) => boolean;
  readonly isBudgeted: boolean;
  /** What a compile of it ends with. */
  readonly code: number;
}

export async function measureWatch(
  bundle: Bundle,
  models: number,
  runs: number,
  saves: number,
): Promise<readonly Measurement[]> {
  const project = join(BENCH, 'data', `watch-${models}`);
  generateProject(project, models);
  rmSync(join(project, '.sluice'), { recursive: true, force: true });
  const leaf = modelFile(project, 'marts', -1);
  const root = modelFile(project, 'staging', 0);
  const cases: readonly Case[] = [
    {
      what: 'an edit of a model that nobody reads',
      file: leaf,
      text: filter,
      isRight: (line) => line.diagnostics.length === 0 && line.changed_models.length === 1,
      isBudgeted: true,
      code: 0,
    },
    {
      what: 'an edit of a model at the root',
      file: root,
      text: filter,
      isRight: (line) => line.diagnostics.length === 0 && line.changed_models.length >= 1,
      isBudgeted: false,
      code: 0,
    },
    {
      what: 'a comment at the root',
      file: root,
      text: (good, n) => `${good}-- ${n}\n`,
      isRight: (line, n) => line.diagnostics.length === 0 && line.models === n,
      isBudgeted: true,
      code: 0,
    },
    {
      what: 'an error at the root',
      file: root,
      text: (good, n) => good.replace('WHERE ', `WHERE nowhere_${n} AND `),
      isRight: (line) => line.diagnostics.some((d) => d.code === 'unknown-column'),
      isBudgeted: true,
      code: 1,
    },
  ];
  const { watching, first } = await Watching.start(bundle.inProject(project, 'compile', '--watch'));
  await using _ = watching;
  if (first.models !== models || first.diagnostics.length > 0)
    throw new Error(`${first.models} of ${models} models compiled`);
  const measured: Measurement[] = [];
  for (const { what, file, text, isRight, isBudgeted, code } of cases) {
    const compile = { ...bundle.inProject(project, 'compile'), code };
    const good = readFileSync(file, 'utf8');
    const pairs: { measured: number[]; beside: number[] } = { measured: [], beside: [] };
    let watched = 0;
    for (let run = -1; run < runs; run++) {
      const before = watching.usage();
      const { line, seconds } = await watching.save(() => writeFileSync(file, text(good, run + 2)));
      if (!isRight(line, models)) throw new Error(`${what}: ${JSON.stringify(line).slice(0, 500)}`);
      const beside = await runChild(compile);
      if (run < 0) continue;
      watched += watching.usage().cpu - before.cpu;
      pairs.measured.push(seconds);
      pairs.beside.push(beside.seconds);
    }
    await watching.save(() => writeFileSync(file, text(good, runs + 2)));
    const besideUsage = await usageOf(compile);
    await watching.save(() => writeFileSync(file, good));
    measured.push({
      what: `\`--watch\`: ${what}, ${models.toLocaleString('en')} models`,
      against: '`sluice compile` of the same edit',
      pairs,
      usage: { measured: { peak: watching.usage().peak, cpu: watched / runs }, beside: besideUsage },
      ...(isBudgeted && models <= 1_000 ? { budget: { seconds: BUDGET } } : {}),
    });
  }
  const notes = await saveOften(watching, leaf, saves);
  return measured.map((m, i) => (i === 0 ? { ...m, notes } : m));
}

/** What memory does over many saves. */
async function saveOften(watching: Watching, file: string, saves: number): Promise<readonly string[]> {
  const good = readFileSync(file, 'utf8');
  const seen: string[] = [];
  const marks = new Set([1, 0.5, 0.2, 0.1].map((part) => Math.max(1, Math.round(saves * part))));
  for (let n = 1; n <= saves; n++) {
    const what = n % 10 === 0 ? `WHERE nowhere_${n} AND ` : `WHERE id <> -${n + 1_000} AND `;
    await watching.save(() => writeFileSync(file, good.replace('WHERE ', what)));
    if (marks.has(n)) seen.push(`${Math.round(watching.usage().resident / 1e6)} MB after ${n}`);
  }
  writeFileSync(file, good);
  return [`resident memory over saves: ${seen.join(', ')}`];
}

function modelFile(project: string, schema: string, at: number): string {
  const folder = join(project, 'models', schema);
  const name = readdirSync(folder).toSorted().at(at);
  if (name === undefined) throw new Error(`no model in ${schema}`);
  return join(folder, name);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { json, values } = readArguments({ models: '1000', runs: '10', saves: '1000' });
  const [runs = 1] = numbers(values.runs);
  const [saves = 1] = numbers(values.saves);
  const bundle = Bundle.take();
  try {
    const measured: Measurement[] = [];
    for (const models of numbers(values.models))
      measured.push(...(await measureWatch(bundle, models, runs, saves)));
    print(measured, json);
  } finally {
    bundle.remove();
  }
}
