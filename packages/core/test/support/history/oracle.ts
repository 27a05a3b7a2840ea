/**
 * Compares what a warehouse holds with what it should hold. One DuckDB in memory for all histories: the warehouse is attached
 * read-only, so that a comparison of all models is one query. Of tables that keep rows it remembers what they held last.
 */
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { expect } from 'vitest';
import { subtract, type TimeRange } from '../../../src/time/index.ts';
import type { TestProject } from '../project.ts';
import {
  desired,
  divertedRows,
  expectedHistory,
  expectedRows,
  withLookback,
  type Placed,
} from './expected.ts';
import { asksSignal, readsForeign } from './model-text.ts';
import type { Mend, Mends } from './mends.ts';
import { keepsRows, sourceRows, type ModelSpec, type ProjectSpec } from './project-spec.ts';

/** What an apply did. */
export interface Done {
  /** By model, the ranges that were written, also none. Models that are not here were not written to. */
  readonly written: ReadonlyMap<string, readonly TimeRange[]>;
  /** Models that were computed anew from nothing because it was asked for. */
  readonly anew: ReadonlySet<string>;
  /** Whether all intervals are there that should be. */
  readonly isWhole: boolean;
}

/** A physical table that keeps rows, or whose rows another one may begin with. */
interface Kept {
  /** Whether its rows could not be computed again. */
  readonly isHistory: boolean;
  readonly physical: string;
  readonly table: string;
  readonly kind: string;
  /** The table whose rows it began with. */
  readonly carried: string | undefined;
  /** Type by name, in their order. */
  readonly columns: ReadonlyMap<string, string>;
  /** Ranges of the ledger. */
  readonly done: readonly TimeRange[];
}

export type Row = Readonly<Record<string, unknown>>;

