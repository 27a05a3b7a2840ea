import { longName, shortName, takesValue, type Command, type Option } from '../command.ts';

/** A completion script for bash: commands, options and choices; files where an argument is a path. */
export function bashCompletion(commands: readonly Command[], globals: readonly Option[]): string {
  const cases = commands.flatMap((command) => [
    caseOf(command.name, command, globals),
    ...(command.commands ?? []).map((child) => caseOf(`${command.name} ${child.name}`, child, globals)),
  ]);
  const children = commands.flatMap((c) => (c.commands ?? []).map((child) => `${c.name} ${child.name}`));
  const valued = [...globals, ...commands.flatMap(optionsBelow)].filter(takesValue).flatMap(flagsOf);
  return `# bash completion for sluice
_sluice() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}"
  local command="" word i words="" files=""
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case "$word" in
      ${[...new Set(valued)].join('|')}) ((i++)) ;;
      -*) ;;
      *)
        if [[ -z "$command" ]]; then command="$word"
        elif [[ ${children.map((c) => `"$command $word" == "${c}"`).join(' || ') || 'x == y'} ]]; then command="$command $word"
        fi ;;
    esac
  done
  case "$command" in
    "") words="${[...commands.map((c) => c.name), ...globals.flatMap(flagsOf), '--help', '--version'].join(' ')}" ;;
${cases.join('\n')}
  esac
  case "$command:$prev" in
    ${pathFlags(commands, globals).join('|')}) COMPREPLY=($(compgen -f -- "$cur")); return ;;
    ${choiceCases(commands).join('\n    ')}
    ${[...new Set(valued)].map((v) => `*:${v}`).join('|')}) COMPREPLY=(); return ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
  if [[ -n "$files" && "$cur" != -* ]]; then COMPREPLY+=($(compgen -f -- "$cur")); fi
}
complete -o filenames -F _sluice sluice
`;
}

function caseOf(path: string, command: Command, globals: readonly Option[]): string {
  const words = [
    ...(command.commands ?? []).map((c) => c.name),
    ...(command.arguments ?? []).flatMap((a) => a.choices ?? []),
    ...(command.options ?? []).flatMap(flagsOf),
    ...globals.flatMap(flagsOf),
    '--help',
  ];
  const files = command.arguments?.some((a) => a.path === true) === true ? ' files=1' : '';
  return `    "${path}") words="${words.join(' ')}"${files} ;;`;
}

function optionsBelow(command: Command): readonly Option[] {
  return [...(command.options ?? []), ...(command.commands ?? []).flatMap(optionsBelow)];
}

function pathFlags(commands: readonly Command[], globals: readonly Option[]): readonly string[] {
  return [...globals, ...commands.flatMap(optionsBelow)]
    .filter((o) => o.path === true)
    .flatMap((o) => flagsOf(o).map((flag) => `*:${flag}`));
}

/** The same flag has other choices in another command. */
function choiceCases(commands: readonly Command[]): readonly string[] {
  return commands.flatMap((command) =>
    optionsBelow(command).flatMap((o) => {
      if (o.choices === undefined) return [];
      const flags = flagsOf(o).map((flag) => `"${command.name}":${flag}`);
      return [`${flags.join('|')}) COMPREPLY=($(compgen -W "${o.choices.join(' ')}" -- "$cur")); return ;;`];
    }),
  );
}

function flagsOf(option: Option): readonly string[] {
  const short = shortName(option);
  return [...(short === undefined ? [] : [`-${short}`]), `--${longName(option)}`];
}
