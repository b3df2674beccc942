// Completes the word at the cursor: commands, flags, settings, values, local and remote files, numbers.
// Loaded with the first Tab. Rule: the command accepts every word that is offered; directories are read anew each time.
import { Candidates } from './candidates.ts';
import type { Candidate } from './candidates.ts';
import type { Argument, CommandSpec, Flag } from '../language/command.ts';
import { placeOf, splitAt } from './cursor.ts';
import type { CompletionContext, Place, Search } from './cursor.ts';
import { historyNames, type HistoryNames } from './history-names.ts';
import type { LatestQuery, Stopped } from './latest-query.ts';
import { flagForm } from '../help/help.ts';
import { localNames } from './local-names.ts';
import { offeredNames, remoteNames } from './remote-names.ts';
import { packetNumbers, transferNotes } from './packet-numbers.ts';
import type { Word } from '../language/parse.ts';
import { lookUp } from '../language/lookup.ts';
import { findSetting, isChosen, limitsOf, settingOf, valueText, valueWords } from '../settings/settings.ts';
import { settingsTable } from '../settings/table.ts';
import type { Setting } from '../settings/table.ts';
import type { Completions } from '../session/state.ts';
import { topics } from '../help/topics.ts';
import { printable, say } from '../../wire/text.ts';

/** Completions of the word that ends at `cursor`. Where they take too long, a second call with the same line gets them. */
export async function complete(
  line: string,
  cursor: number,
  shell: CompletionContext,
  query: LatestQuery<Candidates>,
): Promise<Completions> {
  const before = line.slice(0, cursor);
  const split = splitAt(before);
  if (split === undefined) return { from: cursor, items: [] };
  const { words, word } = split;
  const found = await query.ask(`${shell.directory.path}\0${before}`, (stopped) =>
    gather({ words, word, shell, stopped }),
  );
  if (found !== undefined) return found.completions(word.from);
  return { from: cursor, items: [], notice: say`Still reading. Press Tab again.` };
}

interface WordContext {
  readonly words: readonly Word[];
  readonly word: Word;
  readonly shell: CompletionContext;
  readonly stopped: Stopped;
}

async function gather({ words, word, shell, stopped }: WordContext): Promise<Candidates> {
  const choices = new Candidates(word.text);
  const [first, ...others] = words;
  if (first === undefined) {
    choices.addInOrder(commandNames(shell.commands, word.text !== ''));
    return choices;
  }
  const found = lookUp(first.text, shell.commands);
  if (found.type === 'unknown') return choices;
  const place = placeOf(found.command, others, word);
  if (place.flag !== undefined) return flagValues(place.flag, place, { word, shell, stopped });
  if (!place.plain && word.text.startsWith('-')) choices.addInOrder(flags(place, word.text));
  else {
    if (place.words.length === 0) choices.addInOrder(forms(place));
    if (place.argument !== undefined)
      return addArgument(choices, place.argument, { place, word, shell, stopped });
  }
  return choices;
}

type Source = (choices: Candidates, argument: Argument, search: Search) => Promise<void> | void;

const sources: Readonly<Record<Argument['kind'], Source>> = {
  host: (choices, _argument, { shell }) => {
    choices.addInOrder(shell.usedNames.hosts(shell.server.local));
    choices.addInOrder(earlierNames(shell).hosts.map(ofHistory));
  },
  port: (choices, _argument, { place, shell }) =>
    choices.addInOrder(shell.usedNames.portsOf(place.words.at(-1)?.text ?? '')),
  remote: async (choices, _argument, search) => {
    await remoteNames(choices, search);
    const { shell, place } = search;
    const files = earlierNames(shell).files.filter((file) => place.plain || !file.startsWith('-'));
    for (const file of files) choices.add(ofHistory(file));
  },
  local: (choices, argument, search) => {
    const first = search.place.words.length === 0 ? (search.place.command.forms ?? []) : [];
    const reserved = [...(argument.words ?? []), ...first.map(({ word }) => word)];
    return localNames(choices, search, { endings: argument.endings ?? [], reserved });
  },
  either: async (choices, _argument, search) => {
    await remoteNames(choices, search);
    await localNames(choices, search);
  },
  directory: (choices, _argument, search) => localNames(choices, search, { onlyDirectories: true }),
  setting: (choices, _argument, { place, shell }) =>
    choices.addInOrder(place.command.name === 'unset' ? changed(shell) : settingsTable.map(meaning)),
  value: (choices, _argument, { place }) => addValues(choices, place.words.at(-1)?.text ?? ''),
  command: (choices, _argument, { shell, word }) => {
    choices.addInOrder(commandNames(shell.commands, word.text !== ''));
    choices.addInOrder(topics.map(({ name, summary }) => ({ text: name, note: `topic: ${summary}` })));
  },
  transfer: (choices, _argument, { shell }) => choices.addInOrder(transferNotes(shell)),
  running: (choices, _argument, { shell }) => choices.addInOrder(transferNotes(shell, true)),
  packet: (choices, _argument, { place, shell }) => packetNumbers(choices, place, shell),
  offered: (choices, _argument, { shell }) => offeredNames(choices, shell),
  word: () => undefined,
  text: () => undefined,
};

