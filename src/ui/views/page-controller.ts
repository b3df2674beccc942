// A page of text while it is open: scrolling, and a search. It is outside React.
import type { Page, PageLine } from '../../shell/session/view.ts';
import type { ViewAction } from '../../shell/session/view-keys.ts';
import type { Glyphs, RowPart, TextRow } from '../text/layout.ts';
import { Controller, type Searched } from './controller.ts';
import { hintParts } from './keys.ts';
import type { Size } from './packets/ladder.ts';
import { pageHeight, pageRows, showLine, type PageState } from './page.ts';
import { stepOf } from './scroll.ts';
import type { ScreenPorts } from './view-types.ts';

export class PageController extends Controller<never> {
  readonly name = 'page';
  readonly #page: Page;
  readonly #close: () => void;
  #top = 0;
  /** The line that was found last. */
  #found = 0;
  /** The lines for the width that the window had last. */
  #laid: { readonly columns: number; readonly lines: readonly PageLine[] } | undefined;

  constructor(page: Page, ports: ScreenPorts, close: () => void) {
    super(ports);
    this.#page = page;
    this.#close = close;
  }

  leave(): void {
    this.#close();
  }

  protected act(action: ViewAction): void {
    const step = stepOf(action, Math.max(1, pageHeight(this.ports.size()) - 1));
    if (action === 'back' || action === 'enter') this.leave();
    else if (step !== undefined) this.scroll(step);
  }

  protected scroll(rows: number): void {
    this.#show(this.#top + rows);
  }

  protected click(): void {
    // A page has nothing to select.
  }

  protected searched(): Searched {
    const lines = this.#lines();
    return {
      count: lines.length,
      at: this.#found,
      textOf: (index) => lines[index]?.text ?? '',
      isUnusual: (index) => lines[index]?.isUnusual === true,
      none: 'Nothing is unusual here; / searches.',
    };
  }

  protected goTo(line: number): void {
    this.#found = line;
    this.#show(line);
  }

  protected entered(): void {
    // Only a search is typed here.
  }

  protected entryName(): string {
    return 'search';
  }

  protected rows(size: Size, glyphs: Glyphs): readonly TextRow[] {
    // The window may have become higher, or the lines fewer.
    return pageRows(showLine(this.#state(), this.#top, size), size, glyphs, this.wanted);
  }

  protected hints(glyphs: Glyphs): readonly RowPart[] {
    return hintParts('page', glyphs);
  }

  #show(line: number): void {
    this.#top = showLine(this.#state(), line, this.ports.size()).top;
  }

  #state(): PageState {
    return { title: this.#page.title, lines: this.#lines(), top: this.#top };
  }

  #lines(): readonly PageLine[] {
    const { columns } = this.ports.size();
    if (this.#laid?.columns !== columns) this.#laid = { columns, lines: this.#page.lines(columns) };
    return this.#laid.lines;
  }
}
