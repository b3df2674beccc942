// Full-screen views that commands show: one at a time, until it is left.
import type { Printable } from '../../wire/text.ts';
import type { Output } from './output.ts';
import type { Questions } from './questions.ts';
import type { Store } from './store.ts';
import type { LadderView, ListView, NamedFilter, View } from './view.ts';

/** What views need. */
export interface ViewDeps {
  readonly store: Store;
  readonly output: Pick<Output, 'print'>;
  readonly questions: Pick<Questions, 'canAsk'>;
  /** The interface draws on the terminal that lines are typed at. */
  readonly echo: boolean;
  /** Views are drawn although nobody types lines: a one-shot at a terminal. */
  readonly views: boolean;
}

export class Views {
  readonly #deps: ViewDeps;

  constructor(deps: ViewDeps) {
    this.#deps = deps;
  }

  /** Whether a view can be drawn: a person sits at a terminal that belongs to us. */
  get canShow(): boolean {
    const { echo, views, questions } = this.#deps;
    return (echo && questions.canAsk) || views;
  }

  /** Shows a ladder or a packet; resolves with the exit status when it is left. */
  async showTransfer(view: Omit<LadderView, 'close'>): Promise<number> {
    const lines = await this.#show<readonly Printable[]>((close) => ({ ...view, close }));
    this.#deps.output.print(lines);
    return 0;
  }

  /** Shows a list; resolves with the filter that it has when it is left. */
  showList(view: Omit<ListView, 'close'>): Promise<NamedFilter | undefined> {
    return this.#show((close) => ({ ...view, close }));
  }

  /** What the view shows has changed. */
  refresh(): void {
    this.#deps.store.update({});
  }

  #show<T>(make: (close: (left: T) => void) => View): Promise<T> {
    const { store } = this.#deps;
    return new Promise((resolve) => {
      const view = make((left) => {
        if (store.state.view !== view) return;
        store.update({ view: undefined });
        resolve(left);
      });
      store.flush();
      store.update({ view });
    });
  }
}
