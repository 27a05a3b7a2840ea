/** Joins, by what they do to the time that columns carry. */

/** What a kind of join does to the rows of its sides. */
export interface JoinRule {
  /** Rows of that side that fail the condition are left out. */
  readonly cutsLeft: boolean;
  readonly cutsRight: boolean;
  readonly leftColumns: 'kept' | 'dropped';
  readonly rightColumns: 'kept' | 'dropped' | 'absent';
  /** After an equality, that side's column is changed only by rows of its own time on the other side. */
  readonly leftLearns: boolean;
  readonly rightLearns: boolean;
}

/** Adds a value to left rows; what it is may depend on every right row, also on those without a time. */
const LOOK_UP: JoinRule = {
  cutsLeft: false,
  cutsRight: false,
  leftColumns: 'kept',
  rightColumns: 'absent',
  leftLearns: false,
  rightLearns: false,
};
const INNER: JoinRule = {
  cutsLeft: true,
  cutsRight: true,
  leftColumns: 'kept',
  rightColumns: 'kept',
  leftLearns: true,
  rightLearns: true,
};
const FULL: JoinRule = { ...LOOK_UP, leftColumns: 'dropped', rightColumns: 'dropped' };

/**
 * A row that loses its partner gets NULL for the partner's time, and no condition on time lets NULL through: that is why
 * the optional side of an outer join keeps its columns.
 */
export const JOINS: Readonly<Record<string, JoinRule | undefined>> = {
  INNER,
  LEFT: { ...INNER, cutsLeft: false, rightLearns: false },
  RIGHT: { ...INNER, cutsRight: false, leftLearns: false },
  FULL,
  OUTER: FULL,
  SEMI: { ...INNER, rightColumns: 'absent', rightLearns: false },
  ANTI: { ...INNER, cutsLeft: false, rightColumns: 'absent', rightLearns: false },
  MARK: LOOK_UP,
  SINGLE: { ...LOOK_UP, rightColumns: 'dropped' },
};

/** Comparisons that only rows of the same time pass. */
export const EQUALITIES = new Set(['COMPARE_EQUAL', 'COMPARE_NOT_DISTINCT_FROM']);
