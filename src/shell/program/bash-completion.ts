// Completion for bash, rendered from the same tables as help: commands, flags, settings, files. --completions prints it,
// and the build writes it beside the man page. Pure.
import type { Argument, CommandSpec, Flag, Form } from '../language/command.ts';
import { programFlags } from './flags.ts';
import { registry } from '../commands/registry.ts';
import { findSetting, valueWords } from '../settings/settings.ts';
import { settingsTable } from '../settings/table.ts';
import { topics } from '../help/topics.ts';

/** A script for bash to source. It does not need the package bash-completion. */
export function renderBash(): string {
  return [
    '# Completion of tftpsh for bash: source this file, or put it into the directory of bash-completion.',
    '_tftpsh() {',
    ...walk,
    '  case $place in',
    ...[programPlaces(), ...registry.map(places)].flat().map((line) => `    ${line}`),
    '  esac',
    ...answer,
    '}',
    'complete -F _tftpsh tftpsh',
    '',
  ].join('\n');
}

/** Finds the place of the cursor: `COMMAND FORM -FLAG` of a value, `COMMAND FORM -` of a flag, else `COMMAND FORM N LAST`. */
const walk = [
  '  local cur=${COMP_WORDS[COMP_CWORD]} command= last= flag= only= count=0 i word place words= files= name',
  '  for ((i = 1; i < COMP_CWORD; i++)); do',
  '    word=${COMP_WORDS[i]}',
  // Bash splits --flag=value at the sign.
  '    if [[ $word == = ]]; then continue; fi',
  '    if [[ -n $flag ]]; then flag=; continue; fi',
  '    if [[ $word == -c && -z $command && -z $only ]]; then only=1; count=0; continue; fi',
  '    if [[ $word == -?* ]]; then',
  `      case "$command $word" in ${flagsWithValue()}) flag=$word ;; esac`,
  '      continue',
  '    fi',
  '    last=$word',
  '    if [[ -z $command ]]; then',
  `      case $word in ${registry.map(({ name }) => name).join('|')}) command=$word; count=0; continue ;; esac`,
  '    fi',
  `    case "$command $count $word" in ${formWords()}) command="$command $word"; count=0; continue ;; esac`,
  '    count=$((count + 1))',
  '  done',
  '  if [[ $cur == = ]]; then cur=; fi',
  '  if [[ -n $flag ]]; then place="$command $flag"',
  '  elif [[ $cur == -* ]]; then place="$command -"',
  '  else place="$command $count $last"; fi',
];

const answer = [
  '  COMPREPLY=($(compgen -W "$words" -- "$cur"))',
  '  if [[ -n $files ]]; then',
  '    compopt -o filenames 2>/dev/null',
  '    while IFS= read -r name; do COMPREPLY+=("$name"); done < <(compgen "$files" -- "$cur")',
  '  fi',
];

/** Patterns of the flags whose value is the next word. */
function flagsWithValue(): string {
  const ours = programFlags
    .filter(({ value }) => value !== undefined)
    .flatMap(({ name, short }) => [`*' --${name}'`, ...(short === undefined ? [] : [`' -${short}'`])]);
  const theirs = contexts().flatMap(({ key, flags }) =>
    flags
      .filter(({ value }) => value !== undefined)
      .flatMap((flag) => namesOf(flag).map((name) => `'${key} ${name}'`)),
  );
  return [...ours, ...theirs].join('|');
}

function formWords(): string {
  return registry.flatMap(({ name, forms = [] }) => forms.map(({ word }) => `'${name} 0 ${word}'`)).join('|');
}

interface Context {
  /** The command, with the word of its form. */
  readonly key: string;
  readonly args: readonly Argument[];
  readonly flags: readonly Flag[];
  readonly forms: readonly Form[];
}

function contexts(commands: readonly CommandSpec[] = registry): readonly Context[] {
  return commands.flatMap(({ name, args, flags = [], forms = [] }) => [
    { key: name, args, flags, forms },
    ...forms.map((form) => ({
      key: `${name} ${form.word}`,
      args: form.args,
      flags: flags.filter((flag) => form.flags?.includes(flag.name) === true),
      forms: [],
    })),
  ]);
}

function programPlaces(): readonly string[] {
  const flags = programFlags.flatMap(({ name, short }) => [
    `--${name}`,
    ...(short === undefined ? [] : [`-${short}`]),
  ]);
  const values = programFlags.flatMap(({ name, short, setting, words }) => {
    const row = setting === undefined ? undefined : findSetting(setting);
    const taken = words ?? (row === undefined ? [] : valueWords(row));
    const forms = [`*' --${name}'`, ...(short === undefined ? [] : [`' -${short}'`])];
    return taken.length === 0 ? [] : [`${forms.join('|')}) words='${taken.join(' ')}' ;;`];
  });
  return [
    ...values,
    `' -') words='${[...flags, '-c'].join(' ')}' ;;`,
    // Names of hosts are not completed.
    `' 0 '*) words='${registry.map(({ name }) => name).join(' ')}' ;;`,
  ];
}

function places(command: CommandSpec): readonly string[] {
  return contexts([command]).flatMap(({ key, args, flags, forms }) => [
    ...flags.flatMap((flag) =>
      rule(
        namesOf(flag).map((name) => `'${key} ${name}'`),
        { kind: 'text', ...flag },
      ),
    ),
    // Flags of the program may follow a command too.
    `'${key} -') words='${[...flags.flatMap(namesOf), ...programFlags.map(({ name }) => `--${name}`)].join(' ')}' ;;`,
    ...args.flatMap((argument, index) => argumentRules(key, argument, index, index === 0 ? forms : [])),
  ]);
}

function argumentRules(
  key: string,
  argument: Argument,
  index: number,
  forms: readonly Form[],
): readonly string[] {
  if (argument.kind === 'value')
    return settingsTable.flatMap((row) =>
      rule([`'${key} ${index} ${row.name}'`], { name: '', kind: 'word', words: valueWords(row) }),
    );
  const place = argument.many === true ? `'${key} '[${index}-9]*` : `'${key} ${index} '*`;
  const words = [...forms.map(({ word }) => word), ...(argument.words ?? [])];
  return rule([place], { ...argument, words });
}

function rule(patterns: readonly string[], { kind, words = [] }: Argument): readonly string[] {
  const all = [...words, ...namesOfKind(kind)];
  const files = kind === 'local' || kind === 'either' ? '-f' : kind === 'directory' ? '-d' : '';
  if (all.length === 0 && files === '') return [];
  const set = [all.length > 0 ? `words='${all.join(' ')}'` : '', files === '' ? '' : `files=${files}`];
  return [`${patterns.join('|')}) ${set.filter((one) => one !== '').join(' ')} ;;`];
}

function namesOfKind(kind: Argument['kind']): readonly string[] {
  if (kind === 'setting') return settingsTable.map(({ name }) => name);
  if (kind === 'command') return [...new Set([...registry, ...topics].map(({ name }) => name))];
  return [];
}

function namesOf({ name, short }: Flag): readonly string[] {
  return short === undefined ? [name] : [name, short];
}
