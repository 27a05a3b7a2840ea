/**
 * Tells when files of a project have changed. Editors save in several steps and `git checkout` writes many files, so events
 * are gathered until it is quiet for a moment. What exactly happened is not asked: whoever is told looks for itself.
 */
import { statSync } from 'node:fs';
import type { FSWatcher } from 'chokidar';
import { diagnostic, SluiceError } from '../diagnostic/index.ts';
import type { WatchedPaths } from './watched-paths.ts';

/** Quiet for so long, milliseconds, and the change is whole. */
const QUIET = 8;
/** The same after a file went: editors that save by renaming bring it back. */
const QUIET_WITHOUT = 50;
/** Nobody waits for longer than that, however much is written. */
const LONGEST = 300;

/**
 * chokidar drops further changes of a file for 50 milliseconds after one, and further removals for 100: so each file is
 * looked at once more when that is over.
 */
const LOOK_AGAIN = 110;

/** What changed since the last time. */
export interface Change {
  /** Absolute. */
  readonly paths: readonly string[];
  /** When the first of it was noticed, as `performance.now()`. */
  readonly since: number;
}

export class FolderWatch {
  readonly #watcher: FSWatcher;
  readonly #paths = new Set<string>();
  /** What files were when their change was told, while that may have been kept back. */
  readonly #told = new Map<string, string>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #since: number | undefined;
  /** Not before that, as `performance.now()`. */
  #due = 0;
  #error: unknown;
  #wake: () => void = () => undefined;

  private constructor(watcher: FSWatcher) {
    this.#watcher = watcher;
    watcher.on('all', (event, path) => {
      if (event === 'addDir' || event === 'unlinkDir') return;
      this.#note(path, event === 'unlink');
      this.#lookAgain(path);
    });
    watcher.on('error', (error) => {
      this.#error = error;
      this.#wake();
    });
  }

  /** Watches from now on. */
  static async open(root: string, paths: WatchedPaths): Promise<FolderWatch> {
    const { watch } = await import('chokidar');
    const watcher = watch(root, {
      ignoreInitial: true,
      // It would keep back what is gone for a tenth of a second; that is done here, for less.
      atomic: false,
      ignored: (path, stats) => !paths.isWatched(path, stats?.isDirectory()),
    });
    const opened = new FolderWatch(watcher);
    await new Promise<void>((resolve, reject) => {
      watcher.once('ready', resolve);
      watcher.once('error', (error) => reject(unwatchable(error)));
    });
    return opened;
  }

  /** Folders to watch as well. */
  add(folders: readonly string[]): void {
    if (folders.length > 0) this.#watcher.add([...folders]);
  }

  /** Whether something is known that {@link next} has not told. */
  get hasChanged(): boolean {
    return this.#since !== undefined;
  }

  /** The next change; undefined when the signal was given. */
  async next(signal: AbortSignal): Promise<Change | undefined> {
    for (;;) {
      if (signal.aborted) return undefined;
      if (this.#error !== undefined) throw unwatchable(this.#error);
      const left = this.#due - performance.now();
      if (this.#since !== undefined && left <= 0) {
        for (const path of this.#paths) if (this.#timers.has(path)) this.#told.set(path, stampOf(path));
        const change = { paths: [...this.#paths], since: this.#since };
        this.#paths.clear();
        this.#since = undefined;
        return change;
      }
      await this.#sleep(this.#since === undefined ? undefined : left, signal);
    }
  }

  async close(): Promise<void> {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    await this.#watcher.close();
  }

  #note(path: string, isGone: boolean): void {
    const now = performance.now();
    this.#since ??= now;
    this.#paths.add(path);
    this.#due = Math.min(now + (isGone ? QUIET_WITHOUT : QUIET), this.#since + LONGEST);
    this.#wake();
  }

  #lookAgain(path: string): void {
    clearTimeout(this.#timers.get(path));
    const look = (): void => {
      const told = this.#told.get(path);
      this.#timers.delete(path);
      this.#told.delete(path);
      // One that is still to be told is read later than now.
      if (told !== undefined && told !== stampOf(path)) this.#note(path, false);
    };
    this.#timers.set(path, setTimeout(look, LOOK_AGAIN));
  }

  /** Until something happens, or the time is over. */
  #sleep(milliseconds: number | undefined, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      const wake = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        this.#wake = () => undefined;
        resolve();
      };
      this.#wake = wake;
      signal.addEventListener('abort', wake, { once: true });
      if (milliseconds !== undefined) timer = setTimeout(wake, milliseconds);
    });
  }
}

function unwatchable(error: unknown): SluiceError {
  const message = error instanceof Error ? error.message : String(error);
  const isLimit = /ENOSPC|EMFILE/.test(message);
  return new SluiceError(
    diagnostic('watch-failed', `the project cannot be watched: ${message}`, {
      hint: isLimit
        ? 'The system lets nobody watch more files: raise fs.inotify.max_user_watches, or the number of open files.'
        : 'Compile without --watch.',
    }),
    { cause: error },
  );
}

function stampOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? '' : `${stats.ino} ${stats.size} ${stats.mtimeMs} ${stats.ctimeMs}`;
}
