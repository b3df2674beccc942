// A page of text while it is open: scrolling, and a search. It is outside React.
import type { Page } from '../../shell/session/view.ts';
import type { ViewAction } from '../../shell/session/view-keys.ts';
import type { Keypress } from '../keys.ts';
import { asciiGlyphs, unicodeGlyphs } from '../text/layout.ts';
import { EntryLine } from './entry-line.ts';
import { hintParts, viewAction } from './keys.ts';
import { foundFrom } from './search.ts';
import { pageRows, showLine, turnPage, type PageState } from './page.ts';
import { ViewStore } from './view-store.ts';
import { footRow, type Screen, type ViewerPorts, type ViewState } from './view-types.ts';

export class PageController implements Screen {
  readonly name = 'page';
  readonly #ports: ViewerPorts;
  readonly #close: () => void;
  readonly #store: ViewStore;
  #page: PageState;
  readonly #line = new EntryLine<'search'>();
  /** The text that was searched last. */
  #wanted = '';
  /** The line that was found last. */
  #found = 0;
  #message = '';

  constructor(page: Page, ports: ViewerPorts, close: () => void) {
    this.#ports = ports;
    this.#close = close;
    this.#page = { page, top: 0 };
    this.#store = new ViewStore(() => this.#look(), ports.now);
  }

  readonly subscribe = (listener: () => void): (() => void) => this.#store.subscribe(listener);

  readonly state = (): ViewState => this.#store.state();

  get isTyping(): boolean {
    return this.#line.entry !== undefined;
  }

  readonly changed = (): void => this.#store.changed();

  readonly refresh = (): void => undefined;

  readonly press = (character: string | undefined, key: Keypress): void => {
    const action = viewAction(character, key);
    if (action === 'suspend') return this.#ports.suspend();
    if (action === 'redraw') return this.#ports.redraw();
    this.#message = '';
    if (this.isTyping) this.#entered(this.#line.press(character, key)?.text);
    else if (action === 'back' || action === 'leave' || action === 'enter') return this.#close();
    else if (action !== undefined) this.#act(action);
    this.#store.changed();
  };

  readonly paste = (text: string): void => {
    if (this.#line.paste(text)) this.#store.changed();
  };

  #act(action: ViewAction): void {
    if (action === 'search') this.#line.ask('search');
    else if (action === 'again') this.#find(this.#found + 1, 1);
    else if (action === 'again-back') this.#find(this.#found - 1, -1);
    else this.#page = turnPage(this.#page, action, this.#ports.size()) ?? this.#page;
  }

  #entered(text: string | undefined): void {
    if (text === undefined) return;
    if (text !== '') this.#wanted = text;
    this.#find(this.#page.top, 1);
  }

  #find(from: number, step: 1 | -1): void {
    if (this.#wanted === '') return;
    const { lines } = this.#page.page;
    const at = foundFrom(lines.length, { from, step }, (index) => lines[index] ?? '', this.#wanted);
    if (at === undefined) this.#message = `"${this.#wanted}" is not found.`;
    else {
      this.#found = at;
      this.#page = showLine(this.#page, at, this.#ports.size());
    }
  }

  #look(): ViewState {
    const glyphs = this.#ports.ascii() ? asciiGlyphs : unicodeGlyphs;
    const size = this.#ports.size();
    const typed = this.#line.entry;
    const entry = typed && { name: typed.asks, text: typed.text };
    const foot = { entry, message: this.#message, hints: hintParts('page', glyphs) };
    const rows = [...pageRows(this.#page, size, glyphs, this.#wanted), footRow(foot, size.columns, glyphs)];
    return { rows, color: this.#ports.color };
  }
}
