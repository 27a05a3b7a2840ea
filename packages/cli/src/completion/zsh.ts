import { longName, shortName, takesValue, type Command, type Option } from '../command.ts';

/** A completion script for zsh, to be found as `_sluice` on fpath. */
export function zshCompletion(commands: readonly Command[], globals: readonly Option[]): string {
  return `#compdef sluice
# zsh completion for sluice
_sluice_globals=(
${globals.map((o) => `  ${optionSpec(o)}`).join('\n')}
  '--help[show help]'
)

${commands.map((c) => commandFunction('sluice', c)).join('\n')}
_sluice() {
${dispatch('sluice', commands, ["'--version[print the version]'"])}}

if [[ "$funcstack[1]" == _sluice ]]; then _sluice "$@"; else compdef _sluice sluice; fi
`;
}

function commandFunction(parent: string, command: Command): string {
  const name = `_${parent}_${command.name}`;
  if (command.commands !== undefined) {
    const below = `${parent}_${command.name}`;
    const children = command.commands.map((c) => commandFunction(below, c)).join('\n');
    return `${children}\n${name}() {\n${dispatch(below, command.commands, (command.options ?? []).map(optionSpec))}}\n`;
  }
  const specs = [
    ...(command.options ?? []).map(optionSpec),
    ...(command.arguments ?? []).map((a, i) => {
      const position = a.syntax.includes('...') ? '*' : String(i + 1);
      const name = label(a.syntax.replace(/[<>[\].]/g, ''));
      // A bare message would keep zsh from completing an option in its place.
      const values =
        a.choices === undefined
          ? a.path === true
            ? '_files'
            : ` _guard "^-*" ${name}`
          : `(${a.choices.join(' ')})`;
      return quote(`${position}:${name}:${values}`);
    }),
  ];
  return `${name}() {\n  _arguments $_sluice_globals ${specs
    .map((s) => `\\\n    ${s} `)
    .join('')
    .trimEnd()}\n}\n`;
}

function dispatch(prefix: string, commands: readonly Command[], more: readonly string[]): string {
  const list = commands.map((c) => `    ${quote(`${label(c.name)}:${label(c.summary)}`)}`).join('\n');
  const cases = commands.map((c) => `        ${c.name}) _${prefix}_${c.name} ;;`).join('\n');
  return `  local state line
  local -a commands=(
${list}
  )
  _arguments -C $_sluice_globals ${more.join(' ')} '1:command:->command' '*::argument:->argument'
  case $state in
    command) _describe command commands ;;
    argument)
      case $line[1] in
${cases}
      esac ;;
  esac
`;
}

function optionSpec(option: Option): string {
  const long = `--${longName(option)}`;
  const short = shortName(option);
  const value = takesValue(option) ? `:${valueOf(option)}` : '';
  const text = `[${option.summary.replace(/[[\]\\:]/g, String.raw`\$&`)}]${value}`;
  if (short === undefined) return quote(`${long}${text}`);
  return `${quote(`(-${short} ${long})`)}{-${short},${long}}${quote(text)}`;
}

function valueOf(option: Option): string {
  const name = /<(.*)>/.exec(option.flags)?.[1] ?? 'value';
  return `${name}:${option.choices === undefined ? (option.path === true ? '_files' : ' ') : `(${option.choices.join(' ')})`}`;
}

function label(text: string): string {
  return text.replaceAll(':', String.raw`\:`);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
