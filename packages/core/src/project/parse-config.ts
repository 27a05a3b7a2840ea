/**
 * Reads project.yaml: YAML, then its shape (zod), then what the values mean. Each step says all it finds, at the place
 * in the file; values are looked at wherever their shape is right.
 */
import type { z } from 'zod';
import {
  didYouMean,
  diagnostic,
  hasErrors,
  LINT_RULE_NAMES,
  LINT_RULES,
  type LintRuleName,
  type Diagnostic,
  type DiagnosticCode,
  type Location,
  type Outcome,
  type SourceText,
} from '../diagnostic/index.ts';
import {
  cronProblem,
  parseAgo,
  parseAuditText,
  parseInstant,
  parseSpan,
  timeZoneHint,
  type AuditCall,
} from '../model/index.ts';
import { tokenize, identifierName } from '../sql/tokens.ts';
import type {
  EnvironmentSettings,
  FileSource,
  ProjectConfig,
  ProjectStatement,
  RuleSettings,
  SourceDefinition,
} from './project.ts';
import { environmentNameProblem } from './environment-name.ts';
import { readYaml } from './read-yaml.ts';
import { projectSchema, type RawConfig, type RawRule, type RawSource } from './schema.ts';
import type { YamlPath, YamlPlaces } from './yaml-places.ts';
import { wellFormed } from './well-formed.ts';
import { DEFAULT_TEMP_DIRECTORY, DEFAULT_WAREHOUSE } from './warehouse-defaults.ts';

/** The project's settings with defaults filled in; undefined when there are errors. */
export function parseConfig(source: SourceText): Outcome<ProjectConfig | undefined> {
  const { value: yaml, diagnostics: broken } = readYaml(source);
  if (yaml === undefined) return { value: undefined, diagnostics: broken };
  const { places, data = {} } = yaml;
  const parsed = projectSchema.safeParse(data);
  const reader = new ConfigReader(source, places);
  if (!parsed.success) {
    const { issues } = parsed.error;
    const rest = wellFormed(data, issues);
    if (rest !== undefined) reader.read(rest);
    const diagnostics = [...issues.flatMap((issue) => fromIssue(issue, places)), ...reader.diagnostics];
    return { value: undefined, diagnostics };
  }
  const value = reader.read(parsed.data);
  return { value: hasErrors(reader.diagnostics) ? undefined : value, diagnostics: reader.diagnostics };
}

function fromIssue(issue: z.core.$ZodIssue, places: YamlPlaces): readonly Diagnostic[] {
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(issue.path);
    return issue.keys.map((key) =>
      diagnostic('config-unknown-property', `${owner(issue.path)} has no property '${key}'`, {
        location: places.key([...issue.path, key]),
        hint:
          didYouMean(key, known) ??
          (known.length === 0 ? undefined : `The properties are ${known.join(', ')}.`),
      }),
    );
  }
  // A rule is a level or a mapping: of a mapping, what is wrong inside it is told.
  if (issue.code === 'invalid_union' && issue.path[0] === 'lint') {
    const inside = issue.errors.at(-1) ?? [];
    if (inside.some((i) => i.path.length > 0 || i.code === 'unrecognized_keys')) {
      return inside.flatMap((i) => fromIssue({ ...i, path: [...issue.path, ...i.path] }, places));
    }
  }
  const missing = issue.code === 'invalid_type' && issue.input === undefined && isMissing(issue.path, places);
  if (issue.code === 'invalid_key') {
    const problem = issue.issues[0]?.message ?? 'is not a name';
    const message = `'${issue.path.join('.')}' ${problem}`;
    return [diagnostic('config-invalid', message, { location: places.key(issue.path) })];
  }
  const name = issue.path.length === 0 ? 'project.yaml' : `'${issue.path.join('.')}'`;
  return [
    diagnostic('config-invalid', `${name} ${missing ? 'is missing' : issue.message}`, {
      location: places.value(issue.path),
    }),
  ];
}

function isMissing(path: YamlPath, places: YamlPlaces): boolean {
  const last = path.at(-1);
  return last !== undefined && !places.keys(path.slice(0, -1)).includes(String(last));
}

function owner(path: YamlPath): string {
  return path.length === 0 ? 'project.yaml' : `'${path.join('.')}'`;
}

/** The properties of the mapping at a path of the schema. */
function knownKeys(path: YamlPath): readonly string[] {
  let schema: z.core.$ZodType = projectSchema;
  for (const step of path) {
    const inner = stepInto(unwrap(schema), String(step));
    if (inner === undefined) return [];
    schema = inner;
  }
  const { def } = unwrap(schema)._zod;
  return def.type === 'object' ? Object.keys((def as z.core.$ZodObjectDef).shape) : [];
}

