import { resolveAudit, auditSql, type AuditSql, type ResolvedAudit } from '../audit/index.ts';
import { diagnostic, didYouMean, hasErrors, type Diagnostic, type Location } from '../diagnostic/index.ts';
import type { AuditDefinition, ModelDefinition } from '../model/index.ts';
import type { Project } from '../project/index.ts';
import {
  render,
  type ColumnLookup,
  type RelationColumns,
  type RelationName,
  type Rendered,
  type RenderContext,
} from '../render/index.ts';
import { ident, raw, sql } from '../sql/quote.ts';
import { significantTokens } from '../sql/tokens.ts';
import type { Binder, ParseResult } from './binder.ts';
import { COMPILE_EXECUTION_TIME, COMPILE_INTERVAL } from './constants.ts';
import { DEFAULT_SCHEMA, nodeKey } from './names.ts';
import { mentionsOf, type Mentions } from './mentions.ts';
import { generatedNotes, renderedPlace, type ErrorPlace } from './error-place.ts';
import { checkDiverting } from './check-diverting.ts';
import { findReferences, type References } from './references.ts';
import { toDiagnostic } from './sql-errors.ts';
import { withoutOwn } from './own-rows.ts';

/** A model after the first pass: rendered, parsed, and with its references resolved to names of the project. */
export interface ParsedModel {
  readonly definition: ModelDefinition;
  /** Undefined for SEED and EXTERNAL. */
  readonly query: ParsedQuery | undefined;
  /** Pre- and post-statements as text, for the version. */
  readonly statements: readonly string[];
  readonly audits: readonly ParsedAudit[];
}

export interface ParsedQuery {
  /** A macro in the model needs columns that were not known: `rendered` is not final, only its dependencies are. */
  readonly isAwaiting: boolean;
  readonly rendered: Rendered;
  /** DuckDB's AST of the one statement; undefined when it was not asked for. */
  readonly statement: unknown;
  /** A PIVOT in it has no list of values. */
  readonly isOpen: boolean;
  /** Names of models and sources that are read. */
  readonly dependencies: readonly string[];
  /** Its own rows are read too; they are no dependency. */
  readonly readsItself: boolean;
  /** The dependencies were guessed from tokens, and the bound plan has to confirm them. */
  readonly guess: Mentions | undefined;
}

export interface ParsedAudit {
  readonly audit: ResolvedAudit;
  readonly sql: AuditSql;
  readonly dependencies: readonly string[];
}

/** Maps a table reference to the name of a node of the project. */
export type NameLookup = (schema: string, table: string) => string | undefined;

/** Names as the project declares them; references are compared without case. */
export function nameLookup(project: Project): {
  readonly find: NameLookup;
  readonly names: readonly string[];
} {
  const byKey = new Map<string, string>();
  for (const s of project.config.sources) byKey.set(nodeKey(s.name), s.name);
  for (const m of project.models) byKey.set(nodeKey(m.name), m.name);
  for (const m of project.brokenModels) if (!byKey.has(nodeKey(m.name))) byKey.set(nodeKey(m.name), m.name);
  const schemas = new Set<string>();
  for (const key of byKey.keys())
    for (let dot = key.indexOf('.'); dot >= 0; dot = key.indexOf('.', dot + 1))
      schemas.add(key.slice(0, dot));
  return {
    names: [...byKey.values()],
    find: (given, table) => {
      const schema = given === '' ? DEFAULT_SCHEMA : nodeKey(given);
      // Most words that are asked for are no schema of the project.
      return schemas.has(schema) ? byKey.get(nodeKey(`${schema}.${table}`)) : undefined;
    },
  };
}

/** What every text is rendered with at compile time. */
export function compileContext(
  project: Project,
  definition: Pick<ModelDefinition, 'schema' | 'table' | 'blueprint'> &
    Partial<Pick<ModelDefinition, 'kind'>>,
  columns: ColumnLookup | undefined,
): RenderContext {
  return {
    ...projectContext(project, columns),
    thisModel: raw(shadowName(definition)),
    modelKind: definition.kind?.kind,
    blueprint: definition.blueprint,
  };
}

