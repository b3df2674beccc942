// Completion for zsh: the walk of bash with zsh's own list, which shows what each word means. Pure.
import { patterns, walk } from './bash.ts';
import { completionRules, type Offer, type Rule } from './rules.ts';

/** A script for zsh: a file `_tftpsh` in a directory of `fpath`, or sourced after `compinit`. */
export function renderZsh(): string {
  return [
    '#compdef tftpsh',
    '# Completion of tftpsh for zsh: put it as _tftpsh into a directory of fpath, or source it after compinit.',
    '_tftpsh_place() {',
    '  setopt localoptions ksharrays',
    '  local -a COMP_WORDS; COMP_WORDS=("${words[@]}")',
    '  local COMP_CWORD=$((CURRENT - 1)) cur',
    '  cur=${COMP_WORDS[COMP_CWORD]}',
    ...walk(),
    '  REPLY=$place',
    // zsh keeps --flag=value as one word.
    '  if [[ $cur == --*=* ]]; then REPLY="$command ${cur%%=*}"; fi',
    '}',
    '_tftpsh() {',
    '  local REPLY files=',
    '  local -a choices',
    '  _tftpsh_place',
    "  if [[ $PREFIX == --*=* ]]; then compset -P 1 '*='; fi",
    '  case $REPLY in',
    ...completionRules().map((rule) => `    ${zshRule(rule)}`),
    '  esac',
    '  if (( $#choices )); then _describe tftpsh choices; fi',
    '  if [[ -n $files ]]; then $=files; fi',
    '}',
    'if [[ $funcstack[1] == _tftpsh ]]; then _tftpsh "$@"; else compdef _tftpsh tftpsh; fi',
    '',
  ].join('\n');
}

function zshRule({ places, offers, files }: Rule): string {
  const set = [
    ...(offers.length > 0 ? [`choices=(${offers.map(described).join(' ')})`] : []),
    ...(files === undefined ? [] : [`files='${files === 'files' ? '_files' : '_files -/'}'`]),
  ];
  return `${patterns(places)}) ${set.join(' ')} ;;`;
}

/** `'word:note'`, with the colons of the word escaped. */
function described({ word, note }: Offer): string {
  const text = `${word.replaceAll(':', '\\:')}${note === '' ? '' : `:${note}`}`;
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
