// What the screens of all views share: keys become actions, and a line may be typed, searched text be found again.
// Rule: it knows no view. A view says what it shows, what an action does there, and which rows a search looks at.
import type { ViewAction, ViewName } from '../../shell/session/view-keys.ts';
import type { Keypress } from '../keys.ts';
import type { MouseAct } from '../mouse.ts';
import { asciiGlyphs, unicodeGlyphs, type Glyphs, type RowPart, type TextRow } from '../text/layout.ts';
import { EntryLine, type Entry } from './entry-line.ts';
import { viewAction } from './keys.ts';
import type { Size } from './packets/ladder.ts';
import { wheelRows } from './scroll.ts';
import { firstAhead, firstFrom } from './search.ts';
import { ViewStore } from './view-store.ts';
import { footRow, type Screen, type ScreenPorts, type ViewState } from './view-types.ts';

/** The rows that a search looks at. */
export interface Searched {
  readonly count: number;
  /** The row where the search begins. */
  readonly at: number;
  readonly textOf: (index: number) => string;
  readonly isUnusual: (index: number) => boolean;
  /** The message where no row is unusual. */
  readonly none: string;
}

/** Whether a row has the searched text, in small or capital letters. */
export function hasText(text: string, wanted: string): boolean {
  return text.toLowerCase().includes(wanted.toLowerCase());
}

/** A screen over one view. `Asks` names the lines that can be typed, besides a search. */
export abstract class Controller<Asks extends string> implements Screen {
  abstract readonly name: ViewName;
  protected readonly ports: ScreenPorts;
  protected readonly store: ViewStore;
  protected readonly line = new EntryLine<Asks | 'search'>();
  /** Stands in the last row until the next key. */
  protected message = '';
  /** The text that was searched last; n and N then look for it. */
  protected wanted = '';

  constructor(ports: ScreenPorts) {
    this.ports = ports;
    this.store = new ViewStore(() => this.#look(), ports);
  }

  /** Goes back to the shell, or to the screen below. */
  abstract leave(): void;
  protected abstract act(action: ViewAction): void;
  /** A line other than a search was typed to its end. */
  protected abstract entered(asks: Asks, text: string): void;
  /** What the last row calls a typed line. */
  protected abstract entryName(asks: Asks): string;
  /** Everything but the last row. */
  protected abstract rows(size: Size, glyphs: Glyphs): readonly TextRow[];
  protected abstract hints(glyphs: Glyphs): readonly RowPart[];
  protected abstract searched(): Searched;
  protected abstract goTo(index: number): void;
  protected abstract scroll(rows: number): void;
  /** A click on a row of the screen. */
  protected abstract click(row: number): void;

  readonly subscribe = (listener: () => void): (() => void) => this.store.subscribe(listener);

  readonly state = (): ViewState => this.store.state();

  get isTyping(): boolean {
    return this.line.entry !== undefined;
  }

  changed(): void {
    this.store.changed();
  }

  refresh(): void {
    // Most screens stay as they are.
  }

  press(character: string | undefined, key: Keypress): void {
    this.message = '';
    const action = viewAction(character, key, this.name);
    if (this.isTyping) this.#typed(this.line.press(character, key));
    else if (action !== undefined) this.#act(action);
    this.store.changed();
  }

  /** Pasted text goes into the line that is being typed, if there is one. */
  paste(text: string): void {
    if (this.line.paste(text)) this.store.changed();
  }

  /** What the mouse did. While a line is typed, it does nothing. */
  point(act: MouseAct): void {
    if (this.isTyping) return;
    this.message = '';
    if (act.type === 'wheel') this.scroll(act.by * wheelRows);
    else this.click(act.row);
    this.store.changed();
  }

  /** Shows what comes of `work` in the last row. */
  protected say(work: Promise<string>): void {
    void work.then((said) => {
      this.message = said;
      this.store.changed();
    });
  }

  #act(action: ViewAction): void {
    if (action === 'search') this.line.ask('search');
    else if (action === 'again') this.#find(1);
    else if (action === 'again-back') this.#find(-1);
    else this.act(action);
  }

  #typed(entry: Entry<Asks | 'search'> | undefined): void {
    if (entry === undefined) return;
    const { asks, text } = entry;
    if (asks !== 'search') return this.entered(asks, text);
    this.wanted = text;
    if (text !== '') this.#find(1, 0);
  }

  /** Goes to the next row with the searched text; where nothing was searched, to the next unusual row. */
  #find(step: 1 | -1, skip: number = step): void {
    const { count, at, textOf, isUnusual } = this.searched();
    const place = { from: at + skip, step };
    const { wanted } = this;
    const is = (index: number): boolean =>
      wanted === '' ? isUnusual(index) : hasText(textOf(index), wanted);
    const ahead = firstAhead(count, place, is);
    if (ahead === undefined && this.seekFurther?.(step) === true) return;
    const found = ahead ?? firstFrom(count, place, is);
    if (found !== undefined) this.goTo(found);
    else this.notFound();
  }

  protected notFound(): void {
    this.message = this.wanted === '' ? this.searched().none : `"${this.wanted}" is not found.`;
  }

  /** Where no row ahead has what is searched: looks for it in what is not here. @returns whether there is such a thing. */
  protected seekFurther?(step: 1 | -1): boolean;

  #entryName(asks: Asks | 'search'): string {
    return asks === 'search' ? asks : this.entryName(asks);
  }

  #look(): ViewState {
    const { ports, message } = this;
    const glyphs = ports.ascii() ? asciiGlyphs : unicodeGlyphs;
    const size = ports.size();
    const typed = this.line.entry;
    const entry = typed && { name: this.#entryName(typed.asks), text: typed.text };
    const foot = footRow({ entry, message, hints: this.hints(glyphs) }, size.columns, glyphs);
    return { rows: [...this.rows(size, glyphs), foot], color: ports.color };
  }
}
