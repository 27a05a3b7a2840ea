/** Which kept rows somebody means, as conditions on the tables they are in. */
import { literal, raw, sql, type Sql } from '../sql/quote.ts';
import { timestamp } from './write.ts';

/** Which kept rows are meant; what is left out is not asked for. */
export interface KeptFilter {
  readonly models: readonly string[];
  readonly audit?: string;
  /** The call of an audit as the header has it. */
  readonly reason?: string;
  /** A run's name, or its beginning. */
  readonly run?: string;
  /** Epoch ms UTC: only what was kept before. */
  readonly before?: number;
}

/** Of copies, and of rows in the quarantine of a table. `of`: the relation they are in, with its dot. */
export function heldWhere(filter: KeptFilter, of: string): Sql {
  const audit =
    filter.audit === undefined ? [] : [sql`lower(${raw(of)}audit) = ${filter.audit.toLowerCase()}`];
  const reason = filter.reason === undefined ? [] : [sql`${raw(of)}reason = ${filter.reason}`];
  return allOf([...common(filter, `${of}model`, of), ...audit, ...reason]);
}

/** No audit found a rejected line. */
export function rejectedWhere(filter: KeptFilter, of: string): Sql {
  return allOf([...common(filter, `${of}source`, of), ...(filter.audit === undefined ? [] : ['false'])]);
}

function common({ models, run, before }: KeptFilter, model: string, of: string): readonly string[] {
  return [
    ...(models.length === 0
      ? []
      : [`lower(${model}) IN (${models.map((m) => literal(m.toLowerCase())).join(', ')})`]),
    ...(run === undefined ? [] : [sql`starts_with(${raw(of)}run_id, ${run})`]),
    ...(before === undefined ? [] : [sql`${raw(of)}kept_at < ${timestamp(before)}`]),
  ];
}

function allOf(conditions: readonly string[]): Sql {
  return raw(conditions.length === 0 ? 'true' : conditions.map((c) => `(${c})`).join(' AND '));
}
