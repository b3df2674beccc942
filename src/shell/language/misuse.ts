// The one answer of every reader of the shell's language to words that it cannot use.
import { printable } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import type { Word } from './parse.ts';

/** Why words of the user are wrong. */
export interface Misuse {
  readonly ok: false;
  /** One sentence. */
  readonly message: Printable;
  /** The word that is wrong; undefined if one is missing, or if the words come from no line. */
  readonly word: Word | undefined;
}

/** @param message becomes printable, at most 400 characters of it. */
export function misuse(message: string, word?: Word): Misuse {
  return { ok: false, message: printable(message, 400), word };
}

/** Whether a reader refused the words. */
export function isMisuse(answer: object): answer is Misuse {
  return 'ok' in answer && answer.ok === false;
}
