import { cpSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Child } from './child.ts';
import { ROOT, scratch } from './paths.ts';

/** When every command believes to be run: after the last day of the generated data. */
export const NOW = '2025-07-01T06:00:00Z';

/** The built command, as a copy that a build in the meantime does not change. */
export class Bundle {
  readonly #entry: string;

  private constructor(entry: string) {
    this.#entry = entry;
  }

  /** Copies `packages/cli/dist` into the scratch folder. */
  static take(): Bundle {
    const built = join(ROOT, 'packages/cli/dist');
    if (!existsSync(join(built, 'sluice.mjs'))) {
      throw new Error('There is no packages/cli/dist/sluice.mjs: run `pnpm build` first.');
    }
    const copy = scratch(`bundle-${process.pid}`);
    rmSync(copy, { recursive: true });
    cpSync(built, copy, { recursive: true });
    return new Bundle(join(copy, 'sluice.mjs'));
  }

  /** `sluice <args>`, to be run as a process. */
  command(...args: readonly string[]): Child {
    return { args: [this.#entry, ...args] };
  }

  /** `sluice <name> … --json` in a project, at the fixed time unless the arguments say another. */
  inProject(project: string, name: string, ...args: readonly string[]): Child {
    const now = args.includes('--now') ? [] : ['--now', NOW];
    return this.command(name, ...args, '--project', project, ...now, '--json');
  }

  remove(): void {
    rmSync(join(this.#entry, '..'), { recursive: true, force: true });
  }
}
