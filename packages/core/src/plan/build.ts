import type { Compiled, CompiledModel, CompiledNode } from '../compile/compiled.ts';
import { diagnostic, type Diagnostic } from '../diagnostic/index.ts';
import { nodeKey } from '../compile/names.ts';
import { keepsHistory } from '../model/index.ts';
import type { ProjectConfig } from '../project/project.ts';
import type { TableName } from '../sql/quote.ts';
import { pendingRestatement } from '../state/index.ts';
import type { LedgerEntry, SourceLoad, State } from '../state/state.ts';
import {
  ALL_TIME,
  BEGINNING,
  cadenceOf,
  ceilTo,
  END,
  floorTo,
  intersect,
  movedOn,
  newest,
  normalize,
  overlay,
  whole,
  type Cadence,
  type Coverage,
  type TimeRange,
} from '../time/index.ts';
import { intervalWork } from './interval-work.ts';
import { compareMeaning, NO_COLUMN_CHANGES, reason, type ChangedMeaning } from './explain.ts';
import { environmentView, PROD, storageOf } from './physical.ts';
import { livesOn, placeOf, type Place } from './place.ts';
import { carryEntries, type Carry } from './carry.ts';
import {
  cannotRestate,
  followRestatement,
  restated,
  shownElsewhere,
  type RestatementRequest,
} from './restatement.ts';
import { conflicts, inputsOf, keptTable, type PlanSelection } from './narrow.ts';
import { isModel, type Action, type FileStatus, type Plan, type PlannedNode, type Work } from './planned.ts';
import {
  boundInputs,
  coverageOf,
  dataOfWrite,
  recordInputs,
  restatedRows,
  staleRanges,
  type BoundInput,
} from './staleness.ts';

/** Everything a plan depends on. Equal inputs give equal plans. */
export interface PlanInput {
  readonly compiled: Compiled;
  readonly config: ProjectConfig;
  readonly state: State;
  /** What exists in the warehouse: lower-case `schema.name`. */
  readonly relations: ReadonlyMap<string, 'table' | 'view'>;
  /** What the files of each source hold, by source name. */
  readonly files: ReadonlyMap<string, FileStatus>;
  readonly environment: string;
  readonly now: number;
  /** `plan` and `apply` bring everything up to date; `run` leaves alone what its cron does not make due. */
  readonly mode: 'plan' | 'run';
  /** `run` computes whatever has ended or moved, whether or not its cron has ticked since. */
  readonly ignoreCron?: boolean | undefined;
  readonly start?: number | undefined;
  readonly end?: number | undefined;
  readonly restate?: RestatementRequest | undefined;
  /** Only these; the others stay as they are. */
  readonly select?: PlanSelection | undefined;
}

/**
 * Decides what is to be done, node by node in dependency order. Coverages are simulated on the way: a source that will be
 * loaded counts as newer than anything before, so that its readers see what they will see when their turn comes.
 */
export function buildPlan(input: PlanInput): Plan {
  return new Planner(input).plan();
}

/** A place, and what the table there takes the place of. */
type Placed = Place & Pick<PlannedNode, 'replaces'>;

class Planner {
  readonly #in: PlanInput;
  readonly #planned = new Map<string, PlannedNode>();
  /** Simulated coverages by physical key. */
  readonly #coverage = new Map<string, Coverage>();
  /** How each changed node's meaning changed, for the reasons of its readers. */
  readonly #changes = new Map<string, ChangedMeaning>();
  readonly #diagnostics: Diagnostic[] = [];
  readonly #waiting: string[] = [];
  /** What has to be computed again because it is asked for, now or by an apply that did not finish. */
  readonly #asked = new Map<string, Asked>();
  readonly #restated: ReadonlySet<string>;
  /** Inputs of each node whose data moved. */
  readonly #moved = new Map<string, readonly string[]>();
  /** What selected models are computed from. */
  readonly #needed: ReadonlySet<string>;
  /** Changed, and left as they are because they are not selected. */
  readonly #left = new Set<string>();
  /** The sequence number that new data will get, as far as planning can know: above all that exist. */
  readonly #next: number;

  constructor(input: PlanInput) {
    this.#in = input;
    this.#next = input.state.sequence + 1;
    this.#needed = inputsOf(input.compiled.nodes, input.select?.models ?? new Set());
    this.#restated = restated(input.compiled, input.restate?.models ?? new Set());
  }

