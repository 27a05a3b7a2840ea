/**
 * Runs work in the order of its inputs: not layer by layer, but whatever is ready in batches, in several lanes at once, so
 * that one lane's batch is with DuckDB while another's answers are read.
 */
export interface ReadyQueueOptions {
  /** Items as they come: work begins with the first of them. */
  readonly arrivals: AsyncIterable<readonly string[]>;
  /** Who may still come. Whoever has not come in the end counts as done. */
  readonly expected: Iterable<string>;
  /** Items that must be done before; names that are neither items nor expected count as done. */
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
  /** By item that is not done: how many inputs it waits for. */
  const waiting = new Map<string, number>();
  const absent = new Set(options.expected);
  const readers = new Map<string, string[]>();
  const soon: string[] = [];
  const late: string[] = [];
  const add = (item: string): void => void (options.late(item) ? late : soon).push(item);
  const arrive = (items: readonly string[]): void => {
    for (const item of items) {
      waiting.set(item, 0);
      absent.delete(item);
    }
    for (const item of items) {
      const own = new Set(options.inputs(item).filter((input) => waiting.has(input) || absent.has(input)));
      waiting.set(item, own.size);
      for (const input of own) {
        const list = readers.get(input);
        if (list === undefined) readers.set(input, [item]);
        else list.push(item);
      }
      if (own.size === 0) add(item);
    }
  };
  const done = (item: string): void => {
    waiting.delete(item);
    for (const reader of readers.get(item) ?? []) {
      const left = (waiting.get(reader) ?? 0) - 1;
      waiting.set(reader, left);
      if (left === 0) add(reader);
    }
  };

  let active = 0;
  let isComplete = false;
  const idle: (() => void)[] = [];
  const wake = (): void => {
    for (const resume of idle.splice(0)) resume();
  };
  const lane = async (): Promise<void> => {
    for (;;) {
      const from = soon.length > 0 ? soon : late;
      const size = Math.min(options.batch, Math.max(1, Math.ceil(from.length / options.lanes)));
      const batch = from.splice(0, size);
      if (batch.length === 0) {
        if (active === 0 && isComplete) {
          wake();
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
      for (const item of batch) done(item);
      wake();
    }
  };
  const feed = async (): Promise<void> => {
    for await (const items of options.arrivals) {
      arrive(items);
      wake();
    }
    for (const item of absent) done(item);
    isComplete = true;
    wake();
  };
  await Promise.all([feed(), ...Array.from({ length: options.lanes }, lane)]);
  return [...waiting.keys()];
}
