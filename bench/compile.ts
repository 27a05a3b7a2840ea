// What a compile costs, as a whole process: the first one of a project, one with nothing changed, one after an edit of a
// model that nobody reads, and one after an edit of a model that many others stand on.
//
//   node --conditions=sluice-source bench/compile.ts [--models 100,1000] [--runs 5] [--json]
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Bundle } from './harness/bundle.ts';
import { usageOf, runChild, type Child } from './harness/child.ts';
import { runPairs } from './harness/pairs.ts';
import { BENCH, processScript, ROOT, scratch } from './harness/paths.ts';
import { record, type Recording } from './harness/recording.ts';
import { numbers, print, readArguments, type Measurement } from './harness/report.ts';
import { generateProject } from './project.ts';

/** Seconds that a compile may take, by number of models. */
const BUDGETS: Readonly<Record<string, ReadonlyMap<number, number>>> = {
  'first compile': new Map([
    [1_000, 1.5],
    [10_000, 10],
  ]),
  'compile with nothing changed': new Map([[10_000, 0.3]]),
};

export async function measureCompile(
  bundle: Bundle,
  models: number,
  runs: number,
): Promise<readonly Measurement[]> {
  const project = join(BENCH, 'data', `models-${models}`);
  generateProject(project, models - 1);
  writeFileSync(join(project, 'models/seeds/rates.sql'), EXTERNAL);
  const forget = (): void => rmSync(join(project, '.sluice'), { recursive: true, force: true });
  const compile = bundle.inProject(project, 'compile');
  const beside: Child = { args: [processScript('select-one'), ':memory:'] };
  check((await runChild(compile)).stdout, models);
  forget();
  const recording = await record(compile, join(scratch(), `compile-${process.pid}.json`));
  const cases: readonly (readonly [what: string, before: () => void, notes: readonly string[]])[] = [
    ['first compile', forget, [phases(recording)]],
    ['compile with nothing changed', () => undefined, []],
    ['compile after one edit', editor(project, 'marts', 'last'), []],
    ['compile after one edit at the root', editor(project, 'staging', 'first'), []],
  ];
  const measured: Measurement[] = [];
  for (const [what, before, notes] of cases) {
    const pairs = await runPairs({ child: compile, before }, { child: beside }, runs);
    before();
    const usage = { measured: await usageOf(compile), beside: await usageOf(beside) };
    // The library believes no cache but its own.
    await runChild(inProcess(project));
    before();
    const alone = Number((await runChild(inProcess(project))).stdout);
    const seconds = BUDGETS[what]?.get(models);
    measured.push({
      what: `${what}, ${models.toLocaleString('en')} models`,
      against: 'opening DuckDB, select 1',
      pairs,
      usage,
      notes: [`${alone.toFixed(3)} s in a process that has loaded the library`, ...notes],
      ...(seconds === undefined ? {} : { budget: { seconds } }),
    });
  }
  return measured;
}

/** One that could not be applied: its table would have to come from elsewhere. */
const EXTERNAL = `MODEL (
  name seeds.rates,
  kind EXTERNAL,
  columns (currency VARCHAR, day DATE, rate DOUBLE)
);
`;

/** The same compile, by the library; says the seconds between its being loaded and the answer. */
function inProcess(project: string): Child {
  const library = pathToFileURL(join(ROOT, 'packages/core/dist/index.js')).href;
  return { args: [processScript('compile-inside'), library, project] };
}

/** Changes what a model means, to something else every time. */
function editor(project: string, schema: string, which: 'first' | 'last'): () => void {
  const folder = join(project, 'models', schema);
  const name = readdirSync(folder)
    .toSorted()
    .at(which === 'first' ? 0 : -1);
  if (name === undefined) throw new Error(`no model in ${schema}`);
  const file = join(folder, name);
  const text = readFileSync(file, 'utf8');
  let edits = 0;
  return () => {
    edits++;
    writeFileSync(file, text.replace('WHERE ', `WHERE id <> -${edits} AND `));
  };
}

function check(stdout: string, models: number): void {
  const document = JSON.parse(stdout) as {
    readonly models: readonly { readonly columns: readonly unknown[]; readonly version: string }[];
    readonly diagnostics: readonly unknown[];
  };
  const whole = document.models.filter((m) => m.columns.length > 0 && m.version !== '');
  if (whole.length !== models || document.diagnostics.length > 0) {
    throw new Error(
      `${whole.length} of ${models} models compiled: ${JSON.stringify(document.diagnostics[0])}`,
    );
  }
}

/** Where the time of one compile went, as far as its calls of DuckDB tell. */
function phases(recording: Recording): string {
  const { statements, total } = recording;
  const spans = (pattern: RegExp): readonly Span[] => statements.filter((s) => pattern.test(s.sql));
  const opened = statements[0]?.start ?? total;
  const parsing = spans(/json_serialize_sql/)[0]?.start ?? opened;
  const last = Math.max(parsing, ...statements.map((s) => s.end));
  const busy = union(statements.filter((s) => s.start >= parsing));
  return [
    `one run of ${ms(total)}`,
    `${ms(opened)} until files are read and DuckDB is there`,
    `${ms(parsing - opened)} rendering`,
    `${ms(busy)} DuckDB at work (parsing ${ms(union(spans(/json_serialize_sql/)))}, binding ${ms(union(spans(/json_serialize_plan/)))}, shadow tables ${ms(union(spans(/^(BEGIN|CREATE |COMMIT)/)))})`,
    `${ms(last - parsing - busy)} between its answers`,
    `${ms(total - last)} after the last`,
  ].join('; ');
}

function ms(milliseconds: number): string {
  return `${Math.round(milliseconds)} ms`;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** How long at least one of the spans lasts, milliseconds. */
function union(spans: readonly Span[]): number {
  let total = 0;
  let until = -Infinity;
  for (const span of spans.toSorted((a, b) => a.start - b.start)) {
    total += Math.max(0, span.end - Math.max(span.start, until));
    until = Math.max(until, span.end);
  }
  return total;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { json, values } = readArguments({ models: '100,1000', runs: '5' });
  const [runs = 1] = numbers(values.runs);
  const bundle = Bundle.take();
  try {
    const measured: Measurement[] = [];
    for (const models of numbers(values.models))
      measured.push(...(await measureCompile(bundle, models, runs)));
    print(measured, json);
  } finally {
    bundle.remove();
  }
}
