import type { CompiledNode } from '../compile/compiled.ts';
import { nodeKey } from '../compile/names.ts';
import { isoInstant } from '../time/index.ts';
import { actionFor, auditsMoved } from './action-for.ts';
import { askedOf } from './asked.ts';
import { externalMoved, foreignCoverage } from './external-tables.ts';
import { heldByInputs } from './held-back.ts';
import { ignoredColumns } from './ignored-columns.ts';
import { leaveOut } from './leave-out.ts';
import { lossesOf } from './losses.ts';
import { conflicts } from './narrow.ts';
import { cadenceAt } from './node-clock.ts';
import { storageOf } from './physical.ts';
import { placeOf } from './place-of.ts';
import type { PlanInput } from './plan-input.ts';
import type { Plan, PlannedNode } from './planned.ts';
import { replacedRows } from './replaced-rows.ts';
import { followRestatement } from './restatement.ts';
import { embeddedParts } from './embedded-parts.ts';
import { sparedModels } from './spared.ts';
import { dueAudits } from './standalone.ts';
import { hasView, needsPromotion, viewStands } from './views.ts';
import { viewInputs } from './walk-inputs.ts';
import { beginWalk, type Placed, type Walk } from './walk.ts';
import { holdWhole } from './work/hold-whole.ts';
import { skipRows } from './work/skip-rows.ts';
import { entriesOf, workFor } from './work/work-for.ts';

/** Decides what is to be done, node by node in dependency order. */
export function buildPlan(input: PlanInput): Plan {
  const walk = beginWalk(input);
  const { compiled, state, environment, now } = walk.in;
  const current = state.environments.get(environment);
  const externalMoves: PlannedNode[] = [];
  for (const node of compiled.nodes.values()) {
    const planned = planNode(walk, node);
    walk.planned.set(node.name, planned);
    if (planned.storage === 'foreign' && externalMoved(walk, node, planned.key)) externalMoves.push(planned);
  }
  const nodes = [...walk.planned.values()];
  const shown = new Set(nodes.filter((n) => hasView(n)).map((n) => nodeKey(n.node.name)));
  const declared = new Set(nodes.map((n) => nodeKey(n.node.name)));
  const gone = [...(current?.models.values() ?? [])].filter((m) => !shown.has(nodeKey(m.model)));
  const kept = walk.in.select === undefined ? [] : gone;
  const removed = (walk.in.select === undefined ? gone : []).map((m) => ({
    model: m.model,
    view: m.view,
    key: m.physical,
    declared: declared.has(nodeKey(m.model)),
    stands: viewStands(walk, m.view),
  }));
  walk.diagnostics.push(...ignoredColumns(walk.planned));
  const repointed = new Set(nodes.filter((n) => needsPromotion(walk, n)).map((n) => n.node.name));
  const effectiveFrom = walk.in.forwardOnly?.effectiveFrom;
  return {
    environment,
    sequence: current?.sequence ?? 0,
    now,
    start: walk.in.start,
    end: walk.in.end,
    options: {
      allow_destructive: walk.in.allowDestructive === true,
      backfill: walk.in.backfill ?? 'full',
      forward_only: walk.in.forwardOnly !== undefined,
      effective_from: effectiveFrom === undefined ? null : isoInstant(effectiveFrom),
    },
    restatement: restatementOf(walk),
    selection:
      walk.in.select === undefined
        ? undefined
        : { selection: walk.in.select.selection, left: [...walk.left, ...kept.map((m) => m.model)] },
    kept,
    nodes: walk.planned,
    removed,
    externalMoves,
    audits: dueAudits(walk, externalMoves),
    diagnostics: walk.diagnostics,
    promotes: removed.length > 0 || repointed.size > 0,
    repointed,
    spared: sparedModels(walk),
    waiting: walk.waiting,
    // Of views it is known for their readers alone.
    held: new Map([...walk.held].filter(([name]) => walk.planned.get(name)?.storage === 'table')),
    // What is not selected was not asked.
    unchanged: nodes.filter((n) => n.action === undefined && hasView(n) && n.hold === 'planned').length,
  };
}

function planNode(walk: Walk, node: CompiledNode): PlannedNode {
  const storage = storageOf(node);
  const found = placeOf(node, {
    state: walk.in.state,
    relations: walk.in.relations,
    environment: walk.in.environment,
    viewInputs: viewInputs(walk, node),
    readsPrivate: node.dependencies.some((d) => walk.planned.get(d)?.isPrivate === true),
    mixedInputs: node.dependencies.flatMap((model) => {
      const input = walk.planned.get(model);
      return input?.isMixed === true ? [{ model, key: input.key }] : [];
    }),
    allowDestructive: walk.in.allowDestructive === true,
    forwardOnly: walk.in.select?.models.has(node.name) === false ? undefined : walk.in.forwardOnly,
  });
  const place: Placed = { ...found, replaces: replacedRows(walk, node, found) };
  const { physical, key, exists, columns, carry, carried, isPrivate, isMixed, replaces } = place;
  const isSelected = walk.in.select?.models.has(node.name) !== false;
  if (isSelected) walk.diagnostics.push(...place.diagnostics);
  const base = {
    node,
    storage,
    physical,
    key,
    columns,
    carry,
    carried,
    isPrivate,
    isMixed,
    fresh: !exists,
    hold: 'planned' as const,
    replaces,
    unit: cadenceAt(walk, node).unit,
    parts: () => embeddedParts(node, walk.in.compiled.nodes),
  };
  const idle = {
    ...base,
    reaudit: false,
    work: undefined,
    action: undefined,
    losses: [],
    skipped: undefined,
  };
  // Views hand on what their inputs wait for.
  if (storage === 'inline' || storage === 'view') walk.held.set(node.name, heldByInputs(walk, node));
  if (storage === 'inline') return idle;
  if (storage === 'foreign') {
    walk.coverage.set(key, foreignCoverage(walk, node, key));
    return idle;
  }
  const { select, state, environment } = walk.in;
  if (select !== undefined) {
    const left = select.models.has(node.name) ? undefined : leaveOut(walk, node, place, { ...idle });
    if (left !== undefined) return left;
    walk.diagnostics.push(...conflicts(node, walk.planned, state, environment));
  }
  const entries = entriesOf(walk, node, place);
  walk.asked.set(node.name, askedOf(walk, node, place, entries));
  const wanted = holdWhole(walk, node, place, workFor(walk, node, place, entries), entries);
  const { todo, skipped } = skipRows(walk, node, place, wanted, entries);
  const action = actionFor(walk, node, place, todo);
  const reaudit = exists && auditsMoved(walk, node, key);
  const work = reaudit ? (todo.work ?? { kind: 'audit' }) : todo.work;
  return { ...base, reaudit, work, action, losses: lossesOf(walk, node, place, action), skipped };
}

function restatementOf(walk: Walk): Plan['restatement'] {
  if (walk.in.restate === undefined) return undefined;
  const followed = [...walk.planned.values()].map((planned) => ({
    planned,
    ranges: walk.asked.get(planned.node.name)?.ranges ?? [],
    shown: walk.asked.get(planned.node.name)?.shown,
    moved: walk.moved.get(planned.node.name) ?? [],
  }));
  const { state, environment, restate } = walk.in;
  const { value, diagnostics } = followRestatement(restate, followed, state, environment);
  walk.diagnostics.push(...diagnostics);
  return value;
}
