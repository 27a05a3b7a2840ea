import { diagnostic, type Diagnostic, type Location } from '../diagnostic/index.ts';
import { isScd, type ModelDefinition, type ModelKind, type SqlFragment } from '../model/index.ts';
import { identifierName, significantTokens } from '../sql/tokens.ts';
import { ident } from '../sql/quote.ts';
import { qualify } from '../sql/qualify.ts';
import type { BindError, Binder } from './binder.ts';
import type { Column } from './compiled.ts';
import { nodeKey } from './names.ts';
import { normalType } from './normal-type.ts';

/**
 * What kinds have to do with columns: those they add to a query's, and those of a query that their properties name. What
 * is an expression is bound by DuckDB like all SQL of the author's.
 */

/** Columns that a kind adds behind those of the query. */
export function kindColumns(kind: ModelKind): readonly Column[] {
  if (!isScd(kind)) return [];
  const type = normalType(kind.timeDataType);
  return [
    { name: kind.validFrom, type },
    { name: kind.validTo, type },
  ];
}

/** What is wrong with what a kind says of the query's columns. */
export async function kindProblems(
  definition: ModelDefinition,
  columns: readonly Column[],
  binder: Pick<Binder, 'check'>,
): Promise<readonly Diagnostic[]> {
  const named = namedColumns(definition, columns);
  const expressions = expressionsOf(definition.kind).filter((e) => !isColumn(e.fragment, columns));
  if (expressions.length === 0) return named;
  const rows = columns.map((c) => `CAST(NULL AS ${c.type}) AS ${ident(c.name)}`).join(', ');
  const names = columns.map((c) => c.name);
  const errors = await binder.check(
    expressions.map(({ fragment, over }) =>
      over === 'rows'
        ? `SELECT (${qualify(fragment.text, names, 'this')}) FROM (SELECT ${rows}) AS this`
        : `SELECT (${fragment.text}) FROM (SELECT ${rows}) AS source, (SELECT ${rows}) AS target`,
    ),
  );
  const bound = expressions.flatMap(({ property, fragment, over }, i) => {
    const error = errors[i];
    if (error === undefined) return [];
    const { offset, text } = fragment;
    const location = definition.source.locate(offset, offset + text.length);
    const problem = over === 'rows' && isName(text) ? `the query has no column '${text}'` : sentenceOf(error);
    return [mismatch(`${property}: ${problem}`, location, columns, over)];
  });
  return [...named, ...bound];
}

interface KindExpression {
  readonly property: string;
  readonly fragment: SqlFragment;
  /** Over a row of the model, or over `source` and `target`. */
  readonly over: 'rows' | 'pairs';
}

function expressionsOf(kind: ModelKind): readonly KindExpression[] {
  switch (kind.kind) {
    case 'INCREMENTAL_BY_UNIQUE_KEY': {
      const matched = (kind.whenMatched ?? []).flatMap((c) => [
        ...(c.condition === undefined ? [] : [c.condition]),
        ...(c.action.kind === 'update' ? c.action.set.map((a) => a.value) : []),
      ]);
      return [
        ...each('unique_key', kind.uniqueKey, 'rows'),
        ...each('when_matched', matched, 'pairs'),
        ...each('merge_filter', kind.mergeFilter === undefined ? [] : [kind.mergeFilter], 'pairs'),
      ];
    }
    case 'INCREMENTAL_BY_PARTITION':
      return each('partitioned_by', kind.partitionedBy, 'rows');
    case 'SCD_TYPE_2_BY_TIME':
    case 'SCD_TYPE_2_BY_COLUMN':
      return each('unique_key', kind.uniqueKey, 'rows');
    default:
      return [];
  }
}

function each(
  property: string,
  fragments: readonly SqlFragment[],
  over: KindExpression['over'],
): readonly KindExpression[] {
  return fragments.map((fragment) => ({ property, fragment, over }));
}

