// Completion for bash, and the parts that zsh shares with it: the walk along the line and the patterns of places. Pure.
import { commandNames, completionRules, flagsWithValue, formWords, type Place, type Rule } from './rules.ts';

/** A script for bash to source. It does not need the package bash-completion. */
export function renderBash(): string {
  return [
    '# Completion of tftpsh for bash: source this file, or put it into the directory of bash-completion.',
    '_tftpsh() {',
    '  local cur=${COMP_WORDS[COMP_CWORD]} choices= files= name',
    ...walk(),
    '  case $place in',
    ...completionRules().map((rule) => `    ${bashRule(rule)}`),
    '  esac',
    '  COMPREPLY=($(compgen -W "$choices" -- "$cur"))',
    '  if [[ -n $files ]]; then',
    '    compopt -o filenames 2>/dev/null',
    '    while IFS= read -r name; do COMPREPLY+=("$name"); done < <(compgen "$files" -- "$cur")',
    '  fi',
    '}',
    'complete -F _tftpsh tftpsh',
    '',
  ].join('\n');
}

/**
 * Lines of bash and of zsh with `ksharrays` that find the `place` of the cursor, as {@link Place} describes it. They read
 * `COMP_WORDS`, `COMP_CWORD` and `cur`.
 */
export function walk(): readonly string[] {
  return [
    '  local command= last= flag= only= count=0 i word place',
    '  for ((i = 1; i < COMP_CWORD; i++)); do',
    '    word=${COMP_WORDS[i]}',
    // Bash splits --flag=value at the sign.
    "    if [[ $word == '=' ]]; then continue; fi",
    '    if [[ -n $flag ]]; then flag=; continue; fi',
    '    if [[ $word == -c && -z $command && -z $only ]]; then only=1; count=0; continue; fi',
    '    if [[ $word == -?* ]]; then',
    `      case "$command $word" in ${patterns(flagsWithValue())}) flag=$word ;; esac`,
    '      continue',
    '    fi',
    '    last=$word',
    '    if [[ -z $command ]]; then',
    `      case $word in ${commandNames().join('|')}) command=$word; count=0; continue ;; esac`,
    '    fi',
    `    case "$command $count $word" in ${patterns(formWords())}) command="$command $word"; count=0; continue ;; esac`,
    '    count=$((count + 1))',
    '  done',
    "  if [[ $cur == '=' ]]; then cur=; fi",
    '  if [[ -n $flag ]]; then place="$command $flag"',
    '  elif [[ $cur == -* ]]; then place="$command -"',
    '  else place="$command $count $last"; fi',
  ];
}

/** The patterns of a `case` in bash and zsh. */
export function patterns(places: readonly Place[]): string {
  return places.map(pattern).join('|');
}

function pattern(place: Place): string {
  if ('is' in place) return `'${place.is}'`;
  if ('ends' in place) return `*'${place.ends}'`;
  return 'from' in place ? `'${place.starts}'[${place.from}-9]*` : `'${place.starts}'*`;
}

function bashRule({ places, offers, files }: Rule): string {
  const set = [
    ...(offers.length > 0 ? [`choices='${offers.map(({ word }) => word).join(' ')}'`] : []),
    ...(files === undefined ? [] : [`files=${files === 'files' ? '-f' : '-d'}`]),
  ];
  return `${patterns(places)}) ${set.join(' ')} ;;`;
}
