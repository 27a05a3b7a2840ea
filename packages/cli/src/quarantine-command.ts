import type { Command, Option } from './command.ts';
import { DRY_RUN, YES } from './upkeep-commands.ts';

/** What is kept of bad rows; part of the one list in `command-tree.ts`. */

const AUDIT: Option = { flags: '--audit <name>', summary: 'only what this audit found' };
const RUN: Option = {
  flags: '--run <run>',
  summary: 'only of this run: its name, or enough of its beginning',
};
const ENVIRONMENT_OPTION: Option = {
  flags: '--env <environment>',
  summary: "whose table they go into; 'prod' if left out",
};
const MODELS = {
  syntax: '[models...]',
  summary: 'models and sources, as schema.name; all if left out',
} as const;
const MODEL = { syntax: '<model>', summary: 'a model or a source, as schema.name' } as const;

export const QUARANTINE_COMMAND: Command = {
  name: 'quarantine',
  summary: 'Look at the rows that audits held back, and at lines of files that could not be read',
  examples: [
    { line: 'sluice quarantine list', does: 'what is kept, by model, audit and run' },
    { line: 'sluice quarantine show staging.orders', does: 'the rows themselves' },
  ],
  commands: [
    {
      name: 'list',
      summary: 'List what is kept, by model, audit and run, newest first',
      arguments: [MODELS],
      options: [AUDIT, RUN],
      examples: [{ line: 'sluice quarantine list --audit not_null', does: 'what not_null found, anywhere' }],
      load: async () => (await import('./commands/quarantine-list.ts')).quarantineList,
    },
    {
      name: 'show',
      summary: 'Show kept rows of a model or a source',
      arguments: [MODEL],
      options: [AUDIT, RUN, { flags: '--limit <n>', summary: 'how many rows; 50 if left out' }],
      examples: [{ line: 'sluice quarantine show staging.orders --limit 5', does: 'the five oldest' }],
      load: async () => (await import('./commands/quarantine-show.ts')).quarantineShow,
    },
    {
      name: 'export',
      summary: 'Write kept rows of a model or a source to a file',
      details: 'Parquet, CSV or JSON by the end of the name. Replaces a file that is there.',
      arguments: [{ syntax: '<file>', summary: 'the file to write', path: true }, MODEL],
      options: [AUDIT, RUN],
      examples: [
        {
          line: 'sluice quarantine export bad.parquet staging.orders',
          does: 'all that is kept of one model',
        },
      ],
      load: async () => (await import('./commands/quarantine-export.ts')).quarantineExport,
    },
    {
      name: 'replay',
      summary: 'Put diverted rows back that pass the audits of today, as they are or as you mended them',
      details:
        'Takes rows that severity quarantine diverted. What you made of a row is remembered: it stands in its place whenever the row is diverted again. Doing it twice merges nothing more.',
      arguments: [{ syntax: '<model>', summary: 'a model, as schema.name' }],
      options: [
        {
          flags: '--from <file>',
          summary: 'an export of these rows in which values were mended; the rows as they are if left out',
          path: true,
        },
        AUDIT,
        RUN,
        ENVIRONMENT_OPTION,
        DRY_RUN,
      ],
      examples: [
        {
          line: 'sluice quarantine export bad.csv staging.orders',
          does: 'writes the rows; mend values in the file',
        },
        {
          line: 'sluice quarantine replay staging.orders --from bad.csv',
          does: 'puts those back that pass now',
        },
      ],
      load: async () => (await import('./commands/quarantine-replay.ts')).quarantineReplay,
    },
    {
      name: 'unmend',
      summary: 'Take back what was made of diverted rows, as if they had never been replayed',
      details:
        'Shows what is forgotten and asks first. The tables that hold mended rows compute their intervals again with the next apply or run, and divert the rows anew.',
      arguments: [{ syntax: '<model>', summary: 'a model, as schema.name' }],
      options: [
        { flags: '--from <file>', summary: 'only the rows of this file, which was replayed', path: true },
        { flags: '--audit <name>', summary: 'only rows that this audit had diverted' },
        {
          flags: '--run <run>',
          summary: 'only what this run replayed: its name, or enough of its beginning',
        },
        YES,
        DRY_RUN,
      ],
      examples: [
        { line: 'sluice quarantine unmend staging.orders --dry-run', does: 'what was made of its rows' },
        { line: 'sluice quarantine unmend staging.orders --from bad.csv', does: 'takes back one replay' },
      ],
      load: async () => (await import('./commands/quarantine-unmend.ts')).quarantineUnmend,
    },
    {
      name: 'drop',
      summary: 'Forget kept rows',
      details: 'Shows what goes and asks first. Tables of models are not touched.',
      arguments: [MODELS],
      options: [
        AUDIT,
        RUN,
        { flags: '--older-than <time>', summary: "only what was kept so long ago: '7 days'" },
        YES,
        DRY_RUN,
      ],
      examples: [
        { line: "sluice quarantine drop --older-than '7 days' --yes", does: 'keeps the last week' },
        { line: 'sluice quarantine drop staging.orders', does: 'all that is kept of one model' },
      ],
      load: async () => (await import('./commands/quarantine-drop.ts')).quarantineDrop,
    },
  ],
};
