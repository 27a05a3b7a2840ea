/**
 * Payloads for the cache, made and put away while DuckDB has the word and there is nothing else to do. Whether a result is kept
 * is known only at the end; by then most of them are on disk, and none waits in memory.
 */
import {
  writeLeaf,
  writeReads,
  writeResult,
  type CompileCache,
  type StagedPayload,
} from './compile-cache.ts';
import type { Known } from './compilation.ts';

export class WriteAhead {
  readonly #cache: CompileCache | undefined;
  readonly #waiting: Known[] = [];
  readonly #staged = new Map<Known, StagedPayload | undefined>();

  constructor(cache: CompileCache | undefined) {
    this.#cache = cache;
  }

  add(known: Known): void {
    if (this.#cache !== undefined) this.#waiting.push(known);
  }

  /** Writes what there is until the answer is there. */
  async whileWaiting<T>(answer: Promise<T>): Promise<T> {
    const wait = { isOver: false };
    const end = (): void => void (wait.isOver = true);
    answer.then(end, end);
    while (!wait.isOver) {
      const known = this.#waiting.pop();
      if (known === undefined) break;
      this.#staged.set(known, this.#stage(known));
      await new Promise((resolve) => setImmediate(resolve));
    }
    return answer;
  }

  /** Where the payload of a result is, written now if there was no time before. */
  take(known: Known): StagedPayload | undefined {
    return this.#staged.has(known) ? this.#staged.get(known) : this.#stage(known);
  }

  #stage(known: Known): StagedPayload | undefined {
    const payload = payloadOf(known);
    return payload === undefined ? undefined : this.#cache?.stage(payload);
  }
}

function payloadOf(known: Known): string | undefined {
  const { node } = known;
  if (node.node !== 'model') return undefined;
  const { columns, version, reads, byInterval, clockDependent, auditIdentity, sql, lineage, meaning } = node;
  const texts = { leaf: writeLeaf(known.leaf()), readLeaf: writeReads(known.reads()) };
  // Made of the same texts.
  const state = known.state(texts);
  return writeResult(
    { columns, version, reads, byInterval, clockDependent, auditIdentity, state },
    { sql, lineage, meaning, ...texts },
  );
}
