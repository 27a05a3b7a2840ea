/**
 * Writes a unit test from rows of the warehouse. What it expects is what the query gives on the sampled rows, run the way
 * the test will run; a test that would not pass at once is not written.
 */
import type { Binder, Column, CompiledModel, CompiledNode } from '../compile/index.ts';
import { nodeKey } from '../compile/index.ts';
import { diagnostic, hasErrors, SluiceError, SourceText, type Diagnostic } from '../diagnostic/index.ts';
import type { Sandbox, SandboxLane } from '../engine/sandbox.ts';
import { ident } from '../sql/quote.ts';
import {
  addUnits,
  cadenceOf,
  floorTo,
  formatInstant,
  type IntervalUnit,
  type TimeRange,
} from '../time/index.ts';
import { joinKeys } from './join-keys.ts';
import { parseSuite } from './parse-suite.ts';
import { prepareTest, type PreparedTest, type Surroundings } from './prepare-test.ts';
import { runModel, runTest } from './run-test.ts';
import { sampleInputs, textList, texts, type ReadRows, type TextRow } from './sample-inputs.ts';
import type { UnitTest } from './unit-test.ts';
import { writeSuite } from './write-suite.ts';

export interface CreateRequest {
  readonly model: CompiledModel;
  readonly name: string;
  /** Where the test will stand, for messages. */
  readonly path: string;
  /** How many rows of the result to begin with. */
  readonly rows: number;
  /** Which rows of the result; SQL over its columns. */
  readonly where: string | undefined;
  readonly interval: { readonly start?: number; readonly end?: number };
  readonly environment: string;
  /** Whether the environment shows the model, so that its result need not be computed. */
  readonly isBuilt: boolean;
  readonly around: Surroundings;
  readonly parse: Binder['parse'];
  readonly read: ReadRows;
  readonly openSandbox: () => Promise<Sandbox>;
}

export interface CreatedTest {
  readonly text: string;
  readonly inputs: readonly { readonly name: string; readonly rows: number }[];
  readonly expectedRows: number;
}

/** @throws {SluiceError} when there can be no such test */
export async function createTest(request: CreateRequest): Promise<CreatedTest> {
  const { model, around } = request;
  refuseVolatile(model);
  const interval = await intervalOf(request);
  const executionTime = model.clockDependent ? Math.floor(around.now / 1000) * 1000 : undefined;
  const bare = bareTest(request, interval, executionTime);
  const diagnostics: Diagnostic[] = [];
  const prepared = await prepareTest(bare, around, diagnostics);
  if (prepared === undefined || hasErrors(diagnostics)) throw new SluiceError(diagnostics);
  const inputs = prepared.tables.map((t) => t.node);
  const embedded = prepared.views.flatMap((v) => {
    const node = around.nodes.get(nodeKey(`${v.name.schema}.${v.name.name}`));
    return node?.node === 'model' ? [node] : [];
  });
  const parsed = await request.parse([...prepared.views.map((v) => v.sql), prepared.sql]);
  const statements = parsed.map((p, i) => ({
    name: embedded[i]?.name,
    statement: p.ok ? p.statements[0] : undefined,
  }));
  const sampled = await sampleInputs({
    model,
    inputs,
    embedded,
    keys: joinKeys(statements, new Map(inputs.map((i) => [nodeKey(i.name), i.columns.map((c) => c.name)]))),
    output: await sampleOutput(request, prepared, interval),
    interval,
    rows: request.rows,
    read: request.read,
  });
  const written = inputs.map((node) => ({
    name: node.name,
    columns: columnsRead(node, model, embedded),
    rows: sampled.get(node.name) ?? [],
  }));
  const write = (rows: readonly TextRow[]): string =>
    writeSuite({
      name: request.name,
      model: model.name,
      remark: `Written by sluice test create from rows of ${request.environment}.`,
      vars: varsOf(model, interval, executionTime, around),
      inputs: written,
      output: { columns: model.columns, rows },
    });
  const sandbox = await request.openSandbox();
  try {
    const lane = await sandbox.lane();
    const rows = await expectedRows(request, write([]), lane);
    const text = write(rows);
    await insist(request, text, lane);
    return {
      text,
      inputs: written.map((w) => ({ name: w.name, rows: w.rows.length })),
      expectedRows: rows.length,
    };
  } finally {
    sandbox.close();
  }
}

