/** What it is about, one query, and the other. */
export type Case = readonly [about: string, one: string, other: string];

/** Pairs of queries that mean the same, and pairs that do not; over `s.t (a, b, c, d)` and `s.u (a, e, f)`. */
export interface Cases {
  readonly same: readonly Case[];
  readonly different: readonly Case[];
}