/** The same for what is of no model. */
export function projectContext(project: Project, columns: ColumnLookup | undefined): RenderContext {
  return {
    interval: COMPILE_INTERVAL,
    executionTime: COMPILE_EXECUTION_TIME,
    variables: project.config.variables,
    thisModel: undefined,
    modelKind: undefined,
    parameters: new Map(),
    blueprint: new Map(),
    columns,
    relations: () =>
      [...project.models, ...project.brokenModels, ...project.config.sources].map((node) => node.name),
    macros: project.macros,
    gateway: project.config.gateway,
    environment: 'prod',
    stage: 'loading',
  };
}

/** Quoted name of a model's shadow table. */
function shadowName(definition: { readonly schema: string; readonly table: string }): string {
  return `${ident(definition.schema)}.${ident(definition.table)}`;
}

/** A model whose macros are expanded, before anything is known of its SQL. */
export interface Draft {
  readonly definition: ModelDefinition;
  readonly rendered: Rendered | undefined;
  /** Relations whose columns macros of the query or the statements wait for. */
  readonly awaited: readonly RelationName[];
  readonly statements: readonly string[];
  readonly audits: readonly { readonly audit: ResolvedAudit; readonly sql: AuditSql }[];
  /** Warnings of its macros. */
  readonly warnings: readonly Diagnostic[];
}

/**
 * Drafts models of a project; those with errors are missing, and what is wrong is told.
 *
 * @param columns what is known of columns: nothing at first, so that a model with `@STAR` is drafted again when its inputs
 * are bound.
 */
export function draftModels(
  models: readonly ModelDefinition[],
  project: Project,
  lookup: ReturnType<typeof nameLookup>,
  diagnostics: Diagnostic[],
  columns: (name: string) => RelationColumns = (): RelationColumns => 'later',
): readonly Draft[] {
  const audits = new Map(project.audits.map((a) => [a.name.toLowerCase(), a]));
  const columnsOf: ColumnLookup = ({ schema, table }) => {
    const name = lookup.find(schema, table);
    return name === undefined ? undefined : columns(name);
  };
  return models.flatMap((m) => draft(m, project, audits, columnsOf, diagnostics) ?? []);
}

/** The audits that a header asks for, of a model that is known to be right. */
export function auditsOf(definition: ModelDefinition, project: Project): readonly ResolvedAudit[] {
  const audits = new Map(project.audits.map((a) => [a.name.toLowerCase(), a]));
  return definition.audits.flatMap((call) => resolveAudit(call, audits).value ?? []);
}

/**
 * Parses all texts of the drafts in one query and resolves their references. Models with errors are missing from the
 * answer.
 */
export async function parseDrafts(
  drafts: readonly Draft[],
  binder: Binder,
  lookup: ReturnType<typeof nameLookup>,
  diagnostics: Diagnostic[],
): Promise<readonly ParsedModel[]> {
  const texts = drafts.flatMap((d) => [
    ...(d.rendered === undefined ? [] : [d.rendered.sql]),
    ...d.audits.map((a) => a.sql.sql),
  ]);
  const parsed = (await binder.parse(texts))[Symbol.iterator]();
  const next = (): ParseResult => {
    const { value, done } = parsed.next();
    if (done === true) throw new Error('the binder answered fewer texts than it was asked');
    return value;
  };
  return drafts.flatMap((d) => {
    const query =
      d.rendered === undefined
        ? undefined
        : d.awaited.length > 0
          ? readAwaiting(d.rendered, d.awaited, next(), lookup)
          : readQuery(d.definition, d.rendered, next(), lookup, diagnostics);
    const own = d.audits.map((a) => readAudit(d.definition, a, next(), lookup, diagnostics));
    if (query === null || own.some((a) => a === undefined)) return [];
    return {
      definition: d.definition,
      query,
      statements: d.statements,
      audits: own.filter((a) => a !== undefined),
    };
  });
}

