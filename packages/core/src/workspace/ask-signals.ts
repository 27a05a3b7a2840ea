/**
 * Asks the signals of models which of the intervals that a run would compute are ready. The run is planned as if all
 * were ready, to know what to ask for, and again with the answers where something is not. Planning itself asks nobody.
 */

import { compileContext } from '../compile/index.ts';
import {
  diagnostic,
  firstLine,
  hasErrors,
  SluiceError,
  storageProblem,
  type Location,
} from '../diagnostic/index.ts';
import type { Cell, Connection } from '../engine/warehouse.ts';
import type { AuditCall, HeaderValue, ModelDefinition } from '../model/index.ts';
import { type PlannedNode, type SignalAnswer } from '../plan/index.ts';
import type { Project, ProjectSignal, SignalInterval, SignalValue } from '../project/index.ts';
import { render } from '../render/index.ts';
import {
  addUnits,
  batches,
  cadenceOf,
  floorTo,
  isAllTime,
  normalize,
  type TimeRange,
} from '../time/index.ts';
import { inEnvironment } from './environment-query.ts';
import type { OpenProject } from './open-project.ts';
import type { Prepared } from './prepare.ts';

/** What the signals say, by model that has some. */
export async function askSignals(
  w: OpenProject,
  { plan, project, state }: Prepared,
  connection: Connection,
): Promise<ReadonlyMap<string, SignalAnswer>> {
  const answers = new Map<string, SignalAnswer>();
  for (const planned of plan.nodes.values()) {
    const { node } = planned;
    if (node.node !== 'model' || node.definition.signals.length === 0) continue;
    let ready = wantedIntervals(planned, project, plan.now);
    const refused: string[] = [];
    for (const call of node.definition.signals) {
      if (ready.length === 0) break;
      if (w.abort.signal.aborted)
        throw new SluiceError(diagnostic('interrupted', 'stopped before anything was done'));
      const found = await askOne(call, ready);
      if (found.length < ready.length) refused.push(call.name);
      ready = found;
    }
    answers.set(node.name, { ready: normalize(ready), refused });

    async function askOne(call: AuditCall, intervals: readonly TimeRange[]): Promise<readonly TimeRange[]> {
      const signal = project.signals.get(call.name.toLowerCase());
      // The compiler has refused calls of what does not exist.
      if (signal === undefined || node.node !== 'model') return [];
      const query = async (sql: string): Promise<readonly Readonly<Record<string, Cell>>[]> =>
        connection.rows(await inEnvironment(w, sql, state, plan.environment));
      return signal.kind === 'function'
        ? askFunction(signal, call, intervals, {
            model: node.name,
            environment: plan.environment,
            now: new Date(plan.now),
            query,
          })
        : askQuery(signal, call, intervals, { project, definition: node.definition, plan, query });
    }
  }
  return answers;
}

/** The intervals that a run would compute; of a table that is computed as a whole the one that ended last. */
function wantedIntervals(planned: PlannedNode, project: Project, now: number): readonly TimeRange[] {
  const { work, unit, node } = planned;
  if (work === undefined || node.node !== 'model') return [];
  const isByInterval = work.kind === 'intervals' && !work.batches.some(isAllTime);
  if (isByInterval) return work.batches.flatMap((range) => batches(range, unit, 1));
  const end = floorTo(cadenceOf(node.definition, project.config.defaults).lastTick(now), unit);
  return [{ start: addUnits(end, unit, -1), end }];
}

async function askFunction(
  signal: ProjectSignal & { readonly kind: 'function' },
  call: AuditCall,
  intervals: readonly TimeRange[],
  context: Parameters<typeof signal.call>[2],
): Promise<readonly TimeRange[]> {
  const given = intervals.map(({ start, end }) => ({ start: new Date(start), end: new Date(end) }));
  const args = Object.fromEntries(call.arguments.map((a) => [a.name, valueOf(a.value)]));
  let answer: unknown;
  try {
    answer = await signal.call(given, args, context);
  } catch (error) {
    throw failed(signal, call.location, error);
  }
  if (typeof answer === 'boolean') return answer ? intervals : [];
  if (!Array.isArray(answer) || !answer.every(isInterval)) {
    throw new SluiceError(
      diagnostic(
        'invalid-signal',
        `the signal ${signal.name} answered neither true, false nor a list of intervals`,
        {
          location: call.location,
          hint: `It is in ${signal.path}. A list holds those of the intervals it was given that are ready.`,
        },
      ),
    );
  }
  const ready = answer.map(({ start, end }) => ({ start: start.getTime(), end: end.getTime() }));
  return intervals.filter((i) => ready.some((r) => r.start <= i.start && r.end >= i.end));
}

function isInterval(value: unknown): value is SignalInterval {
  if (typeof value !== 'object' || value === null || !('start' in value) || !('end' in value)) return false;
  return value.start instanceof Date && value.end instanceof Date;
}

async function askQuery(
  signal: ProjectSignal & { readonly kind: 'query' },
  call: AuditCall,
  intervals: readonly TimeRange[],
  {
    project,
    definition,
    plan,
    query,
  }: {
    readonly project: Project;
    readonly definition: ModelDefinition;
    readonly plan: Prepared['plan'];
    readonly query: (sql: string) => Promise<readonly Readonly<Record<string, Cell>>[]>;
  },
): Promise<readonly TimeRange[]> {
  const parameters = new Map(call.arguments.map((a) => [a.name.toLowerCase(), a.sql]));
  const ready: TimeRange[] = [];
  for (const interval of intervals) {
    const rendered = render(signal.query, signal.source, {
      ...compileContext(project, definition, undefined),
      parameters,
      interval,
      executionTime: plan.now,
      environment: plan.environment,
      stage: 'evaluating',
    });
    if (hasErrors(rendered.diagnostics)) throw new SluiceError(rendered.diagnostics);
    let rows: readonly Readonly<Record<string, Cell>>[];
    try {
      rows = await query(rendered.value.sql);
    } catch (error) {
      throw failed(signal, call.location, error);
    }
    const values = rows.flatMap((row) => Object.values(row));
    const [value] = values;
    if (values.length !== 1 || (typeof value !== 'boolean' && value !== null)) {
      throw new SluiceError(
        diagnostic('invalid-signal', `the signal ${signal.name} answered no truth value`, {
          location: call.location,
          hint: `The query in ${signal.path} must give one row with one column: true where the interval is ready.`,
        }),
      );
    }
    if (value === true) ready.push(interval);
  }
  return ready;
}

function failed(signal: ProjectSignal, location: Location, error: unknown): SluiceError {
  if (error instanceof SluiceError) return error;
  const message = firstLine(error);
  return new SluiceError(
    storageProblem(error) ??
      diagnostic('invalid-signal', `the signal ${signal.name} failed: ${message}`, {
        location,
        hint: `It is in ${signal.path}. Nothing was computed.`,
      }),
  );
}

/** Literals and lists are values, names are texts, anything else is handed over as it is written. */
function valueOf(value: HeaderValue): SignalValue {
  switch (value.kind) {
    case 'number':
      return Number(value.text);
    case 'boolean':
      return value.value;
    case 'list':
      return value.items.map(valueOf);
    case 'string':
    case 'name':
      return value.text;
    case 'sql':
      return value.text;
    default:
      return value satisfies never;
  }
}
