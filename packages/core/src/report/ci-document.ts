import type {
  ApplyDocument,
  AuditDocument,
  DiagnosticDocument,
  DiffDocument,
  ImpactDocument,
  PlaceDocument,
  PlanDocument,
  SCHEMA_VERSION,
  TestDocument,
} from './documents.ts';

/** What `sluice ci` can fail for. Each word means those before it too. */
export const FAIL_ON = ['error', 'warning', 'breaking', 'diff'] as const;
export type CiFailure = (typeof FAIL_ON)[number];

/** The steps of `sluice ci`, in the order they are done. */
export type CiStep = 'compile' | 'lint' | 'test' | 'plan' | 'build' | 'audit' | 'diff';

export interface CiCheckDocument {
  readonly step: CiStep;
  /** `skipped`: a step before it failed, or there was nothing for it to do; the summary says which. */
  readonly status: 'passed' | 'warned' | 'failed' | 'skipped';
  readonly errors: number;
  readonly warnings: number;
  readonly seconds: number;
  readonly summary: string;
}

/** Something a pull request can be failed for, and where it is written, if it is of a line. */
export interface CiFindingDocument extends PlaceDocument {
  readonly on: CiFailure;
  readonly message: string;
  /** Whether this one is failed for it. */
  readonly fails: boolean;
  /** The step that found it. */
  readonly step: CiStep;
  /** Null where it is of no one model. */
  readonly model: string | null;
}

/** Who reads a column that changes, or a model whose rows do. */
export type CiImpactDocument = Pick<
  ImpactDocument,
  'model' | 'column' | 'models' | 'audits' | 'standalone_audits' | 'summary'
>;

/** `sluice ci`: everything its reports are made of. */
export interface CiDocument {
  readonly schema_version: typeof SCHEMA_VERSION;
  readonly project: string;
  /** The environment that changes are told against. */
  readonly base: string;
  /** Whether there is one; without, everything is built and nothing compared. */
  readonly base_exists: boolean;
  /** The throw-away environment. */
  readonly environment: string;
  /** Whether it was left standing. */
  readonly kept: boolean;
  /** How many rows of each source were loaded at most, when everything was built on a sample; else null. */
  readonly sample: number | null;
  readonly status: 'passed' | 'failed' | 'interrupted';
  readonly fail_on: CiFailure;
  readonly findings: readonly CiFindingDocument[];
  readonly checks: readonly CiCheckDocument[];
  readonly diagnostics: readonly DiagnosticDocument[];
  readonly tests: TestDocument | null;
  /** What merging would do to the base; null when it could not be planned. */
  readonly plan: PlanDocument | null;
  /**
   * Models that the base would compute anyway, for new data or the clock's sake: differences in them and below may not be of
   * this change.
   */
  readonly pending: readonly string[];
  readonly build: ApplyDocument | null;
  /** Audits over whole tables that are touched and were not built as a whole just now; null when there are none. */
  readonly audits: AuditDocument | null;
  /** From the base to the throw-away environment; null when nothing was compared. */
  readonly diff: DiffDocument | null;
  /** Changed columns that no other changed column explains, with who reads them. */
  readonly impact: readonly CiImpactDocument[];
  readonly seconds: number;
  readonly summary: string;
}
