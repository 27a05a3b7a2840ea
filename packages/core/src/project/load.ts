/** Reads a whole project: project.yaml, every model and every audit. All errors of all files come at once. */
import {
  diagnostic,
  SourceText,
  type Diagnostic,
  type DiagnosticCode,
  type Location,
  type Outcome,
} from '../diagnostic/index.ts';
import {
  nameOfPath,
  parseAuditFile,
  hasInlineAudits,
  parseInlineAudits,
  parseModelFile,
  type AuditDefinition,
  type HeaderMacros,
  type ModelDefinition,
} from '../model/index.ts';
import type { ProjectFiles } from './files.ts';
import { variableSql } from '../sql/quote.ts';
import { parseConfig } from './parse-config.ts';
import { readRecordedColumns, RECORDED_FILE, type RecordedTable } from './recorded-columns.ts';
import { completeColumns } from './recorded-sources.ts';
import { EXTERNAL_FILES, isExternalModels, parseSqlMeshConfig, SQLMESH_FILES } from './sqlmesh-config.ts';
import { ParseMemory } from './parse-memory.ts';
import { loadSqlMacros } from './sql-macros.ts';
import type { BrokenModel, Project, ProjectConfig } from './project.ts';

/** How often a table that nobody declares is taken to move. */
const DEFAULT_CRON = '@daily';

/** The file that makes a folder a project. */
const PROJECT_FILE = 'project.yaml';

/** The file that holds a project's settings: Sluice's own, or SQLMesh's; undefined when there is none. */
export function projectFile(files: ProjectFiles): string | undefined {
  return [PROJECT_FILE, ...SQLMESH_FILES].find((p) => files.read(p) !== undefined);
}

/**
 * Sluice's own settings of a project alone; undefined where they cannot be read: why, loading says.
 *
 * @param memory that of the load that follows, which need not parse them again
 */
export function loadSettings(files: ProjectFiles, memory: ParseMemory): ProjectConfig | undefined {
  const text = files.read(PROJECT_FILE);
  if (text === undefined) return undefined;
  const source = memory.source(PROJECT_FILE, text);
  return memory.config(source, () => parseConfig(source)).value;
}

/**
 * Loads a project. The value is undefined when project.yaml is missing or wrong; models with errors are left out and
 * listed under `brokenModels`. Never throws for what authors write. A SQLMesh project is read by its own settings.
 *
 * @param folder the name of a project whose settings give none
 * @param memory what earlier loads of the same folder have parsed
 * @param macros expands macros that headers call; without it they are not known
 */
export function loadProject(
  files: ProjectFiles,
  folder: string = 'project',
  memory: ParseMemory = new ParseMemory(),
  macros?: HeaderMacros,
): Outcome<Project | undefined> {
  memory.begin();
  const path = projectFile(files);
  const text = path === undefined ? undefined : files.read(path);
  if (path === undefined || text === undefined) {
    const hint = 'Run Sluice in the folder of a project, or create one with sluice init.';
    return {
      value: undefined,
      diagnostics: [diagnostic('project-not-found', `There is no ${PROJECT_FILE} here`, { hint })],
    };
  }
  const texts = new Map<string, SourceText>();
  const source = memory.source(path, text);
  texts.set(path, source);
  const config =
    path === PROJECT_FILE
      ? memory.config(source, () => parseConfig(source))
      : parseSqlMeshConfig(source, readExternals(files, texts), folder);
  const diagnostics: Diagnostic[] = [...config.diagnostics];
  const loaded = loadModels(files, memory, config.value, macros, texts, diagnostics);
  const recorded = loadRecorded(files, texts, diagnostics);
  diagnostics.push(...pythonModels(files, texts));
  const audits = loadAudits(files, memory, texts, diagnostics);
  const sqlMacros = loadSqlMacros(files, texts, diagnostics);
  if (config.value === undefined) return { value: undefined, diagnostics };
  const { sources, models, ...completed } = completeColumns(
    { ...loaded, sources: config.value.sources },
    recorded,
    config.value.defaults.cron ?? DEFAULT_CRON,
  );
  diagnostics.push(...completed.diagnostics);
  return {
    value: {
      config: { ...config.value, sources },
      models,
      brokenModels: loaded.brokenModels,
      audits,
      macros: new Map(),
      signals: new Map(),
      sqlMacros,
      texts,
    },
    diagnostics,
  };
}

function loadRecorded(
  files: ProjectFiles,
  texts: Map<string, SourceText>,
  diagnostics: Diagnostic[],
): readonly RecordedTable[] {
  const text = files.read(RECORDED_FILE);
  if (text === undefined) return [];
  const source = new SourceText(RECORDED_FILE, text);
  texts.set(RECORDED_FILE, source);
  const read = readRecordedColumns(source);
  diagnostics.push(...read.diagnostics);
  return read.value;
}

function readExternals(files: ProjectFiles, texts: Map<string, SourceText>): readonly SourceText[] {
  const paths = [...EXTERNAL_FILES, ...files.list('external_models').filter(isExternalModels)];
  return paths.flatMap((path) => {
    const text = files.read(path);
    if (text === undefined) return [];
    const source = new SourceText(path, text);
    texts.set(path, source);
    return [source];
  });
}

/** Names that are taken, without case, and where. */
class Names {
  readonly #taken = new Map<string, { readonly what: string; readonly location: Location | undefined }>();

  take(name: string, what: string, location: Location | undefined): void {
    this.#taken.set(name.toLowerCase(), { what, location });
  }

