// The answer of every reader of the shell's language to wrong words.
import { printable } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import type { Word } from './parse.ts';

/** Why the user's words are wrong. */
export interface Misuse {
  readonly ok: false;
  /** One sentence. */
  readonly message: Printable;
  /** The wrong word; undefined if a word is missing, or if the words do not come from a line. */
  readonly word: Word | undefined;
  /** The line that `word` is in, if that is another one than the line of the command: a line of a file. */
  readonly line?: string;
}

/** Makes a {@link Misuse}. @param message is made printable and cut after 400 characters. */
export function misuse(message: string, word?: Word): Misuse {
  return { ok: false, message: printable(message, 400), word };
}

/** Whether a reader refused the words. */
export function isMisuse(answer: object): answer is Misuse {
  return 'ok' in answer && answer.ok === false;
}
