// Where the cursor is in an unfinished line: the word before it, the command of that word, and what the word can be.
// Rule: words and flags are read as readCall reads those of a finished line. Pure.
import type { Argument, CommandSpec, Flag, Form } from '../language/command.ts';
import type { Stopped } from './latest-query.ts';
import { parse } from '../language/parse.ts';
import type { Word } from '../language/parse.ts';
import type { ShellContext } from '../session/context.ts';

/** The words before the word at the cursor, and that word; it is empty where a new word would begin. */
export interface Split {
  readonly words: readonly Word[];
  readonly word: Word;
}

/** Splits the line before the cursor. An open quote ends at the cursor. Undefined for a local command, a comment, or a line that cannot be parsed. */
export function splitAt(before: string): Split | undefined {
  const end = { text: '', from: before.length, to: before.length };
  for (const closing of ['', '"', "'"]) {
    const parsed = parse(before + closing);
    // A line with only a comment is empty too, and nothing in a comment is completed.
    if (parsed.type === 'empty') return before.trim() === '' ? { words: [], word: end } : undefined;
    if (parsed.type !== 'command' || parsed.background) continue;
    const last = parsed.words.at(-1);
    if (last === undefined) return undefined;
    if (closing !== '' || last.to >= before.length) return { words: parsed.words.slice(0, -1), word: last };
    return /^[ \t]+$/.test(before.slice(last.to)) ? { words: parsed.words, word: end } : undefined;
  }
  return undefined;
}

/** What the word at the cursor can be, after the name of a command. */
export interface Place {
  readonly command: CommandSpec;
  readonly form: Form | undefined;
  /** The argument that the word is; undefined where the command takes no more arguments. */
  readonly argument: Argument | undefined;
  /** How many arguments came before it. */
  readonly index: number;
  /** The flag whose value the word is. */
  readonly flag: Flag | undefined;
  /** Where the value starts in the word: after `--flag=`. */
  readonly skip: number;
  /** Arguments before it, without flags and their values. */
  readonly words: readonly Word[];
  /** Flags before it, by their long names. */
  readonly given: ReadonlyMap<string, Word>;
  /** `--` came before it: no flags follow. */
  readonly plain: boolean;
}

/** The place of `word` in a call of `command`. `before`: the words between the command and `word`. */
export function placeOf(command: CommandSpec, before: readonly Word[], word: Word): Place {
  const words: Word[] = [];
  const given = new Map<string, Word>();
  let plain = false;
  let flag: Flag | undefined;
  for (const one of before) {
    if (flag !== undefined) {
      given.set(flag.name, one);
      flag = undefined;
    } else if (plain || !one.text.startsWith('-') || one.text === '-') words.push(one);
    else if (one.text === '--') plain = true;
    else {
      const [name = ''] = one.text.split('=');
      const found = command.flags?.find((each) => each.name === name || each.short === name);
      if (found !== undefined) given.set(found.name, one);
      if (found?.value !== undefined && !one.text.includes('=')) flag = found;
    }
  }
  const attached = plain || flag !== undefined ? undefined : attachedFlag(command, word);
  const form = command.forms?.find((one) => one.word === words[0]?.text);
  const args = form === undefined ? command.args : form.args;
  const index = words.length - (form === undefined ? 0 : 1);
  return {
    ...{ command, form, index, words, given, plain },
    argument: args[index] ?? (args.at(-1)?.many === true ? args.at(-1) : undefined),
    flag: attached ?? flag,
    skip: attached === undefined ? 0 : attached.name.length + 1,
  };
}

function attachedFlag(command: CommandSpec, { text }: Word): Flag | undefined {
  return command.flags?.find(({ name, value }) => value !== undefined && text.startsWith(`${name}=`));
}

/** What completion reads of the shell. */
export type CompletionContext = Pick<
  ShellContext,
  | 'commands'
  | 'directory'
  | 'earlierHistory'
  | 'inspector'
  | 'lab'
  | 'peer'
  | 'server'
  | 'settings'
  | 'system'
  | 'transfers'
  | 'usedNames'
>;

/** The word to complete, its place, and the shell that knows candidates. */
export interface Search {
  readonly place: Place;
  /** The part of the word that is completed: after `--flag=`. */
  readonly word: Word;
  readonly shell: CompletionContext;
  readonly stopped: Stopped;
}