/**
 * The same from tokens, for the drafts whose audits refer to nothing that could be misread: what the queries refer to is
 * a guess, which their plans confirm. Drafts that are missing from the answer have to be parsed.
 */
export function guessDrafts(
  drafts: readonly Draft[],
  lookup: ReturnType<typeof nameLookup>,
): readonly ParsedModel[] {
  return drafts.flatMap((d) => {
    const audits: ParsedAudit[] = [];
    for (const audit of d.audits) {
      const mentions = mentionsOf(audit.sql.sql, lookup.find);
      if (mentions.doubtful || mentions.names.some((n) => n !== d.definition.name)) return [];
      audits.push({ ...audit, dependencies: [] });
    }
    const { definition, rendered, statements } = d;
    if (rendered === undefined) return { definition, query: undefined, statements, audits };
    const guess = mentionsOf(rendered.sql, lookup.find);
    if (guess.names.includes(definition.name)) return [];
    const query = {
      isAwaiting: false,
      rendered,
      dependencies: guess.names,
      readsItself: false,
      statement: undefined,
      isOpen: false,
      guess,
    };
    return { definition, query, statements, audits };
  });
}

/** What a bound query refers to after all, by the parser; undefined when it is not what the scan of its tokens told. */
export async function confirmReferences(
  query: ParsedQuery,
  binder: Binder,
  lookup: ReturnType<typeof nameLookup>,
): Promise<ParsedQuery | undefined> {
  const [result] = await binder.parse([query.rendered.sql]);
  if (result?.ok !== true || result.statements.length !== 1) return undefined;
  const [statement] = result.statements;
  const found = new Set<string>();
  for (const r of findReferences(statement, query.rendered.sql).tables) {
    const name = r.catalog === '' ? lookup.find(r.schema, r.table) : undefined;
    if (name === undefined || !query.dependencies.includes(name)) return undefined;
    found.add(name);
  }
  return { ...query, statement, isOpen: result.isOpen, dependencies: [...found], guess: undefined };
}

function draft(
  definition: ModelDefinition,
  project: Project,
  audits: ReadonlyMap<string, AuditDefinition>,
  columns: ColumnLookup,
  diagnostics: Diagnostic[],
): Draft | undefined {
  const context = compileContext(project, definition, columns);
  const awaited: RelationName[] = [];
  const found: Diagnostic[] = [...reservedName(definition)];
  const renderOne = (fragment: { readonly text: string; readonly offset: number }): Rendered => {
    const outcome = render(fragment, definition.source, context, definition.definitions);
    found.push(...outcome.diagnostics);
    awaited.push(...outcome.value.awaited);
    return outcome.value;
  };
  const rendered = definition.query === undefined ? undefined : renderOne(definition.query);
  const statements = [...definition.preStatements, ...definition.postStatements].map((s) => renderOne(s).sql);
  // They are of the view, not of the table: no part of the version.
  for (const s of definition.virtualStatements) renderOne(s);
  const kind = definition.kind.kind;
  if (rendered !== undefined && rendered.timeMacros.size > 0 && (kind === 'VIEW' || kind === 'EMBEDDED')) {
    const names = [...rendered.timeMacros].map((m) => `@${m}`).join(', ');
    found.push(
      diagnostic(
        'invalid-macro',
        `a model of kind ${kind} is not computed for an interval, so ${names} has no meaning in it`,
        {
          location: definition.kindLocation,
          hint: 'Make it FULL or INCREMENTAL_BY_TIME_RANGE, or use current_date.',
        },
      ),
    );
  }
  found.push(...environmentMacros(definition));
  if (kind === 'EMBEDDED' && definition.audits.length > 0) {
    found.push(
      diagnostic('unused-property', 'an embedded model has no rows of its own, so its audits never run', {
        location: definition.audits[0]?.location,
        hint: 'Put them on the models that read it, or make it a VIEW or a FULL model.',
      }),
    );
  }
  const own = definition.audits.flatMap((call) => {
    const resolved = resolveAudit(call, audits);
    found.push(...resolved.diagnostics);
    if (resolved.value === undefined) return [];
    const text = auditSql(
      resolved.value,
      { relation: shadowName(definition), where: undefined },
      { ...context, columns: undefined },
    );
    found.push(...text.diagnostics);
    if (text.value !== undefined) found.push(...checkDiverting(definition, resolved.value, text.value));
    return text.value === undefined ? [] : [{ audit: resolved.value, sql: text.value }];
  });
  // What is wrong with a text that is not final is said when it is.
  if (awaited.length > 0) return { definition, rendered, awaited, statements, audits: own, warnings: [] };
  if (!hasErrors(found)) return { definition, rendered, awaited, statements, audits: own, warnings: found };
  diagnostics.push(...found);
  return undefined;
}

