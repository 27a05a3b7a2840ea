import type { Rule } from '../rule.ts';
import { aliasExpressions } from './alias-expressions.ts';
import { halfOpenRanges } from './half-open-ranges.ts';
import { layering } from './layering.ts';
import { namePattern } from './name-pattern.ts';
import { noAmbiguousColumns } from './no-ambiguous-columns.ts';
import { noMissingAudits } from './no-missing-audits.ts';
import { noMissingDescription } from './no-missing-description.ts';
import { noMissingTests } from './no-missing-tests.ts';
import { noSelectStar } from './no-select-star.ts';
import { noUnreadModels } from './no-unread-models.ts';
import { noUnusedColumns } from './no-unused-columns.ts';
import { noVolatileFunctions } from './no-volatile-functions.ts';

/** All rules, by name. */
export const RULES: readonly Rule[] = [
  aliasExpressions,
  halfOpenRanges,
  layering,
  namePattern,
  noAmbiguousColumns,
  noMissingAudits,
  noMissingDescription,
  noMissingTests,
  noSelectStar,
  noUnreadModels,
  noUnusedColumns,
  noVolatileFunctions,
];
