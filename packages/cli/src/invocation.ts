import { resolve } from 'node:path';
import type { PlanOptions } from '@sluice/core';
import type { Context } from './context.ts';
import { invalidOption } from './invalid-option.ts';
import { projectFolder } from './project-folder.ts';
import type { Style } from './render/style.ts';
import { styleFor } from './terminal.ts';
import { parseEnd, parseInstant } from './instant.ts';

/** One call of a command: its arguments and options, checked when they are asked for. */
export class Invocation {
  readonly context: Context;
  readonly args: readonly string[];
  /** One JSON document on stdout, and nothing else there. */
  readonly json: boolean;
  /** How to write to stdout and stderr. */
  readonly out: Style;
  readonly err: Style;
  readonly #options: Readonly<Record<string, unknown>>;

  constructor(context: Context, args: readonly string[], options: Readonly<Record<string, unknown>>) {
    this.context = context;
    this.args = args;
    this.#options = options;
    this.json = this.flag('json');
    const color = options['color'] !== false;
    this.out = styleFor(context.stdout, context.env, color);
    this.err = styleFor(context.stderr, context.env, color);
  }

  flag(name: string): boolean {
    return this.#options[name] === true;
  }

  text(name: string): string | undefined {
    const value = this.#options[name];
    return typeof value === 'string' ? value : undefined;
  }

  /** `--format`, one of those given; `--json` is short for `--format json`. */
  format(choices: readonly string[] = ['text', 'json', 'github', 'sarif']): string {
    const given = this.text('format');
    if (given !== undefined && !choices.includes(given)) {
      const wanted = `${choices.slice(0, -1).join(', ')} or ${choices.at(-1) ?? ''}`;
      throw invalidOption(`--format must be ${wanted}, not '${given}'`);
    }
    if (!this.json) return given ?? choices[0] ?? 'text';
    if (given === undefined || given === 'json') return 'json';
    throw invalidOption(`--json and --format ${given} are given together`, 'Ask for one of them.');
  }

  /** A number of an option, or undefined when it is not given. */
  number(name: string, flag: string, least: number, whole: boolean): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = text.trim() === '' ? NaN : Number(text);
    if (!Number.isFinite(value) || value < least || (whole && !Number.isInteger(value))) {
      const wanted = `${whole ? 'a whole number' : 'a number'} of at least ${least}`;
      throw invalidOption(`${flag} must be ${wanted}, not '${text}'`);
    }
    return value;
  }

  /** The clock of `--now`: a fixed one, or undefined. */
  now(): (() => number) | undefined {
    const text = this.text('now');
    if (text === undefined) return undefined;
    const at = parseInstant(text, '--now');
    return () => at;
  }

  /** The time range of `--start` and `--end`: epoch ms, half-open. */
  range(): { readonly start?: number; readonly end?: number } {
    const startText = this.text('start');
    const endText = this.text('end');
    const start = startText === undefined ? undefined : parseInstant(startText, '--start');
    const end = endText === undefined ? undefined : parseEnd(endText, '--end');
    if (start !== undefined && end !== undefined && start >= end) {
      throw invalidOption(
        `--start ${startText} is not before --end ${endText}`,
        'The range must hold some time.',
      );
    }
    return { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) };
  }

  /** What plans are limited to, and what they compute again. */
  planOptions(): PlanOptions {
    const restate = this.text('restate');
    const select = this.text('select');
    const skips = this.flag('skipBackfill');
    const empty = this.flag('empty');
    if (skips && empty)
      throw invalidOption(
        '--skip-backfill and --empty are given together',
        '--empty skips rows too, and asks the warehouse about the queries. Give one of them.',
      );
    const from = this.text('effectiveFrom');
    return {
      ...this.range(),
      ...(this.flag('forwardOnly') ? { forwardOnly: true } : {}),
      ...(from === undefined ? {} : { effectiveFrom: parseInstant(from, '--effective-from') }),
      ...(restate === undefined ? {} : { restate }),
      ...(select === undefined ? {} : { select }),
      ...(skips ? { backfill: 'skip' } : empty ? { backfill: 'empty' } : {}),
      ...(this.flag('allowDestructive') ? { allowDestructive: true } : {}),
    };
  }

  /** A path of the command line, absolute. */
  path(path: string): string {
    return resolve(this.context.cwd, path);
  }

  /** The project folder: as given, else the nearest upwards that holds project.yaml, else where we are. */
  root(): string {
    const given = this.text('project');
    if (given !== undefined) return this.path(given);
    return projectFolder(this.context.cwd);
  }
}
