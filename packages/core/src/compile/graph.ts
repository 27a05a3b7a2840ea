/** Order of nodes by their inputs, and the cycles that forbid one. */
export interface Ordering {
  /** Inputs first; ties in the order given. Nodes on or below a cycle are not in it. */
  readonly layers: readonly (readonly string[])[];
  /** Each cycle once, as its path; the first name is repeated at the end. */
  readonly cycles: readonly (readonly string[])[];
  /** Nodes that were left out: on a cycle or below one. */
  readonly left: readonly string[];
}

export function orderNodes(
  names: readonly string[],
  inputs: ReadonlyMap<string, readonly string[]>,
): Ordering {
  const waiting = new Map<string, number>();
  const readers = new Map<string, string[]>();
  for (const name of names) {
    const own = [...new Set(inputs.get(name) ?? [])];
    waiting.set(name, own.length);
    for (const input of own) {
      const list = readers.get(input);
      if (list === undefined) readers.set(input, [name]);
      else list.push(name);
    }
  }
  const position = new Map(names.map((n, i) => [n, i]));
  const layers: (readonly string[])[] = [];
  let ready = names.filter((n) => waiting.get(n) === 0);
  while (ready.length > 0) {
    layers.push(ready);
    const next: string[] = [];
    for (const name of ready) {
      waiting.delete(name);
      for (const reader of readers.get(name) ?? []) {
        const count = (waiting.get(reader) ?? 0) - 1;
        waiting.set(reader, count);
        if (count === 0) next.push(reader);
      }
    }
    ready = next.toSorted((a, b) => (position.get(a) ?? 0) - (position.get(b) ?? 0));
  }
  const left = [...waiting.keys()];
  return { layers, left, cycles: findCycles(left, inputs) };
}

function findCycles(
  left: readonly string[],
  inputs: ReadonlyMap<string, readonly string[]>,
): readonly (readonly string[])[] {
  const inside = new Set(left);
  const done = new Set<string>();
  const cycles: (readonly string[])[] = [];
  for (const start of left) {
    // Follow the first unfinished input that is also stuck: sooner or later a name comes back, or nothing is left.
    const path: string[] = [];
    const at = new Map<string, number>();
    let name: string | undefined = start;
    while (name !== undefined && !done.has(name)) {
      const seen = at.get(name);
      if (seen !== undefined) {
        // Read along the arrows of data: from the input to its reader.
        const cycle = path.slice(seen).toReversed();
        cycles.push([...cycle, cycle[0] ?? name]);
        break;
      }
      at.set(name, path.length);
      path.push(name);
      name = (inputs.get(name) ?? []).find((i) => inside.has(i) && !done.has(i));
    }
    for (const visited of path) done.add(visited);
  }
  return cycles;
}
