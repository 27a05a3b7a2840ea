import { join } from 'node:path';
import type { CompiledModel } from '../compile/compiled.ts';
import { diagnostic, SluiceError, type Diagnostic, type Location } from '../diagnostic/index.ts';
import type { Connection, Warehouse } from '../engine/warehouse.ts';
import type { Plan, PlannedNode, SqlWriter } from '../plan/index.ts';
import { boundInputs, dataOf, recordInputs } from '../plan/staleness.ts';
import type { ProjectConfig } from '../project/index.ts';
import {
  toDiagnosticDocument,
  type AuditResultDocument,
  type Observer,
  type TaskResultDocument,
  type TaskStatus,
} from '../report/index.ts';
import { filesMoved, withHashes, seedFiles, seedMoved } from '../source/index.ts';
import { ident } from '../sql/quote.ts';
import {
  forgetLedger,
  keepFailingRows,
  recordAudits,
  recordLoad,
  recordRejects,
  recordResult,
  recordSnapshot,
  replaceLedger,
  writeEntry,
  type LedgerEntry,
  type RunContext,
  type State,
} from '../state/index.ts';
import {
  ALL_TIME,
  isAllTime,
  isoInstant,
  join as joinSegments,
  type Coverage,
  type TimeRange,
} from '../time/index.ts';
import { runAudit, type AuditOutcome } from './audits.ts';
import { AuditFailed, Interrupted, taskDiagnostic } from './failure.ts';
import { promote } from './promote.ts';

/** What applying needs. */
export interface ApplyInput {
  readonly plan: Plan;
  readonly state: State;
  readonly config: ProjectConfig;
  readonly warehouse: Warehouse;
  readonly writer: SqlWriter;
  /** The project folder, absolute. */
  readonly root: string;
  readonly run: RunContext;
  readonly jobs: number;
  readonly observer: Observer;
  readonly signal: AbortSignal;
  /** The clock, for when an entry was done. */
  readonly clock: () => number;
}

export interface ApplyResult {
  readonly results: readonly TaskResultDocument[];
  readonly diagnostics: readonly Diagnostic[];
  readonly status: 'done' | 'failed' | 'interrupted';
  readonly promoted: boolean;
  readonly sequence: number;
}

/**
 * Does a plan. Each task is one transaction: write, audit, ledger, commit, or nothing. Independent models run at the same
 * time; a failure stops what stands below it and nothing else. Views are promoted at the end, all at once, if all went
 * well.
 */
export async function applyPlan(input: ApplyInput): Promise<ApplyResult> {
  return new Applier(input).apply();
}

class Applier {
  readonly #in: ApplyInput;
  readonly #ledger: Map<string, readonly LedgerEntry[]>;
  readonly #results = new Map<string, TaskResultDocument>();
  readonly #diagnostics: Diagnostic[] = [];
  /** Physical relations that do not exist yet. */
  readonly #fresh = new Set<string>();
  #sequence: number;

  constructor(input: ApplyInput) {
    this.#in = input;
    this.#ledger = new Map(input.state.ledger);
    for (const { fresh, key, storage } of input.plan.nodes.values()) {
      if (!fresh || storage === 'foreign') continue;
      this.#ledger.delete(key);
      this.#fresh.add(key);
    }
    this.#sequence = input.state.sequence;
  }

