// The open question to the user: a second prompt that the next line or key answers. At most one question is open.
// Rule: the shell asks only if a person can answer, and never while a script runs.
import { printable, say } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import type { Store } from './store.ts';

interface OpenQuestion {
  readonly id: number;
  readonly keys: readonly string[] | undefined;
  readonly resolve: (answer: string | undefined) => void;
}

export class Questions {
  readonly #store: Pick<Store, 'update' | 'flush'>;
  readonly #canAnswer: () => boolean;
  #open: OpenQuestion | undefined;
  #count = 0;

  /** @param canAnswer says whether a person could answer now. */
  constructor(store: Pick<Store, 'update' | 'flush'>, canAnswer: () => boolean) {
    this.#store = store;
    this.#canAnswer = canAnswer;
  }

  /** Whether a person can answer. */
  get canAsk(): boolean {
    return this.#canAnswer();
  }

  /** Asks for one key of `choices`, which are written after the text: `Overwrite? (y/n)`. Undefined as in {@link ask}. */
  choose(text: Printable, choices: Readonly<Record<string, Printable>>): Promise<string | undefined> {
    const ways = Object.entries(choices).map(([key, word]) => (word === '' ? key : `${key}: ${word}`));
    return this.ask(say`${text} (${printable(ways.join('/'))}) `, Object.keys(choices));
  }

  /**
   * Asks the user. A new question cancels the open one.
   * @param keys are the only answers, one key each; undefined: any line is an answer.
   * @returns undefined if nobody can answer or the question is cancelled.
   */
  async ask(text: Printable, keys?: readonly string[]): Promise<string | undefined> {
    if (!this.canAsk) return undefined;
    this.cancel();
    const id = ++this.#count;
    this.#store.flush();
    return new Promise((resolve) => {
      this.#open = { id, keys, resolve };
      this.#store.update({ question: { id, text, keys } });
    });
  }

  /** Answers the question with that number, if it is still open; undefined cancels it. A wrong key leaves it open. */
  answer(id: number, value: string | undefined): void {
    const open = this.#open;
    if (open?.id !== id) return;
    const isKey = open.keys !== undefined && value !== undefined;
    const answer = isKey ? keyOf(value, open.keys) : value;
    if (isKey && answer === undefined) return;
    this.#open = undefined;
    this.#store.update({ question: undefined });
    open.resolve(answer);
  }

  /** @returns whether a question was open. */
  cancel(): boolean {
    const open = this.#open;
    if (open !== undefined) this.answer(open.id, undefined);
    return open !== undefined;
  }
}

const noWord = printable('');

/** The choices of a question that is answered by yes or no. */
export const yesNo = { y: noWord, n: noWord } as const;

/** The key that a typed line stands for: the key itself, or `yes`, `no`, `all`. Undefined: the line does not answer. */
export function keyOf(line: string, keys: readonly string[]): string | undefined {
  const word = line.trim().toLowerCase();
  const long = { yes: 'y', no: 'n', all: 'a' }[word] ?? word;
  return keys.includes(long) ? long : undefined;
}
