/** Reads one model file: its header, its statements, and where each part stands. Nothing is rendered or bound. */
import {
  EditedText,
  hasErrors,
  SourceText,
  type Diagnostic,
  type Location,
  type Outcome,
} from '../diagnostic/index.ts';
import type { ProjectFiles } from '../project/files.ts';
import { literal } from '../sql/quote.ts';
import { splitStatements, type StatementRange } from '../sql/tokens.ts';
import { fillHeader, parseBlueprints, type Blueprint } from './blueprints.ts';
import { inlineDescriptions, leadingComment } from './comments.ts';
import { cronProblem } from './cron.ts';
import { timeZoneHint } from './time-zone.ts';
import {
  findHeader,
  Findings,
  parseProperties,
  statementsAfter,
  type Header,
  type HeaderProperty,
  type PropertyNames,
} from './header.ts';
import type { HeaderMacros, HeaderScope } from './header-macros.ts';
import { parseHeaderValue } from './header-value.ts';
import { parseAgo, parseInstant } from './instant.ts';
import type { AuditCall, ModelDefinition } from './model-definition.ts';
import type { ModelKind } from './model-kind.ts';
import { isAudit } from './parse-audit.ts';
import { parseKind } from './parse-kind.ts';
import { withDefaultAudits } from './default-audits.ts';
import { parseCalls } from './parse-calls.ts';
import {
  parseColumnDescriptions,
  parseColumns,
  parseFlag,
  parseDependsOn,
  parseGrains,
  parseIgnoredRules,
  parseLintLevels,
  parseTags,
  parseText,
} from './parse-properties.ts';
import { parseBody, reportOpenComment, tokensOf } from './statements.ts';
import type { TokenRun } from './token-run.ts';

/** What the parser looks up besides the file's own text. */
export interface ModelContext {
  /** For seeds' files. */
  readonly files: ProjectFiles;
  /** Variables of the project, SQL by name in lower case, for headers that hold `@name`. */
  readonly variables?: ReadonlyMap<string, string>;
  /** The kind of models that name none; default: VIEW. */
  readonly kind?: ModelKind | undefined;
  /** `@gateway`. */
  readonly gateway?: string;
  /** Expands macros that are called in headers; without it they stay as they are. */
  readonly macros?: HeaderMacros;
  /** Audits of all models. */
  readonly audits?: readonly AuditCall[] | undefined;
}

/** A parsed model file. `value` is undefined when there are errors, or when the model says `enabled false`. */
export interface ParsedModel extends Outcome<ModelDefinition | undefined> {
  /** The model's name even when the rest of the file is wrong, so that its readers are not told it is unknown. */
  readonly name: string | undefined;
  /** `enabled false`: no such model, on purpose. */
  readonly disabled: boolean;
}

const MODEL_PROPERTIES: PropertyNames = {
  owner: 'MODEL',
  verbatim: new Set(['start', 'blueprints', 'partitioned_by']),
  used: new Set([
    'name',
    'kind',
    'cron',
    'cron_tz',
    'start',
    'owner',
    'description',
    'tags',
    'grain',
    'grains',
    'columns',
    'column_descriptions',
    'audits',
    'default_audits',
    'depends_on',
    'signals',
    'blueprints',
    'enabled',
    'formatting',
    'ignored_rules',
    'lint',
    'partitioned_by',
    'allow_partials',
  ]),
  unused: new Map<string, string | undefined>([
    ['dialect', 'duckdb'],
    ...[
      'clustered_by',
      'default_catalog',
      'end',
      'gateway',
      'grants',
      'grants_target_layer',
      'interval_unit',
      'on_virtual_update',
      'optimize_query',
      'physical_properties',
      'physical_schema_override',
      'physical_version',
      'post_statements',
      'pre_statements',
      'profiles',
      'project',
      'references',
      'retention',
      'session_properties',
      'stamp',
      'storage_format',
      'table_format',
      'table_properties',
      'validate_query',
      'virtual_environment_mode',
      'virtual_properties',
    ].map((name): [string, undefined] => [name, undefined]),
  ]),
};

