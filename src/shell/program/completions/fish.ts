// Completion for fish, with what each word means. Pure.
import { commandNames, completionRules, flagsWithValue, formWords, type Place, type Rule } from './rules.ts';

/** A script for fish to source, or a file tftpsh.fish in a directory of its completions. */
export function renderFish(): string {
  return [
    '# Completion of tftpsh for fish: source this file, or put it into ~/.config/fish/completions/tftpsh.fish.',
    'function __tftpsh_place',
    ...walk().map((line) => `    ${line}`),
    'end',
    'function __tftpsh_complete',
    '    set -l cur (commandline -ct)',
    // fish replaces --flag=value as one word.
    "    set -l before (string match -r -- '^--[^=]*=' $cur); or set before ''",
    '    switch (__tftpsh_place)',
    ...completionRules()
      .flatMap(fishRule)
      .map((line) => `        ${line}`),
    '    end',
    'end',
    'complete -c tftpsh -e',
    "complete -c tftpsh -f -a '(__tftpsh_complete)'",
    '',
  ].join('\n');
}

/** Prints the place of the cursor, as {@link Place} describes it. */
function walk(): readonly string[] {
  return [
    'set -l words (commandline -opc)',
    'set -l cur (commandline -ct)',
    "set -l command ''",
    "set -l last ''",
    "set -l flag ''",
    "set -l only ''",
    'set -l count 0',
    'for word in $words[2..-1]',
    ...oneWord().map((line) => `    ${line}`),
    'end',
    "if string match -q -- '--*=*' $cur",
    '    echo "$command "(string replace -r "=.*" "" -- $cur)',
    'else if test -n "$flag"',
    '    echo "$command $flag"',
    "else if string match -q -- '-*' $cur",
    '    echo "$command -"',
    'else',
    '    echo "$command $count $last"',
    'end',
  ];
}

/** One word of the line before the cursor. */
function oneWord(): readonly string[] {
  return [
    'if test -n "$flag"',
    "    set flag ''",
    '    continue',
    'end',
    'if test "$word" = -c; and test -z "$command$only"',
    '    set only 1; set count 0; continue',
    'end',
    "if string match -q -- '-?*' $word",
    '    switch "$command $word"',
    `        case ${cases(flagsWithValue())}`,
    '            set flag $word',
    '    end',
    '    continue',
    'end',
    'set last $word',
    `if test -z "$command"; and contains -- $word ${commandNames().map(quoted).join(' ')}`,
    '    set command $word; set count 0; continue',
    'end',
    'switch "$command $count $word"',
    `    case ${cases(formWords())}`,
    '        set command "$command $word"; set count 0; continue',
    'end',
    'set count (math $count + 1)',
  ];
}

/** The patterns of a `case` in fish. */
function cases(places: readonly Place[]): string {
  return places.flatMap(patternsOf).map(quoted).join(' ');
}

function patternsOf(place: Place): readonly string[] {
  if ('is' in place) return [place.is];
  if ('ends' in place) return [`*${place.ends}`];
  if (!('from' in place)) return [`${place.starts}*`];
  // fish has no ranges of characters.
  return '123456789'
    .split('')
    .filter((digit) => Number(digit) >= place.from)
    .concat(place.from === 0 ? ['0'] : [])
    .map((digit) => `${place.starts}${digit}*`);
}

function fishRule({ places, offers, files }: Rule): readonly string[] {
  const words = offers.map(({ word, note }) => quoted(note === '' ? word : `${word}\t${note}`));
  return [
    `case ${cases(places)}`,
    ...(words.length === 0 ? [] : [`    printf '%s\\n' ${words.map((word) => `$before${word}`).join(' ')}`]),
    ...(files === undefined
      ? []
      : [`    ${files === 'files' ? '__fish_complete_path' : '__fish_complete_directories'} $cur`]),
  ];
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
