/**
 * Joins the command to this process: real streams, real signals, the real library. Everything behind {@link run} gets
 * them as a {@link Context}, so that tests can give others.
 */
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import type { Context, Stream } from './context.ts';
import { run } from './run.ts';

export async function start(argv: readonly string[]): Promise<void> {
  const context = processContext();
  const crash = async (error: unknown): Promise<void> => {
    const { reportError } = await import('./report-error.ts');
    process.exit(reportError(error, argv, context));
  };
  process.on('uncaughtException', (error) => void crash(error));
  process.on('unhandledRejection', (error) => void crash(error));
  process.exitCode = await run(argv, context);
  await Promise.all([process.stdout, process.stderr].map(written));
  // All is closed that has to be. To take down V8's heap and what DuckDB has in memory piece by piece would only take time.
  process.exit();
}

/** Also when nobody reads it any more. Where pipes are written at once, there is nothing to wait for. */
async function written(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.writableLength > 0) await new Promise<void>((resolve) => void stream.write('', () => resolve()));
}

/** Bytes: of two halves, of which one is in use. */
const NURSERY = 32 * 2 ** 20;
/** Rounds of 64 kB after which V8 is left to do as it likes. */
const MOST_KEPT = 1_000;
/** Milliseconds that no command takes but those that work for minutes, or wait for something to change. */
const LONG = 60_000;

/** Milliseconds in which V8's last optimiser is not worth its time. */
const SHORT = 2_000;

/**
 * Most commands end within two seconds. What V8 does by default is meant for processes that go on. Modules of Node's own
 * that are loaded after this are compiled anew, since they were compiled with other flags: hence not before the library is there.
 */
function tuneEngine(): void {
  growNursery();
  // TurboFan takes a seventh of the processor time of a first compile of a thousand models and gives nothing back by its end;
  // Maglev, the optimiser below it, does. Whoever works longer has TurboFan as ever.
  setFlagsFromString('--no-turbofan');
  setTimeout(() => setFlagsFromString('--turbofan'), SHORT).unref();
}

/**
 * Compiling makes plans by the megabyte and drops them at once. V8 begins with a nursery of two megabytes and doubles it now and then, up
 * to 128: the first quarter of that spares half of the collections, the rest brings little but its weight. With what size to begin, V8 is
 * told before any of our code runs; it grows when much survives, so something does.
 */
function growNursery(): void {
  setFlagsFromString(`--semi-space-growth-factor=${Math.ceil(NURSERY / nursery())}`);
  const piece = Array.from({ length: 8_000 }, () => 0.5);
  for (let kept: unknown[] = [], i = 0; i < MOST_KEPT && nursery() < NURSERY; i++) kept.push([...piece]);
  setFlagsFromString('--semi-space-growth-factor=1');
  // V8 makes it smaller where nothing happens for a while. Whoever goes on for so long has it grow again.
  setTimeout(() => setFlagsFromString('--semi-space-growth-factor=2'), LONG).unref();
}

/** Bytes that V8 has for what is new. */
function nursery(): number {
  return getHeapSpaceStatistics().find((space) => space.space_name === 'new_space')?.space_size ?? NURSERY;
}

function processContext(): Context {
  return {
    cwd: process.cwd(),
    env: process.env,
    stdout: streamOf(process.stdout),
    stderr: streamOf(process.stderr),
    canAsk: Boolean(process.stdin.isTTY) && Boolean(process.stderr.isTTY),
    ask,
    onInterrupt(listener) {
      process.on('SIGINT', listener);
      process.on('SIGTERM', listener);
      return () => {
        process.off('SIGINT', listener);
        process.off('SIGTERM', listener);
      };
    },
    stopAtOnce,
    openWorkspace: async (options) => {
      const { openWorkspace } = await import('@sluice/core');
      tuneEngine();
      return openWorkspace(options);
    },
    projectJsonSchema: async () => (await import('@sluice/core')).projectJsonSchema(),
  };
}

/**
 * Ends the process as Ctrl-C does by default, which shells report as 130. `process.exit` will not do: it waits for the
 * threads on which a query may still run.
 */
function stopAtOnce(): void {
  process.removeAllListeners('SIGINT');
  process.kill(process.pid, 'SIGINT');
}

/** A reader that went away (`sluice query … | head`) is no error: what is left to say is dropped. */
function streamOf(stream: NodeJS.WriteStream): Stream {
  let open = true;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    open = false;
  });
  return {
    write(text) {
      if (open) stream.write(text);
    },
    // Node leaves both undefined when the stream is no terminal.
    isTerminal: Boolean(stream.isTTY),
    get columns() {
      // A terminal that does not know its size says 0.
      return stream.isTTY ? stream.columns || 80 : undefined;
    },
  };
}

async function ask(question: string): Promise<string | undefined> {
  const { createInterface } = await import('node:readline');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  return new Promise((resolve) => {
    // Ctrl-C and Ctrl-D close it without an answer; after an answer, `close` comes too late to matter.
    lines.once('SIGINT', () => lines.close());
    lines.once('close', () => resolve(undefined));
    lines.question(question, (answer) => {
      resolve(answer);
      lines.close();
    });
  });
}
