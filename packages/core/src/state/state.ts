import type { Column } from '../compile/compiled.ts';
import type { VariableValue } from '../project/project.ts';
import type { TableName } from '../sql/quote.ts';
import type { Coverage, TimeRange } from '../time/index.ts';

/**
 * What Sluice remembers, as a value. It is read once at the start of a command; planning works on it alone, and only
 * applying writes.
 */
export interface State {
  /** The highest sequence number given out so far. */
  readonly sequence: number;
  /** Physical tables and views by key (see {@link physicalKey}). */
  readonly snapshots: ReadonlyMap<string, Snapshot>;
  /** Ledger entries by physical key: disjoint, sorted by start. */
  readonly ledger: ReadonlyMap<string, readonly LedgerEntry[]>;
  readonly environments: ReadonlyMap<string, EnvironmentState>;
  /** Loaded files by physical key of the source's table. */
  readonly loads: ReadonlyMap<string, SourceLoad>;
  /** What standalone audits saw when they last let a promotion through: by environment, then by name. */
  readonly standalone: ReadonlyMap<string, ReadonlyMap<string, SeenByAudit>>;
}

/** What a standalone audit looked at. */
export interface SeenByAudit {
  /** Of the audit, as it was then. */
  readonly identity: string;
  /** By model, which rows: see `plan/standalone.ts`. */
  readonly inputs: Readonly<Record<string, string>>;
}

/** A model at a version, and where its rows live. */
export interface Snapshot {
  readonly model: string;
  readonly version: string;
  readonly physical: TableName;
  readonly relation: 'table' | 'view';
  readonly kind: string;
  /**
   * For explaining later what differs: the meaning when this was made.
   * @throws {FingerprintNotRead} where the state was read without
   */
  readonly fingerprint: Fingerprint;
  /** Of the fingerprint, what has to be known of every table: there also where the rest was not read. */
  readonly table: Fingerprint['table'];
  readonly carried: Fingerprint['carried'];
  /** Identity of the audits that its rows passed; another means: audit again. */
  readonly audits: string;
  /** The run that last wrote it. */
  readonly runId: string;
  /** Removed by gc; what is left says which data its readers may hold. */
  readonly dropped: boolean;
}

/** Whoever reads a state without fingerprints has to read them when this is thrown. */
export class FingerprintNotRead extends Error {}

/** What a snapshot meant, down to its columns. */
export interface Fingerprint {
  readonly scheme: number;
  readonly rows: string;
  readonly columns: readonly { readonly name: string; readonly type: string; readonly hash: string }[];
  /** Columns of inputs that it read, for saying which change reached it. */
  readonly reads: readonly { readonly model: string; readonly column: string }[];
  readonly kind: Readonly<Record<string, VariableValue>>;
  /** The rendered SQL, so that a new scheme can re-version it. */
  readonly sql: string | null;
  /** What else it came from (`Meaning.settings`). Not there where an older Sluice wrote it. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The columns of the physical table, where a policy made them others than those of the model. */
  readonly table?: readonly Column[];
  /** The table whose rows it began with, and the newest sequence number in them. */
  readonly carried?: CarriedFrom;
  /** Whether its rows could not be computed again. Not there where an older Sluice wrote it. */
  readonly history?: boolean;
  /** What it took from embedded models, by name. Not there where it reads none, or an older Sluice wrote it. */
  readonly embedded?: Readonly<Record<string, EmbeddedPart>>;
}

/** An embedded model as part of its reader. */
export interface EmbeddedPart {
  /** Digest of its text, and of what is embedded in it. */
  readonly text: string;
  readonly rows: string;
  /** Hash by name in lower case. */
  readonly columns: Readonly<Record<string, string>>;
}

/** Where the first rows of a table that lives on came from. */
export interface CarriedFrom {
  readonly physical: string;
  readonly sequence: number;
  /** Not its header had the rows carried over, but a plan that was forward-only. */
  readonly forwardOnly?: boolean;
}

/** This physical table holds this interval, done by that run. */
export interface LedgerEntry extends TimeRange {
  /** When it was written, in the order of all writes. */
  readonly sequence: number;
  /** Which source data its rows stem from: the highest among the inputs. */
  readonly data: number;
  readonly inputs: readonly RecordedInput[];
  /** Epoch ms, UTC; `BEGINNING` where a restatement of these rows was asked for and has yet to be done. */
  readonly doneAt: number;
}

/** What an entry read of an input. */
export interface RecordedInput {
  readonly model: string;
  readonly physical: string;
  readonly coverage: Coverage;
}

/** An environment as last promoted. */
export interface EnvironmentState {
  readonly name: string;
  /** Grows by one with each promotion; 0 before the first. */
  readonly sequence: number;
  readonly models: ReadonlyMap<string, PromotedModel>;
  readonly promotedAt: number;
  /** The run that promoted it. */
  readonly runId: string;
  /** What it was taken over from, when it was not applied. */
  readonly from: PromotionOrigin | undefined;
}

/** Where a promotion that built nothing took its tables from: another environment, or an earlier promotion of its own. */
export interface PromotionOrigin {
  readonly environment: string;
  readonly sequence: number;
}

/** A model as an environment shows it. */
export interface PromotedModel {
  readonly model: string;
  readonly physical: string;
  /** The view readers use. */
  readonly view: TableName;
  /** Whether statements of the model's own have made another query of it. */
  readonly remade?: boolean;
}

/** The files a source's table was loaded from. */
export interface SourceLoad {
  readonly physical: string;
  readonly files: readonly LoadedFile[];
  readonly rows: number;
  readonly rejected: number;
}

/** Identity of a file's content. */
export interface LoadedFile {
  /** Relative to the project folder. */
  readonly path: string;
  readonly size: number;
  /** Epoch ms, may have a fraction. */
  readonly mtime: number;
  /** SHA-256, hex. */
  readonly hash: string;
}

/** The key of a physical table in maps and state: `schema.name`. */
export function physicalKey(name: TableName): string {
  return `${name.schema}.${name.name}`;
}

export const EMPTY_STATE: State = {
  sequence: 0,
  snapshots: new Map(),
  ledger: new Map(),
  environments: new Map(),
  loads: new Map(),
  standalone: new Map(),
};
