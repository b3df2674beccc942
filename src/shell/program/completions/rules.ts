// What Tab offers on a command line, rendered from the same tables as help: commands, flags, settings, files. The scripts
// of bash, zsh and fish are written from these rules. Pure.
import type { Argument, CommandSpec, Flag, Form } from '../../language/command.ts';
import { programFlags } from '../flags.ts';
import { registry } from '../../commands/registry.ts';
import { findSetting, valueWords } from '../../settings/settings.ts';
import { settingsTable } from '../../settings/table.ts';
import { topics } from '../../help/topics.ts';

/**
 * A place of the cursor. A script writes it as `COMMAND FORM -FLAG` for the value of a flag, `COMMAND FORM -` for a flag,
 * else as `COMMAND FORM N LAST`: the number of words before this one, and the last of them. A rule compares the whole
 * text, its end, or its start; `from` stands for every number that begins with this digit or a higher one.
 */
export type Place =
  | { readonly is: string }
  | { readonly ends: string }
  | { readonly starts: string }
  | { readonly starts: string; readonly from: number };

/** A word that is offered, and what it means. */
export interface Offer {
  readonly word: string;
  readonly note: string;
}

/** What is offered at some places. */
export interface Rule {
  readonly places: readonly Place[];
  readonly offers: readonly Offer[];
  readonly files: 'files' | 'directories' | undefined;
}

/** All rules; the first that has the place counts. */
export function completionRules(): readonly Rule[] {
  return [programRules(), ...registry.map(commandRules)].flat();
}

/** The flags whose value is the next word, written `COMMAND FORM -FLAG`. */
export function flagsWithValue(): readonly Place[] {
  const ours = programFlags
    .filter(({ value }) => value !== undefined)
    .flatMap(({ name, short }) => flagPlaces(name, short));
  const theirs = contexts(registry).flatMap(({ key, flags }) =>
    flags
      .filter(({ value }) => value !== undefined)
      .flatMap((flag) => namesOf(flag).map((name): Place => ({ is: `${key} ${name}` }))),
  );
  return [...ours, ...theirs];
}

/** The words that begin a form of a command, written `COMMAND 0 WORD`. */
export function formWords(): readonly Place[] {
  return registry.flatMap(({ name, forms = [] }) =>
    forms.map(({ word }): Place => ({ is: `${name} 0 ${word}` })),
  );
}

/** The names of all commands. */
export function commandNames(): readonly string[] {
  return registry.map(({ name }) => name);
}

interface Context {
  /** The command, with the word of its form. */
  readonly key: string;
  readonly args: readonly Argument[];
  readonly flags: readonly Flag[];
  readonly forms: readonly Form[];
}

function contexts(commands: readonly CommandSpec[]): readonly Context[] {
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

/** A flag of the program may stand anywhere in its long form; its letter stands before a command. */
function flagPlaces(name: string, short: string | undefined): readonly Place[] {
  return [{ ends: ` --${name}` }, ...(short === undefined ? [] : [{ is: ` -${short}` }])];
}

function programRules(): readonly Rule[] {
  const flags = programFlags.flatMap(({ name, short, summary }) =>
    [`--${name}`, ...(short === undefined ? [] : [`-${short}`])].map((word): Offer => ({
      word,
      note: summary,
    })),
  );
  const values = programFlags.flatMap(({ name, short, setting, words }) => {
    const row = setting === undefined ? undefined : findSetting(setting);
    const taken = words ?? (row === undefined ? [] : valueWords(row));
    return taken.length === 0 ? [] : [ruleOf(flagPlaces(name, short), taken.map(plain), undefined)];
  });
  const commands = registry.map(({ name, summary }): Offer => ({ word: name, note: summary }));
  return [
    ...values,
    ruleOf(
      [{ is: ' -' }],
      [...flags, { word: '-c', note: 'the rest of the line is one command' }],
      undefined,
    ),
    // Names of hosts are not completed.
    ruleOf([{ starts: ' 0 ' }], commands, undefined),
  ];
}

function commandRules(command: CommandSpec): readonly Rule[] {
  return contexts([command]).flatMap(({ key, args, flags, forms }) => [
    ...flags.flatMap((flag) =>
      argumentRule(
        namesOf(flag).map((name): Place => ({ is: `${key} ${name}` })),
        { kind: 'text', ...flag },
      ),
    ),
    // Flags of the program may follow a command too.
    ruleOf(
      [{ is: `${key} -` }],
      [
        ...flags.flatMap((flag) => namesOf(flag).map((word): Offer => ({ word, note: flag.summary }))),
        ...programFlags.map(({ name, summary }): Offer => ({ word: `--${name}`, note: summary })),
      ],
      undefined,
    ),
    ...args.flatMap((argument, index) => wordRules(key, argument, index, index === 0 ? forms : [])),
  ]);
}

function wordRules(key: string, argument: Argument, index: number, forms: readonly Form[]): readonly Rule[] {
  if (argument.kind === 'value')
    return settingsTable.flatMap((row) =>
      argumentRule([{ is: `${key} ${index} ${row.name}` }], {
        name: '',
        kind: 'word',
        words: valueWords(row),
      }),
    );
  const place: Place =
    argument.many === true ? { starts: `${key} `, from: index } : { starts: `${key} ${index} ` };
  return argumentRule([place], { ...argument, words: argument.words ?? [] }, forms);
}

function argumentRule(
  places: readonly Place[],
  { kind, words = [] }: Argument,
  forms: readonly Form[] = [],
): readonly Rule[] {
  const offers = [
    ...forms.map(({ word, summary }): Offer => ({ word, note: summary })),
    ...words.map(plain),
    ...namesOfKind(kind),
  ];
  const files =
    kind === 'local' || kind === 'either' ? 'files' : kind === 'directory' ? 'directories' : undefined;
  return offers.length === 0 && files === undefined ? [] : [ruleOf(places, offers, files)];
}

function ruleOf(places: readonly Place[], offers: readonly Offer[], files: Rule['files']): Rule {
  return { places, offers, files };
}

function plain(word: string): Offer {
  return { word, note: '' };
}

function namesOfKind(kind: Argument['kind']): readonly Offer[] {
  if (kind === 'setting') return settingsTable.map(({ name, meaning }) => ({ word: name, note: meaning }));
  if (kind !== 'command') return [];
  const all = new Map([...registry, ...topics].map(({ name, summary }) => [name, summary]));
  return [...all].map(([word, note]) => ({ word, note }));
}

function namesOf({ name, short }: Flag): readonly string[] {
  return short === undefined ? [name] : [name, short];
}
