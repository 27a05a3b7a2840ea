import type { ProgressEvent, TaskResultDocument } from '@sluice/core';
import { pad, truncate, visible } from './cells.ts';
import { paint, type Style } from './style.ts';
import { count, duration, number } from './words.ts';

/** What is going on, gathered from events. */
export interface ProgressState {
  readonly models: number;
  readonly tasks: number;
  readonly finished: number;
  /** Of models that are finished. */
  readonly finishedTasks: number;
  readonly jobs: number;
  /** Seconds of models that are not finished, as far as history tells. */
  readonly expected: ReadonlyMap<string, number>;
  /** By model, in the order they were started. */
  readonly running: ReadonlyMap<string, RunningModel>;
  /** Milliseconds, as all times here. */
  readonly startedAt: number;
  readonly waiting: string | undefined;
}

interface RunningModel {
  readonly action: string;
  readonly startedAt: number;
  readonly done: number;
  readonly tasks: number;
}

export function initialProgress(now: number): ProgressState {
  return {
    models: 0,
    tasks: 0,
    finished: 0,
    finishedTasks: 0,
    jobs: 1,
    expected: new Map(),
    running: new Map(),
    startedAt: now,
    waiting: undefined,
  };
}

export function advance(state: ProgressState, event: ProgressEvent, now: number): ProgressState {
  switch (event.kind) {
    case 'waiting-for-lock':
      return { ...state, waiting: waitingText(event) };
    case 'apply-started':
      return {
        ...initialProgress(now),
        models: event.models,
        tasks: event.tasks,
        jobs: event.jobs,
        expected: new Map(Object.entries(event.expected)),
      };
    case 'model-started': {
      const started = { action: event.action, startedAt: now, done: 0, tasks: event.tasks };
      return { ...state, waiting: undefined, running: new Map([...state.running, [event.model, started]]) };
    }
    case 'task-finished': {
      const model = state.running.get(event.model);
      if (model === undefined) return state;
      return {
        ...state,
        running: new Map([...state.running, [event.model, { ...model, done: event.task }]]),
      };
    }
    case 'model-finished': {
      const running = new Map(state.running);
      const { model } = event.result;
      const tasks = running.get(model)?.tasks ?? 0;
      running.delete(model);
      const expected = new Map(state.expected);
      expected.delete(model);
      return {
        ...state,
        running,
        expected,
        finished: state.finished + 1,
        finishedTasks: state.finishedTasks + tasks,
      };
    }
    case 'warehouse-opened':
      return { ...state, waiting: undefined };
    case 'files-looked-at':
    case 'audit-finished':
    case 'promoting':
      return state;
    default:
      return event satisfies never;
  }
}

export function waitingText(event: ProgressEvent & { readonly kind: 'waiting-for-lock' }): string {
  const holder = event.holder === undefined ? 'another process' : visible(event.holder);
  return `Waiting for the warehouse, which ${holder} holds`;
}

/** How the warehouse was opened, for those who ask. */
export function openedText(event: ProgressEvent & { readonly kind: 'warehouse-opened' }): string {
  const share = event.isMemoryShare ? ', a share of what is free' : '';
  const spill = event.spillTo === undefined ? '' : `; what does not fit goes to ${visible(event.spillTo)}`;
  return `Opened ${visible(event.warehouse)} with at most ${event.memoryLimit} of memory${share}${spill}.`;
}

/** Which files a watch read, for those who ask. */
export function lookedText({
  read,
  recognised,
}: ProgressEvent & { readonly kind: 'files-looked-at' }): string {
  const others =
    recognised === 0 ? '' : `; ${count(recognised, 'other')} had the size, times and inode of before`;
  return `Read ${count(read, 'file')}${others}.`;
}

