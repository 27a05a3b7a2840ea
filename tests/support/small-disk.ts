/** A disk of its own in a folder, for tests of disks that are full or read-only. Only root may have one, and only on Linux. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class SmallDisk implements Disposable {
  readonly #folder: string;

  constructor(folder: string, kilobytes: number) {
    mkdirSync(folder, { recursive: true });
    mount(['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', folder]);
    this.#folder = folder;
  }

  grow(kilobytes: number): void {
    mount(['-o', `remount,rw,size=${kilobytes}k`, this.#folder]);
  }

  /** Lets it have so much more room than is taken. */
  leave(kilobytes: number): void {
    const { blocks, bfree, bsize } = statfsSync(this.#folder);
    this.grow(((blocks - bfree) * bsize) / 1024 + kilobytes);
  }

  forbidWriting(): void {
    mount(['-o', 'remount,ro', this.#folder]);
  }

  [Symbol.dispose](): void {
    execFileSync('umount', ['--lazy', this.#folder], { stdio: 'ignore' });
  }
}

function mount(args: readonly string[]): void {
  execFileSync('mount', args, { stdio: 'ignore' });
}

/** Whether this process may have disks of its own. */
export function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-test-mount-'));
  try {
    new SmallDisk(folder, 16)[Symbol.dispose]();
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