  async apply(): Promise<ApplyResult> {
    const { plan, observer, warehouse, signal } = this.#in;
    const work = [...plan.nodes.values()].filter((n) => n.work !== undefined);
    observer({
      kind: 'apply-started',
      models: work.length,
      tasks: work.reduce((n, w) => n + tasksOf(w).length, 0),
    });
    const connections = await Promise.all(
      Array.from({ length: Math.max(1, Math.min(this.#in.jobs, work.length)) }, () => warehouse.connect()),
    );
    const stop = (): void => {
      for (const c of connections) c.interrupt();
    };
    signal.addEventListener('abort', stop);
    try {
      const first = connections[0];
      if (first === undefined) throw new Error('no connection');
      await this.#prepare(first, work);
      await this.#runAll(work, connections);
      const bad = [...this.#results.values()].filter((r) => r.status !== 'done');
      let status: ApplyResult['status'] = signal.aborted ? 'interrupted' : bad.length > 0 ? 'failed' : 'done';
      if (status === 'done' && plan.promotes) status = await this.#promote(first);
      const promoted = status === 'done' && plan.promotes;
      return {
        results: [...plan.nodes.keys()].flatMap((name) => this.#results.get(name) ?? []),
        diagnostics: this.#diagnostics,
        status,
        promoted,
        sequence: plan.sequence + (promoted ? 1 : 0),
      };
    } finally {
      signal.removeEventListener('abort', stop);
      for (const c of connections) c.close();
    }
  }

  async #promote(connection: Connection): Promise<ApplyResult['status']> {
    const { plan, observer, signal, run } = this.#in;
    observer({ kind: 'promoting', environment: plan.environment });
    try {
      await promote(connection, run, plan, this.#in.writer);
      return 'done';
    } catch (error) {
      // All of it was rolled back: the environment shows what it showed.
      const reason = signal.aborted ? new Interrupted() : error;
      this.#diagnostics.push(taskDiagnostic(reason, `the promotion of ${plan.environment}`, undefined));
      return signal.aborted ? 'interrupted' : 'failed';
    }
  }

  /** Schemas first, in one transaction: two tasks must not create the same one. External tables are noted as read now. */
  async #prepare(connection: Connection, work: readonly PlannedNode[]): Promise<void> {
    const schemas = new Set(work.filter((w) => w.storage !== 'foreign').map((w) => w.physical.schema));
    const moves = this.#in.plan.externalMoves;
    if (schemas.size === 0 && moves.length === 0) return;
    await connection.transaction(async () => {
      for (const schema of schemas) await connection.run(`CREATE SCHEMA IF NOT EXISTS ${ident(schema)}`);
      for (const external of moves) {
        const sequence = this.#nextSequence();
        await this.#enter(connection, external.key, {
          ...ALL_TIME,
          sequence,
          data: sequence,
          inputs: [],
          doneAt: this.#in.clock(),
        });
      }
    });
  }

  /** Starts every node whose inputs are done, as many at a time as there are connections. */
  async #runAll(work: readonly PlannedNode[], connections: readonly Connection[]): Promise<void> {
    const waiting = new Set(work);
    const idle = [...connections];
    const running = new Set<Promise<void>>();
    while (waiting.size > 0 || running.size > 0) {
      for (const planned of waiting) {
        if (idle.length === 0) break;
        if (this.#isBlocked(planned, waiting)) continue;
        waiting.delete(planned);
        const culprit = this.#failedInput(planned);
        if (culprit !== undefined || this.#in.signal.aborted) {
          await this.#skip(planned, culprit);
          continue;
        }
        const connection = idle.pop();
        if (connection === undefined) break;
        this.#unfinished.add(planned.node.name);
        const task: Promise<void> = this.#runNode(planned, connection).finally(() => {
          this.#unfinished.delete(planned.node.name);
          idle.push(connection);
          running.delete(task);
        });
        running.add(task);
      }
      if (running.size > 0) await Promise.race(running);
    }
  }

  readonly #unfinished = new Set<string>();

  /** Inputs of a node with work of their own, looking through nodes that have none (embedded models). */
  #isBlocked(planned: PlannedNode, waiting: ReadonlySet<PlannedNode>): boolean {
    return this.#upstream(planned).some((n) => waiting.has(n) || this.#unfinished.has(n.node.name));
  }