/** Reads a file of `models/`: one model, or one for each of its blueprints. All errors come at once; it never throws. */
export function parseModelFile(source: SourceText, context: ModelContext): readonly ParsedModel[] {
  const gateway = context.gateway ?? '';
  const shared = new Map([...(context.variables ?? NO_VALUES), ['gateway', literal(gateway)]]);
  const { file, range, blueprints, diagnostics } = readBlueprints(source, context, {
    values: shared,
    gateway,
  });
  if (range === undefined) return [parseModel(source, context, NO_VALUES)];
  if (diagnostics.length > 0) return [{ ...onlyNamed(file, context, NO_VALUES), diagnostics }];
  const said = new Set<string>();
  return (blueprints ?? [NO_VALUES]).map((blueprint) => {
    const values = new Map([...shared, ...blueprint]);
    const filled = fillHeader(file, range, { values, gateway }, context.macros);
    const parsed = hasErrors(filled.diagnostics)
      ? onlyNamed(filled.value, context, blueprint)
      : parseModel(filled.value, context, blueprint);
    // A mistake that all models of the file share is said once.
    const fresh = [...filled.diagnostics, ...parsed.diagnostics].filter((d) => {
      const key = `${d.code} ${d.location?.start} ${d.message}`;
      return !said.has(key) && said.add(key);
    });
    return { ...parsed, diagnostics: fresh };
  });
}

/** A model whose header cannot be read to the end: what else is wrong with it may be a consequence. */
function onlyNamed(source: SourceText, context: ModelContext, blueprint: Blueprint): ParsedModel {
  const { name } = parseModel(source, context, blueprint);
  return { name, disabled: false, value: undefined, diagnostics: [] };
}

const NO_VALUES: Blueprint = new Map();

/** An `@` that is not the name of a cron. */
const MACRO = /@(?!(?:yearly|annually|monthly|weekly|daily|midnight|hourly)\b)/i;