  plan(): Plan {
    const { compiled, state, environment, now } = this.#in;
    const current = state.environments.get(environment);
    const externalMoves: PlannedNode[] = [];
    for (const node of compiled.nodes.values()) {
      const planned = this.#planNode(node);
      this.#planned.set(node.name, planned);
      if (planned.storage === 'foreign' && this.#externalMoved(node, planned.key))
        externalMoves.push(planned);
    }
    const nodes = [...this.#planned.values()];
    const shown = new Set(nodes.filter((n) => hasView(n)).map((n) => nodeKey(n.node.name)));
    const declared = new Set(nodes.map((n) => nodeKey(n.node.name)));
    const gone = [...(current?.models.values() ?? [])].filter((m) => !shown.has(nodeKey(m.model)));
    const kept = this.#in.select === undefined ? [] : gone;
    const removed = (this.#in.select === undefined ? gone : []).map((m) => ({
      model: m.model,
      view: m.view,
      key: m.physical,
      declared: declared.has(nodeKey(m.model)),
      stands: this.#viewStands(m.view),
    }));
    return {
      environment,
      sequence: current?.sequence ?? 0,
      now,
      start: this.#in.start,
      end: this.#in.end,
      restatement: this.#restatement(),
      selection:
        this.#in.select === undefined
          ? undefined
          : { selection: this.#in.select.selection, left: [...this.#left, ...kept.map((m) => m.model)] },
      kept,
      nodes: this.#planned,
      removed,
      externalMoves,
      diagnostics: this.#diagnostics,
      promotes: removed.length > 0 || nodes.some((n) => this.#needsPromotion(n)),
      spared: this.#spared(),
      waiting: this.#waiting,
      unchanged: nodes.filter((n) => n.action === undefined && hasView(n) && !this.#left.has(n.node.name))
        .length,
    };
  }

  #planNode(node: CompiledNode): PlannedNode {
    const storage = storageOf(node);
    const found = placeOf(node, {
      state: this.#in.state,
      relations: this.#in.relations,
      environment: this.#in.environment,
      viewInputs: this.#viewInputs(node),
      readsPrivate: node.dependencies.some((d) => this.#planned.get(d)?.isPrivate === true),
    });
    const place: Placed = { ...found, replaces: this.#replaces(node, found) };
    const { physical, key, exists, columns, carry, carried, isPrivate, replaces } = place;
    const isSelected = this.#in.select?.models.has(node.name) !== false;
    if (isSelected) this.#diagnostics.push(...place.diagnostics);
    const base = {
      node,
      storage,
      physical,
      key,
      columns,
      carry,
      carried,
      isPrivate,
      fresh: !exists,
      hold: 'planned' as const,
      replaces,
      unit: this.#cadence(node).unit,
    };
    const idle = { ...base, reaudit: false, work: undefined, action: undefined };
    if (storage === 'inline') return idle;
    if (storage === 'foreign') {
      this.#coverage.set(key, this.#foreignCoverage(node, key));
      return idle;
    }
    const { select, state, environment } = this.#in;
    if (select !== undefined) {
      const left = select.models.has(node.name) ? undefined : this.#leave(node, place, { ...idle });
      if (left !== undefined) return left;
      this.#diagnostics.push(...conflicts(node, this.#planned, state, environment));
    }
    const entries = this.#entries(node, place);
    this.#asked.set(node.name, this.#askedOf(node, place, entries));
    const todo = this.#workFor(node, place, entries);
    const action = this.#actionFor(node, place, todo);
    const reaudit = exists && this.#auditsMoved(node, key);
    const work = reaudit ? (todo.work ?? { kind: 'audit' }) : todo.work;
    return { ...base, reaudit, work, action };
  }

  /** A node that is not selected; undefined when it follows what is. */
  #leave(node: CompiledNode, place: Place, idle: PlannedNode): PlannedNode | undefined {
    const { state, environment } = this.#in;
    if (this.#restated.has(node.name)) {
      this.#diagnostics.push(
        diagnostic('restatement-refused', `${node.name} is to be restated and is not selected`, {
          hint: 'Name it in --select as well, or leave --select out.',
        }),
      );
    }
    const shown = state.environments.get(environment)?.models.get(node.name)?.physical;
    if (shown === undefined) {
      const isThere = place.exists && place.carry === undefined;
      if (!this.#needed.has(node.name) || !isThere) {
        this.#left.add(node.name);
        return { ...idle, hold: 'hidden' };
      }
      // Built for another environment: read as it is, and shown, so that nobody drops it.
      this.#coverage.set(place.key, coverageOf(state.ledger.get(place.key) ?? []));
      const reasons = [reason.newModel(node), reason.alreadyBuilt()];
      return { ...idle, action: { kind: 'reuse', reasons, columns: NO_COLUMN_CHANGES } };
    }
    const readsPrivate = node.dependencies.some((d) => this.#planned.get(d)?.isPrivate === true);
    const kept = keptTable(shown, state, environment, readsPrivate);
    const stands = this.#in.relations.has(shown.toLowerCase());
    const isSame = kept?.snapshot.version === node.version;
    // A view over tables that are replaced goes with them: what it is bound to may be dropped some day.
    const isMoved = idle.storage === 'view' && this.#replacedInputs(node.dependencies);
    if (kept === undefined || !stands || (isMoved && isSame)) return undefined;
    if (isMoved) {
      this.#diagnostics.push(
        diagnostic(
          'selection-incomplete',
          `the view ${node.name} is changed, reads what is selected, and is not selected`,
          {
            ...(isModel(node) ? { location: node.definition.nameLocation } : {}),
            hint: `Select it as well: ${node.name}`,
          },
        ),
      );
    }
    if (!isSame) this.#left.add(node.name);
    this.#coverage.set(shown, coverageOf(state.ledger.get(shown) ?? []));
    return {
      ...idle,
      physical: kept.snapshot.physical,
      key: shown,
      columns: kept.columns,
      carry: undefined,
      carried: kept.snapshot.fingerprint.carried,
      isPrivate: kept.isPrivate,
      hold: 'kept',
      fresh: false,
      replaces: [],
    };
  }

  /** Whether this plan lets the environment show another table for one of these. */
  #replacedInputs(names: readonly string[]): boolean {
    const models = this.#in.state.environments.get(this.#in.environment)?.models;
    return names.some((name) => {
      const input = this.#planned.get(name);
      if (input?.storage === 'inline') return this.#replacedInputs(input.node.dependencies);
      const isOwn = input?.storage === 'table' || input?.storage === 'view';
      return isOwn && input.hold === 'planned' && models?.get(name)?.physical !== input.key;
    });
  }

  #askedOf(node: CompiledNode, { key, exists, carry }: Place, entries: readonly LedgerEntry[]): Asked {
    const { state, environment, restate } = this.#in;
    const shown = state.environments.get(environment)?.models.get(node.name)?.physical;
    const isLiving: boolean = livesOn(node);
    const pending = exists || carry !== undefined ? [...pendingRestatement(entries)] : [];
    const isBuilt = isModel(node) && !isLiving;
    if (isBuilt && shown !== undefined && shown !== key) {
      // What was restated, or has yet to be, is so under whatever definition comes next.
      const before = state.ledger.get(shown) ?? [];
      if (!exists) pending.push(...pendingRestatement(before));
      else if (environment === PROD || !shownElsewhere(state, environment).has(key))
        pending.push(...pendingRestatement(before), ...movedOn(coverageOf(entries), restatedRows(before)));
    }
    if (restate === undefined || !this.#restated.has(node.name)) return { ranges: [], pending, shown };
    const reason =
      carry === undefined
        ? cannotRestate(node)
        : 'its definition changed, and its rows are carried over: apply that first';
    const range = { start: restate.start ?? BEGINNING, end: restate.end ?? END };
    const isLimited = isModel(node) ? node.byInterval : hasTime(node);
    const ranges = !isLimited
      ? [ALL_TIME]
      : isModel(node)
        ? this.#desired(node, this.#cadence(node)).flatMap((d) => intersect(d, range) ?? [])
        : [range];
    if (reason === undefined && ranges.length > 0) return { ranges, pending, shown };
    this.#diagnostics.push(
      diagnostic('restatement-refused', `${node.name} cannot be restated`, {
        ...(isModel(node) ? { location: node.definition.nameLocation } : {}),
        notes: [{ message: reason ?? 'none of its intervals lies in the range that was given' }],
        hint: `Leave it out of the selection: !${node.name}`,
      }),
    );
    return { ranges: [], pending, shown };
  }

