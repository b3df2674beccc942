// The open question to the user: a second prompt that the next line answers. At most one question is open.
// Rule: the shell asks only if a person can answer, and never while a script runs.
import type { Printable } from '../../wire/text.ts';
import type { Store } from './store.ts';

export class Questions {
  readonly #store: Pick<Store, 'update' | 'flush'>;
  readonly #canAnswer: () => boolean;
  #open: { readonly id: number; readonly resolve: (value: string | undefined) => void } | undefined;
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

  /** Asks the user. Undefined if nobody can answer or the question is cancelled. A new question cancels the open one. */
  async ask(text: Printable): Promise<string | undefined> {
    if (!this.canAsk) return undefined;
    this.cancel();
    const id = ++this.#count;
    this.#store.flush();
    return new Promise((resolve) => {
      this.#open = { id, resolve };
      this.#store.update({ question: { id, text } });
    });
  }

  /** Answers the question with that number, if it is still open; undefined cancels it. */
  answer(id: number, value: string | undefined): void {
    const open = this.#open;
    if (open?.id !== id) return;
    this.#open = undefined;
    this.#store.update({ question: undefined });
    open.resolve(value);
  }

  /** @returns whether a question was open. */
  cancel(): boolean {
    const open = this.#open;
    if (open !== undefined) this.answer(open.id, undefined);
    return open !== undefined;
  }
}
