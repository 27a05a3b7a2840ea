/**
 * `run` that stays up: runs whatever becomes due, one run at a time, until it is stopped. The warehouse is opened only when
 * a run may have something to do: a cron has ticked, files have changed, or the run before did not go well. In between it
 * is free for others.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { taskDiagnostic } from '../apply/failure.ts';
import { SluiceError } from '../diagnostic/index.ts';
import type { Project } from '../project/index.ts';
import { SCHEMA_VERSION, toDiagnosticDocument } from '../report/index.ts';
import type { ApplyDocument, ErrorDocument } from '../report/index.ts';
import { findSourceFiles } from '../source/index.ts';
import { cadence, cadenceOf, nextTick, type Cadence } from '../time/index.ts';
import type { Answer, WatchRunOptions } from '../workspace.ts';
import { runOnce } from './answer-run.ts';
import { isFileSource } from './file-source.ts';
import type { OpenProject } from './open-project.ts';

const POLL = 30_000;
/** What does not go well is tried again after a poll, then after twice as long, and so on; at least every hour. */
const LONGEST_PAUSE = 3_600_000;

type RunAnswer = Answer<ApplyDocument | ErrorDocument>;

export async function watchRuns(
  w: OpenProject,
  environment: string,
  options: WatchRunOptions,
  onRun: (answer: RunAnswer) => void,
): Promise<void> {
  w.abort = new AbortController();
  const { signal } = w.abort;
  const poll = options.poll ?? POLL;
  let pause = poll;
  for (let isFirst = true; !signal.aborted; isFirst = false) {
    // Both are taken before the run: what happens while it works is seen after it.
    const files = await filesNow(w);
    const due = await nextDue(w);
    const answer = await attempt(w, environment, options);
    if (answer === undefined) return;
    const isGood = 'status' in answer.document && answer.document.status !== 'failed';
    const isIdle = 'status' in answer.document && answer.document.status === 'nothing-to-do';
    if (isFirst || !isIdle) onRun(answer);
    pause = isGood ? poll : Math.min(pause * 2, Math.max(poll, LONGEST_PAUSE));
    // What signals wait for may come without a file or a tick that tells.
    const isWaiting =
      'waiting_for_signals' in answer.document && answer.document.waiting_for_signals.length > 0;
    const wait = isGood ? poll : pause / 2;
    const retry = isGood && !isWaiting ? undefined : performance.now() + wait;
    await quiet(w, signal, poll, { files, due, retry });
  }
}

/** Waits until there may be something to do. */
async function quiet(
  w: OpenProject,
  signal: AbortSignal,
  poll: number,
  until: { readonly files: string; readonly due: number; readonly retry: number | undefined },
): Promise<void> {
  while (!signal.aborted) {
    if (w.now() >= until.due || (await filesNow(w)) !== until.files) return;
    const left = until.retry === undefined ? poll : until.retry - performance.now();
    if (left <= 0) return;
    // A clock may be put forward, and machines sleep: nobody waits for longer than a poll without looking.
    const wait = Math.max(1, Math.min(poll, left, until.due - w.now()));
    await sleep(wait, undefined, { signal }).catch(() => undefined);
  }
}

/** One run; what went wrong is its answer. Undefined when it was stopped before it had one. */
async function attempt(
  w: OpenProject,
  environment: string,
  options: WatchRunOptions,
): Promise<RunAnswer | undefined> {
  try {
    return await runOnce(w, environment, options);
  } catch (error) {
    if (w.abort.signal.aborted) return undefined;
    const diagnostics =
      error instanceof SluiceError ? error.diagnostics : [taskDiagnostic(error, 'the run', undefined)];
    const document: ErrorDocument = {
      schema_version: SCHEMA_VERSION,
      error: true,
      diagnostics: diagnostics.map(toDiagnosticDocument),
    };
    return { document, diagnostics };
  }
}

/** When the next cron ticks. */
async function nextDue(w: OpenProject): Promise<number> {
  const project = await readable(w);
  if (project === undefined) return Number.POSITIVE_INFINITY;
  const { defaults, sources } = project.config;
  const clocks = new Set<Cadence>();
  for (const model of project.models) {
    const clock = cadenceOf(model, defaults);
    clocks.add(clock);
    const { kind } = model;
    if (kind.kind === 'INCREMENTAL_BY_TIME_RANGE' && kind.autoRestatement !== undefined)
      clocks.add(cadence(kind.autoRestatement.cron, clock.zone));
  }
  for (const { origin } of sources) {
    if (origin.kind === 'table') clocks.add(cadenceOf({ cron: origin.cron, cronTz: undefined }, defaults));
  }
  const now = w.now();
  return Math.min(...[...clocks].map((clock) => nextTick(clock, now)), Number.POSITIVE_INFINITY);
}

/** Something that is another text when files of the project or its sources have changed. */
async function filesNow(w: OpenProject): Promise<string> {
  const project = await readable(w);
  if (project === undefined) return '';
  const paths = project.config.sources
    .filter(isFileSource)
    .flatMap((source) => findSourceFiles(w.root, source).paths);
  const data = paths.map((path) => {
    const stat = statSync(join(w.root, path), { throwIfNoEntry: false });
    return [path, stat?.size, stat?.mtimeMs];
  });
  return JSON.stringify([data, [...project.texts].map(([path, { text }]) => [path, text])]);
}

/** What is wrong with the project a run will say. */
async function readable(w: OpenProject): Promise<Project | undefined> {
  try {
    return (await w.load()).project;
  } catch (error) {
    if (error instanceof SluiceError) return undefined;
    throw error;
  }
}