/** The lines that are drawn again and again below what is finished. */
export function renderRunning(state: ProgressState, now: number, style: Style): readonly string[] {
  const p = paint(style);
  if (state.waiting !== undefined) return [p.yellow(truncate(`… ${state.waiting}`, style.width))];
  const lines = [...state.running].map(([name, model]) => {
    const batches =
      model.tasks > 1 ? `  batch ${Math.min(model.done + 1, model.tasks)} of ${model.tasks}` : '';
    const text = `… ${visible(name)}  ${model.action}${batches}  ${seconds(now - model.startedAt)}`;
    return p.cyan(truncate(text, style.width));
  });
  if (state.models === 0) return lines;
  const done = [...state.running.values()].reduce((n, m) => n + m.done, state.finishedTasks);
  const tasks = state.tasks > state.models ? `, ${number(done)} of ${count(state.tasks, 'task')}` : '';
  const left = remainingText(state, now);
  const total = `${state.finished} of ${count(state.models, 'model')}${tasks}, ${seconds(now - state.startedAt)}${left}`;
  return [...lines, p.dim(truncate(total, style.width))];
}

/**
 * How long it will go on, from what the same models took before. Where nothing is known nothing is said; where something is not
 * known, or takes longer than ever, it is the least that can be said.
 */
function remainingText(state: ProgressState, now: number): string {
  const left = [...state.expected].map(([name, expected]) => {
    const model = state.running.get(name);
    if (model === undefined) return expected * 1000;
    const share = model.tasks === 0 ? 0 : model.done / model.tasks;
    return Math.max(0, Math.min(expected * 1000 * (1 - share), expected * 1000 - (now - model.startedAt)));
  });
  const overdue = [...state.expected].filter(([name], i) => state.running.has(name) && left[i] === 0).length;
  const unknown = state.models - state.finished - left.length + overdue;
  const sum = left.reduce((a, b) => a + b, 0);
  const atOnce = Math.max(1, Math.min(state.jobs, left.length - overdue));
  const estimate = Math.max(sum / atOnce, ...left);
  // A second that is left is gone before it is read.
  if (!Number.isFinite(estimate) || estimate < 1500) return '';
  return `, ${unknown > 0 ? 'at least' : 'about'} ${roughly(estimate)} left`;
}

/** No more digits than an estimate has. */
function roughly(milliseconds: number): string {
  const s = milliseconds / 1000;
  if (s < 10) return `${Math.round(s)} s`;
  if (s < 90) return `${Math.round(s / 5) * 5} s`;
  if (s < 5400) return `${Math.round(s / 60)} min`;
  return `${Math.round(s / 3600)} h`;
}

/** Whole seconds: a number that is redrawn must not flicker. */
function seconds(milliseconds: number): string {
  const whole = Math.max(0, Math.floor(milliseconds / 1000));
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** One line for a model that is finished. */
export function renderFinished(result: TaskResultDocument, style: Style): string {
  const p = paint(style);
  const name = pad(visible(result.model), 36);
  switch (result.status) {
    case 'done': {
      const rows = result.rows === null ? [] : [count(result.rows, 'row')];
      const rejected = result.rejected > 0 ? [p.yellow(`${number(result.rejected)} rejected`)] : [];
      const back = result.mended > 0 ? `, ${number(result.mended)} of them mended` : '';
      const diverted = result.diverted > 0 ? [p.yellow(`${number(result.diverted)} diverted${back}`)] : [];
      return `${p.green('✓')} ${name} ${pad(result.action, 8)} ${[...rows, ...rejected, ...diverted, duration(result.seconds)].join(', ')}`;
    }
    case 'failed': {
      const failed = result.audits.find(
        (a) => (a.status === 'failed' || a.status === 'error') && a.severity !== 'warn',
      );
      const error = result.diagnostics.find((d) => d.severity === 'error');
      const why =
        error?.message.split('\n')[0] ?? (failed === undefined ? undefined : `audit ${failed.audit}`);
      return `${p.red('✗')} ${name} ${p.red('failed')}${why === undefined ? '' : `   ${visible(why)}`}`;
    }
    case 'skipped': {
      const broken = result.diagnostics.find((d) => d.code === 'upstream-broken');
      // The line begins with the model's name already.
      const why = broken?.message.replace(`${result.model} was `, '') ?? 'not begun';
      return `${p.yellow('-')} ${name} ${p.yellow('skipped')}  ${p.dim(visible(why))}`;
    }
    case 'interrupted':
      return `${p.yellow('-')} ${name} ${p.yellow('interrupted')}`;
    default:
      return result.status satisfies never;
  }
}
