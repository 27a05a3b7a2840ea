/** Turns an argument list into a command and its options, with commander. */
import { Command as Commander, CommanderError } from 'commander';
import type { Command, Option } from './command.ts';
import { COMMANDS, GLOBAL_OPTIONS } from './command-tree.ts';
import { VERSION } from './version.ts';

export type Parsed =
  | {
      readonly kind: 'command';
      readonly command: Command;
      /** Arguments in order, lists flattened. */
      readonly args: readonly string[];
      /** By camel-case name. */
      readonly options: Readonly<Record<string, unknown>>;
    }
  /** Help or the version was asked for. */
  | { readonly kind: 'text'; readonly text: string }
  /** No command was given: what there is, but nothing was done. */
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'error'; readonly message: string; readonly hint: string | undefined };

export function parse(argv: readonly string[], width: number | undefined): Parsed {
  let parsed: Parsed | undefined;
  const out: string[] = [];
  let path = 'sluice';
  const program = new Commander('sluice');
  const configure = (command: Commander, called: string): void => {
    command
      .exitOverride((error) => {
        path = called;
        throw error;
      })
      .helpOption('-h, --help', 'show this help')
      .configureHelp({ showGlobalOptions: true })
      .configureOutput({
        writeOut: (text) => void out.push(text),
        writeErr: (text) => void out.push(text),
        outputError: () => undefined,
        ...(width === undefined ? {} : { getOutHelpWidth: () => width, getErrHelpWidth: () => width }),
      });
  };
  const add = (parent: Commander, spec: Command, above: string): void => {
    const called = `${above} ${spec.name}`;
    const command = parent.command(spec.name).summary(spec.summary);
    configure(command, called);
    command.description(
      [`${spec.summary}.`, ...(spec.details === undefined ? [] : [spec.details])].join(' '),
    );
    for (const argument of spec.arguments ?? []) command.argument(argument.syntax, argument.summary);
    for (const option of spec.options ?? []) addOption(command, option);
    if (spec.examples !== undefined) command.addHelpText('after', examples(spec.examples));
    for (const child of spec.commands ?? []) add(command, child, called);
    if (spec.commands !== undefined) command.helpCommand(false);
    if (spec.load === undefined) return;
    command.action(() => {
      const options: Readonly<Record<string, unknown>> = command.optsWithGlobals();
      const args = command.processedArgs.flat().filter((a): a is string => typeof a === 'string');
      parsed = { kind: 'command', command: spec, args, options };
    });
  };
  configure(program, path);
  program
    .description('SQL models on DuckDB: plan what a change means, apply it, and let no bad row through.')
    .version(VERSION, '-V, --version', 'print the version');
  program.helpCommand('help [command]', 'Show the help of a command');
  for (const option of GLOBAL_OPTIONS) addOption(program, option);
  program.addHelpText(
    'after',
    examples([
      { line: 'sluice init shop', does: 'makes a small project to start from' },
      { line: 'sluice plan', does: 'says what apply would do' },
      { line: 'sluice apply', does: 'does it, once you have said yes' },
    ]),
  );
  for (const command of COMMANDS) add(program, command, path);

  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return refusal(error, out.join(''), path);
  }
  return parsed ?? { kind: 'help', text: program.helpInformation() };
}

function addOption(command: Commander, option: Option): void {
  command.option(option.flags, option.summary);
}

function examples(list: readonly { readonly line: string; readonly does: string }[]): string {
  const lines = list.map((e) => `  $ ${e.line}\n    ${e.does}`);
  return `\n${list.length === 1 ? 'Example' : 'Examples'}:\n${lines.join('\n')}\n`;
}

function refusal(error: CommanderError, out: string, path: string): Parsed {
  if (error.code === 'commander.helpDisplayed' || error.code === 'commander.version') {
    return { kind: 'text', text: out };
  }
  if (error.code === 'commander.help') return { kind: 'help', text: out };
  const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const suggestion = rest.join(' ').replace(/^\((.*)\)$/, '$1');
  return {
    kind: 'error',
    message: first.replace(/\.$/, '').replace('. Expected', ': expected'),
    hint: suggestion === '' ? `\`${path} --help\` shows how it is called.` : suggestion,
  };
}
