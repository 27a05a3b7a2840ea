/**
 * Reads `when_matched`: one or several `WHEN MATCHED [AND condition] THEN …`, with commas between them, without or within
 * brackets. Columns that are set may be written `target.a`, as other warehouses want it.
 */
import { identifierName } from '../sql/tokens.ts';
import type { Findings, HeaderProperty } from './header.ts';
import { fragmentOf } from './kind-values.ts';
import type { Assignment, MatchedClause } from './model-kind.ts';
import type { TokenRun } from './token-run.ts';

const HINT =
  'Write when_matched (WHEN MATCHED [AND condition] THEN UPDATE SET target.a = source.a), or … THEN DELETE.';

/** The clauses in order; undefined when one is wrong, which has been reported then. */
export function parseWhenMatched(
  property: HeaderProperty | undefined,
  findings: Findings,
): readonly MatchedClause[] | undefined {
  if (property === undefined) return undefined;
  const list = property.value.inner() ?? property.value;
  const starts = clauseStarts(list);
  if (starts[0] !== 0) {
    findings.add('invalid-property', list.location, `'when_matched' begins with WHEN MATCHED`, HINT);
    return undefined;
  }
  const clauses = starts.map((from, i) => {
    const run = list.slice(from, starts[i + 1] ?? list.length);
    return run.is(run.length - 1, ',') ? run.slice(0, run.length - 1) : run;
  });
  const parsed = clauses.map((clause) => parseClause(clause, findings));
  return parsed.every((c) => c !== undefined) ? parsed : undefined;
}

/** Positions of the WHENs outside brackets that are not of a CASE. */
function clauseStarts(list: TokenRun): readonly number[] {
  const starts: number[] = [];
  let depth = 0;
  let cases = 0;
  for (let i = 0; i < list.length; i++) {
    if (list.is(i, '(') || list.is(i, '[') || list.is(i, '{')) depth++;
    else if (list.is(i, ')') || list.is(i, ']') || list.is(i, '}')) depth--;
    else if (depth > 0) continue;
    else if (list.is(i, 'case')) cases++;
    else if (list.is(i, 'end') && cases > 0) cases--;
    else if (cases === 0 && list.is(i, 'when')) starts.push(i);
  }
  return starts;
}

function parseClause(clause: TokenRun, findings: Findings): MatchedClause | undefined {
  const wrong = (at: TokenRun, message: string): undefined => {
    findings.add('invalid-property', at.location, message, HINT);
    return undefined;
  };
  if (!clause.is(1, 'matched')) return wrong(clause.slice(0, 2), `'when_matched' is about rows that match`);
  const then = topLevel(clause, 'then');
  if (then === undefined) return wrong(clause, 'This WHEN MATCHED has no THEN');
  const conditioned = clause.is(2, 'and');
  if (then !== (conditioned ? then : 2) || (conditioned && then < 4)) {
    return wrong(clause.slice(2, then), 'Between WHEN MATCHED and THEN there is AND and a condition');
  }
  const condition = conditioned ? fragmentOf(clause.slice(3, then)) : undefined;
  const action = clause.slice(then + 1);
  if (action.length === 1 && action.is(0, 'delete')) return { condition, action: { kind: 'delete' } };
  if (action.length === 2 && action.is(0, 'do') && action.is(1, 'nothing'))
    return { condition, action: { kind: 'nothing' } };
  if (!action.is(0, 'update') || !action.is(1, 'set') || action.length < 3)
    return wrong(action, 'After THEN comes UPDATE SET, DELETE or DO NOTHING');
  if (action.length === 3 && action.is(2, '*')) return { condition, action: { kind: 'update-all' } };
  const set = action.slice(2).items().map(assignmentOf);
  if (set.every((a) => a !== undefined)) return { condition, action: { kind: 'update', set } };
  return wrong(action, 'After SET come assignments: target.column = expression');
}

function assignmentOf(item: TokenRun): Assignment | undefined {
  const at = item.is(0, 'target') && item.is(1, '.') ? 2 : 0;
  if (!item.isName(at) || !item.is(at + 1, '=') || item.length < at + 3) return undefined;
  return {
    column: { name: identifierName(item.textAt(at)), location: item.locationAt(at) },
    value: fragmentOf(item.slice(at + 2)),
  };
}

/** Where a word stands outside brackets and CASEs. */
function topLevel(run: TokenRun, word: string): number | undefined {
  let depth = 0;
  let cases = 0;
  for (let i = 0; i < run.length; i++) {
    if (run.is(i, '(') || run.is(i, '[') || run.is(i, '{')) depth++;
    else if (run.is(i, ')') || run.is(i, ']') || run.is(i, '}')) depth--;
    else if (depth > 0) continue;
    else if (run.is(i, 'case')) cases++;
    else if (run.is(i, 'end') && cases > 0) cases--;
    else if (cases === 0 && run.is(i, word)) return i;
  }
  return undefined;
}
