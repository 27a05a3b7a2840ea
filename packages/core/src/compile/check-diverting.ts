/** Audits that divert rows: which models and audits that can be, and what it adds to a version. */
import { divertProblem, looksAcrossRows, type AuditSql, type ResolvedAudit } from '../audit/index.ts';
import { diagnostic, type Diagnostic } from '../diagnostic/index.ts';
import type { ModelDefinition } from '../model/index.ts';
import type { ProjectConfig, SqlMacro } from '../project/index.ts';
import { namesTable } from '../sql/names-table.ts';
import { plainText } from '../sql/plain-text.ts';
import { cadenceOf } from '../time/index.ts';
import type { Column } from './compiled.ts';
import { DEFAULT_SCHEMA, nodeKey } from './names.ts';

/** What is wrong before anything is bound. `dependencies`: other models that it reads. */
export function checkDiverting(
  definition: ModelDefinition,
  audit: ResolvedAudit,
  sql: AuditSql,
  dependencies: readonly string[] = [],
): readonly Diagnostic[] {
  if (audit.severity !== 'quarantine') return [];
  const { kind } = definition.kind;
  if (kind !== 'FULL' && kind !== 'INCREMENTAL_BY_TIME_RANGE') {
    return cannot(audit, `a model of kind ${kind} cannot divert rows`, KINDS);
  }
  const [read] = dependencies;
  const problem =
    read === undefined
      ? (divertProblem(audit, sql.sql) ?? selfProblem(definition, audit))
      : `reads ${read}, so that what is diverted would change when ${read} does`;
  return problem === undefined
    ? []
    : cannot(audit, `audit ${audit.name} cannot divert rows: it ${problem}`, OTHERWISE);
}

/** By its name an audit would see the whole model, whatever part of it is being written. */
function selfProblem({ name, schema, table }: ModelDefinition, audit: ResolvedAudit): string | undefined {
  const texts = [audit.definition?.query.text ?? '', ...[...audit.arguments.values()].map((a) => a.sql)];
  const own = { schema, table, isDefaultSchema: nodeKey(schema) === DEFAULT_SCHEMA };
  if (!texts.some((text) => namesTable(text, own))) return undefined;
  return audit.definition === undefined
    ? `reads all of ${name}, whichever rows are being written`
    : `reads ${name} by its name, not as @this_model`;
}

/** What is wrong with the columns. `found`: those that an audit of the project returns. */
export function checkDivertedColumns(
  audit: ResolvedAudit,
  columns: readonly Column[],
  found: readonly Column[] | undefined,
): readonly Diagnostic[] {
  if (columns.some((c) => c.name.toLowerCase() === 'rowid')) {
    return cannot(audit, "a model with a column 'rowid' cannot divert rows", 'Give the column another name.');
  }
  if (found === undefined) return [];
  if (textOf(found) === textOf(columns)) return [];
  return cannot(
    audit,
    `audit ${audit.name} cannot divert rows: it returns (${textOf(found)}), not rows of the model (${textOf(columns)})`,
    'Let it SELECT * FROM @this_model, or let it block or warn.',
  );
}

function textOf(columns: readonly Column[]): string {
  return columns.map((c) => `${c.name.toLowerCase()} ${c.type}`).join(', ');
}

const KINDS =
  'Only FULL and INCREMENTAL_BY_TIME_RANGE models can: in the others later rows build on the ones before. Let it block or warn.';
const OTHERWISE = 'Let it block or warn; or mark the rows with a column of the model, and audit that.';

function cannot(audit: ResolvedAudit, message: string, hint: string): readonly Diagnostic[] {
  return [diagnostic('cannot-divert', message, { location: audit.call.location, hint })];
}

/**
 * What audits do to the rows of a table: nothing, or which rows they take, in the order of the header. What looks across
 * rows does so within an interval, so that the grid of the intervals belongs to it.
 */
export function divertTags(
  definition: ModelDefinition,
  audits: readonly { readonly audit: ResolvedAudit; readonly sql: AuditSql }[],
  project: { readonly config: Pick<ProjectConfig, 'defaults'>; readonly sqlMacros: readonly SqlMacro[] },
): readonly string[] {
  const diverting = audits.filter((a) => a.audit.severity === 'quarantine');
  if (diverting.length === 0) return [];
  const isGrid =
    definition.kind.kind === 'INCREMENTAL_BY_TIME_RANGE' && diverting.some((a) => looksAcrossRows(a.audit));
  const texts = diverting.map((a) => `diverts ${plainText(a.sql.sql)}`);
  const words = new Set(texts.flatMap((t) => t.toLowerCase().split(/\W+/)));
  const macros = project.sqlMacros.filter((m) => words.has(m.name.toLowerCase())).map((m) => m.sql);
  return [
    ...texts,
    ...(isGrid ? [`diverts by ${cadenceOf(definition, project.config.defaults).unit}`] : []),
    // A macro may call another one.
    ...(macros.length > 0 ? project.sqlMacros.map((m) => m.sql) : []),
  ];
}