function earlierNames({ earlierHistory, commands }: CompletionContext): HistoryNames {
  return historyNames(earlierHistory(), commands);
}

function ofHistory(text: string): Candidate {
  return { text, note: 'from history' };
}

async function addArgument(choices: Candidates, argument: Argument, search: Search): Promise<Candidates> {
  choices.addInOrder((argument.words ?? []).map((text) => ({ text })));
  await sources[argument.kind](choices, argument, search);
  return choices;
}

async function flagValues(
  flag: Flag,
  place: Place,
  { word, shell, stopped }: Omit<WordContext, 'words'>,
): Promise<Candidates> {
  // `--flag=` before the value is part of the word.
  const head = word.text.slice(0, place.skip);
  const value = { ...word, text: word.text.slice(place.skip) };
  const choices = new Candidates(value.text, head);
  const { kind = 'text', words, endings } = flag;
  choices.hint = say`${printable(flagForm(flag))}: ${printable(flag.summary)}`;
  const argument: Argument = { name: '', kind, ...(words && { words }), ...(endings && { endings }) };
  return addArgument(choices, argument, { place, word: value, shell, stopped });
}

function commandNames(commands: readonly CommandSpec[], withAliases: boolean): readonly Candidate[] {
  return commands.flatMap(({ name, aliases, summary: note }) => [
    { text: name, note },
    ...(withAliases ? aliases : []).filter((text) => text.length > 1).map((text) => ({ text, note })),
  ]);
}

function forms({ command }: Place): readonly Candidate[] {
  return (command.forms ?? []).map(({ word, summary }) => ({ text: word, note: summary }));
}

/** The flags that are possible here and not given yet. */
function flags({ command, form, given }: Place, typed: string): readonly Candidate[] {
  return (command.flags ?? [])
    .filter(({ name }) => !given.has(name) && (form === undefined || form.flags?.includes(name) === true))
    .map((flag) => ({
      text: flag.short === typed ? typed : flag.name,
      label: flagForm(flag),
      note: flag.summary,
    }));
}

function meaning({ name, meaning: note }: Setting): Candidate {
  return { text: name, note };
}

/** Settings that were changed; all settings where none was changed. */
function changed({ settings: { chosen } }: CompletionContext): readonly Candidate[] {
  const rows = settingsTable.filter(({ name }) => isChosen(chosen, name));
  if (rows.length === 0) return settingsTable.map(meaning);
  return rows.map((row) => ({
    text: row.name,
    note: `now ${valueText(row, settingOf(chosen, row.name))}, by default ${valueText(row, row.default)}`,
  }));
}

function addValues(choices: Candidates, name: string): void {
  const fitting = settingsTable.filter((one) => name !== '' && one.name.startsWith(name));
  const row = findSetting(name) ?? (fitting.length === 1 ? fitting[0] : undefined);
  if (row === undefined) return;
  const byDefault = valueText(row, row.default);
  choices.addInOrder(
    valueWords(row).map((text) => (text === byDefault ? { text, note: 'default' } : { text })),
  );
  choices.hint = printable(`${row.name} takes ${limitsOf(row)}; by default ${byDefault}.`);
}
