import { longName, shortName, takesValue, type Command, type Option } from '../command.ts';

/** A completion script for fish. */
export function fishCompletion(commands: readonly Command[], globals: readonly Option[]): string {
  const lines = [
    ...globals.map((o) => optionLine(o, undefined)),
    complete(undefined, ['-l help', `-d ${quote('show help')}`]),
    ...below(commands, undefined),
  ];
  return `# fish completion for sluice\ncomplete -c sluice -f\n${lines.join('\n')}\n`;
}

function below(commands: readonly Command[], parent: string | undefined): readonly string[] {
  const names = commands.map((c) => c.name).join(' ');
  const notYet = `not __fish_seen_subcommand_from ${names}`;
  const here = parent === undefined ? notYet : `__fish_seen_subcommand_from ${parent}; and ${notYet}`;
  return commands.flatMap((command) => {
    const seen = `__fish_seen_subcommand_from ${command.name}`;
    return [
      complete(here, [`-a ${command.name}`, `-d ${quote(command.summary)}`]),
      ...(command.options ?? []).map((o) => optionLine(o, seen)),
      ...(command.arguments ?? []).flatMap((a) => [
        ...(a.choices === undefined ? [] : [complete(seen, [`-a ${quote(a.choices.join(' '))}`])]),
        ...(a.path === true ? [complete(seen, ['-F'])] : []),
      ]),
      ...below(command.commands ?? [], command.name),
    ];
  });
}

function optionLine(option: Option, condition: string | undefined): string {
  const short = shortName(option);
  const values =
    option.choices === undefined
      ? option.path === true
        ? ['-r -F']
        : ['-x']
      : [`-x -a ${quote(option.choices.join(' '))}`];
  return complete(condition, [
    ...(short === undefined ? [] : [`-s ${short}`]),
    `-l ${longName(option)}`,
    ...(takesValue(option) ? values : []),
    `-d ${quote(option.summary)}`,
  ]);
}

function complete(condition: string | undefined, parts: readonly string[]): string {
  return [
    'complete -c sluice',
    ...(condition === undefined ? [] : [`-n ${quote(condition)}`]),
    ...parts,
  ].join(' ');
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`;
}
