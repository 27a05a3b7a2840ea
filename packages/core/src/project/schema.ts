/**
 * The shape of project.yaml. The schema says what may stand where; what it means (dates, formats, cron) is read in
 * `parse-config.ts`. Messages complete the sentence `'warehouse.threads' ...`.
 */
import { z } from 'zod';
import { LINT_RULE_NAMES, type LintRuleName } from '../diagnostic/index.ts';
import type { VariableValue } from './project.ts';

const text = z.string({ error: 'must be a text' }).min(1, { error: 'must not be empty' });
const wholeNumber = z.number({ error: 'must be a whole number' }).int({ error: 'must be a whole number' });
/** YAML's integers lose digits beyond 2^53. */
const number = z.number().refine((n) => !Number.isInteger(n) || Number.isSafeInteger(n), {
  error: 'has more digits than a number keeps; put it in quotes',
});
const flag = z.boolean({ error: 'must be true or false' });
const textOrList = z.union([text, z.array(text).min(1, { error: 'must not be empty' })], {
  error: 'must be a text or a list of texts',
});

function mapping<Shape extends z.core.$ZodShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  return z.strictObject(shape, { error: mappingError });
}

function mappingError(issue: {
  readonly code?: string | undefined;
  readonly input?: unknown;
}): string | undefined {
  if (issue.code !== 'invalid_type') return undefined;
  return issue.input === undefined ? 'is missing' : 'must be a mapping (name: value)';
}

/** A value of a variable, lists and mappings of values included. */
const variable: z.ZodType<VariableValue> = z.lazy(() =>
  z.union([z.string(), number, z.boolean(), z.null(), z.array(variable), z.record(z.string(), variable)], {
    error: 'must be a text, a number, true, false, null, or a list or a mapping of these',
  }),
);

const time = text.describe('A date or a timestamp, UTC: 2024-01-31, 2024-01-31 06:00:00');
const cron = text.describe("A cron expression, UTC or as cron_tz says: '@daily', '0 6 * * *'");

const csv = mapping({
  delimiter: text.optional(),
  quote: z.string({ error: 'must be a text' }).optional(),
  header: flag.optional(),
  null_values: z
    .union([z.string(), z.array(z.string())], { error: 'must be a text or a list of texts' })
    .optional()
    .describe('Texts that stand for NULL'),
  date_format: text.optional().describe('strftime format, for example %d.%m.%Y'),
  timestamp_format: text.optional().describe('strftime format, for example %d.%m.%Y %H:%M:%S'),
  encoding: text.optional(),
});

const source = mapping({
  file: textOrList.optional().describe('Files or globs that Sluice loads, relative to the project folder'),
  table: text.optional().describe("A table of the warehouse that somebody else keeps: 'schema.name'"),
  format: z
    .enum(['csv', 'parquet', 'json'], { error: 'must be csv, parquet or json' })
    .optional()
    .describe("Taken from the files' extension when left out"),
  columns: z
    .record(z.string(), text, { error: 'must be a mapping of columns to types' })
    .optional()
    .describe('Columns in order, with their DuckDB types'),
  time_column: text.optional().describe('The column that tells the time of a row'),
  cron: cron.optional().describe('How often a table of the warehouse may move'),
  description: text.optional(),
  csv: csv.optional().describe('How CSV files are written; what is left out is detected'),
});

const level = z.enum(['error', 'warn', 'off'], { error: 'must be error, warn or off' });
const schemas = z.array(text, { error: 'must be a list of schemas' }).optional();
const severity = level.optional();
const LINT_OPTIONS: Readonly<Partial<Record<LintRuleName, z.core.$ZodShape>>> = {
  'name-pattern': {
    patterns: z
      .record(z.string(), text.refine(isPattern, { error: 'must be a regular expression' }), {
        error: 'must be a mapping of schemas to regular expressions',
      })
      .optional()
      .describe("Regular expressions that names of models match, by schema; '*' for all others"),
  },
  layering: {
    reads: z
      .record(z.string(), z.array(text, { error: 'must be a list of schemas' }), {
        error: 'must be a mapping of schemas to the schemas they may read',
      })
      .optional()
      .describe('By schema, the other schemas that its models may read'),
  },
};

function isPattern(pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}

/** A level, or a mapping of options. */
function ruleSchema(name: LintRuleName): z.ZodType<RawRule | undefined> {
  const options = mapping({
    severity: severity.describe('error, warn or off'),
    schemas: schemas.describe('The schemas whose models it looks at; all if left out'),
    ...LINT_OPTIONS[name],
  });
  return z
    .union([level, options], { error: 'must be error, warn or off, or a mapping with severity' })
    .optional() as z.ZodType<RawRule | undefined>;
}