  #failedInput(planned: PlannedNode): string | undefined {
    return this.#upstream(planned).find((n) => {
      const status = this.#results.get(n.node.name)?.status;
      return status !== undefined && status !== 'done';
    })?.node.name;
  }

  readonly #upstreamCache = new Map<string, readonly PlannedNode[]>();

  /** All nodes above, not only the nearest: a model without work between two does not hide a failure. */
  #upstream(planned: PlannedNode): readonly PlannedNode[] {
    const known = this.#upstreamCache.get(planned.node.name);
    if (known !== undefined) return known;
    const found = new Set<PlannedNode>();
    for (const name of orderingInputs(planned)) {
      const input = this.#in.plan.nodes.get(name);
      if (input === undefined) continue;
      found.add(input);
      for (const above of this.#upstream(input)) found.add(above);
    }
    const list = [...found];
    this.#upstreamCache.set(planned.node.name, list);
    return list;
  }

  async #skip(planned: PlannedNode, culprit: string | undefined): Promise<void> {
    const found =
      culprit === undefined
        ? []
        : [diagnostic('upstream-broken', `${planned.node.name} was not run because ${culprit} failed`, {})];
    this.#finish(planned, 'skipped', {
      rows: 0,
      rejected: 0,
      seconds: 0,
      done: [],
      audits: [],
      diagnostics: found,
    });
  }

  async #runNode(planned: PlannedNode, connection: Connection): Promise<void> {
    const started = performance.now();
    const tasks = tasksOf(planned);
    const progress: Progress = { started, rows: 0, rejected: 0, done: [], audits: [] };
    this.#in.observer({
      kind: 'model-started',
      model: planned.node.name,
      action: actionOf(planned),
      tasks: tasks.length,
    });
    let status: TaskStatus = 'done';
    const found: Diagnostic[] = [];
    let blocking: AuditOutcome[] = [];
    try {
      for (const [i, range] of tasks.entries()) {
        if (this.#in.signal.aborted) throw new Interrupted();
        blocking = [];
        await this.#runTask(planned, range, connection, progress, blocking, i === tasks.length - 1);
        this.#in.observer({
          kind: 'task-finished',
          model: planned.node.name,
          task: i + 1,
          tasks: tasks.length,
        });
      }
    } catch (error) {
      status = this.#in.signal.aborted ? 'interrupted' : 'failed';
      found.push(...this.#explain(planned, this.#in.signal.aborted ? new Interrupted() : error, blocking));
      progress.audits.push(...blocking.map((o) => o.document));
      await this.#keep(connection, blocking, found);
    }
    const seconds = secondsSince(started);
    const result = { ...progress, seconds, diagnostics: found };
    // A success is written in the transaction of the last task.
    if (status !== 'done') {
      await this.#recordResult(planned, connection, status, {
        ...result,
        error: found[0]?.message ?? null,
      }).catch((error: unknown) => {
        // The data are safe; only the history lacks a line.
        this.#diagnostics.push(taskDiagnostic(error, planned.node.name, undefined));
      });
    }
    this.#finish(planned, status, result);
  }

  async #recordResult(
    planned: PlannedNode,
    connection: Connection,
    status: TaskStatus,
    result: { readonly rows: number; readonly seconds: number; readonly error: string | null },
  ): Promise<void> {
    await recordResult(connection, this.#in.run, {
      model: planned.node.name,
      action: actionOf(planned),
      status,
      rows: result.rows,
      seconds: result.seconds,
      error: result.error,
    });
  }

  #finish(
    planned: PlannedNode,
    status: TaskStatus,
    result: Omit<Progress, 'started'> & {
      readonly seconds: number;
      readonly diagnostics: readonly Diagnostic[];
    },
  ): void {
    this.#diagnostics.push(...result.diagnostics);
    const document: TaskResultDocument = {
      model: planned.node.name,
      action: actionOf(planned),
      status,
      rows: writesRows(planned) ? result.rows : null,
      rejected: result.rejected,
      seconds: result.seconds,
      intervals: result.done
        .filter((r) => !isAllTime(r))
        .map((r) => ({ start: isoInstant(r.start), end: isoInstant(r.end) })),
      audits: result.audits,
      diagnostics: result.diagnostics.map(toDiagnosticDocument),
    };
    this.#results.set(planned.node.name, document);
    this.#in.observer({ kind: 'model-finished', result: document });
  }

  /** One transaction: write, audit, ledger. */
  async #runTask(
    planned: PlannedNode,
    range: TimeRange,
    connection: Connection,
    progress: Progress,
    outcomes: AuditOutcome[],
    last: boolean,
  ): Promise<void> {
    const { run } = this.#in;
    const { node, work, key, physical } = planned;
    // The ledger in memory follows the one in the warehouse only when the transaction is through.
    const entered: (() => void)[] = [];
    const written = await connection.transaction(async () => {
      if (this.#fresh.has(key)) {
        await forgetLedger(connection, key);
        entered.push(() => this.#fresh.delete(key));
      }
      const { rows, rejected } = await this.#write(planned, range, connection, entered);
      if (node.node === 'model' && work?.kind !== 'empty') {
        const audited = planned.reaudit && progress.done.length === 0 ? ALL_TIME : range;
        await this.#audit(planned, node, audited, connection, outcomes);
      }
      if (work?.kind !== 'load' && this.#keepsLedger(planned)) {
        const recorded = recordInputs(this.#inputs(planned), range);
        const entry: LedgerEntry = {
          ...range,
          sequence: this.#nextSequence(),
          data: dataOf(recorded),
          inputs: recorded,
          doneAt: this.#in.clock(),
        };
        entered.push(await this.#stage(connection, key, [entry]));
      }
      const relation = planned.storage === 'view' ? 'view' : 'table';
      const audits = node.node === 'model' ? node.auditIdentity : '';
      await recordSnapshot(connection, run, node, physical, relation, audits);
      await recordAudits(
        connection,
        run,
        outcomes.map((o) => o.record),
      );
      for (const o of outcomes)
        if (o.failing !== undefined) await keepFailingRows(connection, run, o.failing);
      if (last) {
        await this.#recordResult(planned, connection, 'done', {
          rows: progress.rows + rows,
          seconds: secondsSince(progress.started),
          error: null,
        });
      }
      return { rows, rejected };
    });
    for (const enter of entered) enter();
    progress.rows += written.rows;
    progress.rejected += written.rejected;
    progress.done.push(range);
    progress.audits.push(...outcomes.map((o) => o.document));
  }

  async #write(
    planned: PlannedNode,
    range: TimeRange,
    connection: Connection,
    entered: (() => void)[],
  ): Promise<{ readonly rows: number; readonly rejected: number }> {
    const { work } = planned;
    switch (work?.kind) {
      case 'load':
        return this.#load(planned, work, connection, entered);
      case 'seed':
        return this.#seed(planned, connection);
      case 'view':
      case 'table':
      case 'empty':
      case 'intervals': {
        const statements = await this.#in.writer.task(planned, range, this.#fresh.has(planned.key));
        let rows = 0;
        for (const s of statements.before) await connection.run(s);
        for (const s of statements.write) rows = await connection.run(s);
        for (const s of statements.after) await connection.run(s);
        return { rows, rejected: 0 };
      }
      case 'audit':
      case undefined:
        return { rows: 0, rejected: 0 };
      default:
        return work satisfies never;
    }
  }

  async #load(
    planned: PlannedNode,
    work: Extract<PlannedNode['work'], { kind: 'load' }>,
    connection: Connection,
    entered: (() => void)[],
  ): Promise<{ readonly rows: number; readonly rejected: number }> {
    const { node, physical, key } = planned;
    if (node.node !== 'source' || node.definition.origin.kind !== 'file') return { rows: 0, rejected: 0 };
    const moved = (): void => {
      const path = filesMoved(this.#in.root, work.files);
      if (path === undefined) return;
      throw new SluiceError(
        diagnostic('source-moved', `${path} changed while Sluice was at work`, {
          location: node.definition.location,
          hint: 'Nothing of it was loaded. Apply again to load what it holds now.',
        }),
      );
    };
    moved();
    const paths = work.files.map((f) => join(this.#in.root, f.path));
    // Beside the load, while the system still has the file at hand.
    const hashing = withHashes(this.#in.root, work.files);
    hashing.catch(() => undefined);
    const loaded = await connection.loadFiles({
      source: node.definition.origin,
      paths,
      columns: node.columns,
      target: physical,
    });
    const files = await hashing;
    moved();
    const sequence = this.#nextSequence();
    const doneAt = this.#in.clock();
    entered.push(
      await this.#stage(
        connection,
        key,
        work.changed.map((c) => ({
          start: c.start,
          end: c.end,
          sequence,
          data: sequence,
          inputs: [],
          doneAt,
        })),
      ),
    );
    await recordLoad(connection, this.#in.run, node.name, {
      physical: key,
      files,
      rows: loaded.rows,
      rejected: loaded.rejected,
    });
    const names = new Map(paths.map((p, i) => [p, work.files[i]?.path ?? p]));
    await recordRejects(
      connection,
      this.#in.run,
      node.name,
      loaded.rejects.map((r) => ({ ...r, file: names.get(r.file) ?? r.file })),
    );
    if (loaded.rejected > 0) {
      this.#diagnostics.push(
        diagnostic(
          'source-rejects',
          `${node.name}: ${loaded.rejected} ${loaded.rejected === 1 ? 'row' : 'rows'} could not be parsed and ${loaded.rejected === 1 ? 'was' : 'were'} set aside`,
          {
            location: node.definition.location,
            hint: `See them with: sluice query "SELECT * FROM _sluice.rejected_row WHERE source = '${node.name}'"`,
          },
        ),
      );
    }
    return { rows: loaded.rows, rejected: loaded.rejected };
  }

  async #seed(
    planned: PlannedNode,
    connection: Connection,
  ): Promise<{ readonly rows: number; readonly rejected: number }> {
    const { node, physical } = planned;
    if (node.node !== 'model' || node.definition.kind.kind !== 'SEED') return { rows: 0, rejected: 0 };
    const { kind } = node.definition;
    const moved = (): void => {
      if (!seedMoved(this.#in.root, kind)) return;
      throw new SluiceError(
        diagnostic('source-moved', `${kind.file} changed while Sluice was at work`, {
          location: node.definition.kindLocation,
          hint: 'Nothing of it was loaded. Apply again to load what it holds now.',
        }),
      );
    };
    moved();
    const source = seedFiles(kind);
    const paths = source.files.map((f) => join(this.#in.root, f));
    const loaded = await connection.loadFiles({ source, paths, columns: node.columns, target: physical });
    moved();
    const [bad] = loaded.rejects;
    if (bad !== undefined) throw new Error(`${kind.file}, line ${bad.line}: ${bad.message}`);
    return { rows: loaded.rows, rejected: 0 };
  }

  async #audit(
    planned: PlannedNode,
    node: CompiledModel,
    range: TimeRange,
    connection: Connection,
    outcomes: AuditOutcome[],
  ): Promise<void> {
    for (const bound of node.audits) {
      if (this.#in.signal.aborted) throw new Interrupted();
      const outcome = await runAudit(
        connection,
        this.#in.writer,
        planned,
        bound,
        range,
        this.#in.config.quarantine.maxRows,
      );
      outcomes.push(outcome);
      this.#in.observer({ kind: 'audit-finished', result: outcome.document });
      // An error may have ended the transaction; what the next audits would say then means nothing.
      if (outcome.document.status === 'error') break;
    }
    const failed = outcomes.find(
      (o) =>
        o.document.status !== 'passed' && (o.document.severity === 'block' || o.document.status === 'error'),
    );
    if (failed !== undefined) throw new AuditFailed(failed.bound);
  }

  /** Failing rows are kept although their transaction is gone. */
  async #keep(connection: Connection, outcomes: readonly AuditOutcome[], found: Diagnostic[]): Promise<void> {
    const bad = outcomes.filter((o) => o.document.status !== 'passed');
    if (bad.length === 0) return;
    try {
      await connection.transaction(async () => {
        await recordAudits(
          connection,
          this.#in.run,
          outcomes.map((o) => o.record),
        );
        for (const o of bad)
          if (o.failing !== undefined) await keepFailingRows(connection, this.#in.run, o.failing);
      });
    } catch (error) {
      found.push(taskDiagnostic(error, 'quarantine', undefined));
    }
  }

  #explain(planned: PlannedNode, error: unknown, outcomes: readonly AuditOutcome[]): readonly Diagnostic[] {
    const { node } = planned;
    if (error instanceof SluiceError) return error.diagnostics;
    if (!(error instanceof AuditFailed)) return [taskDiagnostic(error, node.name, locationOf(planned))];
    return outcomes
      .filter(
        (o) =>
          o.document.status === 'error' ||
          (o.document.status === 'failed' && o.document.severity === 'block'),
      )
      .map((o) => {
        const { failing_rows: count, audit, message, kept_rows: kept } = o.document;
        if (o.document.status === 'error') {
          return diagnostic(
            'query-failed',
            `audit ${audit} of ${node.name} could not run: ${message ?? ''}`,
            { location: o.bound.audit.call.location },
          );
        }
        const rows = count === 1 ? '1 row' : `${count} rows`;
        return diagnostic(
          'audit-failed',
          `audit ${audit} of ${node.name} found ${rows}; ${
            planned.work?.kind === 'audit' ? 'they were there already' : 'nothing of this task was published'
          }`,
          {
            location: o.bound.audit.call.location,
            hint: `${kept < count ? `The first ${kept} are` : kept === 1 ? 'It is' : 'They are'} kept: sluice query "SELECT * FROM _sluice.quarantine WHERE run_id = '${this.#in.run.runId}'"`,
          },
        );
      });
  }

  #keepsLedger(planned: PlannedNode): boolean {
    return planned.storage === 'table'
      ? planned.work?.kind !== 'audit' && planned.work?.kind !== 'empty'
      : planned.node.node === 'model' && planned.node.audits.length > 0;
  }

  #inputs(planned: PlannedNode): ReturnType<typeof boundInputs> {
    return boundInputs(planned.node, (model) => {
      const input = this.#in.plan.nodes.get(model);
      const key = input?.key ?? model;
      return {
        key,
        foreign: input?.storage === 'foreign',
        coverage: coverageOf(this.#ledger.get(key) ?? []),
      };
    });
  }

  async #enter(connection: Connection, key: string, entry: LedgerEntry): Promise<void> {
    (await this.#stage(connection, key, [entry]))();
  }

  /** Writes entries into the ledger; the answer makes them known to this run once the transaction is through. */
  async #stage(connection: Connection, key: string, entries: readonly LedgerEntry[]): Promise<() => void> {
    let standing = this.#ledger.get(key) ?? [];
    for (const entry of entries) {
      const change = writeEntry(standing, entry);
      await replaceLedger(connection, this.#in.run, key, change);
      standing = change.entries;
    }
    return () => this.#ledger.set(key, standing);
  }

  #nextSequence(): number {
    this.#sequence += 1;
    return this.#sequence;
  }
}