function stepInto(schema: z.core.$ZodType, step: string): z.core.$ZodType | undefined {
  const { def } = schema._zod;
  if (def.type === 'object') return (def as z.core.$ZodObjectDef).shape[step];
  if (def.type === 'record') return (def as z.core.$ZodRecordDef).valueType;
  return undefined;
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  const { def } = schema._zod;
  return def.type === 'optional' || def.type === 'nullable'
    ? unwrap((def as z.core.$ZodOptionalDef).innerType)
    : def.type === 'union'
      ? ((def as z.core.$ZodUnionDef).options.at(-1) ?? schema)
      : schema;
}

const DEFAULT_CRON = '@daily';
export const DEFAULT_QUARANTINE: ProjectConfig['quarantine'] = { keep: 30 * 24 * 60 * 60_000, maxRows: 1000 };
export const DEFAULT_HISTORY: ProjectConfig['history'] = { keep: 10, days: 90 };

const FORMATS: readonly { readonly format: FileSource['format']; readonly pattern: RegExp }[] = [
  { format: 'csv', pattern: /\.(csv|tsv)(\.(gz|zst))?$/i },
  { format: 'parquet', pattern: /\.(parquet|pq)$/i },
  { format: 'json', pattern: /\.(json|jsonl|ndjson)(\.(gz|zst))?$/i },
];

/** Turns a config of the right shape into its meaning. */
class ConfigReader {
  readonly diagnostics: Diagnostic[] = [];
  readonly #file: SourceText;
  readonly #places: YamlPlaces;

  constructor(source: SourceText, places: YamlPlaces) {
    this.#file = source;
    this.#places = places;
  }

  read(raw: RawConfig): ProjectConfig {
    this.#checkDuplicateNames(['variables']);
    const cron = this.#cron(raw.defaults?.cron, ['defaults', 'cron']);
    return {
      name: raw.name,
      start: this.#instant(raw.start, ['start']) ?? 0,
      warehouse: {
        path: raw.warehouse?.path ?? DEFAULT_WAREHOUSE,
        threads: raw.warehouse?.threads,
        memoryLimit: raw.warehouse?.memory_limit,
        tempDirectory: raw.warehouse?.temp_directory ?? DEFAULT_TEMP_DIRECTORY,
        maxTempDirectorySize: raw.warehouse?.max_temp_directory_size,
      },
      defaults: {
        cron,
        cronTz: this.#timeZone(raw.defaults?.cron_tz, ['defaults', 'cron_tz']),
        owner: raw.defaults?.owner,
        start: this.#instant(raw.defaults?.start, ['defaults', 'start']),
        audits: this.#audits(raw.defaults?.audits),
      },
      variables: raw.variables ?? {},
      gateway: '',
      beforeAll: this.#statements(raw.before_all, 'before_all'),
      afterAll: this.#statements(raw.after_all, 'after_all'),
      sources: this.#sources(raw.sources ?? {}, cron ?? DEFAULT_CRON),
      environments: this.#environments(raw.environments ?? {}),
      environmentTtl: this.#span(raw.environment_ttl, ['environment_ttl']),
      history: {
        keep: raw.history?.keep ?? DEFAULT_HISTORY.keep,
        days: raw.history?.days ?? DEFAULT_HISTORY.days,
      },
      quarantine: {
        keep: this.#span(raw.quarantine?.keep, ['quarantine', 'keep']) ?? DEFAULT_QUARANTINE.keep,
        maxRows: raw.quarantine?.max_rows ?? DEFAULT_QUARANTINE.maxRows,
      },
      lint: lintSettings(raw.lint ?? {}),
    };
  }