  #replaces(node: CompiledNode, { key, exists }: Place): Coverage {
    const { environments, ledger } = this.#in.state;
    const isLiving: boolean = livesOn(node);
    if (exists || !isModel(node) || isLiving) return [];
    const shownIn = (name: string): string | undefined =>
      environments.get(name)?.models.get(node.name)?.physical;
    const shown = shownIn(this.#in.environment) ?? shownIn(PROD);
    if (shown === undefined || shown === key) return [];
    const entries = ledger.get(shown) ?? [];
    return overlay(coverageOf(entries), normalize(this.#movedSince(node, entries)), this.#next);
  }

  /** Where inputs have moved since those entries: rows computed now hold other data than theirs, whatever the numbers say. */
  #movedSince(node: CompiledModel, entries: readonly LedgerEntry[]): readonly TimeRange[] {
    const isByInterval = node.definition.kind.kind === 'INCREMENTAL_BY_TIME_RANGE';
    const unit = isByInterval ? this.#cadence(node).unit : undefined;
    return entries.flatMap((e) => {
      // What another definition did not read, did not move.
      const read = new Set(e.inputs.map((i) => i.model));
      const inputs = this.#inputs(node).filter((i) => read.has(i.model));
      return staleRanges(e, inputs, unit).ranges;
    });
  }

  #restatement(): Plan['restatement'] {
    if (this.#in.restate === undefined) return undefined;
    const followed = [...this.#planned.values()].map((planned) => ({
      planned,
      ranges: this.#asked.get(planned.node.name)?.ranges ?? [],
      shown: this.#asked.get(planned.node.name)?.shown,
      moved: this.#moved.get(planned.node.name) ?? [],
    }));
    const { state, environment, restate } = this.#in;
    const { value, diagnostics } = followRestatement(restate, followed, state, environment);
    this.#diagnostics.push(...diagnostics);
    return value;
  }

  /** What the ledger says of a node's table, also of one that has yet to be filled with the rows of another. */
  #entries(node: CompiledNode, { key, exists, carry }: Place): readonly LedgerEntry[] {
    const { ledger } = this.#in.state;
    if (carry !== undefined) return carryEntries(ledger.get(carry.key) ?? [], this.#inputs(node));
    return exists ? (ledger.get(key) ?? []) : [];
  }

  #workFor(node: CompiledNode, place: Placed, entries: readonly LedgerEntry[]): Todo {
    const { key, exists } = place;
    this.#coverage.set(key, coverageOf(entries));
    if (!isModel(node)) return this.#loadWork(node.name, key, exists);
    switch (node.definition.kind.kind) {
      case 'SEED':
        return entries.length > 0 ? NOTHING : this.#wholeTable(node, place, { kind: 'seed' }, []);
      case 'FULL':
        return this.#wholeWork(node, place, entries);
      case 'VIEW':
        return this.#viewWork(node, exists, entries);
      case 'INCREMENTAL_BY_TIME_RANGE':
      case 'INCREMENTAL_UNMANAGED':
        return this.#intervalWork(node, place, entries);
      case 'INCREMENTAL_BY_UNIQUE_KEY':
      case 'INCREMENTAL_BY_PARTITION':
        return node.byInterval
          ? this.#intervalWork(node, place, entries)
          : this.#wholeWork(node, place, entries);
      case 'SCD_TYPE_2_BY_TIME':
      case 'SCD_TYPE_2_BY_COLUMN':
        return this.#wholeWork(node, place, entries);
      case 'EMBEDDED':
      case 'EXTERNAL':
        return NOTHING;
      default:
        return node.definition.kind satisfies never;
    }
  }

  #loadWork(name: string, key: string, exists: boolean): Todo {
    const status = this.#in.files.get(name);
    if (status === undefined) return NOTHING;
    if (!exists || status.status === 'new') {
      if (status.status === 'unchanged') return NOTHING;
      this.#coverage.set(key, whole(this.#next));
      return {
        work: { kind: 'load', files: status.files, changed: [{ start: BEGINNING, end: END }] },
        because: [],
      };
    }
    if (this.#isOutdone(name, key)) {
      this.#coverage.set(key, whole(this.#next));
      return {
        work: { kind: 'load', files: status.files, changed: [ALL_TIME] },
        because: [reason.sourceSwitched()],
      };
    }
    const { ranges, pending } = this.#asked.get(name) ?? NOT_ASKED;
    const asked = [...ranges, ...pending];
    if (status.status === 'unchanged' && asked.length === 0) return NOTHING;
    const { files } = status;
    const changed = normalize([...(status.status === 'changed' ? status.changed : []), ...asked]);
    this.#coverage.set(key, overlay(this.#coverage.get(key) ?? [], changed, this.#next));
    const because = status.status === 'changed' ? [reason.filesChanged(files, status.changed)] : [];
    if (asked.length > 0) because.push(reason.restated(ranges.length === 0));
    return { work: { kind: 'load', files, changed }, because };
  }

  /**
   * Whether the same source was loaded later under another declaration, with other rows: then its readers may hold those
   * rows, and numbers alone would call them newer than what is here.
   */
  #isOutdone(name: string, key: string): boolean {
    const { snapshots, ledger, loads } = this.#in.state;
    const own = loads.get(key);
    const since = newest(ledger.get(key) ?? []);
    for (const [other, snapshot] of snapshots) {
      if (other === key || snapshot.model !== name) continue;
      if (newest(ledger.get(other) ?? []) > since && !isSameLoad(own, loads.get(other))) return true;
    }
    return false;
  }

  /** Models whose query is computed as a whole, whether it replaces the rows that stand or is merged into them. */
  #wholeWork(node: CompiledModel, place: Placed, entries: readonly LedgerEntry[]): Todo {
    const { carry } = place;
    const work = (restated: boolean): Work =>
      node.definition.kind.kind === 'FULL' ? { kind: 'table' } : { kind: 'merge', restated };
    const inputs = this.#inputs(node);
    const entry = entries[0];
    const { ranges, pending } = this.#asked.get(node.name) ?? NOT_ASKED;
    if (carry !== undefined) return this.#wholeTable(node, place, work(true), []);
    if (ranges.length > 0 || pending.length > 0) {
      const isAnew = !livesOn(node);
      const again: Work = isAnew
        ? { kind: 'intervals', batches: [ALL_TIME], anew: true, restated: [ALL_TIME] }
        : work(true);
      if (entry !== undefined) this.#moved.set(node.name, staleRanges(entry, inputs, undefined).moved);
      return this.#wholeTable(node, place, again, [reason.restated(ranges.length === 0)]);
    }
    if (entry === undefined) return this.#wholeTable(node, place, work(false), []);
    const because = [];
    const { moved } = staleRanges(entry, inputs, undefined);
    if (!this.#isDue(node, entry.doneAt)) {
      if (moved.length > 0) this.#waiting.push(node.name);
      return NOTHING;
    }
    this.#moved.set(node.name, moved);
    if (moved.length > 0) because.push(reason.inputsMoved(moved));
    const ticked = node.clockDependent && entry.doneAt < this.#cadence(node).lastTick(this.#in.now);
    if (ticked) because.push(reason.clock());
    return because.length === 0 ? NOTHING : this.#wholeTable(node, place, work(ticked), because);
  }

  #wholeTable(node: CompiledModel, place: Placed, work: Work, because: Todo['because']): Todo {
    const { key } = place;
    const recorded = recordInputs(this.#inputs(node), { start: BEGINNING, end: END });
    const isNew = (work.kind === 'merge' && work.restated) || work.kind === 'intervals';
    const standing = this.#coverage.get(key) ?? [];
    const over = { replaces: place.replaces, standing, next: this.#next };
    this.#coverage.set(key, whole(isNew ? this.#next : dataOfWrite(recorded, over, ALL_TIME)));
    return { work, because };
  }

  #viewWork(node: CompiledModel, exists: boolean, entries: readonly LedgerEntry[]): Todo {
    if (!exists) return { work: { kind: 'view' }, because: [] };
    const entry = entries[0];
    if (node.audits.length === 0) return NOTHING;
    const moved = entry === undefined ? [] : staleRanges(entry, this.#inputs(node), undefined).moved;
    if (entry !== undefined && moved.length === 0) return NOTHING;
    return { work: { kind: 'audit' }, because: moved.length > 0 ? [reason.inputsMoved(moved)] : [] };
  }

  #intervalWork(node: CompiledModel, place: Placed, entries: readonly LedgerEntry[]): Todo {
    const { key, exists, carry } = place;
    const cadence = this.#cadence(node);
    const { ranges, pending } = this.#asked.get(node.name) ?? NOT_ASKED;
    const todo = intervalWork({
      definition: node.definition,
      cadence,
      desired: this.#desired(node, cadence),
      coverage: this.#coverage.get(key) ?? [],
      entries,
      inputs: this.#inputs(node),
      now: this.#in.now,
      next: this.#next,
      asked: [...ranges, ...pending],
      replaces: place.replaces,
    });
    if (todo === undefined && carry !== undefined) return { work: { kind: 'carry' }, because: [] };
    if (todo === undefined) return exists ? NOTHING : { work: { kind: 'empty' }, because: [] };
    const { batches, anew, restated, automatic, lacking, moved } = todo;
    this.#moved.set(node.name, moved);
    const because = [];
    if (lacking.length > 0 && entries.length > 0)
      because.push(reason.missingIntervals(lacking, cadence.unit));
    if (moved.length > 0) because.push(reason.inputsMoved(moved));
    if (automatic.length > 0) because.push(reason.autoRestatement());
    if (ranges.length > 0) because.push(reason.restated(false));
    else if (isAnyOf(pending, batches)) because.push(reason.restated(true));
    if (anew) because.push(reason.anew());
    this.#coverage.set(key, todo.coverage);
    return { work: { kind: 'intervals', batches, anew, restated }, because };
  }

  /** The range a time-range model should hold, on its grid. */
  #desired(node: CompiledModel, cadence: Cadence): readonly TimeRange[] {
    const { config, environment, now } = this.#in;
    const setting = config.environments[environment]?.start;
    const limit =
      this.#in.start ??
      (setting === undefined ? undefined : setting.kind === 'at' ? setting.at : now - setting.milliseconds);
    const begin = node.definition.start ?? config.defaults.start ?? config.start;
    const start = ceilTo(Math.max(begin, limit ?? begin), cadence.unit);
    const { allowPartials, kind } = node.definition;
    const ready =
      allowPartials && kind.kind === 'INCREMENTAL_BY_TIME_RANGE'
        ? ceilTo(now, cadence.unit)
        : floorTo(this.#in.ignoreCron === true ? now : cadence.lastTick(now), cadence.unit);
    const end = this.#in.end === undefined ? ready : Math.min(ready, floorTo(this.#in.end, cadence.unit));
    return start < end ? [{ start, end }] : [];
  }

  #actionFor(node: CompiledNode, place: Place, todo: Todo): Action | undefined {
    const { key, exists, carry } = place;
    if (carry !== undefined) return this.#evolveAction(node, carry, place);
    const current = this.#in.state.environments.get(this.#in.environment);
    const promoted = current?.models.get(node.name);
    if (promoted === undefined) {
      return todo.work === undefined || todo.work.kind === 'audit'
        ? {
            kind: 'reuse',
            reasons: [reason.newModel(node), reason.alreadyBuilt()],
            columns: NO_COLUMN_CHANGES,
          }
        : { kind: 'create', reasons: [reason.newModel(node), ...history(node)], columns: NO_COLUMN_CHANGES };
    }
    if (promoted.physical !== key) return this.#changedAction(node, exists, todo, promoted.physical);
    if (!exists) return { kind: 'rebuild', reasons: [reason.tableMissing(key)], columns: NO_COLUMN_CHANGES };
    if (todo.work !== undefined && todo.work.kind !== 'audit') {
      return { kind: 'backfill', reasons: todo.because, columns: NO_COLUMN_CHANGES };
    }
    const auditsMoved = this.#auditsMoved(node, key);
    if (todo.work?.kind === 'audit' || auditsMoved) {
      const reasons = [...todo.because, ...(auditsMoved ? [reason.auditsChanged()] : [])];
      return { kind: 'reaudit', reasons, columns: NO_COLUMN_CHANGES };
    }
    if (!this.#viewStands(promoted.view)) {
      return { kind: 'rebind', reasons: [reason.viewMissing(promoted.view)], columns: NO_COLUMN_CHANGES };
    }
    return undefined;
  }

  /** The environment shows another physical table for this model than it should. */
  #changedAction(node: CompiledNode, exists: boolean, todo: Todo, before: string): Action {
    const old = this.#in.state.snapshots.get(before);
    if (old !== undefined && old.version === node.version) {
      const inputs = isModel(node) ? node.dependencies.filter((d) => this.#reboundInput(d)) : [];
      return { kind: 'rebind', reasons: [reason.inputsRebound(inputs)], columns: NO_COLUMN_CHANGES };
    }
    const change = compareMeaning(old, node, this.#changes);
    this.#changes.set(node.name, change);
    const build = todo.work !== undefined && todo.work.kind !== 'audit';
    const isNew = build || !exists;
    const keptHistory = old !== undefined && livesOn(node) && old.fingerprint.kind['identity'] !== undefined;
    const past = isNew && keptHistory ? [reason.startsOver()] : [];
    return {
      kind: isNew ? 'rebuild' : 'reuse',
      reasons: isNew
        ? [...change.reasons, ...past, ...history(node)]
        : [...change.reasons, reason.alreadyBuilt()],
      columns: change.columns,
    };
  }

  /** The rows of the table before go on under another definition. */
  #evolveAction(node: CompiledNode, carry: Carry, place: Place): Action {
    const change = compareMeaning(this.#in.state.snapshots.get(carry.key), node, this.#changes);
    this.#changes.set(node.name, change);
    const reasons = [...change.reasons, reason.carriedOver()];
    return { kind: 'evolve', reasons, columns: place.changes ?? NO_COLUMN_CHANGES };
  }

  #reboundInput(name: string): boolean {
    const planned = this.#planned.get(name);
    const promoted = this.#in.state.environments.get(this.#in.environment)?.models.get(name);
    return planned !== undefined && planned.key !== promoted?.physical;
  }

  #needsPromotion(planned: PlannedNode): boolean {
    if (!hasView(planned)) return false;
    const promoted = this.#in.state.environments.get(this.#in.environment)?.models.get(planned.node.name);
    if (promoted === undefined || promoted.physical !== planned.key) return true;
    return !this.#viewStands(promoted.view);
  }

  #viewStands(view: TableName): boolean {
    return this.#in.relations.get(viewKey(view)) === 'view';
  }

  /** Whether standing rows were audited by other audits than today's. */
  #auditsMoved(node: CompiledNode, key: string): boolean {
    const snapshot = this.#in.state.snapshots.get(key);
    if (!isModel(node) || snapshot === undefined) return false;
    return node.audits.length > 0 && snapshot.audits !== node.auditIdentity;
  }

  /** Whether `run` may refresh a whole table: a model with a cron waits for its next tick. */
  #isDue(node: CompiledModel, doneAt: number): boolean {
    const expression = node.definition.cron ?? this.#in.config.defaults.cron;
    if (this.#in.mode === 'plan' || this.#in.ignoreCron === true || expression === undefined) return true;
    return doneAt < this.#cadence(node).lastTick(this.#in.now);
  }

  #cadence(node: CompiledNode): Cadence {
    const { defaults } = this.#in.config;
    if (isModel(node)) return cadenceOf(node.definition, defaults);
    const { origin } = node.definition;
    return cadenceOf(
      { cron: origin.kind === 'table' ? origin.cron : undefined, cronTz: undefined },
      defaults,
    );
  }

  #inputs(node: CompiledNode): readonly BoundInput[] {
    return boundInputs(node, (model) => {
      const planned = this.#planned.get(model);
      const key = planned?.key ?? model;
      return {
        key,
        foreign: planned?.storage === 'foreign',
        coverage: this.#coverage.get(key) ?? [],
        lineage: planned !== undefined && livesOn(planned.node) ? this.#lineage(planned) : undefined,
      };
    });
  }

  /** All tables that the rows of one that lives on were in. */
  #lineage(planned: PlannedNode): ReadonlySet<string> {
    const keys = new Set([planned.key]);
    let from = planned.carried?.physical;
    while (from !== undefined && !keys.has(from)) {
      keys.add(from);
      from = this.#in.state.snapshots.get(from)?.fingerprint.carried?.physical;
    }
    return keys;
  }

  /** Physical inputs a view is bound to, looking through what is placed inline. */
  #viewInputs(node: CompiledNode): readonly string[] {
    if (storageOf(node) !== 'view') return [];
    const found = new Set<string>();
    const visit = (names: readonly string[]): void => {
      for (const name of names) {
        const planned = this.#planned.get(name);
        if (planned === undefined) continue;
        if (planned.storage === 'inline') visit(planned.node.dependencies);
        else found.add(planned.key);
      }
    };
    visit(node.dependencies);
    return [...found].toSorted();
  }

  #foreignCoverage(node: CompiledNode, key: string): Coverage {
    const last = this.#in.state.ledger.get(key)?.[0];
    return this.#externalMoved(node, key) ? whole(this.#next) : whole(last?.data ?? 0);
  }

  #externalMoved(node: CompiledNode, key: string): boolean {
    const last = this.#in.state.ledger.get(key)?.[0];
    return last === undefined || last.doneAt < this.#cadence(node).lastTick(this.#in.now);
  }

  /** Models that stay as they are although something above them was built anew. */
  #spared(): readonly string[] {
    const below = new Set<string>();
    for (const { node, action } of this.#planned.values()) {
      const changed = (name: string): boolean => {
        const kind = this.#planned.get(name)?.action?.kind;
        return kind === 'rebuild' || below.has(name);
      };
      if (node.dependencies.some(changed)) below.add(node.name);
      if (action?.kind === 'rebuild') below.add(node.name);
    }
    return [...below]
      .filter((name) => {
        const planned = this.#planned.get(name);
        const kind = planned?.action?.kind;
        return planned?.storage !== 'inline' && planned?.hold === 'planned' && kind === undefined;
      })
      .toSorted();
  }
}

