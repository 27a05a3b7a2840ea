/**
 * `sluice sources refresh`: looks at the tables that others keep and writes down their columns, so that compiling needs no
 * warehouse. Which tables these are: sources and EXTERNAL models that declare no columns, what is recorded already, and
 * tables that queries name and nobody declares.
 */
import { nodeKey, outsideTables, type Binder } from '../compile/index.ts';
import {
  diagnostic,
  didYouMean,
  hasErrors,
  SluiceError,
  SourceText,
  type Diagnostic,
  type Location,
} from '../diagnostic/index.ts';
import type { Connection } from '../engine/warehouse.ts';
import {
  editRecordedColumns,
  readRecordedColumns,
  RECORDED_FILE,
  type Project,
  type ProjectFiles,
  type RecordedTable,
} from '../project/index.ts';
import { SCHEMA_VERSION, toDiagnosticDocument, type SourceRefreshDocument } from '../report/index.ts';
import { refreshColumns, type RefreshTarget } from '../source/index.ts';
import type { TableName } from '../sql/quote.ts';
import { readState } from '../state/index.ts';

/** What a refresh works on. */
export interface RefreshInput {
  readonly project: Project;
  readonly files: ProjectFiles;
  readonly binder: Binder;
  readonly connection: Connection;
  /** `schema.table` as the project calls them; none means all. */
  readonly names: readonly string[];
  readonly check: boolean;
}

/** A table that may have to be looked at. */
interface Candidate {
  readonly schema: string;
  readonly table: string;
  /** Where it stands in the warehouse; undefined when its record is no longer needed. */
  readonly at: TableName | undefined;
  readonly location: Location | undefined;
  readonly isWanted: boolean;
}

/** The answer, and the file's new text when it has to be written. */
export async function refreshSources(input: RefreshInput): Promise<{
  readonly document: SourceRefreshDocument;
  readonly diagnostics: readonly Diagnostic[];
  readonly text: string | undefined;
}> {
  const { files, connection, check } = input;
  const before = files.read(RECORDED_FILE);
  const read = before === undefined ? undefined : readRecordedColumns(new SourceText(RECORDED_FILE, before));
  // What cannot be read cannot be written back.
  if (read !== undefined && hasErrors(read.diagnostics)) throw new SluiceError(read.diagnostics);
  const recorded = new Map((read?.value ?? []).map((r) => [keyOf(r), r]));
  const candidates = chosen(await candidatesOf(input, [...recorded.values()]), input);
  const views = await ownViews(connection);
  const relations = await connection.relations();
  const diagnostics: Diagnostic[] = [];
  const targets: RefreshTarget[] = [];
  for (const candidate of candidates) {
    const { schema, table, at, isWanted } = candidate;
    const key = at === undefined ? '' : nodeKey(`${at.schema}.${at.name}`);
    const found =
      at !== undefined && relations.has(key) && !views.has(key) ? await connection.columnsOf(at) : undefined;
    if (found === undefined && isWanted) diagnostics.push(missing(candidate, key, views.has(key)));
    targets.push({ schema, table, isWanted, recorded: recorded.get(keyOf(candidate))?.columns, found });
  }
  const { tables, edits } = refreshColumns(targets);
  return {
    diagnostics,
    text: edits.length === 0 || check ? undefined : editRecordedColumns(before, edits),
    document: {
      schema_version: SCHEMA_VERSION,
      check,
      file: RECORDED_FILE,
      sources: tables,
      diagnostics: diagnostics.map(toDiagnosticDocument),
    },
  };
}

function keyOf(t: { readonly schema: string; readonly table: string }): string {
  return nodeKey(`${t.schema}.${t.table}`);
}

