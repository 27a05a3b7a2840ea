import type { Cases } from './cases.ts';
import { AGGREGATES } from './aggregates.ts';
import { CTES } from './ctes.ts';
import { DISTINCT } from './distinct.ts';
import { EXPRESSIONS } from './expressions.ts';
import { FILTERS } from './filters.ts';
import { JOINS } from './joins.ts';
import { LIMITS } from './limits.ts';
import { NESTED } from './nested.ts';
import { PIVOTS } from './pivots.ts';
import { SETS } from './sets.ts';
import { SUBQUERIES } from './subqueries.ts';
import { VALUES } from './values.ts';
import { WINDOWS } from './windows.ts';

/** All pairs by what they are about. */
export const CASES: Readonly<Record<string, Cases>> = {
  filters: FILTERS,
  expressions: EXPRESSIONS,
  joins: JOINS,
  aggregates: AGGREGATES,
  windows: WINDOWS,
  distinct: DISTINCT,
  sets: SETS,
  limits: LIMITS,
  ctes: CTES,
  subqueries: SUBQUERIES,
  nested: NESTED,
  pivots: PIVOTS,
  values: VALUES,
};
