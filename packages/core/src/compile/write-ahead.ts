/**
 * Texts for the cache, made while DuckDB has the word and there is nothing else to do. Whether a result is kept is known only at
 * the end; by then most of its text is there.
 */
import { writeHeavy, writeLeaf, writeReads } from './compile-cache.ts';
import type { Known } from './compilation.ts';

/** Characters that may wait for the end: those of a large project would take too much memory. */
const MOST = 48_000_000;

export class WriteAhead {
  readonly #waiting: Known[] = [];
  readonly #texts = new Map<Known, string>();
  #size = 0;

  add(known: Known): void {
    this.#waiting.push(known);
  }

  /** Writes what there is until the answer is there. */
  async whileWaiting<T>(answer: Promise<T>): Promise<T> {
    const wait = { isOver: false };
    const end = (): void => void (wait.isOver = true);
    answer.then(end, end);
    while (!wait.isOver && this.#size < MOST) {
      const known = this.#waiting.pop();
      if (known === undefined) break;
      const text = heavyText(known);
      this.#texts.set(known, text);
      this.#size += text.length;
      await new Promise((resolve) => setImmediate(resolve));
    }
    return answer;
  }

  /** The heavy part of a result, made now if there was no time before. */
  take(known: Known): string {
    const text = this.#texts.get(known) ?? heavyText(known);
    this.#texts.delete(known);
    return text;
  }
}

function heavyText(known: Known): string {
  const { node } = known;
  if (node.node !== 'model') return '';
  const texts = { leaf: writeLeaf(known.leaf()), readLeaf: writeReads(known.reads()) };
  // Made of the same texts, and asked for when the result is kept.
  known.state(texts);
  return writeHeavy({ sql: node.sql, lineage: node.lineage, meaning: node.meaning, ...texts });
}