/** A lint rule as written. */
export type RawRule =
  | 'error'
  | 'warn'
  | 'off'
  | {
      readonly severity?: 'error' | 'warn' | 'off' | undefined;
      readonly schemas?: readonly string[] | undefined;
      readonly patterns?: Readonly<Record<string, string>> | undefined;
      readonly reads?: Readonly<Record<string, readonly string[]>> | undefined;
    };

const size = text.regex(/^\d+(\.\d+)?\s*[kmgt]i?b$/i, { error: 'must be a size such as 50GB' });

/** project.yaml as it may be written. */
export const projectSchema = mapping({
  name: text.describe('The name of the project'),
  start: time.describe('Default start of history, UTC'),
  warehouse: mapping({
    path: text
      .optional()
      .describe('The DuckDB file, relative to the project folder; .sluice/warehouse.duckdb'),
    threads: wholeNumber.min(1, { error: 'must be at least 1' }).optional(),
    memory_limit: text
      .regex(/^\d+(\.\d+)?\s*([kmgt]i?b|%)$/i, {
        error: "must be a size such as 8GB, or a share such as '50%'",
      })
      .optional()
      .describe('How much memory DuckDB may use; 70 % of what is free when left out'),
    temp_directory: text
      .optional()
      .describe(
        'Where DuckDB puts what does not fit into memory, relative to the project folder; .sluice/tmp',
      ),
    max_temp_directory_size: size
      .optional()
      .describe('How much may be put there; 90 % of what is free on that disk when left out'),
  }).optional(),
  defaults: mapping({
    cron: cron.optional(),
    cron_tz: text.optional().describe("The time zone of crons: 'Europe/Berlin'; UTC when left out"),
    owner: text.optional(),
    start: time.optional(),
    audits: textOrList
      .optional()
      .describe(
        'Audits of all models: not_null(columns := (id)); a model with default_audits false has none',
      ),
  })
    .optional()
    .describe('What a model gets that does not say otherwise'),
  variables: z
    .record(
      z.string().regex(/^[A-Za-z_]\w*$/, { error: 'must be a name of letters, digits and underscores' }),
      variable,
      { error: 'must be a mapping (name: value)' },
    )
    .optional()
    .describe('Values for @var and @name in models'),
  before_all: textOrList
    .optional()
    .describe('SQL that runs before the first task of each apply and run that does anything'),
  after_all: textOrList
    .optional()
    .describe('SQL that runs after the last task, in the transaction that promotes the views'),
  sources: z
    .record(z.string(), z.record(z.string(), source, { error: 'must be a mapping of tables' }), {
      error: 'must be a mapping of schemas to tables',
    })
    .optional()
    .describe('Data from outside: schema, then table'),
  environments: z
    .record(
      z.string(),
      mapping({
        start: text.optional().describe("A date, a timestamp, or '7 days ago'"),
        ttl: text
          .optional()
          .describe("How long after its last use sluice gc removes it: '7 days'; as environment_ttl says"),
      }).nullable(),
      { error: 'must be a mapping of environments' },
    )
    .optional(),
  environment_ttl: text
    .optional()
    .describe("How long after its last use sluice gc removes an environment other than prod: '30 days'"),
  history: mapping({
    keep: wholeNumber
      .min(0, { error: 'must not be negative' })
      .optional()
      .describe('How many promotions of an environment can be gone back to; 10'),
    days: wholeNumber
      .min(1, { error: 'must be at least 1' })
      .optional()
      .describe('For how many days runs are remembered; 90'),
  }).optional(),
  quarantine: mapping({
    keep: text.optional().describe("How long failing rows are kept: '30 days'"),
    max_rows: wholeNumber
      .min(0, { error: 'must not be negative' })
      .optional()
      .describe('How many failing rows of one audit in one run are kept; 1000'),
  }).optional(),
  lint: mapping(
    Object.fromEntries(LINT_RULE_NAMES.map((name) => [name, ruleSchema(name)])) as Record<
      LintRuleName,
      z.ZodType<RawRule | undefined>
    >,
  )
    .optional()
    .describe('Rules of sluice lint: error, warn or off, or a mapping with severity and options'),
});

/** project.yaml, its shape checked. */
export type RawConfig = z.infer<typeof projectSchema>;

/** A source as written. */
export type RawSource = z.infer<typeof source>;

/** JSON Schema (draft 2020-12) of project.yaml, for editors. */
export function projectJsonSchema(): Readonly<Record<string, unknown>> {
  return { title: 'Sluice project', ...z.toJSONSchema(projectSchema, { io: 'input' }) };
}
