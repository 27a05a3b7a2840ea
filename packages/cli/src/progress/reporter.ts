/**
 * Shows what happens while a command works, on stderr: a line per finished model, and on a terminal below them the
 * models at work, redrawn ten times a second.
 */
import type { ProgressEvent } from '@sluice/core';
import type { Stream } from '../context.ts';
import {
  advance,
  initialProgress,
  renderFinished,
  lookedText,
  openedText,
  renderRunning,
  waitingText,
} from '../render/progress.ts';
import type { Style } from '../render/style.ts';

export interface Reporter {
  event(event: ProgressEvent): void;
  /** Prints a line among the others. */
  say(line: string): void;
  /** Takes the moving lines away while a question is asked or a result printed. */
  stop(): void;
}

export function reporterFor(
  stream: Stream,
  style: Style,
  {
    verbose = false,
    clock = () => performance.now(),
  }: { readonly verbose?: boolean; readonly clock?: () => number } = {},
): Reporter {
  const reporter = stream.isTerminal ? liveReporter(stream, style, clock) : plainReporter(stream, style);
  if (!verbose) return reporter;
  return {
    ...reporter,
    event(event) {
      if (event.kind === 'warehouse-opened') reporter.say(openedText(event));
      if (event.kind === 'files-looked-at') reporter.say(lookedText(event));
      reporter.event(event);
    },
  };
}

/** One line for what is done, nothing that moves: for logs. */
function plainReporter(stream: Stream, style: Style): Reporter {
  let waiting = '';
  return {
    event(event) {
      if (event.kind === 'model-finished') stream.write(`${renderFinished(event.result, style)}\n`);
      if (event.kind === 'waiting-for-lock' && waiting !== waitingText(event)) {
        waiting = waitingText(event);
        stream.write(`${waiting} (at most ${Math.ceil(event.secondsLeft)} s).\n`);
      }
    },
    say: (line) => stream.write(`${line}\n`),
    stop: () => undefined,
  };
}

function liveReporter(stream: Stream, style: Style, clock: () => number): Reporter {
  let state = initialProgress(clock());
  let drawn = 0;
  let timer: NodeJS.Timeout | undefined;
  const erase = (): string => (drawn === 0 ? '' : `\u001B[${drawn}A\u001B[J`);
  const draw = (above = ''): void => {
    const lines = renderRunning(state, clock(), style);
    stream.write(`${erase()}${above}${lines.map((l) => `${l}\n`).join('')}`);
    drawn = lines.length;
  };
  return {
    event(event) {
      state = advance(state, event, clock());
      timer ??= setInterval(draw, 100).unref();
      draw(event.kind === 'model-finished' ? `${renderFinished(event.result, style)}\n` : '');
    },
    say(line) {
      draw(`${line}\n`);
    },
    stop() {
      clearInterval(timer);
      timer = undefined;
      stream.write(erase());
      drawn = 0;
      state = initialProgress(clock());
    },
  };
}
