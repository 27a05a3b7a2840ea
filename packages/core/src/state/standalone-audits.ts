/** What standalone audits of an environment have looked at: written with the promotion that they let through. */
import type { Connection } from '../engine/warehouse.ts';
import { sql } from '../sql/quote.ts';
import type { SeenByAudit, State } from './state.ts';
import { timestamp, type RunContext } from './write.ts';

export async function readStandalone(connection: Connection): Promise<State['standalone']> {
  const found = new Map<string, Map<string, SeenByAudit>>();
  for (const row of await connection.rows(
    'SELECT environment, audit, identity, inputs FROM _sluice.standalone_audit ORDER BY ALL',
  )) {
    const environment = String(row['environment']);
    const own = found.get(environment) ?? new Map<string, SeenByAudit>();
    found.set(environment, own);
    own.set(String(row['audit']), {
      identity: String(row['identity']),
      inputs: JSON.parse(String(row['inputs'])) as SeenByAudit['inputs'],
    });
  }
  return found;
}

/** Notes what audits have seen, in the place of what they saw before. Runs inside the caller's transaction. */
export async function recordStandalone(
  connection: Connection,
  run: RunContext,
  environment: string,
  seen: ReadonlyMap<string, SeenByAudit>,
): Promise<void> {
  if (seen.size === 0) return;
  const names = [...seen.keys()];
  const rows = [...seen].map(
    ([audit, { identity, inputs }]) =>
      sql`(${[environment, audit, identity, JSON.stringify(inputs), timestamp(run.now), run.runId]})`,
  );
  await connection.run(
    sql`DELETE FROM _sluice.standalone_audit WHERE environment = ${environment} AND audit IN (${names})`,
  );
  await connection.run(`INSERT INTO _sluice.standalone_audit VALUES ${rows.join(', ')}`);
}
