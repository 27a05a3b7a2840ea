import { closeSync, copyFileSync, cpSync, fsyncSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bundle } from './bundle.ts';
import { runChild, type Child } from './child.ts';
import { runTurns } from './pairs.ts';
import { processScript, scratch } from './paths.ts';
import { handScript, record, type Sort } from './recording.ts';
import type { Measurement } from './report.ts';
import { checkSame } from './same-tables.ts';

/** What is applied, and from where. Left out: all of the project, into a new warehouse. */
export interface ApplyOptions {
  /** As the results name it. */
  readonly what: string;
  /** Times the same statements in the same transactions. */
  readonly budget?: number;
  readonly command?: readonly [name: string, ...args: string[]];
  /** A copy of `.sluice` that every run begins with. */
  readonly from?: string;
  /** Sorts of statements that there must be. */
  readonly sorts?: readonly Sort[];
}

const ALL_SORTS: readonly Sort[] = ['schema', 'load', 'model', 'audit', 'view'];

/**
 * `sluice apply` of a project whose warehouse is `.sluice/warehouse.duckdb`, against the statements of that very apply
 * sent by hand: once in the same transactions, which is what the budget is about, and once each in one of its own, which is
 * what somebody does who lets readers see rows before they are audited. All begin with the same file every time. First, outside
 * the timing, both results are compared row by row.
 */
export async function applyBesideHand(
  bundle: Bundle,
  project: string,
  runs: number,
  { what, budget, command = ['apply', 'prod', '--yes'], from, sorts = ALL_SORTS }: ApplyOptions,
): Promise<readonly Measurement[]> {
  const folder = scratch(`by-hand-${process.pid}`);
  const own = join(project, '.sluice');
  const hand = join(folder, 'warehouse.duckdb');
  const script = join(folder, 'script.json');
  const forget = (): void => {
    rmSync(own, { recursive: true, force: true });
    if (from === undefined) return;
    cpSync(from, own, { recursive: true });
    settle(join(own, 'warehouse.duckdb'));
  };
  const forgetHand = (): void => {
    for (const file of [hand, `${hand}.wal`]) rmSync(file, { force: true });
    if (from === undefined) return;
    copyFileSync(join(from, 'warehouse.duckdb'), hand);
    settle(hand);
  };
  const apply = bundle.inProject(project, ...command);
  const byHand: Child = { args: [processScript('by-hand'), script, hand] };
  const alone: Child = { args: [...byHand.args, 'alone'] };
  try {
    forget();
    const recording = await record(apply, join(folder, 'recording.json'));
    const { counts, ...sent } = handScript(recording);
    if (sorts.some((sort) => counts[sort] === 0)) {
      throw new Error(`the recorded apply lacks a sort of statements: ${JSON.stringify(counts)}`);
    }
    writeFileSync(script, JSON.stringify(sent));
    forgetHand();
    await runChild(byHand);
    const same = await checkSame(join(own, 'warehouse.duckdb'), hand);

    const sides = [
      { child: apply, before: forget },
      { child: byHand, before: forgetHand },
      { child: alone, before: forgetHand },
    ];
    const [measured, together, apart] = await runTurns(sides, runs);
    if (measured === undefined || together === undefined || apart === undefined)
      throw new Error('three sides');
    const statements = Object.values(counts).reduce((n, c) => n + c, 0);
    return [
      {
        what,
        against: 'the same statements in the same transactions',
        pairs: { measured: measured.seconds, beside: together.seconds },
        usage: { measured: measured.usage, beside: together.usage },
        ...(budget === undefined ? {} : { budget: { ratio: budget } }),
        notes: [
          `${statements} statements by hand (${Object.entries(counts)
            .map(([sort, n]) => `${n} ${sort}`)
            .join(
              ', ',
            )}) in ${sent.transactions.length} transactions, ${recording.statements.length} by Sluice, its front end's included`,
          `${same.tables} tables with ${same.rows.toLocaleString('en')} rows are equal on both sides`,
        ],
      },
      {
        what,
        against: 'the same statements, each alone',
        pairs: { measured: measured.seconds, beside: apart.seconds },
        usage: { measured: measured.usage, beside: apart.usage },
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes a copied file to the disk, so that whoever commits first does not have to. */
export function settle(file: string): void {
  const handle = openSync(file, 'r+');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
