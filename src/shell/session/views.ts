// Shows full-screen views for commands: one at a time, until the user leaves it.
import type { Printable } from '../../wire/text.ts';
import { textPage } from '../help/page.ts';
import type { Output } from './output.ts';
import type { Questions } from './questions.ts';
import type { Store } from './store.ts';
import type { LadderView, ListView, NamedFilter, Page, ServerView, StepView, View } from './view.ts';

/** What showing views needs. */
export interface ViewDeps {
  readonly store: Store;
  readonly output: Pick<Output, 'print' | 'pageWidth'>;
  readonly questions: Pick<Questions, 'canAsk'>;
  /** The interface draws on the terminal at which lines are typed. */
  readonly echo: boolean;
  /** The rows of the terminal, if there is one. */
  readonly rows: () => number | undefined;
  /** Views are drawn although no lines are typed: one command at a terminal. */
  readonly views: boolean;
}

/** The panel of step mode while it is open. */
export interface OpenStep {
  /** Resolves when it is closed. */
  readonly left: Promise<void>;
  readonly close: () => void;
}

export class Views {
  readonly #deps: ViewDeps;

  constructor(deps: ViewDeps) {
    this.#deps = deps;
  }

  /** Whether a view can be drawn: a person uses a terminal on which the shell draws. */
  get canShow(): boolean {
    const { echo, views, questions } = this.#deps;
    return (echo && questions.canAsk) || views;
  }

  /** Shows a ladder or a packet; resolves with the exit status when the user leaves it. */
  async showTransfer(view: Omit<LadderView, 'close'>): Promise<number> {
    await this.#show<undefined>((close) => ({ ...view, close: () => close(undefined) }));
    return 0;
  }

  /** Prints lines of some width, or shows them as a page where they do not fit on the screen; resolves when they are left. */
  async showLines(title: Printable, linesIn: (width: number) => readonly Printable[]): Promise<number> {
    const { output, rows } = this.#deps;
    const lines = linesIn(output.pageWidth);
    // The prompt, the footer, and a row above.
    if (!this.canShow || lines.length <= (rows() ?? 24) - 4) {
      output.print(lines);
      return 0;
    }
    await this.showPage(textPage(title, linesIn));
    return 0;
  }

  /** Shows a page; resolves when the user leaves it. */
  async showPage(page: Page): Promise<void> {
    await this.#show<undefined>((close) => ({ kind: 'page', page, close: () => close(undefined) }));
  }

  /** Shows a list; resolves with its last filter when the user leaves it. */
  showList(view: Omit<ListView, 'close'>): Promise<NamedFilter | undefined> {
    return this.#show((close) => ({ ...view, close }));
  }

  /** Shows our server; resolves when the user leaves it, or when it has stopped and `close` was called. */
  async showServer(make: (close: () => void) => ServerView): Promise<void> {
    await this.#show<undefined>((close) => make(() => close(undefined)));
  }

  /** Opens the panel of step mode; undefined: another view has the screen. */
  showStep(view: Omit<StepView, 'close'>): OpenStep | undefined {
    if (this.#deps.store.state.view !== undefined) return undefined;
    const opened: { close?: () => void } = {};
    const left = this.#show<undefined>((close) => {
      opened.close = () => close(undefined);
      return { ...view, close: opened.close };
    });
    return { left: left.then(() => undefined), close: () => opened.close?.() };
  }

  /** Draws the view again, because its content has changed. */
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