  #add(code: DiagnosticCode, location: Location, message: string, hint?: string): undefined {
    this.diagnostics.push(diagnostic(code, message, { location, hint }));
  }

  #invalid(path: YamlPath, problem: string, hint?: string): undefined {
    return this.#add('config-invalid', this.#places.value(path), `'${path.join('.')}' ${problem}`, hint);
  }

  #statements(given: RawConfig['before_all'], key: string): readonly ProjectStatement[] {
    if (typeof given === 'string') return [{ text: given, location: this.#places.value([key]) }];
    return (given ?? []).map((text, i) => ({ text, location: this.#places.value([key, i]) }));
  }

  #audits(given: string | readonly string[] | undefined): readonly AuditCall[] {
    const path = ['defaults', 'audits'];
    const texts = typeof given === 'string' ? [given] : (given ?? []);
    return texts.flatMap((text, i) => {
      const at = this.#places.value(typeof given === 'string' ? path : [...path, i]);
      const { value, diagnostics } = parseAuditText(this.#file, text, at);
      this.diagnostics.push(...diagnostics);
      return value ?? [];
    });
  }

  #instant(text: string | undefined, path: YamlPath): number | undefined {
    if (text === undefined) return undefined;
    const at = parseInstant(text);
    if (at !== undefined) return at;
    return this.#invalid(
      path,
      `must be a date or a timestamp, found '${text}'`,
      'Write 2024-01-31. Times are UTC.',
    );
  }

  #cron(text: string | undefined, path: YamlPath): string | undefined {
    if (text === undefined) return undefined;
    const problem = cronProblem(text);
    if (problem === undefined) return text.trim();
    return this.#add(
      'config-invalid',
      this.#places.value(path),
      problem,
      `Write '@daily', or '0 6 * * *'. Times are UTC, or those of cron_tz.`,
    );
  }

  #timeZone(text: string | undefined, path: YamlPath): string | undefined {
    const hint = text === undefined ? undefined : timeZoneHint(text);
    if (hint === undefined) return text;
    return this.#add(
      'config-invalid',
      this.#places.value(path),
      `'cron_tz' must be a time zone, found '${text}'`,
      hint,
    );
  }

  /** Names of variables and environments are compared without case, as DuckDB does. */
  #checkDuplicateNames(path: YamlPath): void {
    const seen = new Map<string, string>();
    for (const key of this.#places.keys(path)) {
      const first = seen.get(key.toLowerCase());
      if (first === undefined) seen.set(key.toLowerCase(), key);
      else
        this.#add(
          'config-invalid',
          this.#places.key([...path, key]),
          `'${key}' and '${first}' are the same name`,
        );
    }
  }

  #environments(raw: NonNullable<RawConfig['environments']>): Readonly<Record<string, EnvironmentSettings>> {
    this.#checkDuplicateNames(['environments']);
    const environments: [string, EnvironmentSettings][] = [];
    for (const [name, settings] of Object.entries(raw)) {
      const path = ['environments', name];
      const problem = environmentNameProblem(name, this.#places.key(path));
      if (problem !== undefined) this.diagnostics.push(problem);
      const ttl = this.#span(settings?.ttl, [...path, 'ttl']);
      if (name === 'prod' && ttl !== undefined)
        this.#invalid([...path, 'ttl'], 'cannot be: prod is never removed by itself', 'Leave it out.');
      environments.push([name, { start: this.#start(settings?.start, [...path, 'start']), ttl }]);
    }
    return Object.fromEntries(environments);
  }

  #span(text: string | undefined, path: YamlPath): number | undefined {
    if (text === undefined) return undefined;
    const milliseconds = parseSpan(text);
    if (milliseconds !== undefined && milliseconds > 0) return milliseconds;
    return this.#invalid(path, `must be a length of time, found '${text}'`, `Write '7 days', or '36 hours'.`);
  }

  #start(text: string | undefined, path: YamlPath): EnvironmentSettings['start'] {
    if (text === undefined) return undefined;
    const milliseconds = parseAgo(text);
    if (milliseconds !== undefined) return { kind: 'ago', milliseconds };
    const at = parseInstant(text);
    if (at !== undefined) return { kind: 'at', at };
    return this.#invalid(
      path,
      `must be a date or a time ago, found '${text}'`,
      `Write 2024-01-31, or '7 days ago'.`,
    );
  }

  #sources(raw: NonNullable<RawConfig['sources']>, cron: string): readonly SourceDefinition[] {
    const sources: SourceDefinition[] = [];
    this.#checkDuplicateNames(['sources']);
    for (const schema of this.#places.keys(['sources'])) {
      this.#checkDuplicateNames(['sources', schema]);
      for (const table of this.#places.keys(['sources', schema])) {
        const source = raw[schema]?.[table];
        if (source !== undefined)
          sources.push(this.#source(`${schema}.${table}`, source, ['sources', schema, table], cron));
      }
    }
    return sources;
  }

  #source(name: string, raw: RawSource, path: YamlPath, cron: string): SourceDefinition {
    this.#checkDuplicateNames([...path, 'columns']);
    const columns =
      raw.columns === undefined
        ? undefined
        : this.#places
            .keys([...path, 'columns'])
            .map((column) => ({ name: column, type: raw.columns?.[column] ?? '' }));
    return {
      name,
      location: this.#places.key(path),
      description: raw.description,
      columns,
      typeLocations: new Map(
        columns?.map((column) => [column.name, this.#places.value([...path, 'columns', column.name])]),
      ),
      origin:
        raw.table === undefined ? this.#fileSource(raw, path) : this.#tableSource(raw.table, raw, path, cron),
    };
  }

  #fileSource(raw: RawSource, path: YamlPath): FileSource {
    const files = raw.file === undefined ? [] : typeof raw.file === 'string' ? [raw.file] : raw.file;
    if (raw.file === undefined) {
      this.#add(
        'config-invalid',
        this.#places.key(path),
        `'${path.join('.')}' has neither 'file' nor 'table'`,
        `Write file: data/name.csv, or table: schema.name.`,
      );
    }
    if (raw.cron !== undefined) {
      this.#invalid([...path, 'cron'], `is for tables; Sluice sees by itself when files move`);
    }
    const format = raw.format ?? this.#formatOf(files, path);
    if (raw.csv !== undefined && format !== 'csv')
      this.#invalid([...path, 'csv'], `is for CSV files, these are ${format}`);
    const csv = raw.csv ?? {};
    const nullValues = csv.null_values;
    return {
      kind: 'file',
      format,
      files,
      timeColumn: raw.time_column,
      csv: {
        ...(csv.delimiter === undefined ? {} : { delimiter: csv.delimiter }),
        ...(csv.quote === undefined ? {} : { quote: csv.quote }),
        ...(csv.header === undefined ? {} : { header: csv.header }),
        ...(nullValues === undefined
          ? {}
          : { nullValues: typeof nullValues === 'string' ? [nullValues] : nullValues }),
        ...(csv.date_format === undefined ? {} : { dateFormat: csv.date_format }),
        ...(csv.timestamp_format === undefined ? {} : { timestampFormat: csv.timestamp_format }),
        ...(csv.encoding === undefined ? {} : { encoding: csv.encoding }),
      },
    };
  }

  #formatOf(files: readonly string[], path: YamlPath): FileSource['format'] {
    const formats = new Set(files.map((file) => FORMATS.find((f) => f.pattern.test(file))?.format));
    const [format] = formats;
    if (files.length === 0) return 'csv';
    if (formats.size === 1 && format !== undefined) return format;
    this.#invalid(
      [...path, 'file'],
      formats.size > 1
        ? 'has files of more than one format'
        : 'does not tell the format of the files by its extension',
      formats.size > 1 ? 'Make one source of each format.' : 'Add format: csv, parquet or json.',
    );
    return 'csv';
  }

  #tableSource(table: string, raw: RawSource, path: YamlPath, cron: string): SourceDefinition['origin'] {
    for (const key of ['file', 'format', 'csv', 'time_column'] as const) {
      if (raw[key] !== undefined) this.#invalid([...path, key], `cannot stand beside 'table'`);
    }
    const parts = splitName(table);
    if (parts === undefined) this.#invalid([...path, 'table'], `must be schema.name, found '${table}'`);
    return {
      kind: 'table',
      schema: parts?.[0] ?? '',
      table: parts?.[1] ?? '',
      cron: this.#cron(raw.cron, [...path, 'cron']) ?? cron,
    };
  }
}

