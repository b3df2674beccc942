// Where in a line the cursor stands: the word it ends, the command that word belongs to, and what may stand there.
// Pure: reads the words as readCall does, but of a line that is not finished. Never imports a command.
import type { Argument, CommandSpec, Flag, Form } from '../language/command.ts';
import type { Stopped } from './latest-query.ts';
import { parse } from '../language/parse.ts';
import type { Word } from '../language/parse.ts';
import type { ShellContext } from '../session/context.ts';

/** The words before the cursor's own, and that one; empty where a word would begin. */
export interface Split {
  readonly words: readonly Word[];
  readonly word: Word;
}

/** Undefined: a local command, a comment, or a line that is refused. An open quote counts as closed at the cursor. */
export function splitAt(before: string): Split | undefined {
  const end = { text: '', from: before.length, to: before.length };
  for (const closing of ['', '"', "'"]) {
    const parsed = parse(before + closing);
    // A comment is empty too, and so is what stands behind one.
    if (parsed.type === 'empty') return before.trim() === '' ? { words: [], word: end } : undefined;
    if (parsed.type !== 'command' || parsed.background) continue;
    const last = parsed.words.at(-1);
    if (last === undefined) return undefined;
    if (closing !== '' || last.to >= before.length) return { words: parsed.words.slice(0, -1), word: last };
    return /^[ \t]+$/.test(before.slice(last.to)) ? { words: parsed.words, word: end } : undefined;
  }
  return undefined;
}

/** What may stand at the cursor, behind the name of a command. */
export interface Place {
  readonly command: CommandSpec;
  readonly form: Form | undefined;
  /** What the word is; undefined: nothing more belongs there. */
  readonly argument: Argument | undefined;
  /** How many words of that kind came before it. */
  readonly index: number;
  /** The flag whose value the word is. */
  readonly flag: Flag | undefined;
  /** Where in the word the value starts: behind `--flag=`. */
  readonly skip: number;
  /** Words before it that are no flags. */
  readonly words: readonly Word[];
  /** Flags before it, by their long names. */
  readonly given: ReadonlyMap<string, Word>;
  /** `--` has come: no flags any more. */
  readonly plain: boolean;
}

/** The place of `word` in a call of `command`; `before`: the words between. */
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
  | 'inspector'
  | 'peer'
  | 'server'
  | 'settings'
  | 'system'
  | 'transfers'
  | 'usedNames'
>;

/** What is looked for, and where. */
export interface Search {
  readonly place: Place;
  /** The part of the word that counts: behind `--flag=`. */
  readonly word: Word;
  readonly shell: CompletionContext;
  readonly stopped: Stopped;
}