  /**
   * What is wrong with a second thing of that name; undefined when it is the first.
   *
   * @param rival one of its own sort that has the name whatever comes first
   */
  clash(
    code: DiagnosticCode,
    name: string,
    what: string,
    location: Location,
    rival?: Location,
  ): Diagnostic | undefined {
    const first = rival === undefined ? this.#taken.get(name.toLowerCase()) : { what, location: rival };
    if (first === undefined) return undefined;
    const message =
      first.what === what
        ? `There are two ${what}s named '${name}'`
        : `There is a ${first.what} named '${name}' already`;
    return diagnostic(code, message, {
      location,
      hint: 'Rename one of the two.',
      notes:
        first.location === undefined
          ? []
          : [
              {
                message: first.what === what ? `The other ${what} is here` : `The ${first.what} is here`,
                location: first.location,
              },
            ],
    });
  }
}

function loadModels(
  files: ProjectFiles,
  memory: ParseMemory,
  config: ProjectConfig | undefined,
  macros: HeaderMacros | undefined,
  texts: Map<string, SourceText>,
  diagnostics: Diagnostic[],
): { readonly models: readonly ModelDefinition[]; readonly brokenModels: readonly BrokenModel[] } {
  const names = new Names();
  const variables = new Map(
    Object.entries(config?.variables ?? {}).map(([name, value]) => [name.toLowerCase(), variableSql(value)]),
  );
  for (const source of config?.sources ?? []) names.take(source.name, 'source', source.location);
  const models: ModelDefinition[] = [];
  const brokenModels: BrokenModel[] = [];
  const gateway = config?.gateway ?? '';
  const kind = config?.defaults.kind;
  const audits = config?.defaults.audits;
  const context = JSON.stringify([...variables, gateway, kind, audits]);
  const parsedFiles: { readonly source: SourceText; readonly found: ReturnType<typeof parseModelFile> }[] =
    [];
  // Of two models with one name, that which is called as its file is stays.
  const atHome = new Map<string, ModelDefinition>();
  for (const source of readAll(files, 'models', memory, texts)) {
    const found = memory.model(source, context, files, (own, forget) => {
      // What macros give may be another thing when their files change.
      const expand: HeaderMacros | undefined =
        macros && ((...call): ReturnType<HeaderMacros> => (forget(), macros(...call)));
      return parseModelFile(source, {
        files: own,
        variables,
        gateway,
        kind,
        audits,
        ...(expand === undefined ? {} : { macros: expand }),
      });
    });
    parsedFiles.push({ source, found });
    for (const { value } of found) {
      const path = nameOfPath(source.path);
      if (value !== undefined && value.schema === path?.schema && value.table === path.table)
        atHome.set(value.name.toLowerCase(), value);
    }
  }
  for (const { source, found } of parsedFiles) {
    for (const parsed of found) {
      diagnostics.push(...parsed.diagnostics);
      const model = parsed.value;
      if (model === undefined) {
        if (parsed.name !== undefined && !parsed.disabled)
          brokenModels.push({ name: parsed.name, path: source.path });
        continue;
      }
      const home = atHome.get(model.name.toLowerCase());
      const clash = names.clash(
        'duplicate-model',
        model.name,
        'model',
        model.nameLocation,
        home === model ? undefined : home?.nameLocation,
      );
      if (clash === undefined) {
        names.take(model.name, 'model', model.nameLocation);
        models.push(model);
      } else diagnostics.push(clash);
    }
  }
  return { models, brokenModels };
}

/** SQLMesh runs models in Python, Sluice does not: nobody shall believe that they are there. */
function pythonModels(files: ProjectFiles, texts: Map<string, SourceText>): readonly Diagnostic[] {
  return files.list('models').flatMap((path) => {
    const text = /\.py$/i.test(path) ? files.read(path) : undefined;
    if (text === undefined || text.trim() === '') return [];
    const source = new SourceText(path, text);
    texts.set(path, source);
    return diagnostic('unused-file', `models in Python are not run: ${path}`, {
      location: source.locate(0),
      hint: 'Write it as a SELECT; or build its table elsewhere, and declare that as a source.',
    });
  });
}

function loadAudits(
  files: ProjectFiles,
  memory: ParseMemory,
  texts: Map<string, SourceText>,
  diagnostics: Diagnostic[],
): readonly AuditDefinition[] {
  const names = new Names();
  const audits: AuditDefinition[] = [];
  const inFiles = readAll(files, 'audits', memory, texts).map((source) =>
    memory.audit(source, () => parseAuditFile(source)),
  );
  // Models may bring audits along.
  const inline = [...texts.values()].flatMap((source) =>
    source.path.startsWith('models/') && hasInlineAudits(source)
      ? [memory.audit(source, () => parseInlineAudits(source))]
      : [],
  );
  for (const parsed of [...inFiles, ...inline]) {
    diagnostics.push(...parsed.diagnostics);
    for (const audit of parsed.value) {
      const clash = names.clash('duplicate-audit', audit.name, 'audit', audit.nameLocation);
      if (clash === undefined) {
        names.take(audit.name, 'audit', audit.nameLocation);
        audits.push(audit);
      } else diagnostics.push(clash);
    }
  }
  return audits;
}

function readAll(
  files: ProjectFiles,
  folder: string,
  memory: ParseMemory,
  texts: Map<string, SourceText>,
): readonly SourceText[] {
  return files.list(folder).flatMap((path) => {
    const text = /\.sql$/i.test(path) ? files.read(path) : undefined;
    if (text === undefined) return [];
    const source = memory.source(path, text);
    texts.set(path, source);
    return [source];
  });
}
