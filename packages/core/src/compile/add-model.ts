/** From a bound plan to a compiled model: columns, lineage, what is read, what it means, and its version. */
import { EXTERNAL_HINT } from './add-source.ts';
import { diagnostic } from '../diagnostic/index.ts';
import { isByInterval, type ModelDefinition } from '../model/index.ts';
import { checkColumns } from './check-columns.ts';
import type { Compilation } from './compilation.ts';
import type { Column, CompiledModel, Lineage } from './compiled.ts';
import { confirmedQuery, parsedQuery } from './confirm-query.ts';
import { COMPILE_INTERVAL } from './constants.ts';
import { traceLineage, type LineageTrace } from './lineage.ts';
import { meaningOf } from './meaning.ts';
import { kindColumns } from './kind-columns.ts';
import { allReads, clockDependent, readLeafOf } from './model-reads.ts';
import { ownReads } from './own-rows.ts';
import { isColumns, nameColumns } from './name-columns.ts';
import { openColumns } from './open-pivot.ts';
import { meaningSettings } from './meaning-settings.ts';
import type { ParsedModel, ParsedQuery } from './parse-models.ts';
import { inputsOf } from './pending.ts';
import { outputColumns, type PlanNode } from './plan-node.ts';
import { queryError } from './query-error.ts';
import { traceReads, type ReadLeaf } from './reads.ts';
import { versionLeafModel, versionQuery, versionText, type VersionedMeaning } from './version.ts';
import { auditIdentity, canonicalAst, textTags, versionTags } from './version-tags.ts';

export function addLeafModel(c: Compilation, m: ParsedModel): void {
  const { definition, audits } = m;
  const columns = (definition.columns ?? c.input.discovered.get(definition.name))?.map((c) => ({
    name: c.name,
    type: c.type,
  }));
  if (columns === undefined) {
    c.broken.add(definition.name);
    if (definition.kind.kind === 'EXTERNAL') {
      c.tell(
        definition,
        diagnostic(
          'external-without-columns',
          `the external model '${definition.name}' does not say its columns`,
          {
            location: definition.kindLocation,
            hint: EXTERNAL_HINT,
          },
        ),
      );
    }
    return;
  }
  const versioned = versionLeafModel(definition, columns);
  addModel(
    c,
    m,
    columns,
    versioned,
    {
      sql: undefined,
      dependencies: [],
      lineage: { columns: columns.map((c) => ({ ...c, sources: [], direct: true })), influence: [] },
      reads: [],
      byInterval: false,
      clockDependent: false,
      audits: audits.map((a) => ({ audit: a.audit, dependencies: a.dependencies })),
      auditIdentity: auditIdentity(audits),
    },
    { kind: 'input', input: definition.name, timeColumn: undefined },
  );
}

export async function addQueryModel(
  c: Compilation,
  m: ParsedModel,
  guessed: ParsedQuery,
  plan: PlanNode,
): Promise<void> {
  const { definition } = m;
  const outputs = await nameColumns(c, definition, guessed.rendered.sql, outputColumns(plan));
  if (outputs === undefined || !(await checkColumns(c, definition, guessed, outputs))) return;
  const columns = [...outputs, ...kindColumns(definition.kind)];
  const trace = traceLineage(plan, (schema, table) => c.lookup.find(schema, table) ?? `${schema}.${table}`);
  let query = await confirmedQuery(c, definition, guessed, trace);
  if (query === undefined) return;
  const meaning = meaningOf({
    plan,
    self: definition.name.toLowerCase(),
    settings: c.settings ?? '',
    leaf: (schema, table) => c.knownTable(schema, table)?.leaf(),
  });
  const tags = versionTags(c, m, query);
  let versioned;
  if (meaning.kind === 'known') {
    const isDiverting = m.audits.some((a) => a.audit.severity === 'quarantine');
    versioned = versionQuery(definition, columns, meaning, tags, isDiverting);
  } else {
    query = await parsedQuery(c, definition, query);
    if (query === undefined) return;
    const inputs = c.inputVersions(query.dependencies);
    versioned = versionText(
      definition,
      columns,
      canonicalAst(query.statement),
      inputs,
      textTags(c, query, tags),
    );
  }
  const byInterval = isByInterval(definition.kind, query.rendered.timeMacros.size > 0);
  const isOwn = (schema: string, table: string): boolean =>
    guessed.readsItself && c.lookup.find(schema, table) === definition.name;
  const reads = traceReads(
    plan,
    (schema, table) => (isOwn(schema, table) ? ownReads(definition) : c.knownTable(schema, table)?.reads()),
    byInterval ? COMPILE_INTERVAL : undefined,
  );
  addModel(
    c,
    { ...m, query },
    columns,
    versioned,
    {
      sql: query.rendered.sql,
      dependencies: query.dependencies,
      lineage: lineageOf(trace, columns, definition.name),
      reads: allReads(
        c,
        reads.scopes.filter((r) => r.input !== definition.name),
        query.dependencies,
      ),
      byInterval,
      clockDependent: clockDependent(c, definition, versioned, query),
      audits: m.audits.map((a) => ({ audit: a.audit, dependencies: a.dependencies })),
      auditIdentity: auditIdentity(m.audits),
    },
    readLeafOf(definition, columns, reads.trace),
  );
}

