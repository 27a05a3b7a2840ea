import { raw, sql, type Sql } from '../../sql/quote.ts';
import { formatInstant } from '../../time/index.ts';

/** An instant (epoch ms UTC) as a value of a column's type, or of a text column's format. */
export function timeLiteral(at: number, type: string, format: string | undefined): Sql {
  const text = formatInstant(at);
  if (format !== undefined) return raw(sql`CAST(strftime(TIMESTAMP ${text}, ${format}) AS ${raw(type)})`);
  if (type === 'DATE') return raw(sql`DATE ${text}`);
  // An offset may only stand after a time of day.
  if (type === 'TIMESTAMP WITH TIME ZONE')
    return raw(sql`TIMESTAMPTZ ${`${text.includes(' ') ? text : `${text} 00:00:00`}+00`}`);
  return raw(sql`CAST(${text} AS ${raw(type)})`);
}
