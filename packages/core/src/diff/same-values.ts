/**
 * Which types have values that can be compared as they are. Of all others a changed type means a comparison as text, and texts of
 * ten million numbers cost as much as the join that compares them.
 */

/** Numbers that all fit into one of the types, so that comparing them makes none of them another. */
const WHOLE = /^(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT|UTINYINT|USMALLINT|UINTEGER)$/;
const DECIMAL = /^DECIMAL\((\d+),\s*(\d+)\)$/;

/**
 * Whether two values of these types are equal just when their texts are: those of one type, whole numbers, and decimals with as many
 * digits after the point (1.0 and 1.00 have other texts).
 */
export function haveSameValues(one: string, other: string): boolean {
  if (one === other) return true;
  if (WHOLE.test(one) && WHOLE.test(other)) return true;
  const [a, b] = [DECIMAL.exec(one), DECIMAL.exec(other)];
  return a !== null && b !== null && a[2] === b[2];
}