/** Valid SQL without a plan: columns from DESCRIBE or the header, version from the text, lineage unknown. */
export async function addOpaqueModel(c: Compilation, m: ParsedModel, guessed: ParsedQuery): Promise<void> {
  const { definition } = m;
  const query = await parsedQuery(c, definition, guessed);
  if (query === undefined) return;
  const described = query.isOpen
    ? await openColumns(c, definition, query)
    : await describedColumns(c, definition, query);
  if (described === undefined || !(await checkColumns(c, definition, query, described))) return;
  const columns = [...described, ...kindColumns(definition.kind)];
  const tags = [...versionTags(c, m, query), ...(query.isOpen ? ['open pivot'] : [])];
  const versioned = versionText(
    definition,
    columns,
    canonicalAst(query.statement),
    c.inputVersions(query.dependencies),
    textTags(c, query, tags),
  );
  addModel(
    c,
    { ...m, query },
    columns,
    versioned,
    {
      sql: query.rendered.sql,
      dependencies: query.dependencies,
      lineage: undefined,
      reads: allReads(c, [], query.dependencies),
      byInterval: isByInterval(definition.kind, query.rendered.timeMacros.size > 0),
      clockDependent: clockDependent(c, definition, versioned, query),
      audits: m.audits.map((a) => ({ audit: a.audit, dependencies: a.dependencies })),
      auditIdentity: auditIdentity(m.audits),
    },
    { kind: 'input', input: definition.name, timeColumn: undefined },
  );
}

async function describedColumns(
  c: Compilation,
  definition: ModelDefinition,
  query: ParsedQuery,
): Promise<readonly Column[] | undefined> {
  const described = await c.input.binder.describe(query.rendered.sql);
  if (isColumns(described)) return described;
  c.fail(definition, queryError(definition, query, described));
  return undefined;
}

function addModel(
  c: Compilation,
  m: ParsedModel,
  columns: readonly Column[],
  versioned: VersionedMeaning,
  rest: Pick<
    CompiledModel,
    | 'sql'
    | 'dependencies'
    | 'lineage'
    | 'reads'
    | 'byInterval'
    | 'clockDependent'
    | 'audits'
    | 'auditIdentity'
  >,
  reads: ReadLeaf,
): void {
  const { definition } = m;
  const node: CompiledModel = {
    node: 'model',
    name: definition.name,
    definition,
    columns,
    version: versioned.version,
    meaning:
      rest.sql === undefined ? versioned.meaning : { ...versioned.meaning, settings: meaningSettings(c, m) },
    ...rest,
    ...(m.query?.readsItself === true ? { readsItself: true } : {}),
  };
  // What a text was bound against was not what others see: it is looked at anew each time.
  if (m.query?.readsItself === true) c.keys.delete(node.name);
  c.know(node, versioned, reads);
  c.finished.set(node.name, inputsOf(m));
}

/** `own`: a model's rows before are not where its values come from, but how. */
function lineageOf(trace: LineageTrace, columns: readonly Column[], own: string): Lineage | undefined {
  if (trace.unknown.length > 0) return undefined;
  return {
    columns: columns.map((c, i) => ({
      ...c,
      sources: (trace.columns[i]?.sources ?? []).filter((s) => s.model !== own),
      direct: trace.columns[i]?.direct ?? false,
    })),
    influence: trace.influence.filter((s) => s.model !== own),
  };
}
