/**
 * Where a warehouse puts what does not fit into memory. Each warehouse file has names of its own in one folder, so that the
 * lock on the file says who may still need what is there: whoever has it open for writing is alone, and what lies there is left
 * over from a process that died.
 */
import { hash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

export interface SpillFolder {
  readonly path: string;
  /** Takes away what processes that died have left. Only the one who may write to the warehouse is sure of that. */
  clearStale(): void;
  /** Takes away this process's own. */
  clear(): void;
}

/** `parent`: the folder of all spill folders, absolute; `warehouse`: the file, absolute. Makes the parent when it can. */
export function spillFolder(parent: string, warehouse: string, readOnly: boolean): SpillFolder {
  const name = hash('sha256', resolve(warehouse), 'hex').slice(0, 16);
  const path = join(parent, readOnly ? `${name}-${process.pid}` : name);
  quietly(() => mkdirSync(parent, { recursive: true }));
  const remove = (one: string): void => quietly(() => rmSync(one, { recursive: true, force: true }));
  return {
    path,
    clearStale() {
      let found: readonly string[] = [];
      quietly(() => (found = readdirSync(parent)));
      for (const one of found) if (one === name || one.startsWith(`${name}-`)) remove(join(parent, one));
    },
    clear: () => remove(path),
  };
}

/** A folder that cannot be made or emptied matters only to a query that needs it, and that query says so. */
function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // The query will say.
  }
}