async function candidatesOf(
  { project, binder }: RefreshInput,
  recorded: readonly RecordedTable[],
): Promise<ReadonlyMap<string, Candidate>> {
  const found = new Map<string, Candidate>();
  const named = new Set(project.models.flatMap((m) => (m.kind.kind === 'EXTERNAL' ? [nodeKey(m.name)] : [])));
  for (const { name, columns, isRecorded, origin, location } of project.config.sources) {
    if (origin.kind !== 'table') continue;
    if (isAlone(location)) continue;
    named.add(nodeKey(name));
    if (columns !== undefined && isRecorded !== true) continue;
    const [schema, table] = split(name);
    const at = { schema: origin.schema, name: origin.table };
    found.set(nodeKey(name), { schema, table, at, location, isWanted: true });
  }
  for (const { kind, schema, table, name, columns, nameLocation } of project.models) {
    const isDeclared = columns !== undefined && columns[0]?.location.path !== RECORDED_FILE;
    if (kind.kind !== 'EXTERNAL' || isDeclared) continue;
    found.set(nodeKey(name), {
      schema,
      table,
      at: { schema, name: table },
      location: nameLocation,
      isWanted: true,
    });
  }
  for (const { schema, table, location } of recorded) {
    const key = keyOf({ schema, table });
    // What is declared by now needs no record.
    const at = named.has(key) ? undefined : { schema, name: table };
    if (!found.has(key)) found.set(key, { schema, table, at, location, isWanted: false });
  }
  const sources = project.config.sources.filter((s) => !isAlone(s.location));
  const declared = { ...project, config: { ...project.config, sources } };
  for (const { schema, table, location } of await outsideTables(declared, binder)) {
    const key = keyOf({ schema, table });
    const candidate = found.get(key) ?? { schema, table, at: { schema, name: table } };
    found.set(key, { ...candidate, location, isWanted: true });
  }
  return found;
}

/** Nothing but the record names it. */
function isAlone(location: Location): boolean {
  return location.path === RECORDED_FILE;
}

/** Those that were asked for; a name that nobody speaks of yet is taken as the warehouse's own. */
function chosen(all: ReadonlyMap<string, Candidate>, { names, project }: RefreshInput): readonly Candidate[] {
  if (names.length === 0) return [...all.values()].toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const problems: Diagnostic[] = [];
  const found = names.flatMap((name): readonly Candidate[] => {
    const known = all.get(nodeKey(name));
    if (known !== undefined) return [{ ...known, isWanted: true }];
    const own = [...project.config.sources, ...project.models].find((o) => nodeKey(o.name) === nodeKey(name));
    const [schema, table] = split(name);
    if (own === undefined && schema !== '' && table !== '')
      return [{ schema, table, at: { schema, name: table }, location: undefined, isWanted: true }];
    problems.push(notRefreshed(name, own, all.keys()));
    return [];
  });
  if (problems.length > 0) throw new SluiceError(problems);
  return [...new Map(found.map((c) => [keyOf(c), c])).values()];
}

function notRefreshed(
  name: string,
  own: Project['config']['sources'][number] | Project['models'][number] | undefined,
  known: Iterable<string>,
): Diagnostic {
  if (own === undefined)
    return diagnostic('unknown-model', `'${name}' is not the name of a table`, {
      hint: didYouMean(name, known) ?? 'Write schema.table.',
    });
  const isModel = 'kind' in own;
  if (!isModel && own.origin.kind === 'file')
    return diagnostic('invalid-option', `'${name}' is loaded from files, and no table that others keep`, {
      location: own.location,
      hint:
        own.columns === undefined
          ? `Its columns are read from the files each time. To hold them fast, declare them under columns: in project.yaml; what they are, sluice query "DESCRIBE ${name}" says.`
          : 'Its columns are declared: change them there.',
    });
  if (isModel ? own.kind.kind !== 'EXTERNAL' : own.origin.kind !== 'table')
    return diagnostic('invalid-option', `'${name}' is not a table that others keep`, {
      location: isModel ? own.nameLocation : own.location,
      hint: 'Only tables of the warehouse that Sluice does not make are refreshed.',
    });
  return diagnostic('invalid-option', `the columns of '${name}' are declared`, {
    location: isModel ? (own.columns?.[0]?.location ?? own.nameLocation) : own.location,
    hint: `Take them out there, and ${RECORDED_FILE} has them from then on.`,
  });
}

function missing({ location }: Candidate, name: string, isOwnView: boolean): Diagnostic {
  return isOwnView
    ? diagnostic('source-table-missing', `${name} is the view of a model, and no table that others keep`, {
        location,
        hint: 'The model that made it is no longer in the project: bring it back, or read something else.',
      })
    : diagnostic('source-table-missing', `there is no table ${name} in the warehouse`, {
        location,
        hint: 'Check its name, and warehouse.path in project.yaml.',
      });
}

/** Views that Sluice made for its environments: nobody else's tables. */
async function ownViews(connection: Connection): Promise<ReadonlySet<string>> {
  const { environments } = await readState(connection);
  return new Set(
    [...environments.values()].flatMap((e) =>
      [...e.models.values()].map(({ view }) => nodeKey(`${view.schema}.${view.name}`)),
    ),
  );
}

function split(name: string): readonly [schema: string, table: string] {
  const dot = name.indexOf('.');
  return dot < 0 ? ['', name] : [name.slice(0, dot), name.slice(dot + 1)];
}
