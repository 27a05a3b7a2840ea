import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { processScript, scratch } from './paths.ts';

/** A Node process to run: its arguments, as after `node`. */
export interface Child {
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** The exit code that it ends with; 0 if left out. */
  readonly code?: number;
}

/** Runs a process to its end. Seconds are those between asking for it and its being gone. */
export async function runChild(child: Child): Promise<{ readonly seconds: number; readonly stdout: string }> {
  const started = performance.now();
  const process_ = spawn(process.execPath, child.args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    // A test runner or a package manager may have set what would be measured too.
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: process.env['HOME'] ?? '',
      NO_COLOR: '1',
      ...child.environment,
    },
  });
  let stdout = '';
  let stderr = '';
  process_.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  process_.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    process_.once('error', reject);
    process_.once('close', resolve);
  });
  const seconds = (performance.now() - started) / 1000;
  if (code !== (child.code ?? 0))
    throw new Error(`node ${child.args.join(' ')} ended with ${code}:\n${stderr}${stdout}`);
  return { seconds, stdout };
}

/** What a process took from the machine. */
export interface Usage {
  /** Peak of resident memory, bytes. */
  readonly peak: number;
  /** Seconds of processor, all threads together: what hardly depends on what else the machine does. */
  readonly cpu: number;
}

/** Runs a process for what it takes. */
export async function usageOf(child: Child): Promise<Usage> {
  return (await measureChild(child)).usage;
}

/** Runs a process for its time and for what it takes, which is told by a line of JavaScript when it ends. */
export async function measureChild(
  child: Child,
): Promise<{ readonly seconds: number; readonly usage: Usage }> {
  const file = join(scratch(), `usage-${process.pid}.json`);
  const { seconds } = await runChild({
    ...child,
    args: [...preload(processScript('usage')), ...child.args],
    environment: { ...child.environment, BENCH_USAGE: file },
  });
  const usage = JSON.parse(readFileSync(file, 'utf8')) as Usage;
  rmSync(file);
  return { seconds, usage };
}

export function preload(script: string): readonly string[] {
  return ['--import', pathToFileURL(script).href];
}
