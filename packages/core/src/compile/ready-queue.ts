/**
 * Runs work in the order of its inputs: not layer by layer, but whatever is ready in batches, in several lanes at once, so
 * that one lane's batch is with DuckDB while another's answers are read.
 */
export interface ReadyQueueOptions {
  readonly items: readonly string[];
  /** Items of the queue that must be done before; names that are no items count as done. */
  readonly inputs: (item: string) => readonly string[];
  /** Taken up only when nothing else is ready: nobody waits for them. */
  readonly late: (item: string) => boolean;
  readonly lanes: number;
  readonly batch: number;
  /** Does a batch: all its items are done when the promise settles. */
  readonly work: (batch: readonly string[]) => Promise<void>;
}

/** Answers the items that never became ready: on a cycle or below one. */
export async function runReady(options: ReadyQueueOptions): Promise<readonly string[]> {
  const waiting = new Map<string, number>(options.items.map((item) => [item, 0]));
  const readers = new Map<string, string[]>();
  for (const item of options.items) {
    const own = new Set(options.inputs(item).filter((input) => waiting.has(input)));
    waiting.set(item, own.size);
    for (const input of own) {
      const list = readers.get(input);
      if (list === undefined) readers.set(input, [item]);
      else list.push(item);
    }
  }
  const soon: string[] = [];
  const late: string[] = [];
  const add = (item: string): void => void (options.late(item) ? late : soon).push(item);
  for (const [item, count] of waiting) if (count === 0) add(item);

  let active = 0;
  const idle: (() => void)[] = [];
  const lane = async (): Promise<void> => {
    for (;;) {
      const from = soon.length > 0 ? soon : late;
      const size = Math.min(options.batch, Math.max(1, Math.ceil(from.length / options.lanes)));
      const batch = from.splice(0, size);
      if (batch.length === 0) {
        if (active === 0) {
          for (const wake of idle.splice(0)) wake();
          return;
        }
        await new Promise<void>((resolve) => void idle.push(resolve));
        continue;
      }
      active++;
      try {
        await options.work(batch);
      } finally {
        active--;
      }
      for (const item of batch) {
        waiting.delete(item);
        for (const reader of readers.get(item) ?? []) {
          const left = (waiting.get(reader) ?? 0) - 1;
          waiting.set(reader, left);
          if (left === 0) add(reader);
        }
      }
      for (const wake of idle.splice(0)) wake();
    }
  };
  await Promise.all(Array.from({ length: options.lanes }, lane));
  return [...waiting.keys()];
}