const ENVIRONMENT_MACROS = new Set(['@this_env', '@runtime_stage']);
/** Where they may be, in strings and comments too. */
const OF_ENVIRONMENTS = /@\{?(?:this_env|runtime_stage|resolve_template)/i;
const ELSEWHERE = 'It can be used in statements before and after the query, and in audits.';

/** What a query means must not depend on where it runs: environments share tables. */
function environmentMacros(definition: ModelDefinition): readonly Diagnostic[] {
  const { query, source } = definition;
  if (query === undefined || !OF_ENVIRONMENTS.test(query.text)) return [];
  return significantTokens(source.text, query.offset, query.offset + query.text.length).flatMap((token) => {
    const name = source.text.slice(token.start, token.end).replaceAll(/[{}]/g, '').toLowerCase();
    if (name === '@resolve_template') {
      const location = source.locate(token.start, token.end);
      const message = `a query may not read ${name}: what its table is called depends on what it means`;
      return [diagnostic('invalid-macro', message, { location, hint: ELSEWHERE })];
    }
    if (!ENVIRONMENT_MACROS.has(name)) return [];
    return [
      diagnostic(
        'invalid-macro',
        `a query may not read ${name}: environments share the tables of equal queries`,
        {
          location: source.locate(token.start, token.end),
          hint: ELSEWHERE,
        },
      ),
    ];
  });
}

/** Schemas that are Sluice's or DuckDB's own. */
const RESERVED = /^(?:_sluice|_sluice_quarantine|sluice__.*|information_schema|pg_catalog)$/i;

function reservedName(definition: ModelDefinition): readonly Diagnostic[] {
  if (!RESERVED.test(definition.schema)) return [];
  return [
    diagnostic('invalid-name', `the schema '${definition.schema}' is not for models`, {
      location: definition.nameLocation,
      hint: 'Schemas named _sluice and sluice__… are where Sluice keeps its own tables.',
    }),
  ];
}

function readQuery(
  definition: ModelDefinition,
  rendered: Rendered,
  result: ParseResult,
  lookup: ReturnType<typeof nameLookup>,
  diagnostics: Diagnostic[],
): ParsedQuery | null {
  const place = renderedPlace(rendered.sql, rendered.map, queryStart(definition));
  if (!result.ok) {
    diagnostics.push(toDiagnostic(result.error, place));
    return null;
  }
  const statement = result.statements[0];
  if (result.statements.length !== 1) {
    diagnostics.push(
      diagnostic('extra-statement', 'a model is one query', {
        location: definition.nameLocation,
        hint: 'Put each query into a file of its own.',
      }),
    );
    return null;
  }
  const references = findReferences(statement, rendered.sql);
  const found = resolveTables(references, place, lookup, diagnostics);
  if (found === undefined) return null;
  const own = withoutOwn(definition, found, rendered.timeMacros.size > 0);
  diagnostics.push(...own.diagnostics);
  if (own.value === undefined) return null;
  return {
    isAwaiting: false,
    rendered,
    statement,
    isOpen: result.isOpen,
    ...own.value,
    guess: undefined,
  };
}

/** What can be said of a query before all its columns are known: what it reads. Nothing is complained about yet. */
function readAwaiting(
  rendered: Rendered,
  awaited: readonly RelationName[],
  result: ParseResult,
  lookup: ReturnType<typeof nameLookup>,
): ParsedQuery {
  const statement = result.ok ? result.statements[0] : undefined;
  const references = findReferences(statement, rendered.sql);
  const read = [...awaited, ...references.tables.filter((r) => r.catalog === '')];
  const dependencies = [...new Set(read.flatMap((r) => lookup.find(r.schema, r.table) ?? []))];
  return {
    isAwaiting: true,
    rendered,
    statement,
    isOpen: false,
    dependencies,
    readsItself: false,
    guess: undefined,
  };
}

/** The first word of the query: where to point when DuckDB names no position. */
export function queryStart(definition: ModelDefinition): Location {
  const { query, source } = definition;
  if (query === undefined) return definition.nameLocation;
  const [first] = significantTokens(query.text);
  return source.locate(query.offset + (first?.start ?? 0), query.offset + (first?.end ?? 0));
}

function readAudit(
  definition: ModelDefinition,
  audit: { readonly audit: ResolvedAudit; readonly sql: AuditSql },
  result: ParseResult,
  lookup: ReturnType<typeof nameLookup>,
  diagnostics: Diagnostic[],
): ParsedAudit | undefined {
  const place = auditPlace(audit);
  if (!result.ok) {
    diagnostics.push({ ...toDiagnostic(result.error, place), ...auditCode(audit.audit) });
    return undefined;
  }
  const found = resolveTables(
    findReferences(result.statements[0], audit.sql.sql),
    place,
    lookup,
    diagnostics,
  );
  if (found === undefined) return undefined;
  const dependencies = found.filter((d) => d !== definition.name);
  const wrong = checkDiverting(definition, audit.audit, audit.sql, dependencies);
  diagnostics.push(...wrong);
  return wrong.length > 0 ? undefined : { ...audit, dependencies };
}

/** An error in an audit of the library is one of its arguments; in an audit of the project it has a place of its own. */
export function auditCode(audit: ResolvedAudit): { readonly code?: 'invalid-audit-argument' } {
  return audit.definition === undefined ? { code: 'invalid-audit-argument' } : {};
}

export function auditPlace(audit: { readonly audit: ResolvedAudit; readonly sql: AuditSql }): ErrorPlace {
  return renderedPlace(audit.sql.sql, audit.sql.map, audit.audit.call.location);
}

export function resolveTables(
  references: References,
  place: ErrorPlace,
  lookup: ReturnType<typeof nameLookup>,
  diagnostics: Diagnostic[],
): readonly string[] | undefined {
  const found = new Set<string>();
  let good = true;
  for (const r of references.tables) {
    const name = r.catalog === '' ? lookup.find(r.schema, r.table) : undefined;
    if (name !== undefined) {
      found.add(name);
      continue;
    }
    good = false;
    const written = [r.catalog, r.schema, r.table].filter((p) => p !== '').join('.');
    const isFile = r.schema === '' && /[./\\]/.test(r.table);
    diagnostics.push(
      diagnostic(
        'unknown-table',
        isFile
          ? `a model may not read the file ${sql`${r.table}`}`
          : `there is no model or source '${written}'`,
        {
          location: place.locate(r.start, r.end) ?? place.fallback,
          hint: isFile
            ? 'Declare it under sources: in project.yaml, so that Sluice knows when it changes.'
            : unknownTableHint(r.catalog, r.schema, written, lookup.names),
          notes: generatedNotes(place, r.start),
        },
      ),
    );
  }
  return good ? [...found] : undefined;
}

/** A schema that the project does not have is most likely somebody else's. */
function unknownTableHint(
  catalog: string,
  schema: string,
  written: string,
  names: readonly string[],
): string {
  const suggestion = didYouMean(written, names);
  const isOwn = names.some((name) => nodeKey(name).startsWith(`${schema.toLowerCase()}.`));
  if (catalog !== '' || schema === '' || (isOwn && suggestion !== undefined)) return suggestion ?? DECLARED;
  return `${suggestion ?? DECLARED} If it is a table of the warehouse that others keep: sluice sources refresh.`;
}

const DECLARED = 'Models are under models/, sources are declared in project.yaml.';