/** Tests read no files here: all rows stand in the YAML. */
const absolute = (path: string): string => path;
const NO_FILES = { read: (): undefined => undefined, exists: (): boolean => false };

/** Reads the test back from its text, as `sluice test` will. */
async function readBack(request: CreateRequest, text: string): Promise<PreparedTest> {
  const diagnostics: Diagnostic[] = [];
  const [test] = parseSuite(new SourceText(request.path, text), NO_FILES, diagnostics);
  const prepared = test === undefined ? undefined : await prepareTest(test, request.around, diagnostics);
  if (prepared === undefined || hasErrors(diagnostics)) throw new SluiceError(diagnostics);
  return prepared;
}

/** What the query gives on the sampled rows, as texts. */
async function expectedRows(
  request: CreateRequest,
  text: string,
  lane: SandboxLane,
): Promise<readonly TextRow[]> {
  const prepared = await readBack(request, text);
  const diagnostics: Diagnostic[] = [];
  const list = textList(request.model.columns, 'made.');
  const wrapped = { ...prepared, sql: `SELECT ${list} FROM (\n${prepared.sql}\n) AS made` };
  const actual = await runModel(wrapped, lane, absolute, diagnostics);
  if (actual === undefined) throw new SluiceError(diagnostics);
  return texts(actual.rows);
}

async function insist(request: CreateRequest, text: string, lane: SandboxLane): Promise<void> {
  const outcome = await runTest(await readBack(request, text), lane, absolute);
  const differs = outcome.expectations.find((e) => e.differences.length > 0);
  if (differs === undefined && !hasErrors(outcome.diagnostics)) return;
  throw untestable(
    request.model,
    `its query does not give the same rows twice, or values that cannot be written down`,
    'Write the test by hand, with partial: true for the columns that stay the same.',
    outcome.diagnostics,
  );
}

function refuseVolatile(model: CompiledModel): void {
  const found = model.meaning.flags.find((f) => f.startsWith('volatile:'));
  if (found === undefined) return;
  throw untestable(
    model,
    `${found.slice('volatile:'.length)} gives other values at every call`,
    'Write the test by hand, with partial: true for the columns that stay the same.',
  );
}

function untestable(
  model: CompiledModel,
  why: string,
  hint: string,
  more: readonly Diagnostic[] = [],
): SluiceError {
  const location = model.definition.nameLocation;
  return new SluiceError([
    diagnostic('untestable-model', `no test can be written for ${model.name}: ${why}`, { location, hint }),
    ...more,
  ]);
}

/** A test without rows: for what the query reads, and its SQL at the interval. */
function bareTest(
  { model, name, path }: CreateRequest,
  interval: TimeRange | undefined,
  executionTime: number | undefined,
): UnitTest {
  const location = new SourceText(path, '').locate(0);
  return {
    name,
    path,
    location,
    description: undefined,
    model: model.name,
    modelLocation: location,
    inputs: [],
    expectations: [],
    variables: [],
    clock: { start: interval?.start, end: interval?.end, executionTime },
  };
}

/** The interval asked for; else the last one that has rows. */
async function intervalOf(request: CreateRequest): Promise<TimeRange | undefined> {
  const { model, around, interval, where } = request;
  const { kind } = model.definition;
  const unit = unitOf(model, around);
  if (interval.start !== undefined)
    return { start: interval.start, end: interval.end ?? addUnits(floorTo(interval.start, unit), unit, 1) };
  if (kind.kind !== 'INCREMENTAL_BY_TIME_RANGE') return undefined;
  const column = model.columns.find((c) => nodeKey(c.name) === nodeKey(kind.timeColumn));
  const ready = floorTo(around.now, unit);
  const fallback = { start: addUnits(ready, unit, -1), end: ready };
  if (!request.isBuilt || column === undefined || !/^(DATE$|TIMESTAMP)/.test(column.type)) return fallback;
  const filter = where === undefined ? '' : ` WHERE ${where}`;
  const [row] = await request.read(
    `SELECT CAST(epoch_ms(CAST(max(${ident(column.name)}) AS TIMESTAMP)) AS DOUBLE) AS last FROM ${nameOf(model)}${filter}`,
  );
  const last = Number(row?.['last'] ?? NaN);
  if (Number.isNaN(last)) return fallback;
  const start = floorTo(last, unit);
  return { start, end: addUnits(start, unit, 1) };
}

