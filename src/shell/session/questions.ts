// The one open question to the user: a sub-prompt that the next line answers.
// Rule: a script asks nothing, and neither does a shell with nobody to answer.
import type { Printable } from '../../wire/text.ts';
import type { Store } from './store.ts';

export class Questions {
  readonly #store: Pick<Store, 'update' | 'flush'>;
  readonly #isAnswered: () => boolean;
  #open: { readonly id: number; readonly resolve: (value: string | undefined) => void } | undefined;
  #count = 0;

  /** @param isAnswered tells whether a person would answer at this moment. */
  constructor(store: Pick<Store, 'update' | 'flush'>, isAnswered: () => boolean) {
    this.#store = store;
    this.#isAnswered = isAnswered;
  }

  /** Whether a person is there to answer. */
  get canAsk(): boolean {
    return this.#isAnswered();
  }

  /** Asks the user. Undefined: nobody is there, or the question was cancelled. A second question cancels the first. */
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
