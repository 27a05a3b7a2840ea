import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Child, Usage } from './child.ts';

/** What `sluice compile --watch --json` says, as far as a benchmark asks. */
export interface WatchLine {
  readonly changed_files: readonly string[];
  readonly models: number | null;
  readonly milliseconds: number;
  readonly changed_models: readonly { readonly name: string }[];
  readonly diagnostics: readonly { readonly code: string }[];
}

/** A process that watches a project. */
export class Watching implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #ended: Promise<void>;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: Child) {
    this.#process = spawn(process.execPath, child.args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', NO_COLOR: '1' },
    });
    this.#ended = new Promise((resolve) => this.#process.once('exit', () => resolve()));
    const { stdout } = this.#process;
    if (stdout === null) throw new Error('no stdout');
    this.#lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  }

  /** Starts it; answers when the first compilation is done. */
  static async start(child: Child): Promise<{ readonly watching: Watching; readonly first: WatchLine }> {
    const watching = new Watching(child);
    return { watching, first: await watching.next() };
  }

  /** The next result. */
  async next(): Promise<WatchLine> {
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error('the watching process ended');
    return JSON.parse(value) as WatchLine;
  }

  /** Saves, and answers the result and the seconds between. */
  async save(write: () => void): Promise<{ readonly line: WatchLine; readonly seconds: number }> {
    const started = performance.now();
    write();
    const line = await this.next();
    return { line, seconds: (performance.now() - started) / 1000 };
  }

  /** Memory and processor time so far, as Linux tells them; resident memory is that of now. */
  usage(): Usage & { readonly resident: number } {
    const folder = `/proc/${this.#process.pid}`;
    const status = readFileSync(`${folder}/status`, 'utf8');
    const kilobytes = (key: string): number =>
      Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
    const stat = readFileSync(`${folder}/stat`, 'utf8');
    const [user = NaN, system = NaN] = stat.slice(stat.lastIndexOf(')')).split(' ').slice(12, 14).map(Number);
    return {
      peak: kilobytes('VmHWM') * 1024,
      resident: kilobytes('VmRSS') * 1024,
      // In hundredths of a second, wherever Linux runs.
      cpu: (user + system) / 100,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill('SIGINT');
    await this.#ended;
  }
}