function lintSettings(
  raw: Readonly<Partial<Record<LintRuleName, RawRule | undefined>>>,
): ProjectConfig['lint'] {
  return Object.fromEntries(
    LINT_RULE_NAMES.flatMap((name): readonly [LintRuleName, RuleSettings][] => {
      const rule = raw[name];
      if (rule === undefined) return [];
      if (typeof rule === 'string') return [[name, { level: rule }]];
      const { schemas, patterns, reads } = rule;
      return [
        [
          name,
          {
            // Whoever gives options to a rule wants it to look.
            level: rule.severity ?? (LINT_RULES[name] === 'off' ? 'warn' : LINT_RULES[name]),
            ...(schemas === undefined ? {} : { schemas }),
            ...(patterns === undefined ? {} : { patterns }),
            ...(reads === undefined ? {} : { reads }),
          },
        ],
      ];
    }),
  );
}

/** `schema.name`, either part in double quotes if need be. */
function splitName(text: string): readonly [string, string] | undefined {
  const tokens = tokenize(text).map((token) => text.slice(token.start, token.end));
  const [schema, dot, table, ...rest] = tokens;
  if (schema === undefined || dot !== '.' || table === undefined || rest.length > 0) return undefined;
  return [identifierName(schema), identifierName(table)];
}