/** Said where a table is built: its rows will not be told from its inputs alone. */
function history(node: CompiledNode): Action['reasons'] {
  if (!isModel(node) || !keepsHistory(node.definition.kind, node.byInterval)) return [];
  return [reason.keepsHistory(node.definition.kind.kind)];
}

/** Whether environments have a view of it. */
function hasView(planned: Pick<PlannedNode, 'storage' | 'hold'>): boolean {
  return planned.hold !== 'hidden' && (planned.storage === 'table' || planned.storage === 'view');
}

/** Whether two loads hold the same rows. Rows that were rejected under one declaration may be there under another. */
function isSameLoad(one: SourceLoad | undefined, other: SourceLoad | undefined): boolean {
  if (one === undefined || other === undefined || one.rejected > 0 || other.rejected > 0) return false;
  return contentOf(one) === contentOf(other);
}

function contentOf(load: SourceLoad): string {
  return JSON.stringify(load.files.map((f) => [f.path, f.hash]).toSorted());
}

/** What is to do for one node, and why. */
interface Todo {
  readonly work: Work | undefined;
  readonly because: Action['reasons'];
}

/** What of a node is to be computed again because it is asked for. */
interface Asked {
  /** By this plan's options. */
  readonly ranges: readonly TimeRange[];
  /** By an apply that did not get through. */
  readonly pending: readonly TimeRange[];
  /** The physical relation that the environment shows. */
  readonly shown: string | undefined;
}

