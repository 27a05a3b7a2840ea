import type {
  ActionDocument,
  Answer,
  ApplyDocument,
  AuditResultDocument,
  PlanDocument,
  Workspace,
  WorkspaceOptions,
} from '@sluice/core';
import type { Context } from '../src/context.ts';

/** An action that only says what a test cares about. */
export function action(more: Partial<ActionDocument> = {}): ActionDocument {
  return {
    model: 'marts.revenue',
    kind: 'FULL',
    tags: [],
    readers: 0,
    action: 'rebuild',
    reasons: [],
    losses: [],
    columns: { added: [], removed: [], retyped: [] },
    intervals: [],
    batches: 1,
    estimate: null,
    version: 'v1',
    physical: 'sluice__marts.revenue__v1',
    audits: '',
    sql: [],
    repeats: 0,
    repeated_sql: [],
    audit_sql: [],
    ...more,
  };
}

export function plan(actions: readonly ActionDocument[], more: Partial<PlanDocument> = {}): PlanDocument {
  return {
    schema_version: 1,
    kind: 'plan',
    tool: '0.1.0',
    project: 'shop',
    environment: 'prod',
    sequence: 1,
    now: '2025-04-01T00:00:00.000Z',
    start: null,
    end: null,
    options: { allow_destructive: false, backfill: 'full', forward_only: false, effective_from: null },
    selection: null,
    restatement: null,
    actions,
    skipped: [],
    estimate: { rows: null, bytes: null, seconds: null, unknown: 0 },
    unchanged: 0,
    spared: [],
    promotes: actions.length > 0,
    audits: [],
    views: null,
    virtual_updates: [],
    before_all: [],
    after_all: [],
    files: [],
    summary: 'prod is up to date; there is nothing to do.',
    digest: '',
    ...more,
  };
}

export function auditResult(more: Partial<AuditResultDocument> = {}): AuditResultDocument {
  return {
    model: 'marts.revenue',
    standalone: false,
    audit: 'not_null',
    call: 'not_null(columns := (id))',
    severity: 'block',
    status: 'passed',
    failing_rows: 0,
    rows_seen: null,
    kept_rows: 0,
    seconds: 0.01,
    interval: null,
    message: null,
    columns: [],
    samples: [],
    ...more,
  };
}

export function applied(more: Partial<ApplyDocument> = {}): ApplyDocument {
  return {
    schema_version: 1,
    kind: 'apply',
    run: 'run_1',
    environment: 'prod',
    sequence: 2,
    status: 'done',
    promoted: true,
    unchanged: 0,
    waiting: [],
    waiting_for_signals: [],
    results: [],
    audits: [],
    expired_rows: 0,
    diagnostics: [],
    seconds: 1.5,
    summary: 'prod shows the new tables.',
    ...more,
  };
}

function refuse(): never {
  throw new Error('not expected to be called');
}

/** A workspace in which a test says what some methods do; the others fail. */
export function workspace(methods: Partial<Workspace> = {}): Workspace {
  return {
    compile: refuse,
    openSession: refuse,
    watch: refuse,
    format: refuse,
    refreshSources: refuse,
    lint: refuse,
    render: refuse,
    lineage: refuse,
    impact: refuse,
    explainVersion: refuse,
    plan: refuse,
    apply: refuse,
    applyPlan: refuse,
    run: refuse,
    watchRuns: refuse,
    audit: refuse,
    test: refuse,
    watchTests: refuse,
    createTest: refuse,
    coverage: refuse,
    query: refuse,
    auditHistory: refuse,
    diff: refuse,
    ci: refuse,
    environments: refuse,
    environment: refuse,
    diffEnvironments: refuse,
    dropEnvironment: refuse,
    promote: refuse,
    rollback: refuse,
    gc: refuse,
    quarantine: refuse,
    quarantineRows: refuse,
    exportQuarantine: refuse,
    replayQuarantine: refuse,
    dropQuarantine: refuse,
    unmendQuarantine: refuse,
    history: refuse,
    runHistory: refuse,
    exportState: refuse,
    importState: refuse,
    checkState: refuse,
    interrupt: refuse,
    close: async () => undefined,
    ...methods,
  };
}

export function answer<D>(document: D, diagnostics: Answer<D>['diagnostics'] = []): Answer<D> {
  return { document, diagnostics };
}

export interface FakeContext extends Context {
  readonly out: () => string;
  readonly err: () => string;
  readonly opened: WorkspaceOptions[];
  /** How often the process was ended at once. */
  readonly stops: () => number;
  /** Presses Ctrl-C. */
  readonly interrupt: () => void;
}

export function fakeContext(
  more: {
    readonly workspace?: Workspace;
    readonly cwd?: string;
    readonly env?: Context['env'];
    readonly answers?: readonly (string | undefined)[];
  } = {},
): FakeContext {
  const out: string[] = [];
  const err: string[] = [];
  const opened: WorkspaceOptions[] = [];
  let stops = 0;
  const listeners = new Set<() => void>();
  const answers = [...(more.answers ?? [])];
  return {
    cwd: more.cwd ?? '/nowhere',
    env: more.env ?? {},
    stdout: { write: (text) => void out.push(text), isTerminal: false, columns: undefined },
    stderr: { write: (text) => void err.push(text), isTerminal: false, columns: undefined },
    canAsk: more.answers !== undefined,
    ask: async (question) => {
      err.push(question);
      return answers.shift();
    },
    onInterrupt(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stopAtOnce: () => void stops++,
    openWorkspace: async (options) => {
      opened.push(options);
      return more.workspace ?? workspace();
    },
    projectJsonSchema: async () => ({ type: 'object' }),
    out: () => out.join(''),
    err: () => err.join(''),
    opened,
    stops: () => stops,
    interrupt: () => listeners.forEach((listener) => listener()),
  };
}
