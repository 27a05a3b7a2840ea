import type { Compiled, CompiledNode } from '../compile/compiled.ts';
import { diagnostic, type Diagnostic } from '../diagnostic/index.ts';
import { isEvolving, isScd } from '../model/index.ts';
import type { State } from '../state/state.ts';
import type { TimeRange } from '../time/index.ts';
import { PROD, storageOf } from './physical.ts';
import type { PlannedNode } from './planned.ts';

/**
 * Restating is computing rows again although nothing that Sluice knows of has moved. They count as new data, so that
 * staleness finds what has to follow. What was asked for is noted in the ledger before the first write: a restatement that
 * fails halfway is still known to the next plan.
 */
export interface RestatementRequest {
  /** As it was asked for. */
  readonly selection: string;
  readonly models: ReadonlySet<string>;
  /** Limits of the rows that are computed again; whole tables have none. */
  readonly start: number | undefined;
  readonly end: number | undefined;
}

/** What a plan does because of a restatement. */
export interface Restatement extends Omit<RestatementRequest, 'models'> {
  readonly models: readonly string[];
  readonly readers: readonly string[];
  readonly kept: readonly { readonly model: string; readonly reason: string }[];
  readonly spared: readonly string[];
  /** The newest number in the ledgers of what is restated: with another, it is not the same plan. */
  readonly sequence: number;
  /** Ranges that are to be noted in the ledgers of tables that stand. */
  readonly pending: readonly { readonly key: string; readonly ranges: readonly TimeRange[] }[];
}

/** What has rows of its own to compute again: for a view, an embedded model or a table of others, those who read it. */
export function restated(compiled: Compiled, asked: ReadonlySet<string>): ReadonlySet<string> {
  const found = new Set<string>();
  const through = new Set<string>();
  for (const node of compiled.nodes.values()) {
    const isMeant = asked.has(node.name) || node.dependencies.some((d) => through.has(d));
    if (!isMeant) continue;
    if (storageOf(node) === 'table') found.add(node.name);
    else through.add(node.name);
  }
  return found;
}

/** Why a node's rows cannot be computed again; undefined when they can. */
export function cannotRestate(node: CompiledNode): string | undefined {
  if (node.node === 'source') return undefined;
  const { kind } = node.definition;
  if (kind.kind === 'SEED') return 'a seed holds the rows of its file, and is loaded when that changes';
  if (isScd(kind)) return `${kind.kind} keeps what its inputs no longer hold`;
  if (isEvolving(kind) && kind.disableRestatement)
    return 'disable_restatement is set, or its kind implies it';
  if (kind.kind === 'INCREMENTAL_UNMANAGED' && kind.forwardOnly)
    return 'its rows stay (forward_only), and appending them again would double them';
  return undefined;
}

/** Below what is restated, why a reader may hold rows that stem from the old ones. */
function keeps(node: CompiledNode): string | undefined {
  if (node.node === 'source' || !isEvolving(node.definition.kind)) return undefined;
  return node.definition.kind.disableRestatement
    ? 'what it computed is not computed again (disable_restatement)'
    : undefined;
}

/** A node of the plan with what it follows. */
export interface Followed {
  readonly planned: PlannedNode;
  /** What is to be computed again because it is asked for. */
  readonly ranges: readonly TimeRange[];
  /** Inputs whose data moved. */
  readonly moved: readonly string[];
  /** The table that is shown in its place until it is built; undefined when it is its own. */
  readonly shown: string | undefined;
}

/** Follows a restatement down. `followed` is in dependency order. */
export function followRestatement(
  request: RestatementRequest,
  followed: readonly Followed[],
  state: State,
  environment: string,
): { readonly value: Restatement; readonly diagnostics: readonly Diagnostic[] } {
  const touched = new Set<string>();
  const below = new Set<string>();
  const models: string[] = [];
  const readers: string[] = [];
  const kept: { model: string; reason: string }[] = [];
  const spared: string[] = [];
  const pending: { key: string; ranges: readonly TimeRange[] }[] = [];
  const shared: string[] = [];
  let sequence = 0;
  const others = shownElsewhere(state, environment);
  for (const { planned, ranges, moved, shown } of followed) {
    const { node, key, fresh } = planned;
    const isAsked = ranges.length > 0;
    const isReader = node.dependencies.some((d) => below.has(d));
    if (!isAsked && !isReader) continue;
    below.add(node.name);
    if (isAsked) {
      models.push(node.name);
      for (const e of state.ledger.get(key) ?? []) sequence = Math.max(sequence, e.sequence);
      const standing = fresh ? shown : key;
      // What another environment shows is not marked: there nothing was asked for.
      if (standing !== undefined && (environment === PROD || !others.has(standing)))
        pending.push({ key: standing, ranges });
    }
    const reads = node.node === 'model' && node.reads.some((r) => touched.has(r.input));
    // It is built in this plan whatever its inputs do.
    if (!isAsked && fresh) {
      if (reads) touched.add(node.name);
      continue;
    }
    const follows = !isAsked && moved.some((m) => touched.has(m));
    if (isAsked || follows) {
      touched.add(node.name);
      if (follows) readers.push(node.name);
      if (!fresh && environment !== PROD && others.has(key)) shared.push(node.name);
      continue;
    }
    if (planned.storage !== 'table') continue;
    const reason = keeps(node);
    if (reason !== undefined && reads) kept.push({ model: node.name, reason });
    else spared.push(node.name);
  }
  const { selection, start, end } = request;
  return {
    value: { selection, start, end, models, readers, kept, spared, sequence, pending },
    diagnostics: shared.length === 0 ? [] : [sharedTables(shared, environment)],
  };
}

/** Tables that other environments show. */
export function shownElsewhere(state: State, environment: string): ReadonlySet<string> {
  return new Set(
    [...state.environments.values()]
      .filter((e) => e.name !== environment)
      .flatMap((e) => [...e.models.values()].map((m) => m.physical)),
  );
}

function sharedTables(models: readonly string[], environment: string): Diagnostic {
  return diagnostic(
    'restatement-refused',
    `restating in ${environment} would change rows that other environments show: ${models.join(', ')}`,
    {
      hint: `Equal versions share one table. Restate in prod, or take out of the selection what ${environment} does not have for itself.`,
    },
  );
}