function unitOf(model: CompiledModel, { project }: Surroundings): IntervalUnit {
  return cadenceOf(model.definition, project.config.defaults).unit;
}

function nameOf(model: CompiledModel): string {
  return `${ident(model.definition.schema)}.${ident(model.definition.table)}`;
}

/** Rows of the result: from the model's own table where there is one, else computed. */
async function sampleOutput(
  { model, rows, where, isBuilt, read }: CreateRequest,
  prepared: PreparedTest,
  interval: TimeRange | undefined,
): Promise<readonly TextRow[]> {
  const { kind } = model.definition;
  const time =
    kind.kind === 'INCREMENTAL_BY_TIME_RANGE' && interval !== undefined
      ? `made.${ident(kind.timeColumn)} >= '${formatInstant(interval.start)}' AND made.${ident(kind.timeColumn)} < '${formatInstant(interval.end)}'`
      : undefined;
  const relation = isBuilt ? nameOf(model) : `(\n${prepared.sql}\n)`;
  const conditions = [
    ...(isBuilt && time !== undefined ? [time] : []),
    ...(where === undefined ? [] : [`(${where}\n)`]),
  ];
  const filter = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  const grain = (model.definition.grains[0] ?? []).map((g) => `made.${ident(g)}`);
  const order = grain.length > 0 ? grain.join(', ') : 'ALL';
  const list = textList(model.columns, 'made.');
  return texts(
    await read(`SELECT ${list} FROM ${relation} AS made${filter} ORDER BY ${order} LIMIT ${rows}`),
  );
}

/** The columns of an input that matter, through embedded models; all of them where that is not known. */
function columnsRead(
  input: CompiledNode,
  model: CompiledModel,
  embedded: readonly CompiledModel[],
): readonly Column[] {
  const readers = [model, ...embedded].filter((r) => r.dependencies.includes(input.name));
  const names = new Set<string>();
  for (const reader of readers) {
    if (reader.lineage === undefined) return input.columns;
    const wanted = reader === model ? model.columns : columnsRead(reader, model, embedded);
    const keys = new Set(wanted.map((c) => nodeKey(c.name)));
    const refs = [
      ...reader.lineage.columns.filter((c) => keys.has(nodeKey(c.name))).flatMap((c) => c.sources),
      ...reader.lineage.influence,
    ];
    for (const ref of refs) if (ref.model === input.name) names.add(nodeKey(ref.column));
  }
  return input.columns.filter((c) => names.has(nodeKey(c.name)));
}

/** A start alone means one interval of the model. */
function varsOf(
  model: CompiledModel,
  interval: TimeRange | undefined,
  executionTime: number | undefined,
  around: Surroundings,
): readonly (readonly [string, string])[] {
  const unit = unitOf(model, around);
  const isOne = interval !== undefined && addUnits(floorTo(interval.start, unit), unit, 1) === interval.end;
  return [
    ...(interval === undefined ? [] : [['start', formatInstant(interval.start)] as const]),
    ...(interval === undefined || isOne ? [] : [['end', instant(interval.end)] as const]),
    ...(executionTime === undefined ? [] : [['execution_time', instant(executionTime)] as const]),
  ];
}

/** Never a day alone: as an end that would mean the whole day. */
function instant(at: number): string {
  const text = formatInstant(at);
  return text.includes(' ') ? text : `${text} 00:00:00`;
}
