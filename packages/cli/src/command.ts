import type { Invocation } from './invocation.ts';

/** A command as data. Parsing, help and shell completion are made from it; what it does is loaded when it is run. */
export interface Command {
  readonly name: string;
  /** One sentence without a full stop, for lists. */
  readonly summary: string;
  /** What else its help says. */
  readonly details?: string;
  readonly arguments?: readonly Argument[];
  readonly options?: readonly Option[];
  readonly examples?: readonly Example[];
  /** Commands below it; without `load` it does nothing itself. */
  readonly commands?: readonly Command[];
  /** What it does itself; commands that only hold others have nothing here. */
  readonly load?: () => Promise<RunCommand>;
}

/** Does a command and answers its exit code. */
export type RunCommand = (invocation: Invocation) => Promise<number>;

interface Argument {
  /** As commander writes it: `<model>`, `[environment]`, `[models...]`. */
  readonly syntax: string;
  readonly summary: string;
  readonly choices?: readonly string[];
  /** A file or folder: shells complete its path. */
  readonly path?: boolean;
}

export interface Option {
  /** As commander writes it: `-o, --output <file>`. */
  readonly flags: string;
  readonly summary: string;
  readonly choices?: readonly string[];
  readonly path?: boolean;
}

interface Example {
  readonly line: string;
  readonly does: string;
}

/** The long flag without dashes: `detailed-exitcode`. */
export function longName(option: Option): string {
  return /--([a-z][a-z-]*)/.exec(option.flags)?.[1] ?? option.flags;
}

/** The short flag without its dash, if there is one: `o`. */
export function shortName(option: Option): string | undefined {
  return /^-([A-Za-z]),/.exec(option.flags)?.[1];
}

/** Whether a value follows the flag. */
export function takesValue(option: Option): boolean {
  return option.flags.includes('<');
}
