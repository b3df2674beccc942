// What may stand where the cursor is: commands, settings, values, files here and there, from the registry.
// Pure but for the names that it is handed. Never imports a command.
import { printable } from '../wire/text.ts';
import type { Argument, Command } from './command.ts';
import type { Names } from './names.ts';
import { parse, quoteWord } from './parse.ts';
import type { Word } from './parse.ts';
import { findSetting, valueText, valueWords } from './settings.ts';
import { settingsTable } from './settings-table.ts';
import type { Completion, Completions } from './state.ts';

const mostItems = 200;

/** Completions for the word that ends at `cursor`. */
export function complete(line: string, cursor: number, names: Names): Completions {
  const before = line.slice(0, cursor);
  const { words, word } = split(before);
  const items = candidates(words, word, names)
    .filter(({ text }) => text.startsWith(word.text) && text !== '')
    .slice(0, mostItems);
  return { from: word.from, items: items.map(toCompletion) };
}

interface Candidate {
  readonly text: string;
  readonly note?: string;
  /** A directory: the next component follows without a blank. */
  readonly open?: boolean;
}

function toCompletion({ text, note, open }: Candidate): Completion {
  const quoted = quoteWord(text);
  return {
    value: open === true || /[/:]$/.test(text) ? quoted.replace(/(['"])$/, '') : `${quoted} `,
    label: printable(text, 100),
    note: note === undefined ? undefined : printable(note),
  };
}

/** The words before the cursor's, and the one it ends. An open quote counts as closed at the cursor. */
function split(before: string): { readonly words: readonly Word[]; readonly word: Word } {
  const end = { text: '', from: before.length, to: before.length };
  for (const closing of ['', '"', "'"]) {
    const parsed = parse(before + closing);
    if (parsed.type === 'empty') return { words: [], word: end };
    if (parsed.type !== 'command' || parsed.background) continue;
    const last = parsed.words.at(-1);
    if (last === undefined || (closing === '' && last.to < before.length))
      return { words: parsed.words, word: end };
    return { words: parsed.words.slice(0, -1), word: last };
  }
  // A local command, a comment or a refused line: nothing to offer.
  return { words: [{ ...end, text: '!' }], word: end };
}

function candidates(words: readonly Word[], word: Word, names: Names): readonly Candidate[] {
  const [first] = words;
  const { session } = names;
  if (first === undefined)
    return session.commands.map(({ name, summary }) => ({ text: name, note: summary }));
  const found = session.lookUp(first.text);
  if (found.type === 'unknown') return [];
  const { command } = found;
  const flag = flagBefore(command, words);
  if (flag !== undefined) return forKind({ name: '', kind: flag }, words, word, names);
  if (word.text.startsWith('-') && word.text.length > 0)
    return (command.flags ?? []).map(({ name, summary }) => ({ text: name, note: summary }));
  const rest = words.slice(1).filter((one) => !one.text.startsWith('-') || one.text === '-');
  const argument = argumentAt(command, rest.length);
  return argument === undefined ? [] : forKind(argument, words, word, names);
}

function flagBefore(command: Command, words: readonly Word[]): Argument['kind'] | undefined {
  const last = words.at(-1)?.text;
  const flag = command.flags?.find(
    ({ name, short }) => name === last || (short !== undefined && short === last),
  );
  return flag?.value === undefined ? undefined : (flag.kind ?? 'text');
}

function argumentAt({ args }: Command, index: number): Argument | undefined {
  const last = args.at(-1);
  return args[index] ?? (last?.many === true ? last : undefined);
}

function forKind(argument: Argument, words: readonly Word[], word: Word, names: Names): readonly Candidate[] {
  switch (argument.kind) {
    case 'host':
      return names.hosts.map((text) => ({ text }));
    case 'remote':
      return [
        ...names.remote.map((text) => ({ text })),
        ...(words.length > 1 ? local(word, names, false) : []),
      ];
    case 'local':
      return [...(argument.words ?? []).map((text) => ({ text })), ...local(word, names, false)];
    case 'directory':
      return local(word, names, true);
    case 'setting':
      return settingsTable.map(({ name, meaning }) => ({ text: name, note: meaning }));
    case 'value':
      return valuesOf(words.at(-1)?.text ?? '');
    case 'command':
      return [
        ...names.session.commands.map(({ name, summary }) => ({ text: name, note: summary })),
        ...(argument.words ?? []).map((text) => ({ text, note: 'topic' })),
      ];
    case 'transfer':
      return names.numbers.map((text) => ({ text }));
    case 'word':
      return (argument.words ?? []).map((text) => ({ text }));
    case 'port':
    case 'text':
      return [];
  }
}

function valuesOf(name: string): readonly Candidate[] {
  const row = findSetting(name);
  if (row === undefined) return [];
  const byDefault = valueText(row, row.default);
  return valueWords(row).map((text) => (text === byDefault ? { text, note: 'default' } : { text }));
}

function local(word: Word, names: Names, directoriesOnly: boolean): readonly Candidate[] {
  const head = word.text.slice(0, word.text.lastIndexOf('/') + 1);
  const hidden = word.text.slice(head.length).startsWith('.');
  return names
    .localIn(word.text)
    .filter(({ name, directory }) => (directory || !directoriesOnly) && (hidden || !name.startsWith('.')))
    .map(({ name, directory }) => ({ text: `${head}${name}${directory ? '/' : ''}`, open: directory }));
}