/** The header's range when it may hold macros, and the blueprints it declares. `file` holds those that macros make. */
function readBlueprints(
  source: SourceText,
  { macros }: ModelContext,
  scope: HeaderScope,
): {
  readonly file: SourceText;
  readonly range: { readonly start: number; readonly end: number } | undefined;
  readonly blueprints: readonly Blueprint[] | undefined;
  readonly diagnostics: readonly Diagnostic[];
} {
  const findings = new Findings();
  const none = { file: source, range: undefined, blueprints: undefined, diagnostics: [] };
  const found = blueprintsOf(source);
  if (found === undefined) return none;
  const { start, header, value } = found;
  if (macros === undefined || value?.kindAt(0) !== 'macro') {
    const blueprints = value === undefined ? undefined : parseBlueprints(value, findings);
    return { file: source, range: { start, end: header.end }, blueprints, diagnostics: findings.list };
  }
  // Macros make the list first; it is then read like one that is written out.
  const made = macros({ text: value.text, offset: value.start }, source, scope);
  const text = made.value?.trim() ?? '';
  const list = /^[([]/.test(text) && isOneGroup(text) ? text : `(${text})`;
  const file = new EditedText(source, [{ start: value.start, end: value.end, text: list }]);
  const again = made.value === undefined ? undefined : blueprintsOf(file);
  return {
    file,
    range: { start, end: again?.header.end ?? header.end },
    blueprints: again?.value === undefined ? undefined : parseBlueprints(again.value, findings),
    diagnostics: [...made.diagnostics, ...findings.list],
  };
}

function mayHoldMacros(text: string): boolean {
  return /\bblueprints\b/i.test(text) || MACRO.test(text);
}

/** A header that may hold macros, and the value of its `blueprints`. */
function blueprintsOf(
  source: SourceText,
): { readonly start: number; readonly header: Header; readonly value: TokenRun | undefined } | undefined {
  // Most files need not be split to see that there are none.
  if (!mayHoldMacros(source.text)) return undefined;
  const [head] = splitStatements(source.text);
  if (head === undefined || !mayHoldMacros(source.text.slice(head.start, head.end))) return undefined;
  const statement = tokensOf(source, head);
  if (!statement.is(0, 'model')) return undefined;
  const header = findHeader(statement, MODEL_PROPERTIES, new Findings());
  if (header === undefined) return undefined;
  const property = parseProperties(header.list, MODEL_PROPERTIES, new Findings()).get('blueprints');
  return { start: head.start, header, value: property?.value };
}

/** Whether brackets at both ends belong together. */
function isOneGroup(text: string): boolean {
  return tokensOf(new SourceText('', text), { start: 0, end: text.length }).inner() !== undefined;
}

function parseModel(source: SourceText, context: ModelContext, blueprint: Blueprint): ParsedModel {
  const findings = new Findings();
  const inferred = nameOfPath(source.path);
  const fromPath = inferred && `${inferred.schema}.${inferred.table}`;
  reportOpenComment(source, findings);
  const all = splitStatements(source.text);
  // Audits of its own may stand behind the model.
  const audit = all.findIndex((range, i) => i > 0 && isAudit(source, range));
  const statements = audit < 0 ? all : all.slice(0, audit);
  const [head] = statements;
  const statement = head === undefined ? undefined : tokensOf(source, head);
  if (statement === undefined || !statement.is(0, 'model')) {
    reportMissingHeader(source, statement, findings);
    return { name: fromPath, disabled: false, value: undefined, diagnostics: findings.list };
  }
  const header = findHeader(statement, MODEL_PROPERTIES, findings);
  if (header === undefined) {
    return { name: fromPath, disabled: false, value: undefined, diagnostics: findings.list };
  }
  const after = statementsAfter(header, statements, statement, findings);
  const properties = parseProperties(header.list, MODEL_PROPERTIES, findings);
  const definition = buildModel(source, statement, properties, after, context, blueprint, findings);
  const { name, enabled, model } = definition;
  const broken = hasErrors(findings.list);
  return {
    name: name.table === '' ? undefined : model.name,
    disabled: !enabled && !broken,
    value: broken || !enabled ? undefined : model,
    diagnostics: findings.list,
  };
}

/** True when a model's header says `formatting false`: its author lays it out by hand. */
export function isFormattingOff(source: SourceText): boolean {
  const findings = new Findings();
  const [head] = splitStatements(source.text);
  if (head === undefined || !/\bformatting\b/i.test(source.text.slice(head.start, head.end))) return false;
  const header = findHeader(tokensOf(source, head), MODEL_PROPERTIES, findings);
  if (header === undefined) return false;
  const property = parseProperties(header.list, MODEL_PROPERTIES, findings).get('formatting');
  return parseFlag(property, findings) === false;
}

type Properties = ReadonlyMap<string, HeaderProperty>;

function buildModel(
  source: SourceText,
  statement: TokenRun,
  properties: Properties,
  after: readonly StatementRange[],
  context: ModelContext,
  blueprint: Blueprint,
  findings: Findings,
): { readonly name: ModelName; readonly enabled: boolean; readonly model: ModelDefinition } {
  const name = parseName(source, properties.get('name'), statement, findings);
  const kindProperty = properties.get('kind');
  const partitionedBy = properties.get('partitioned_by');
  const kind =
    kindProperty === undefined
      ? (context.kind ?? VIEW)
      : parseKind(kindProperty.value, partitionedBy, context.files, findings);
  if (partitionedBy !== undefined && kind !== undefined && kind.kind !== 'INCREMENTAL_BY_PARTITION') {
    findings.add(
      'unused-property',
      partitionedBy.nameLocation,
      `'partitioned_by' has no effect on a model of kind ${kind.kind}`,
      'Remove it, or keep it for SQLMesh.',
    );
  }
  const partials = properties.get('allow_partials');
  const allowPartials = parseFlag(partials, findings) ?? false;
  if (allowPartials && partials !== undefined && kind?.kind !== 'INCREMENTAL_BY_TIME_RANGE') {
    findings.add(
      'unused-property',
      partials.nameLocation,
      `'allow_partials' has an effect on kind INCREMENTAL_BY_TIME_RANGE alone`,
      'Remove it, or keep it for SQLMesh.',
    );
  }
  const cron = parseCron(properties.get('cron'), findings);
  if (properties.has('grain') && properties.has('grains')) {
    const second = properties.get('grains');
    if (second !== undefined) {
      findings.add(
        'duplicate-property',
        second.nameLocation,
        `Both 'grain' and 'grains' are given`,
        'Keep one of the two.',
        [
          {
            message: "'grain' is given here",
            location: properties.get('grain')?.nameLocation ?? second.nameLocation,
          },
        ],
      );
    }
  }
  parseFlag(properties.get('formatting'), findings);
  const body = parseBody(source, after, 'This model', findings);
  const query = checkQuery(kind, kindProperty, body, statement, findings);
  return {
    name,
    enabled: parseFlag(properties.get('enabled'), findings) ?? true,
    model: {
      name: `${name.schema}.${name.table}`,
      schema: name.schema,
      table: name.table,
      path: source.path,
      source,
      nameLocation: name.location,
      kind: kind ?? VIEW,
      kindLocation: kindProperty?.value.locationAt(0) ?? statement.locationAt(0),
      query,
      preStatements: body.preStatements,
      postStatements: body.postStatements,
      virtualStatements: body.virtualStatements,
      definitions: body.definitions,
      blueprint,
      cron: cron?.text,
      cronLocation: cron?.location,
      cronTz: parseCronTz(properties.get('cron_tz'), findings),
      allowPartials,
      start: parseStart(properties.get('start'), findings),
      owner: parseText(properties.get('owner'), findings),
      description: parseText(properties.get('description'), findings) ?? leadingComment(source.text),
      tags: parseTags(properties.get('tags'), findings),
      grains: parseGrains(properties.get('grains') ?? properties.get('grain'), findings),
      columns: parseColumns(properties.get('columns'), findings),
      columnDescriptions:
        query === undefined || properties.has('column_descriptions')
          ? parseColumnDescriptions(properties.get('column_descriptions'), findings)
          : inlineDescriptions(query),
      audits: withDefaultAudits(
        parseCalls(properties.get('audits'), 'an audit', findings),
        (kind ?? VIEW).kind,
        properties.get('default_audits'),
        context.audits ?? [],
        findings,
      ),
      dependsOn: parseDependsOn(properties.get('depends_on'), findings),
      signals: parseCalls(properties.get('signals'), 'a signal', findings),
      ignoredRules: parseIgnoredRules(properties.get('ignored_rules'), findings),
      lintLevels: parseLintLevels(properties.get('lint'), findings),
    },
  };
}

const VIEW: ModelKind = { kind: 'VIEW' };

interface ModelName {
  readonly schema: string;
  readonly table: string;
  readonly location: Location;
}

function parseName(
  source: SourceText,
  property: HeaderProperty | undefined,
  statement: TokenRun,
  findings: Findings,
): ModelName {
  const fromPath = nameOfPath(source.path);
  if (property === undefined) {
    const location = statement.locationAt(0);
    if (fromPath !== undefined) return { ...fromPath, location };
    findings.add('invalid-name', location, 'This model needs a name', 'Write name schema.table.');
    return { schema: '', table: '', location };
  }
  const { value } = property;
  const location = value.location;
  const parts = value.nameParts(0, value.nameLength());
  const whole = value.nameLength() === value.length;
  const [first = '', second] = parts;
  const name = second === undefined ? { schema: 'main', table: first } : { schema: first, table: second };
  if (!whole || parts.length === 0 || parts.length > 2 || parts.some((part) => part.trim() === '')) {
    findings.add(
      'invalid-name',
      location,
      parts.length > 2
        ? `'${value.text}' has more than a schema and a table`
        : `'${value.text}' is not the name of a model`,
      `Write name schema.table, in double quotes where a part is not a plain word.`,
    );
    return { schema: '', table: '', location };
  }
  return { ...name, location };
}

/** `models/staging/orders.sql` is `staging.orders`; right under `models/` it is the schema `main`. */
export function nameOfPath(path: string): { readonly schema: string; readonly table: string } | undefined {
  const parts = path.replace(/\.sql$/i, '').split('/');
  const table = parts.at(-1);
  const folder = parts.at(-2);
  if (table === undefined || table === '') return undefined;
  return { schema: folder === undefined || parts.length <= 2 ? 'main' : folder, table };
}

function parseCron(
  property: HeaderProperty | undefined,
  findings: Findings,
): { readonly text: string; readonly location: Location } | undefined {
  if (property === undefined) return undefined;
  const bare = property.value.length === 1 && property.value.kindAt(0) === 'macro';
  const text = bare ? property.value.text : parseText(property, findings);
  if (text === undefined) return undefined;
  const problem = cronProblem(text);
  if (problem === undefined) return { text: text.trim(), location: property.value.location };
  findings.add(
    'invalid-property',
    property.value.location,
    problem,
    `Write cron '@daily', or cron '0 6 * * *'. Times are UTC, or those of cron_tz.`,
  );
  return undefined;
}

function parseCronTz(property: HeaderProperty | undefined, findings: Findings): string | undefined {
  const zone = parseText(property, findings);
  const hint = zone === undefined ? undefined : timeZoneHint(zone);
  if (property === undefined || hint === undefined) return zone;
  findings.add(
    'invalid-property',
    property.value.location,
    `'cron_tz' must be a time zone, found '${zone}'`,
    hint,
  );
  return undefined;
}

function parseStart(property: HeaderProperty | undefined, findings: Findings): number | undefined {
  if (property === undefined) return undefined;
  const value = parseHeaderValue(property.value);
  const text = value.kind === 'string' ? value.text : property.value.text;
  const start = parseInstant(text);
  if (start === undefined && isRelative(text)) {
    findings.add(
      'unused-property',
      property.value.location,
      `'start' moves with the clock, so it has no effect: history begins where the project says`,
      `Write start '2024-01-31', so that every run means the same history.`,
    );
  } else if (start === undefined) {
    findings.add(
      'invalid-property',
      property.value.location,
      `'start' must be a date or a timestamp, found '${text}'`,
      `Write start '2024-01-31', or start '2024-01-31 06:00:00'. Times are UTC.`,
    );
  }
  return start;
}

/** Times as SQLMesh has them that are another instant tomorrow. */
function isRelative(text: string): boolean {
  return parseAgo(text) !== undefined || /^(?:now|today|yesterday|tomorrow)$/i.test(text.trim());
}

/** Checks that a query is there where the kind wants one, and only there. */
function checkQuery(
  kind: ModelKind | undefined,
  kindProperty: HeaderProperty | undefined,
  body: ReturnType<typeof parseBody>,
  statement: TokenRun,
  findings: Findings,
): ModelDefinition['query'] {
  const named = kindProperty?.value.textAt(0).toUpperCase();
  const { source } = statement;
  if (named === 'SEED' || named === 'EXTERNAL') {
    const first = body.query ?? body.preStatements[0];
    if (first !== undefined) {
      const location = source.locate(first.offset, first.offset + first.text.length);
      findings.add(
        'extra-statement',
        location,
        `A model of kind ${named} has no query`,
        'Remove it, or change the kind.',
      );
    }
    return undefined;
  }
  if (body.query === undefined && kind !== undefined) {
    findings.add(
      'missing-query',
      statement.locationAt(0),
      'This model has no query',
      'Write a SELECT after the header, with a semicolon between them.',
    );
  }
  return body.query;
}

function reportMissingHeader(source: SourceText, statement: TokenRun | undefined, findings: Findings): void {
  const at = statement === undefined || statement.length === 0 ? source.locate(0) : statement.locationAt(0);
  findings.add(
    'header-missing',
    at,
    'A model starts with MODEL (...);',
    statement?.is(0, 'audit') === true
      ? 'Audits stand in the folder audits/.'
      : `Write MODEL (kind FULL); before the query.`,
  );
}
