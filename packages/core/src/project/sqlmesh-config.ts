/**
 * Reads the settings of a SQLMesh project: `config.yaml` and `external_models.yaml`, for folders without project.yaml. What
 * Sluice acts on is taken over; all else is a warning that names it, so that nobody believes it has an effect.
 */
import {
  diagnostic,
  hasErrors,
  type Diagnostic,
  type Outcome,
  type SourceText,
} from '../diagnostic/index.ts';
import {
  cronProblem,
  kindByName,
  parseAuditText,
  parseInstant,
  parseSpan,
  timeZoneHint,
  type AuditCall,
  type ModelKind,
} from '../model/index.ts';
import { identifierName, significantTokens } from '../sql/tokens.ts';
import type { ProjectConfig, ProjectStatement, SourceDefinition, VariableValue } from './project.ts';
import { DEFAULT_HISTORY, DEFAULT_QUARANTINE } from './parse-config.ts';
import { readYaml, type Yaml } from './read-yaml.ts';
import type { YamlPath } from './yaml-places.ts';
import { DEFAULT_TEMP_DIRECTORY, DEFAULT_WAREHOUSE } from './warehouse-defaults.ts';

/** Where a SQLMesh project keeps its settings. */
export const SQLMESH_FILES: readonly string[] = ['config.yaml', 'config.yml'];

/** Where it declares tables from outside, besides the folder `external_models/`. */
export const EXTERNAL_FILES: readonly string[] = [
  'external_models.yaml',
  'external_models.yml',
  'schema.yaml',
  'schema.yml',
];

export function isExternalModels(path: string): boolean {
  return /\.ya?ml$/i.test(path);
}

const DEFAULT_CRON = '@daily';

/**
 * The settings with Sluice's defaults filled in; undefined when there are errors.
 *
 * @param folder the name of the project when the file gives none
 */
export function parseSqlMeshConfig(
  source: SourceText,
  externals: readonly SourceText[],
  folder: string,
): Outcome<ProjectConfig | undefined> {
  const diagnostics: Diagnostic[] = [];
  const file = readYaml(source);
  diagnostics.push(...file.diagnostics);
  const value =
    file.value === undefined ? undefined : new Reader(source, file.value, diagnostics).read(folder);
  const sources = externals.flatMap((text) => {
    const yaml = readYaml(text);
    diagnostics.push(...yaml.diagnostics);
    return yaml.value === undefined
      ? []
      : new Reader(text, yaml.value, diagnostics).externals(
          value?.gateway ?? '',
          value?.defaults.cron ?? DEFAULT_CRON,
        );
  });
  if (value === undefined) return { value, diagnostics };
  return { value: hasErrors(diagnostics) ? undefined : { ...value, sources }, diagnostics };
}

type Mapping = Readonly<Record<string, unknown>>;

class Reader {
  readonly #source: SourceText;
  readonly #yaml: Yaml;
  readonly #diagnostics: Diagnostic[];

  constructor(source: SourceText, yaml: Yaml, diagnostics: Diagnostic[]) {
    this.#source = source;
    this.#yaml = yaml;
    this.#diagnostics = diagnostics;
  }

  read(folder: string): ProjectConfig {
    const root = this.#mapping(this.#yaml.data, []);
    this.#unused(root, [], KNOWN_ROOT);
    const gateway = this.#gateway(root);
    const defaults = this.#mapping(root['model_defaults'], ['model_defaults']);
    this.#unused(defaults, ['model_defaults'], KNOWN_DEFAULTS);
    this.#checkDialect(defaults['dialect'], ['model_defaults', 'dialect']);
    const start = this.#start(defaults['start']);
    return {
      name: this.#text(root['project'], ['project']) ?? folder,
      start: start ?? 0,
      warehouse: {
        path: gateway.path ?? DEFAULT_WAREHOUSE,
        threads: undefined,
        memoryLimit: undefined,
        tempDirectory: DEFAULT_TEMP_DIRECTORY,
        maxTempDirectorySize: undefined,
      },
      defaults: {
        cron: this.#cron(defaults['cron']),
        cronTz: this.#cronTz(defaults['cron_tz']),
        owner: this.#text(defaults['owner'], ['model_defaults', 'owner']),
        start,
        kind: this.#kind(defaults['kind']),
        audits: this.#audits(defaults['audits']),
      },
      variables: {
        ...this.#variables(root['variables'], ['variables']),
        ...gateway.variables,
      },
      gateway: gateway.name,
      beforeAll: this.#statements(root['before_all'], 'before_all'),
      afterAll: this.#statements(root['after_all'], 'after_all'),
      sources: [],
      environments: {},
      environmentTtl: this.#ttl(root['environment_ttl']),
      history: DEFAULT_HISTORY,
      quarantine: DEFAULT_QUARANTINE,
      lint: {},
    };
  }

