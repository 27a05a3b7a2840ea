/** The audits that come with Sluice, by all their names. */
import { type AuditParameter, type LibraryAudit } from './library/library-audit.ts';
import { NULL_AUDITS } from './library/nulls.ts';
import { ORDER_AUDITS } from './library/orders.ts';
import { STATISTICS_AUDITS } from './library/statistics.ts';
import { TABLE_AUDITS } from './library/tables.ts';
import { TEXT_AUDITS } from './library/texts.ts';
import { UNIQUENESS_AUDITS } from './library/uniqueness.ts';
import { VALUE_AUDITS } from './library/values.ts';

/** In the order of the reference. */
export const LIBRARY: readonly { readonly about: string; readonly audits: readonly LibraryAudit[] }[] = [
  { about: 'Missing values', audits: NULL_AUDITS },
  { about: 'Values that occur again', audits: UNIQUENESS_AUDITS },
  { about: 'Single values', audits: VALUE_AUDITS },
  { about: 'Texts', audits: TEXT_AUDITS },
  { about: 'Order and time', audits: ORDER_AUDITS },
  { about: 'Tables as a whole', audits: TABLE_AUDITS },
  { about: 'How values are spread', audits: STATISTICS_AUDITS },
];

/** Arguments every call may have besides its own. */
export const COMMON_PARAMETERS: readonly AuditParameter[] = [
  { name: 'condition', aliases: ['where', 'row_condition', 'from_condition'] },
  { name: 'max_rows' },
  { name: 'max_share' },
  { name: 'severity' },
  { name: 'blocking', isFlag: true },
];

const byName = new Map(
  LIBRARY.flatMap(({ audits }) => audits).flatMap((a) => [a.name, ...a.aliases].map((n) => [n, a] as const)),
);

/** An audit of the library by any of its names. */
export function libraryAudit(name: string): LibraryAudit | undefined {
  return byName.get(name.toLowerCase());
}

export function libraryNames(): readonly string[] {
  return [...byName.keys()];
}