interface Progress {
  /** Of `performance.now()`. */
  readonly started: number;
  rows: number;
  rejected: number;
  readonly done: TimeRange[];
  readonly audits: AuditResultDocument[];
}

function tasksOf(planned: PlannedNode): readonly TimeRange[] {
  return planned.work?.kind === 'intervals'
    ? planned.work.batches
    : planned.work === undefined
      ? []
      : [ALL_TIME];
}

function writesRows({ work }: PlannedNode): boolean {
  return work !== undefined && work.kind !== 'view' && work.kind !== 'audit';
}

function actionOf(planned: PlannedNode): TaskResultDocument['action'] {
  return planned.action?.kind ?? 'backfill';
}

function orderingInputs(planned: PlannedNode): readonly string[] {
  const { node } = planned;
  return node.node === 'source' ? [] : [...node.dependencies, ...node.audits.flatMap((a) => a.dependencies)];
}

function coverageOf(entries: readonly LedgerEntry[]): Coverage {
  return joinSegments(entries.map((e) => ({ start: e.start, end: e.end, data: e.data })));
}

function locationOf(planned: PlannedNode): Location {
  return planned.node.node === 'model'
    ? planned.node.definition.nameLocation
    : planned.node.definition.location;
}

function secondsSince(started: number): number {
  return Math.round(performance.now() - started) / 1000;
}
