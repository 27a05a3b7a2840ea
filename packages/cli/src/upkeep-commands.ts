import type { Command, Option } from './command.ts';

/** Commands that keep environments, history and state in order; part of the one list in `command-tree.ts`. */

export const ENVIRONMENT = {
  syntax: '[environment]',
  summary: "the environment; 'prod' if left out",
} as const;
export const YES: Option = { flags: '-y, --yes', summary: 'do not ask' };
export const DRY_RUN: Option = { flags: '--dry-run', summary: 'only show what would be done' };

export const UPKEEP_COMMANDS: readonly Command[] = [
  {
    name: 'env',
    summary: 'Look at environments, compare and drop them',
    examples: [
      { line: 'sluice env list', does: 'which environments there are' },
      { line: 'sluice env diff prod dev', does: 'what dev has otherwise than prod' },
    ],
    commands: [
      {
        name: 'list',
        summary: 'List environments, with when they were last promoted',
        examples: [{ line: 'sluice env list --json', does: 'the list as JSON' }],
        load: async () => (await import('./commands/env-list.ts')).envList,
      },
      {
        name: 'show',
        summary: 'Show what an environment shows: models, tables, and what they cover',
        arguments: [ENVIRONMENT],
        examples: [{ line: 'sluice env show dev', does: 'the models of dev and their physical tables' }],
        load: async () => (await import('./commands/env-show.ts')).envShow,
      },
      {
        name: 'diff',
        summary: 'Say in words what one environment has otherwise than another',
        arguments: [
          { syntax: '<before>', summary: 'the environment to compare with' },
          { syntax: '<after>', summary: 'the environment that is compared' },
        ],
        examples: [{ line: 'sluice env diff prod dev', does: 'how prod would change with what dev shows' }],
        load: async () => (await import('./commands/env-diff.ts')).envDiff,
      },
      {
        name: 'drop',
        summary: 'Drop the views of an environment; its tables are left to gc',
        details: 'Shows what goes and asks first. Drops only what Sluice made.',
        arguments: [{ syntax: '<environment>', summary: 'the environment' }],
        options: [YES, DRY_RUN, { flags: '--allow-destructive', summary: 'needed to drop prod' }],
        examples: [{ line: 'sluice env drop pr_12 --yes', does: 'after the branch is merged' }],
        load: async () => (await import('./commands/env-drop.ts')).envDrop,
      },
    ],
  },
  {
    name: 'promote',
    summary: 'Let prod show the tables that another environment was tested with',
    details:
      'Builds nothing: prod shows the same physical tables. Refuses when the project is not what the environment shows, or when its tables lack what prod needs. Shows what changes and asks first.',
    arguments: [{ syntax: '<from>', summary: 'the tested environment' }],
    options: [
      { flags: '--to <environment>', summary: "the environment that changes; 'prod' if left out" },
      YES,
      DRY_RUN,
    ],
    examples: [{ line: 'sluice promote dev', does: 'prod shows what dev shows, once you have said yes' }],
    load: async () => (await import('./commands/promote.ts')).promote,
  },
  {
    name: 'rollback',
    summary: 'Let an environment show again what an earlier promotion showed',
    details:
      'Builds nothing, and changes no file: the next plan says how the project differs. Shows what changes and asks first.',
    arguments: [ENVIRONMENT],
    options: [
      { flags: '--to <n>', summary: 'the number of a promotion; the one before if left out' },
      YES,
      DRY_RUN,
    ],
    examples: [
      { line: 'sluice rollback', does: 'prod as it was before its last promotion' },
      { line: 'sluice rollback dev --to 3', does: 'dev as its third promotion showed it' },
    ],
    load: async () => (await import('./commands/rollback.ts')).rollback,
  },
  {
    name: 'history',
    summary: 'List what was done: runs and promotions, newest first',
    options: [
      { flags: '--env <environment>', summary: 'of one environment only' },
      { flags: '--limit <n>', summary: 'how many; 20 if left out' },
    ],
    examples: [
      { line: 'sluice history --env prod', does: 'the last 20 runs of prod' },
      { line: 'sluice history show 20250108T060000-d5df38', does: 'one run, model by model' },
    ],
    commands: [
      {
        name: 'show',
        summary: 'Show what one run did to each model: time, rows, errors and SQL',
        arguments: [{ syntax: '<run>', summary: 'its name, or enough of the beginning' }],
        options: [{ flags: '--sql', summary: 'with the SQL that was sent' }],
        examples: [
          { line: 'sluice history show 20250108T060000-d5df38 --sql', does: 'all that is remembered of it' },
        ],
        load: async () => (await import('./commands/history-show.ts')).historyShow,
      },
    ],
    load: async () => (await import('./commands/history.ts')).history,
  },
  {
    name: 'gc',
    summary: 'Drop tables that no environment and no kept history uses',
    details:
      'Also removes environments whose time is over, and forgets promotions and runs beyond what project.yaml keeps (history, environment_ttl). Shows what goes and asks first. Drops only what Sluice made.',
    options: [
      YES,
      DRY_RUN,
      {
        flags: '--allow-destructive',
        summary:
          'also tables whose rows could not be computed again: of kinds that keep history, or that live on',
      },
    ],
    examples: [
      { line: 'sluice gc --dry-run', does: 'what would go' },
      { line: 'sluice gc --yes', does: 'for a scheduler' },
    ],
    load: async () => (await import('./commands/gc.ts')).gc,
  },
  {
    name: 'state',
    summary: 'Check, export and import what Sluice remembers',
    examples: [{ line: 'sluice state check', does: 'whether state, views and tables agree' }],
    commands: [
      {
        name: 'check',
        summary: 'Compare state, views and tables, and say where they disagree',
        details:
          'Exits with 1 when something is not as it should be. --repair makes views again and forgets tables that are gone, so that the next plan builds them; it never touches what Sluice did not make.',
        options: [
          { flags: '--repair', summary: 'mend what can be mended without losing anything' },
          YES,
          DRY_RUN,
        ],
        examples: [
          { line: 'sluice state check', does: 'what is not as it should be' },
          { line: 'sluice state check --repair', does: 'shows what it would mend, asks, mends' },
        ],
        load: async () => (await import('./commands/state-check.ts')).stateCheck,
      },
      {
        name: 'export',
        summary: 'Write all of the state to a file',
        arguments: [{ syntax: '<file>', summary: 'the file to write', path: true }],
        examples: [{ line: 'sluice state export state.ndjson', does: 'a line for every row of the state' }],
        load: async () => (await import('./commands/state-export.ts')).stateExport,
      },
      {
        name: 'import',
        summary: 'Take over an exported state into a warehouse that has the tables and no state',
        arguments: [{ syntax: '<file>', summary: 'what sluice state export wrote', path: true }],
        examples: [{ line: 'sluice state import state.ndjson', does: 'nothing has to be built again' }],
        load: async () => (await import('./commands/state-import.ts')).stateImport,
      },
    ],
  },
];