/** Columns that are named as such must be there, and those a kind adds must not. */
function namedColumns(definition: ModelDefinition, columns: readonly Column[]): readonly Diagnostic[] {
  const { kind } = definition;
  const find = (name: string): Column | undefined => columns.find((c) => nodeKey(c.name) === nodeKey(name));
  const missing = (property: string, named: readonly { name: string; location: Location }[]): Diagnostic[] =>
    named.flatMap(({ name, location }) =>
      find(name) === undefined
        ? [mismatch(`${property}: the query has no column '${name}'`, location, columns, 'rows')]
        : [],
    );
  if (kind.kind === 'INCREMENTAL_BY_UNIQUE_KEY') {
    const set = (kind.whenMatched ?? []).flatMap((c) => (c.action.kind === 'update' ? c.action.set : []));
    return missing(
      'when_matched',
      set.map((a) => a.column),
    );
  }
  if (!isScd(kind)) return [];
  const found = [kind.validFrom, kind.validTo].flatMap((name) =>
    find(name) === undefined
      ? []
      : [
          diagnostic('kind-mismatch', `kind ${kind.kind} adds a column '${name}', and the query has one`, {
            location: definition.kindLocation,
            hint: 'Rename the one of the query, or set valid_from_name and valid_to_name.',
          }),
        ],
  );
  const type = normalType(kind.timeDataType);
  if (!isTime(type)) {
    found.push(
      diagnostic('kind-mismatch', `time_data_type is ${type}, not a DATE or TIMESTAMP`, {
        location: definition.kindLocation,
        hint: `${kind.validFrom} and ${kind.validTo} tell when a row was valid: write DATE, TIMESTAMP or TIMESTAMPTZ.`,
      }),
    );
  }
  if (kind.kind === 'SCD_TYPE_2_BY_COLUMN')
    return [...found, ...(kind.columns === '*' ? [] : missing('columns', kind.columns))];
  const updated = find(kind.updatedAt.name);
  if (updated === undefined) {
    const problem = `the query has no column '${kind.updatedAt.name}' to tell when a row changed`;
    return [...found, mismatch(`updated_at_name: ${problem}`, kind.updatedAt.location, columns, 'rows')];
  }
  if (!isTime(updated.type)) {
    const hint = 'Cast it in the query.';
    const { location } = kind.updatedAt;
    found.push(
      diagnostic('kind-mismatch', `'${updated.name}' is ${updated.type}, not a DATE or TIMESTAMP`, {
        location,
        hint,
      }),
    );
  }
  return found;
}

function isTime(type: string): boolean {
  return type === 'DATE' || type.startsWith('TIMESTAMP');
}

function mismatch(
  message: string,
  location: Location,
  columns: readonly Column[],
  over: KindExpression['over'],
): Diagnostic {
  const names = columns.map((c) => c.name).join(', ');
  return diagnostic('kind-mismatch', message, {
    location,
    hint: over === 'rows' ? `Its columns are ${names}.` : `Both source and target have the columns ${names}.`,
  });
}

function isName(text: string): boolean {
  const [token, ...more] = significantTokens(text);
  return more.length === 0 && (token?.kind === 'word' || token?.kind === 'quoted');
}

/** Whether an expression is nothing but the name of a column. */
function isColumn(fragment: SqlFragment, columns: readonly Column[]): boolean {
  const [token, ...more] = significantTokens(fragment.text);
  if (token === undefined || more.length > 0 || (token.kind !== 'word' && token.kind !== 'quoted'))
    return false;
  const name = identifierName(fragment.text.slice(token.start, token.end));
  return columns.some((c) => nodeKey(c.name) === nodeKey(name));
}

function sentenceOf(error: BindError): string {
  const line = error.message.split('\n', 1)[0] ?? '';
  return line.replace(/^(\w+ )+Error: /, '').replace(/[.!]\s*$/, '');
}