export class Oracle {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  #kept = new Map<string, Kept>();
  /** The sequence number of each environment when something was last looked at. */
  sequences: ReadonlyMap<string, number> = new Map();
  /** What was made of diverted rows. */
  #mends: Mends = new Map();
  /** How many comparisons of which kind there were. */
  readonly compared = new Map<string, number>();

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#instance = instance;
    this.#connection = connection;
  }

  static async open(): Promise<Oracle> {
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    const connection = await instance.connect();
    await connection.run("SET TimeZone = 'UTC'");
    return new Oracle(instance, connection);
  }

  close(): void {
    this.#connection.closeSync();
    this.#instance.closeSync();
  }

  /** Another history begins. */
  async forget(): Promise<void> {
    this.#kept = new Map();
    this.sequences = new Map();
    this.#mends = new Map();
    await this.#connection.run(
      ['m', 'raw', 'should', 'was', 'before']
        .map((s) => `DROP SCHEMA IF EXISTS ${s} CASCADE; CREATE SCHEMA ${s};`)
        .join(' '),
    );
  }

  /**
   * What an environment shows is right after an apply that came to its end. Remembers what is there. Without `done` only what
   * follows from its inputs is looked at, and nothing is remembered. `only`: the names that were selected, with all they stem from.
   */
  async check(
    project: TestProject,
    spec: ProjectSpec,
    environment: string,
    done: Done | undefined,
    where: string,
    only?: ReadonlySet<string>,
  ): Promise<void> {
    await this.#attached(project, async () => {
      const shown = await this.#show(environment);
      const placed = spec.models
        .map((model, position): Placed => ({ spec, model, position, mends: this.mendsOf(model.name) }))
        .filter((p) => only?.has(`m.${p.model.name}`) !== false);
      const names = placed.filter((p) => p.model.kind !== 'EMBEDDED').map((p) => `m.${p.model.name}`);
      expect([...shown.keys()].toSorted(), `${where}, ${environment}: what is shown`).toEqual(
        [
          ...names,
          ...[...shown.keys()].filter((n) => n.startsWith('raw.') || only?.has(n) === false),
        ].toSorted(),
      );
      const kept = await this.#keptNow();
      if (done !== undefined) await this.#expectKept(kept, where);
      const comparisons: { readonly model: string; readonly found: string; readonly should: string }[] = [];
      for (const source of ['a', 'b'] as const)
        if (shown.has(`raw.${source}`) && only?.has(`raw.${source}`) !== false)
          comparisons.push({
            model: `raw.${source}`,
            found: `raw.${source}`,
            should: sourceRows(spec, source),
          });
      if (spec.foreign)
        await this.#connection.run(`CREATE OR REPLACE VIEW raw.b AS ${sourceRows(spec, 'b')}`);
      // Embedded models and views stand for their queries, so those before must be there.
      for (const p of placed) {
        const name = `m.${p.model.name}`;
        if (p.model.kind === 'EMBEDDED')
          await this.#connection.run(
            `CREATE OR REPLACE VIEW ${name} AS ${expectedRows(p, project.now) ?? ''}`,
          );
        else if (
          keepsRows(p.model.kind) ||
          isBlind(p) ||
          // It went on with the rows of another definition.
          kept.get(shown.get(name) ?? '')?.carried !== undefined
        ) {
          const found =
            done === undefined
              ? undefined
              : this.#history(p, shown.get(name) ?? '', kept, done, project.now, where);
          if (found === undefined) continue;
          comparisons.push({ model: name, ...found });
        } else if (done?.isWhole === false && asksSignal(p.model)) continue;
        else if (done?.isWhole !== false || !['INCREMENTAL', 'UNIQUE', 'RUNNING'].includes(p.model.kind)) {
          comparisons.push({ model: name, found: name, should: expectedRows(p, project.now) ?? '' });
          const diverted = divertedRows(p, project.now);
          if (diverted !== undefined)
            comparisons.push({
              model: `${name} diverted`,
              found: await this.#diverted(shown.get(name) ?? '', name),
              should: diverted,
            });
        } else continue;
        this.compared.set(p.model.kind, (this.compared.get(p.model.kind) ?? 0) + 1);
      }
      await this.#compare(comparisons, `${where}, ${environment}`);
      await this.#expectTypes(
        comparisons.filter((c) => c.found === c.model).map((c) => c.model),
        `${where}, ${environment}`,
      );
      if (done !== undefined) await this.#remember(kept);
    });
  }

  hasMends(): boolean {
    return [...this.#mends.values()].some((own) => own.size > 0);
  }

  mendsOf(model: string): readonly Mend[] {
    return [...(this.#mends.get(model)?.values() ?? [])];
  }

  /** Rows that went back. */
  learnMends(model: string, mends: readonly Mend[]): void {
    if (mends.length === 0) return;
    const own = [...(this.#mends.get(model) ?? []), ...mends.map((m) => [m.id, m] as const)];
    this.#mends = new Map([...this.#mends, [model, new Map(own)]]);
  }

  /** Mends that were taken back. */
  forgetMends(model: string, ids: ReadonlySet<string>): void {
    const left = [...(this.#mends.get(model) ?? [])].filter(([id]) => !ids.has(id));
    this.#mends = new Map([...this.#mends, [model, new Map(left)]]);
  }

  /** Asks the warehouse, attached as `wh`; `shown`: by model the key of the physical table that an environment shows. */
  async ask<T>(
    project: TestProject,
    environment: string,
    work: (rows: (sql: string) => Promise<readonly Row[]>, shown: ReadonlyMap<string, string>) => Promise<T>,
  ): Promise<T | undefined> {
    let answer: T | undefined;
    await this.#attached(project, async () => {
      answer = await work((sql) => this.#rows(sql), await this.#show(environment));
    });
    return answer;
  }

  /** Learns the sequence number of each environment. */
  async learn(project: TestProject): Promise<void> {
    await this.#attached(project, async () => undefined);
  }

  /** After something that need not have come to its end: nothing is lost. Remembers what is there. */
  async look(project: TestProject, where: string): Promise<void> {
    await this.#attached(project, async () => {
      const kept = await this.#keptNow();
      await this.#expectKept(kept, where);
      for (const now of kept.values()) {
        const before = this.#kept.get(now.physical);
        if (before === undefined) continue;
        const isLog = now.kind === 'INCREMENTAL_UNMANAGED';
        if (!isLog && !now.columns.has('valid_to')) continue;
        const past = `FROM was."${now.physical}"${isLog ? '' : ' WHERE valid_to IS NOT NULL'}`;
        const [row] = await this.#rows(
          `SELECT (SELECT count(*) FROM (${past} EXCEPT ALL FROM ${now.table})) AS lost,
            (SELECT count(*) FROM ${now.table}) > (SELECT count(*) FROM was."${now.physical}") AS grew`,
        );
        expect(Number(row?.['lost']), `${where}: rows of ${now.physical} that are gone`).toBe(0);
        if (isLog && row?.['grew'] === true)
          expect(now.done, `${where}: ${now.physical} grew, so the ledger did`).not.toEqual(before.done);
      }
      await this.#remember(kept);
    });
  }

  /** Whether each view of an environment shows what it showed when this was last called with the same models. */
  async hold(project: TestProject, environment: string, models: readonly string[]): Promise<void> {
    await this.#attached(project, async () => {
      const shown = await this.#show(environment);
      for (const model of models) {
        const name = model.slice(2);
        await this.#connection.run(
          shown.has(model)
            ? `CREATE OR REPLACE TABLE before."${name}" AS FROM ${model}`
            : `DROP TABLE IF EXISTS before."${name}"`,
        );
      }
    });
  }

  async expectHeld(
    project: TestProject,
    environment: string,
    models: readonly string[],
    where: string,
  ): Promise<void> {
    await this.#attached(project, async () => {
      const shown = await this.#show(environment);
      const there = new Set(
        (await this.#rows("SELECT table_name AS n FROM duckdb_tables() WHERE schema_name = 'before'")).map(
          (r) => String(r['n']),
        ),
      );
      for (const model of models)
        expect(shown.has(model), `${where}: ${model} is shown as it was`).toBe(there.has(model.slice(2)));
      await this.#compare(
        models
          .filter((m) => shown.has(m))
          .map((m) => ({ model: m, found: m, should: `FROM before."${m.slice(2)}"` })),
        where,
      );
    });
  }

  /** Views of a schema each for sources and models, as an environment shows them; answers their physical tables. */
  async #show(environment: string): Promise<ReadonlyMap<string, string>> {
    const views = await this.#rows(
      `SELECT model, physical, view_schema AS s, view_name AS n FROM wh._sluice.promoted_model SEMI JOIN (SELECT environment,
       max(sequence) AS sequence FROM wh._sluice.promotion WHERE environment = '${environment}' GROUP BY ALL) USING (environment, sequence)`,
    );
    const made = views.map(
      (v) =>
        `CREATE OR REPLACE VIEW ${String(v['model'])} AS FROM wh."${String(v['s'])}"."${String(v['n'])}";`,
    );
    if (made.length > 0) await this.#connection.run(made.join('\n'));
    return new Map(views.map((v) => [String(v['model']), String(v['physical'])]));
  }

  /** What a model that keeps rows should hold, from what it held. */
  #history(
    placed: Placed,
    physical: string,
    kept: ReadonlyMap<string, Kept>,
    done: Done,
    at: number,
    where: string,
  ): { readonly found: string; readonly should: string } | undefined {
    const { model } = placed;
    const name = `m.${model.name}`;
    const now = kept.get(physical);
    if (now === undefined) throw new Error(`${where}: ${name} keeps rows, and ${physical} is not said to`);
    const written = done.written.get(name);
    const base = this.#kept.get(physical) ?? this.#kept.get(now.carried ?? '');
    // Built by something that was stopped: from when on, nobody here knows.
    if (base === undefined && written === undefined) return undefined;
    const columns = [...now.columns.keys()].filter((c) => c !== 'valid_from' && c !== 'valid_to');
    if (model.kind === 'LOG' && base !== undefined)
      for (const range of written ?? [])
        expect(
          base.done.filter((d) => d.start < range.end && range.start < d.end),
          `${where}: ${name} is appended to once for each interval`,
        ).toEqual([]);
    if (!keepsRows(model.kind) && !this.#isClear(placed, base, written, at)) return undefined;
    if (readsForeign(placed.spec, placed.position) && base?.physical === physical && done.isWhole)
      expectLookback(model, base.done, written ?? [], at, where);
    const isScd = now.columns.has('valid_to');
    const own = [...columns, ...(isScd ? ['valid_to'] : [])];
    // The same table with other columns, where it was made from another; a new one is empty.
    const values = own.map((c) =>
      base?.columns.has(c) === true ? `CAST(was."${c}" AS ${now.columns.get(c) ?? ''})` : 'NULL',
    );
    // A range that is restated is written like any other; what is merged as a whole begins anew.
    const isEmpty = base === undefined || (model.kind === 'MERGED' && done.anew.has(name));
    const rows = `SELECT * FROM (SELECT ${own.join(', ')} FROM ${now.table} WHERE FALSE${
      isEmpty ? '' : ` UNION ALL SELECT ${values.join(', ')} FROM was."${base.physical}" AS was`
    })`;
    return {
      found: `(SELECT ${[...columns, ...(isScd ? ['valid_to IS NULL AS is_open'] : [])].join(', ')} FROM ${name})`,
      should: expectedHistory(placed, { rows, columns, written }),
    };
  }

  /** Whether it can be told from what was written, whether rows were merged or all of them computed anew. */
  #isClear(
    { model }: Placed,
    base: Kept | undefined,
    written: readonly TimeRange[] | undefined,
    at: number,
  ): boolean {
    if (model.kind !== 'UNIQUE' || base === undefined) return true;
    return (written ?? []).every((r) => r.start > desired(model, at).start);
  }

  async #compare(
    comparisons: readonly { readonly model: string; readonly found: string; readonly should: string }[],
    where: string,
  ): Promise<void> {
    if (comparisons.length === 0) return;
    const made = comparisons.map((c) => `CREATE OR REPLACE VIEW should."${c.model}" AS ${c.should};`);
    await this.#connection.run(made.join('\n'));
    // Rows on one side cancel those on the other, so that each side is computed once.
    const query = comparisons.map(
      ({ model, found }) =>
        `SELECT '${model}' AS model, (SELECT count(*) FROM (SELECT * EXCLUDE (side), sum(side) FROM (
          SELECT *, 1 AS side FROM should."${model}" UNION ALL SELECT *, -1 FROM ${found}) GROUP BY ALL HAVING sum(side) <> 0)) AS wrong`,
    );
    const wrong = (await this.#rows(query.join('\nUNION ALL\n'))).filter((r) => Number(r['wrong']) > 0);
    for (const row of wrong) {
      const c = comparisons.find((one) => one.model === row['model']);
      if (c === undefined) continue;
      const missing = await this.#rows(`FROM should."${c.model}" EXCEPT ALL FROM ${c.found} LIMIT 8`);
      const extra = await this.#rows(`FROM ${c.found} EXCEPT ALL FROM should."${c.model}" LIMIT 8`);
      throw new Error(
        `${where}: ${c.model}\nmissing ${JSON.stringify(missing)}\nextra ${JSON.stringify(extra)}`,
      );
    }
  }

  /** The rows that were taken out of a table; none where no interval was computed yet. */
  async #diverted(physical: string, model: string): Promise<string> {
    const [table] = await this.#rows(
      `SELECT count(*) AS n FROM duckdb_tables() WHERE database_name = 'wh' AND schema_name = '_sluice_quarantine' AND table_name = '${physical}'`,
    );
    return Number(table?.['n']) === 0
      ? `(FROM ${model} WHERE FALSE)`
      : `(SELECT unnest("row") FROM wh._sluice_quarantine."${physical}")`;
  }

  async #expectTypes(models: readonly string[], where: string): Promise<void> {
    const rows = await this.#rows(
      `SELECT schema_name AS s, table_name AS n, list(column_name || ' ' || data_type ORDER BY column_index) AS c
       FROM duckdb_columns() WHERE database_name = 'memory' AND schema_name IN ('m', 'raw', 'should') GROUP BY ALL`,
    );
    const of = new Map(rows.map((r) => [`${String(r['s'])}.${String(r['n'])}`, r['c']]));
    for (const model of models)
      expect({ model, columns: of.get(model) }, where).toEqual({ model, columns: of.get(`should.${model}`) });
  }

  async #keptNow(): Promise<ReadonlyMap<string, Kept>> {
    const rows = await this.#rows(
      `SELECT s.physical, s.physical_schema AS schema, s.physical_name AS name, s.kind, (s.fingerprint->>'$.history') = 'true' AS history, (s.fingerprint->>'$.carried.physical') AS carried,
        (SELECT list([column_name, data_type] ORDER BY column_index) FROM duckdb_columns() c WHERE c.database_name = 'wh'
          AND c.schema_name = s.physical_schema AND c.table_name = s.physical_name) AS columns,
        (SELECT list({s: epoch_ms(start_at), e: epoch_ms(end_at)} ORDER BY start_at) FROM wh._sluice.ledger l
          WHERE l.physical = s.physical AND isfinite(start_at)) AS done
       FROM wh._sluice.snapshot s WHERE relation = 'table' AND (kind LIKE 'INCREMENTAL%' OR kind LIKE 'SCD%')`,
    );
    return new Map(
      rows.flatMap((r): readonly [string, Kept][] => {
        if (r['columns'] === null) return [];
        const physical = String(r['physical']);
        const ranges = (r['done'] ?? []) as readonly { readonly s: string; readonly e: string }[];
        return [
          [
            physical,
            {
              physical,
              table: `wh."${String(r['schema'])}"."${String(r['name'])}"`,
              kind: String(r['kind']),
              isHistory: r['history'] === true,
              carried: r['carried'] === null ? undefined : String(r['carried']),
              columns: new Map(r['columns'] as readonly (readonly [string, string])[]),
              done: ranges.map((d) => ({ start: Number(d.s), end: Number(d.e) })),
            },
          ],
        ];
      }),
    );
  }

  /** Nothing drops rows that could not be computed again. */
  async #expectKept(kept: ReadonlyMap<string, Kept>, where: string): Promise<void> {
    const gone = [...this.#kept.values()].filter((k) => k.isHistory && !kept.has(k.physical));
    expect(
      gone.map((k) => k.physical),
      `${where}: tables whose rows are nowhere else`,
    ).toEqual([]);
  }

  async #remember(kept: ReadonlyMap<string, Kept>): Promise<void> {
    this.#kept = new Map(kept);
    const copies = [...kept.values()].map(
      (k) => `CREATE OR REPLACE TABLE was."${k.physical}" AS FROM ${k.table};`,
    );
    if (copies.length > 0) await this.#connection.run(copies.join('\n'));
  }

  async #rows(sql: string): Promise<readonly Row[]> {
    return (await this.#connection.runAndReadAll(sql)).getRowObjectsJson();
  }

  async #attached(project: TestProject, work: () => Promise<void>): Promise<void> {
    await this.#connection.run(`ATTACH '${project.warehouse}' AS wh (READ_ONLY)`);
    try {
      const [state] = await this.#rows(
        "SELECT count(*) AS n FROM duckdb_schemas() WHERE database_name = 'wh' AND schema_name = '_sluice'",
      );
      // Whatever was refused may have left an empty file.
      if (Number(state?.['n']) === 0) return;
      await work();
      const promoted = await this.#rows(
        'SELECT environment AS e, max(sequence) AS n FROM wh._sluice.promotion GROUP BY ALL',
      );
      this.sequences = new Map(promoted.map((r) => [String(r['e']), Number(r['n'])]));
    } finally {
      await this.#connection.run('DETACH wh');
    }
  }
}

/** Kinds whose rows are told from their inputs, save where nobody tells that those moved. */
function isBlind({ spec, model, position }: Placed): boolean {
  return ['INCREMENTAL', 'UNIQUE', 'RUNNING'].includes(model.kind) && readsForeign(spec, position);
}

/** Where nobody tells of late rows, missing intervals bring those before them along. */
function expectLookback(
  model: ModelSpec,
  before: readonly TimeRange[],
  written: readonly TimeRange[],
  at: number,
  where: string,
): void {
  if (!['INCREMENTAL', 'LIVING'].includes(model.kind)) return;
  const missing = subtract([desired(model, at)], before);
  expect(
    subtract(withLookback(model, missing, at), written),
    `${where}: m.${model.name} looks back ${model.lookback}`,
  ).toEqual([]);
}
