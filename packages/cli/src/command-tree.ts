import type { Command, Option } from './command.ts';
import { QUARANTINE_COMMAND } from './quarantine-command.ts';
import { ENVIRONMENT, UPKEEP_COMMANDS } from './upkeep-commands.ts';

const START: Option = {
  flags: '--start <date>',
  summary: "first day or instant, UTC: '2025-01-01' or '2025-01-01T06:00:00Z'",
};
const END: Option = {
  flags: '--end <date>',
  summary: 'last day, included; or an instant, excluded',
};
const SELECT: Option = {
  flags: '--select <models>',
  summary: 'only these; the others stay as they are (names, globs, +model, tag:, state:modified, …)',
};
const RESTATE: Option = {
  flags: '--restate <models>',
  summary: 'compute these again though nothing moved (names, globs, +model, tag:, …; !x excludes)',
};
const FORWARD_ONLY: Option = {
  flags: '--forward-only',
  summary: 'changed incremental models keep their rows; the new definition counts for new ones',
};
const EFFECTIVE_FROM: Option = {
  flags: '--effective-from <date>',
  summary: 'with --forward-only: rows from this day on are computed by the new definition',
};
const SKIP_BACKFILL: Option = {
  flags: '--skip-backfill',
  summary: 'compute no rows: new tables are made empty, and a later plan or run fills them',
};
const EMPTY: Option = {
  flags: '--empty',
  summary: 'as --skip-backfill, and send each query to the warehouse once, for no rows: a check',
};
const ALLOW_DESTRUCTIVE: Option = {
  flags: '--allow-destructive',
  summary:
    'also lose what could not be computed again: columns of tables that live on, rows that are restated',
};
const JOBS: Option = { flags: '--jobs <n>', summary: 'how many models are built at the same time' };
const FAIL_FAST: Option = {
  flags: '--fail-fast',
  summary: 'after a model failed begin no other; without it only those below it are left out',
};
const ENV: Option = { flags: '--env <environment>', summary: "the environment; 'prod' if left out" };

const DIAGNOSTICS_FORMAT: Option = {
  flags: '--format <format>',
  summary: 'how to say what is wrong: text, json, github (annotations) or sarif',
  choices: ['text', 'json', 'github', 'sarif'],
};

/** Options of every command. */
export const GLOBAL_OPTIONS: readonly Option[] = [
  {
    flags: '--project <folder>',
    summary: 'the project; if left out, the nearest folder upwards that holds project.yaml',
    path: true,
  },
  { flags: '--json', summary: 'print one JSON document on stdout, and nothing else there' },
  {
    flags: '--lock-timeout <seconds>',
    summary: 'how long to wait for a warehouse that another process holds; 30 if left out',
  },
  { flags: '--now <instant>', summary: "UTC clock to use instead of the machine's" },
  {
    flags: '--verbose',
    summary:
      'say more on stderr: which warehouse was opened, with how much memory, where it spills to; what a watch read',
  },
  { flags: '--no-color', summary: 'no colours, also on a terminal' },
];

