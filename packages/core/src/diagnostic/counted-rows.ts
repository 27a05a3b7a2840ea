/** As it stands in messages: `1 row`, `12 rows`. */
export function countedRows(rows: number): string {
  return rows === 1 ? '1 row' : `${rows} rows`;
}