  /** `external_models.yaml`: a list of tables with their columns. */
  externals(gateway: string, cron: string): readonly SourceDefinition[] {
    const { data, places } = this.#yaml;
    if (data === null || data === undefined) return [];
    if (!Array.isArray(data)) {
      this.#error([], 'is a list of tables, each with a name and columns');
      return [];
    }
    return data.flatMap((item: unknown, i): readonly SourceDefinition[] => {
      const path: YamlPath = [i];
      const model = this.#mapping(item, path);
      this.#unused(model, path, ['name', 'description', 'columns', 'gateway', 'dialect']);
      this.#checkDialect(model['dialect'], [i, 'dialect']);
      const of = this.#text(model['gateway'], [i, 'gateway']);
      if (of !== undefined && of.toLowerCase() !== gateway.toLowerCase()) return [];
      const name = nameParts(this.#text(model['name'], [i, 'name']) ?? '');
      const [schema, table] = name.slice(-2);
      if (schema === undefined || table === undefined) {
        this.#error([i, 'name'], 'must be schema.table');
        return [];
      }
      const columns = this.#mapping(model['columns'], [i, 'columns']);
      return [
        {
          name: `${schema}.${table}`,
          location: places.value([i, 'name']),
          description: this.#text(model['description'], [i, 'description']),
          columns:
            model['columns'] === undefined
              ? undefined
              : places
                  .keys([i, 'columns'])
                  .map((column) => ({ name: column, type: String(columns[column]) })),
          origin: { kind: 'table', schema, table, cron },
        },
      ];
    });
  }

  #gateway(root: Mapping): {
    readonly name: string;
    readonly path: string | undefined;
    readonly variables: Readonly<Record<string, VariableValue>>;
  } {
    const gateways = this.#mapping(root['gateways'], ['gateways']);
    const names = Object.keys(gateways);
    const wanted = this.#text(root['default_gateway'], ['default_gateway']);
    const name =
      wanted === undefined ? names[0] : names.find((n) => n.toLowerCase() === wanted.toLowerCase());
    if (wanted !== undefined && name === undefined) {
      this.#error(['default_gateway'], `names no gateway, found '${wanted}'`);
    }
    if (name === undefined) return { name: wanted ?? '', path: undefined, variables: {} };
    const base: YamlPath = ['gateways', name];
    const gateway = this.#mapping(gateways[name], base);
    this.#unused(gateway, base, ['connection', 'variables']);
    const path = this.#database(this.#mapping(gateway['connection'], [...base, 'connection']), [
      ...base,
      'connection',
    ]);
    return { name, path, variables: this.#variables(gateway['variables'], [...base, 'variables']) };
  }

  #database(connection: Mapping, path: YamlPath): string | undefined {
    const type = this.#text(connection['type'], [...path, 'type']);
    if (type !== undefined && type.toLowerCase() !== 'duckdb') {
      this.#error([...path, 'type'], `must be duckdb, found '${type}'`);
    }
    this.#unused(connection, path, ['type', 'database', 'catalogs']);
    const catalogs = this.#mapping(connection['catalogs'], [...path, 'catalogs']);
    const [first, second] = Object.keys(catalogs);
    if (second !== undefined)
      this.#warn([...path, 'catalogs', second], 'is not read: there is one warehouse');
    const catalog = first === undefined ? undefined : catalogs[first];
    const database = this.#text(
      connection['database'] ?? (typeof catalog === 'string' ? catalog : undefined),
      [...path, 'database'],
    );
    if (database !== undefined && database !== ':memory:') return database;
    this.#warn(path, `names no database file; the warehouse is ${DEFAULT_WAREHOUSE}`);
    return undefined;
  }

  #checkDialect(value: unknown, path: YamlPath): void {
    const dialect = this.#text(value, path);
    if (dialect === undefined || /^duckdb\b/i.test(dialect)) return;
    this.#error(path, `must be duckdb, found '${dialect}'`);
  }

  #cron(value: unknown): string {
    const path = ['model_defaults', 'cron'];
    const cron = this.#text(value, path);
    if (cron === undefined) return DEFAULT_CRON;
    const problem = cronProblem(cron);
    if (problem !== undefined) this.#error(path, `is no cron expression: ${problem}`);
    return cron.trim();
  }

  #cronTz(value: unknown): string | undefined {
    const path = ['model_defaults', 'cron_tz'];
    const zone = this.#text(value, path);
    if (zone === undefined || timeZoneHint(zone) === undefined) return zone;
    this.#error(path, `must be a time zone, found '${zone}'`);
    return undefined;
  }

  #start(value: unknown): number | undefined {
    const path = ['model_defaults', 'start'];
    const text = this.#text(value, path);
    if (text === undefined) return undefined;
    const start = parseInstant(text);
    if (start === undefined)
      this.#warn(path, `is not understood, found '${text}'; write a date such as 2024-01-31`);
    return start;
  }

  #kind(value: unknown): ModelKind | undefined {
    if (value === undefined || value === null) return undefined;
    const kind = typeof value === 'string' ? kindByName(value) : undefined;
    if (kind === undefined) {
      this.#warn(
        ['model_defaults', 'kind'],
        'is not read: it takes a kind without properties, such as FULL; models that name none are VIEWs',
      );
    }
    return kind;
  }

  #audits(value: unknown): readonly AuditCall[] {
    const path = ['model_defaults', 'audits'];
    if (value === undefined || value === null) return [];
    const isList = Array.isArray(value);
    return (isList ? value : [value]).flatMap((given: unknown, i) => {
      const place = isList ? [...path, i] : path;
      const text = this.#text(given, place);
      if (text === undefined) return [];
      const call = parseAuditText(this.#source, text, this.#yaml.places.value(place));
      this.#diagnostics.push(...call.diagnostics);
      return call.value ?? [];
    });
  }

  /** SQLMesh writes `in 1 week`. */
  #ttl(value: unknown): number | undefined {
    const path = ['environment_ttl'];
    const text = this.#text(value, path);
    if (text === undefined) return undefined;
    const span = parseSpan(text.replace(/^\s*in\s+/i, ''));
    if (span === undefined) this.#warn(path, `is not understood, found '${text}'; write 'in 1 week'`);
    return span;
  }

  #variables(value: unknown, path: YamlPath): Readonly<Record<string, VariableValue>> {
    const variables: Record<string, VariableValue> = {};
    for (const [name, given] of Object.entries(this.#mapping(value, path))) {
      if (isVariable(given)) variables[name] = given;
      else this.#warn([...path, name], 'is not read: it holds more than texts, numbers, lists and mappings');
    }
    return variables;
  }

  #statements(value: unknown, key: string): readonly ProjectStatement[] {
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) {
      this.#error([key], 'must be a list of statements');
      return [];
    }
    return value.flatMap((given: unknown, i) => {
      const text = this.#text(given, [key, i]);
      return text === undefined ? [] : [{ text, location: this.#yaml.places.value([key, i]) }];
    });
  }

  #mapping(value: unknown, path: YamlPath): Mapping {
    if (value === undefined || value === null) return {};
    if (typeof value === 'object' && !Array.isArray(value)) return value as Mapping;
    this.#error(path, 'must be a mapping (name: value)');
    return {};
  }

  #text(value: unknown, path: YamlPath): string | undefined {
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'string' || typeof value === 'number' || value instanceof Date) {
      const text = value instanceof Date ? value.toISOString().slice(0, 19).replace('T', ' ') : String(value);
      if (text.includes('{{')) this.#error(path, 'holds a template, which is not filled in');
      return text;
    }
    this.#error(path, 'must be a text');
    return undefined;
  }

  #unused(mapping: Mapping, path: YamlPath, known: readonly string[]): void {
    for (const key of Object.keys(mapping)) {
      if (!known.includes(key)) this.#warn([...path, key], 'has no effect in Sluice', true);
    }
  }

  #warn(path: YamlPath, problem: string, atKey = false): void {
    const { places } = this.#yaml;
    const location = atKey ? places.key(path) : places.value(path);
    this.#diagnostics.push(diagnostic('config-unused', `'${path.join('.')}' ${problem}`, { location }));
  }

  #error(path: YamlPath, problem: string): void {
    const { places } = this.#yaml;
    const name = path.length === 0 ? this.#source.path : `'${path.join('.')}'`;
    this.#diagnostics.push(
      diagnostic('config-invalid', `${name} ${problem}`, { location: places.value(path) }),
    );
  }
}

/** What YAML gives for anything but dates. */
function isVariable(given: unknown): given is VariableValue {
  if (given === null || typeof given === 'string' || typeof given === 'number' || typeof given === 'boolean')
    return true;
  if (Array.isArray(given)) return given.every(isVariable);
  return typeof given === 'object' && !(given instanceof Date) && Object.values(given).every(isVariable);
}

const KNOWN_ROOT = [
  'gateways',
  'default_gateway',
  'model_defaults',
  'variables',
  'project',
  'environment_ttl',
  'before_all',
  'after_all',
];
const KNOWN_DEFAULTS = ['dialect', 'kind', 'start', 'cron', 'cron_tz', 'owner', 'audits'];

/** The parts of `"catalog"."schema"."table"`. */
function nameParts(text: string): readonly string[] {
  return significantTokens(text)
    .filter((token) => token.kind === 'word' || token.kind === 'quoted')
    .map((token) => identifierName(text.slice(token.start, token.end)));
}