/** Everything `sluice` can do. */
export const COMMANDS: readonly Command[] = [
  {
    name: 'init',
    summary: 'Make a small working project to start from',
    details: 'Writes nothing when one of its files is there already.',
    arguments: [{ syntax: '[folder]', summary: 'where; the current folder if left out', path: true }],
    examples: [{ line: 'sluice init shop', does: 'makes the folder shop with two sources and four models' }],
    load: async () => (await import('./commands/init.ts')).init,
  },
  {
    name: 'compile',
    summary: 'Check the whole project without touching the warehouse',
    details: 'Says every error of the project at once, and exits with 1 if there is one.',
    options: [
      DIAGNOSTICS_FORMAT,
      { flags: '--watch', summary: 'go on after every save, until Ctrl-C; with --json a document a line' },
    ],
    examples: [
      { line: 'sluice compile --watch', does: 'what is wrong, a moment after each save' },
      { line: 'sluice compile --json', does: 'models, columns, types and diagnostics as JSON' },
      { line: 'sluice compile --format github', does: 'annotations on the lines of a pull request' },
      { line: 'sluice compile --format sarif > sluice.sarif', does: 'a file for code scanning' },
    ],
    load: async () => (await import('./commands/compile.ts')).compile,
  },
  {
    name: 'format',
    summary: 'Lay out models and audits one way',
    details:
      'Changes white space and the case of keywords, nothing else: a file is written only when its comments are all there and DuckDB reads the same queries as before.',
    arguments: [
      { syntax: '[targets...]', summary: 'files, folders, models or audits; all if left out', path: true },
    ],
    options: [{ flags: '--check', summary: 'write nothing, exit with 1 when a file would change' }],
    examples: [
      { line: 'sluice format models/staging', does: 'the files of one folder' },
      {
        line: 'sluice format --check',
        does: 'for continuous integration: lists the files that would change',
      },
    ],
    load: async () => (await import('./commands/format.ts')).format,
  },
  {
    name: 'lint',
    summary: 'Find what is valid, and yet likely wrong or hard to live with',
    details:
      'project.yaml says how much each rule weighs (lint: { no-select-star: error }), a header which ones are not to look (ignored_rules). Exits with 1 when there is an error.',
    arguments: [{ syntax: '[models...]', summary: 'schema.model; all models if left out' }],
    options: [
      { flags: '--fix', summary: 'mend what can be mended without changing what a table holds' },
      DIAGNOSTICS_FORMAT,
    ],
    examples: [
      { line: 'sluice lint', does: 'the findings in all models' },
      { line: 'sluice lint --format sarif > lint.sarif', does: 'the same for code scanning' },
      { line: 'sluice lint marts.daily_revenue --fix', does: 'mends one model, and says what is left' },
    ],
    load: async () => (await import('./commands/lint.ts')).lint,
  },
  {
    name: 'render',
    summary: "Print a model's SQL with its macros expanded",
    arguments: [{ syntax: '<model>', summary: 'schema.model' }],
    options: [START, END],
    examples: [
      {
        line: 'sluice render marts.daily_revenue --start 2025-03-01 --end 2025-03-31',
        does: 'the SQL for March, the 31st included',
      },
    ],
    load: async () => (await import('./commands/render.ts')).render,
  },
  {
    name: 'lineage',
    summary: 'Show where the columns of a model come from, or who reads them',
    arguments: [{ syntax: '<target>', summary: 'schema.model or schema.model.column' }],
    options: [
      { flags: '--upstream', summary: 'where they come from; this is the default' },
      { flags: '--downstream', summary: 'who reads them' },
      { flags: '--depth <n>', summary: 'through so many models; 1 if left out' },
      { flags: '--all', summary: 'through any number of models' },
      {
        flags: '--impact',
        summary: 'who breaks and who changes when it goes or changes, through any number of models',
      },
      {
        flags: '--format <format>',
        summary: 'text, json, mermaid or dot',
        choices: ['text', 'json', 'mermaid', 'dot'],
      },
    ],
    examples: [
      { line: 'sluice lineage marts.daily_revenue.revenue --all', does: 'the way back to the sources' },
      { line: 'sluice lineage staging.orders.amount --impact', does: 'all models and columns it touches' },
      {
        line: 'sluice lineage staging.orders.amount --downstream',
        does: 'what a change of this column would reach',
      },
    ],
    load: async () => (await import('./commands/lineage.ts')).lineage,
  },
  {
    name: 'explain-version',
    summary: 'Say what differs between a model and what an environment shows',
    arguments: [{ syntax: '<model>', summary: 'schema.model' }],
    options: [
      { flags: '--against <environment>', summary: "the environment to compare with; 'prod' if left out" },
    ],
    examples: [
      {
        line: 'sluice explain-version marts.daily_revenue --against dev',
        does: 'which columns, rows or inputs changed',
      },
    ],
    load: async () => (await import('./commands/explain-version.ts')).explainVersion,
  },
  {
    name: 'plan',
    summary: 'Say what apply would do, and why; writes nothing to the warehouse',
    arguments: [ENVIRONMENT],
    options: [
      { flags: '-o, --output <file>', summary: 'save the plan, for `sluice apply <file>`', path: true },
      { flags: '--detailed-exitcode', summary: 'exit with 2 when there is something to do' },
      {
        flags: '--explain',
        summary:
          'show every action in order, with its SQL and that of audits and views; of several batches that of the first',
      },
      {
        flags: '--full',
        summary:
          'show every action, also where a large plan is summed up on a page; with --explain every batch and view',
      },
      DIAGNOSTICS_FORMAT,
      START,
      END,
      SELECT,
      RESTATE,
      FORWARD_ONLY,
      EFFECTIVE_FROM,
      SKIP_BACKFILL,
      EMPTY,
      ALLOW_DESTRUCTIVE,
    ],
    examples: [
      { line: 'sluice plan dev', does: 'what apply would do to dev' },
      { line: 'sluice plan --full', does: 'every model, where a large plan is summed up on a page' },
      {
        line: 'sluice plan -o plan.json',
        does: 'saves the plan for prod; `sluice apply plan.json` does just that',
      },
      { line: 'sluice plan --select state:modified+', does: 'what has changed, and what reads it' },
      {
        line: 'sluice plan dev --forward-only --effective-from 2025-03-01',
        does: 'a preview: the rows of prod, those since March by the changed definitions',
      },
      {
        line: 'sluice plan --allow-destructive',
        does: 'shows also a plan that is refused because something would be lost',
      },
      {
        line: 'sluice plan --restate staging.orders --start 2025-01-03 --end 2025-01-04',
        does: 'what computing two days again would touch',
      },
    ],
    load: async () => (await import('./commands/plan.ts')).plan,
  },
  {
    name: 'apply',
    summary: 'Build what has changed, audit it, and only then show it to readers',
    details:
      'Shows the plan and asks first, unless --yes is given. A saved plan is done as it is, or refused when the project or the warehouse has moved on since. Ctrl-C stops cleanly; the next apply goes on from there.',
    arguments: [
      {
        syntax: '[environment-or-plan]',
        summary: "an environment ('prod' if left out) or a saved plan",
        path: true,
      },
    ],
    options: [
      { flags: '-y, --yes', summary: 'do not ask' },
      START,
      END,
      SELECT,
      RESTATE,
      FORWARD_ONLY,
      EFFECTIVE_FROM,
      SKIP_BACKFILL,
      EMPTY,
      ALLOW_DESTRUCTIVE,
      JOBS,
      FAIL_FAST,
      DIAGNOSTICS_FORMAT,
    ],
    examples: [
      { line: 'sluice apply dev', does: 'plans, shows, asks, applies' },
      {
        line: 'sluice apply dev --empty --yes',
        does: 'all tables and views of dev, without rows, as a check',
      },
      { line: 'sluice apply plan.json --yes', does: 'does the saved plan without asking' },
    ],
    load: async () => (await import('./commands/apply.ts')).apply,
  },
  {
    name: 'run',
    summary: 'Bring an environment up to date with new data, as its crons say',
    details:
      'Builds the intervals that are due and missing, of the models as last applied. Made for a scheduler.',
    arguments: [ENVIRONMENT],
    options: [
      {
        flags: '--watch',
        summary: 'stay up and run whatever becomes due, until Ctrl-C; with --json a document a line',
      },
      {
        flags: '--poll <time>',
        summary: 'with --watch: how often to look at files, such as 5m; 30s if left out',
      },
      {
        flags: '--ignore-cron',
        summary: 'everything that has ended or moved is due, whatever the crons say',
      },
      SELECT,
      JOBS,
      FAIL_FAST,
    ],
    examples: [
      { line: 'sluice run', does: 'whatever is due in prod' },
      { line: 'sluice run --watch --json >> runs.ndjson', does: 'a service: one line for each run' },
      {
        line: 'sluice run --select tag:hourly',
        does: 'what is due of some models; the others stay as they are',
      },
      { line: 'sluice run --ignore-cron', does: 'also what its cron would leave for later' },
    ],
    load: async () => (await import('./commands/run.ts')).run,
  },
  {
    name: 'audit',
    summary: 'Run the audits of models on the data as it is',
    arguments: [
      { syntax: '[models...]', summary: 'schema.model, or a standalone audit by its name; all if left out' },
    ],
    options: [
      ENV,
      { flags: '--history', summary: 'run nothing, show what audits found before' },
      { flags: '--limit <count>', summary: 'how many results of the history (50)' },
    ],
    examples: [
      { line: 'sluice audit marts.daily_revenue --env dev', does: 'the audits of one model in dev' },
      {
        line: 'sluice audit marts.daily_revenue --history',
        does: 'what its audits found before, newest first',
      },
    ],
    load: async () => (await import('./commands/audit.ts')).audit,
  },
  {
    name: 'test',
    summary: 'Run the unit tests of models, in memory and without a warehouse',
    details:
      'Tests are in tests/*.yaml: rows for the inputs, rows expected of the query. Exits with 1 when one fails.',
    arguments: [
      {
        syntax: '[filters...]',
        summary: 'names or globs of tests, models or files; all tests if left out',
        path: true,
      },
    ],
    options: [
      { flags: '--filter <glob>', summary: 'the same as an argument' },
      { flags: '--watch', summary: 'run them again at every save, until Ctrl-C' },
      { flags: '--junit <file>', summary: 'also write the results as JUnit XML', path: true },
      { flags: '--jobs <n>', summary: 'how many tests are run at the same time' },
      DIAGNOSTICS_FORMAT,
    ],
    examples: [
      { line: 'sluice test', does: 'all tests' },
      { line: "sluice test 'marts.*' tests/staging", does: 'those of some models, and those of a folder' },
      { line: 'sluice test --junit out/tests.xml --format github', does: 'for continuous integration' },
    ],
    load: async () => (await import('./commands/test.ts')).test,
    commands: [
      {
        name: 'create',
        summary: 'Write a unit test from rows of the warehouse',
        details:
          "Takes rows of the model's result and of its inputs that belong together, and expects what the query makes of these. It is one file in tests/, to be read and mended.",
        arguments: [{ syntax: '<model>', summary: 'schema.model' }],
        options: [
          { flags: '--name <name>', summary: "of the test and its file; the model's name if left out" },
          { flags: '--rows <n>', summary: 'how many rows of the result to begin with; 3 if left out' },
          { flags: '--where <sql>', summary: "which rows of the result: SQL over the model's columns" },
          START,
          END,
          ENV,
          { flags: '--force', summary: 'replace the file if it is there' },
        ],
        examples: [
          {
            line: 'sluice test create marts.daily_revenue --where "refunds > 0"',
            does: 'a day with refunds',
          },
        ],
        load: async () => (await import('./commands/test-create.ts')).testCreate,
      },
    ],
  },
  {
    name: 'coverage',
    summary: 'Say which models and columns no unit test and no audit looks at',
    details: 'Of tests and audits it is read what they name; nothing is run.',
    examples: [
      { line: 'sluice coverage', does: 'a line for each model, then the columns nobody looks at' },
      { line: 'sluice coverage --json', does: 'the same as JSON' },
    ],
    load: async () => (await import('./commands/coverage.ts')).coverage,
  },
  {
    name: 'diff',
    summary: 'How the data of two environments, or of two tables, differ',
    details:
      'Counts rows that came, went and changed by the grain of each model, and says which columns hold other values. Models that both environments show from the same table are the same without a look. Exits with 0 whatever it finds, unless --fail-if-diff is given.',
    arguments: [
      { syntax: '<before>', summary: 'an environment, or a table as schema.table' },
      { syntax: '<after>', summary: 'the same for the other side' },
      { syntax: '[models...]', summary: 'schema.model; all models if left out' },
    ],
    options: [
      {
        flags: '--grain <columns>',
        summary: "what tells rows apart, with commas; the models' own grain if left out",
      },
      { flags: '--samples <count>', summary: 'how many samples of each sort (5)' },
      { flags: '--fail-if-diff', summary: 'exit with 1 when anything differs' },
      { flags: '--format <format>', summary: 'text, json or markdown' },
    ],
    examples: [
      { line: 'sluice diff prod dev', does: 'what dev changes, model by model' },
      {
        line: 'sluice diff prod dev marts.daily_revenue --format markdown',
        does: 'one model, for a pull request',
      },
      { line: 'sluice diff old.orders new.orders --grain order_id', does: 'two tables of the warehouse' },
    ],
    load: async () => (await import('./commands/diff.ts')).diff,
  },
  {
    name: 'ci',
    summary: 'Say what a pull request means: check, test, build what changed apart, audit and compare it',
    details:
      'Compiles, lints and runs the unit tests; plans against the base; builds what changed and what reads it in an environment of its own, audits it there, compares it with the base, and drops the environment again. Exits with 1 when there is something of the kind that --fail-on names.',
    options: [
      { flags: '--base <environment>', summary: "what to compare with; 'prod' if left out" },
      {
        flags: '--base-file <file>',
        summary: "compare with this warehouse file, which is only read, in place of the project's warehouse",
        path: true,
      },
      {
        flags: '--sample <rows>',
        summary:
          'compare with nothing: build all on so many rows of each source that is files, in a warehouse of its own',
      },
      {
        flags: '--env <environment>',
        summary: 'what to build in; pr_<number> in a pull request, else a new name',
      },
      { flags: '--keep', summary: 'leave the environment standing' },
      {
        flags: '--fail-on <what>',
        summary:
          'error (if left out); warning: these too; breaking: also columns and models that go or change type; diff: also any other data',
        choices: ['error', 'warning', 'breaking', 'diff'],
      },
      { flags: '--samples <count>', summary: 'how many samples of each sort of difference (5)' },
      { flags: '--markdown <file>', summary: 'also write the report as Markdown', path: true },
      { flags: '--junit <file>', summary: 'also write steps, tests and audits as JUnit XML', path: true },
      { flags: '--sarif <file>', summary: 'also write what is wrong for code scanning', path: true },
      {
        flags: '--report <file>',
        summary: 'also write the JSON document all reports are made of',
        path: true,
      },
      {
        flags: '--comment',
        summary:
          'write the report under the pull or merge request, or renew it; needs a token in the environment',
      },
      JOBS,
      {
        flags: '--format <format>',
        summary: 'text, json, markdown or github (annotations, then text)',
        choices: ['text', 'json', 'markdown', 'github'],
      },
    ],
    examples: [
      { line: 'sluice ci', does: 'what merging would mean for prod' },
      {
        line: 'sluice ci --base-file prod.duckdb --fail-on breaking --markdown out/report.md',
        does: 'against a file of production; fails when a column goes',
      },
      { line: 'sluice ci --sample 10000', does: 'without a base: does it build, do the audits pass' },
      { line: 'sluice ci --format github --junit out/sluice.xml --comment', does: 'in a pull request' },
    ],
    load: async () => (await import('./commands/ci.ts')).ci,
  },
  {
    name: 'query',
    summary: 'Run a query and print its rows',
    arguments: [{ syntax: '<sql>', summary: 'one query; models go by their own names in every environment' }],
    options: [
      ENV,
      { flags: '--format <format>', summary: 'table, csv or json', choices: ['table', 'csv', 'json'] },
    ],
    examples: [
      { line: 'sluice query "FROM marts.daily_revenue LIMIT 10"', does: 'a table' },
      {
        line: 'sluice query "FROM marts.daily_revenue" --env dev --format csv > revenue.csv',
        does: 'a file',
      },
    ],
    load: async () => (await import('./commands/query.ts')).query,
  },
  QUARANTINE_COMMAND,
  ...UPKEEP_COMMANDS,
  {
    name: 'sources',
    summary: 'Look after tables that others keep',
    examples: [{ line: 'sluice sources refresh', does: 'takes their columns from the warehouse' }],
    commands: [
      {
        name: 'refresh',
        summary: 'Write down the columns of tables that others keep, so that compiling needs no warehouse',
        details:
          'Tables are sources and EXTERNAL models without declared columns, what sources.yaml holds already, and tables that queries name and nobody declares. Reads the warehouse, and writes sources.yaml, which is to be committed.',
        arguments: [{ syntax: '[tables...]', summary: 'schema.table; all if left out' }],
        options: [
          {
            flags: '--check',
            summary: 'write nothing, exit with 1 when sources.yaml is not what the warehouse has',
          },
        ],
        examples: [
          { line: 'sluice sources refresh', does: 'all of them, and shows what changed' },
          { line: 'sluice sources refresh crm.visits', does: 'one table, also one that is new' },
          { line: 'sluice sources refresh --check', does: 'for continuous integration' },
        ],
        load: async () => (await import('./commands/sources-refresh.ts')).sourcesRefresh,
      },
    ],
  },
  {
    name: 'completion',
    summary: 'Print a script that completes sluice in a shell',
    arguments: [{ syntax: '<shell>', summary: 'bash, zsh or fish', choices: ['bash', 'zsh', 'fish'] }],
    examples: [
      { line: 'eval "$(sluice completion bash)"', does: 'for this session; put it in ~/.bashrc for all' },
      { line: 'sluice completion zsh > "${fpath[1]}/_sluice"', does: 'for zsh, from the next session on' },
      { line: 'sluice completion fish > ~/.config/fish/completions/sluice.fish', does: 'for fish' },
    ],
    load: async () => (await import('./commands/completion.ts')).completion,
  },
  {
    name: 'schema',
    summary: 'Print the JSON Schema of project.yaml, for editors',
    examples: [
      { line: 'sluice schema > project.schema.json', does: 'a file that an editor can be pointed at' },
    ],
    load: async () => (await import('./commands/schema.ts')).schema,
  },
];