const NOT_ASKED: Asked = { ranges: [], pending: [], shown: undefined };

/** Whether any of some ranges lies in what is computed. */
function isAnyOf(ranges: readonly TimeRange[], batches: readonly TimeRange[]): boolean {
  return ranges.some((r) => batches.some((b) => intersect(r, b) !== undefined));
}

/** Whether Sluice tells the days of a source apart. */
function hasTime(node: CompiledNode): boolean {
  return (
    node.node === 'source' &&
    node.definition.origin.kind === 'file' &&
    node.definition.origin.timeColumn !== undefined
  );
}

const NOTHING: Todo = { work: undefined, because: [] };

/** Views that promotion would create but that belong to somebody else: another tool, or another environment. */
export function takenNames(
  plan: Plan,
  input: PlanInput,
): readonly {
  readonly model: string;
  readonly view: string;
  readonly relation: string;
  readonly owner: string | undefined;
}[] {
  const owners = new Map<string, string>();
  for (const environment of input.state.environments.values()) {
    for (const m of environment.models.values()) owners.set(viewKey(m.view), environment.name);
  }
  return [...plan.nodes.values()].flatMap((planned) => {
    const { node } = planned;
    if (!hasView(planned)) return [];
    const view = environmentView(plan.environment, node.name);
    const relation = input.relations.get(viewKey(view));
    const owner = owners.get(viewKey(view));
    if (relation === undefined || (relation === 'view' && owner === plan.environment)) return [];
    return [{ model: node.name, view: `${view.schema}.${view.name}`, relation, owner }];
  });
}

function viewKey(view: TableName): string {
  return `${view.schema}.${view.name}`.toLowerCase();
}
