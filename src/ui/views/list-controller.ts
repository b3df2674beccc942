// The list of conversations while it is open, and the ladder or page over it. It is outside React.
// The rule: the capture may take its time to answer; Esc stops the waiting.
import { endings } from '../../trace/export/exporters.ts';
import type { ListView, NamedFilter, Page, LadderView } from '../../shell/session/view.ts';
import type { Keypress } from '../keys.ts';
import { asciiGlyphs, unicodeGlyphs, type Glyphs, type RowPart, type TextRow } from '../text/layout.ts';
import type { ViewAction } from '../../shell/session/view-keys.ts';
import { hintParts, viewAction } from './keys.ts';
import {
  listHeight,
  listNotes,
  listRows,
  listState,
  renewedList,
  selectRow,
  type ListState,
} from './list.ts';
import { pageRows, turnPage, type PageState } from './page.ts';
import { moveTo, ViewStore, typedFilter } from './view-store.ts';
import { LadderController } from './ladder-controller.ts';
import {
  footRow,
  pasteInto,
  typeInto,
  type Entry,
  type FullScreen,
  type ViewerPorts,
  type ViewState,
} from './view-types.ts';

type Asks = 'filter' | 'save';
/** The screen over the list. */
type Over =
  | { readonly kind: 'ladder'; readonly viewer: LadderController; readonly stop: () => void }
  | { readonly kind: 'page'; readonly state: PageState };

export class ListController implements FullScreen {
  readonly view: ListView;
  readonly #ports: ViewerPorts;
  readonly #store: ViewStore;
  #list: ListState;
  #over: Over | undefined;
  #entry: Entry<Asks> | undefined;
  #message = '';
  /** Aborts the request to the capture that has no answer yet. */
  #waiting: AbortController | undefined;

  constructor(view: ListView, ports: ViewerPorts) {
    this.view = view;
    this.#ports = ports;
    this.#store = new ViewStore(() => this.#look(), ports.now);
    this.#list = listState(view);
    this.#select(this.view.grows ? this.#list.rows.length - 1 : 0);
  }

  readonly subscribe = (listener: () => void): (() => void) => this.#store.subscribe(listener);

  readonly state = (): ViewState => this.#store.state();

  readonly changed = (): void => {
    if (this.#over?.kind === 'ladder') this.#over.viewer.changed();
    this.#select(this.#list.selected);
    this.#store.changed();
  };

  readonly refresh = (): void => {
    if (this.#over?.kind === 'ladder') return this.#over.viewer.refresh();
    this.#store.refresh(() => {
      if (!this.view.refresh()) return false;
      this.#renew(this.#list.filter);
      return true;
    });
  };

  readonly press = (character: string | undefined, key: Keypress): void => {
    const action = viewAction(character, key);
    if (action === 'suspend') return this.#ports.suspend();
    if (action === 'redraw') return this.#ports.redraw();
    const over = this.#over;
    const isTyping = over?.kind === 'ladder' ? over.viewer.isTyping : this.#entry !== undefined;
    if (action === 'leave' && !isTyping) return this.#leave();
    if (over?.kind === 'ladder') return over.viewer.press(character, key);
    this.#message = '';
    if (this.#entry !== undefined) this.#type(this.#entry, character, key);
    else if (over !== undefined) this.#onPage(over.state, action);
    else if (action !== undefined) this.#act(action);
    this.#store.changed();
  };

  readonly paste = (text: string): void => {
    if (this.#over?.kind === 'ladder') return this.#over.viewer.paste(text);
    if (this.#entry === undefined) return;
    this.#entry = pasteInto(this.#entry, text);
    this.#store.changed();
  };

  #leave(): void {
    this.#waiting?.abort();
    this.view.close(this.#list.filter);
  }

  #act(action: ViewAction): void {
    if (action === 'back') {
      if (this.#waiting === undefined) return this.#leave();
      this.#waiting.abort();
      this.#waiting = undefined;
      return;
    }
    const { selected, rows, filter } = this.#list;
    const page = Math.max(1, listHeight(this.#ports.size()) - 1);
    const to = moveTo(action, { selected, page, last: rows.length - 1 });
    if (to !== undefined) this.#go(to);
    else if (action === 'filter') this.#entry = { asks: 'filter', text: filter?.text ?? '' };
    else if (action === 'follow') this.#follow();
    else this.#ask(action);
  }

  /** Actions on the selected transfer. */
  #ask(action: ViewAction): void {
    const number = this.#list.rows[this.#list.selected]?.transfer;
    if (number === undefined) return;
    if (action === 'enter') this.#wait((signal) => this.view.look(number, signal), this.#showLadder);
    else if (action === 'stats' || action === 'explain')
      this.#wait((signal) => this.view.read(number, action, signal), this.#showPage);
    else if (action === 'export') this.#entry = { asks: 'save', text: 'files/' };
  }

  /** Waits for an answer of the capture; a text says why no answer comes. */
  #wait<T extends object>(ask: (signal: AbortSignal) => Promise<T | string>, show: (found: T) => void): void {
    this.#waiting?.abort();
    const waiting = new AbortController();
    this.#waiting = waiting;
    void ask(waiting.signal).then((found) => {
      if (this.#waiting !== waiting || waiting.signal.aborted) return;
      this.#waiting = undefined;
      if (typeof found === 'string') this.#message = found;
      else show(found);
      this.#store.changed();
    });
  }

  readonly #showLadder = (found: Omit<LadderView, 'close'>): void => {
    const viewer = new LadderController({ ...found, close: () => this.#back() }, this.#ports);
    viewer.changed();
    this.#over = { kind: 'ladder', viewer, stop: viewer.subscribe(() => this.#store.changed()) };
  };

  readonly #showPage = (page: Page): void => {
    this.#over = { kind: 'page', state: { page, top: 0 } };
  };

  #back(): void {
    if (this.#over?.kind === 'ladder') this.#over.stop();
    this.#over = undefined;
    this.view.refresh();
    this.#renew(this.#list.filter);
    this.#store.changed();
  }

  #onPage(state: PageState, action: ViewAction | undefined): void {
    if (action === 'back' || action === 'enter') return this.#back();
    const turned = action === undefined ? undefined : turnPage(state, action, this.#ports.size());
    if (turned !== undefined) this.#over = { kind: 'page', state: turned };
  }

  #go(to: number): void {
    this.#select(to);
    this.#list = { ...this.#list, follow: false };
  }

  #follow(): void {
    const follow = !this.#list.follow;
    if (follow) this.#select(this.#list.rows.length - 1);
    this.#list = { ...this.#list, follow };
  }

  #select(to: number): void {
    this.#list = selectRow(this.#list, to, this.#ports.size(), this.view);
  }

  #renew(filter: NamedFilter | undefined): void {
    this.#list = renewedList(this.#list, this.view, filter);
    this.#select(this.#list.selected);
  }

  #type(entry: Entry<Asks>, character: string | undefined, key: Keypress): void {
    const typed = typeInto(entry, character, key);
    this.#entry = typeof typed === 'string' ? undefined : typed;
    if (typed !== 'entered') return;
    if (entry.asks === 'save') this.#save(entry.text.trim());
    else this.#filter(entry);
  }

  #filter({ asks, text }: Entry<Asks>): void {
    const typed = typedFilter(text);
    if (typeof typed !== 'string') return this.#renew(typed.filter);
    this.#message = typed;
    this.#entry = { asks, text };
  }

  #save(path: string): void {
    const number = this.#list.rows[this.#list.selected]?.transfer;
    if (path === '' || number === undefined) return;
    void this.view.save(number, path).then((said) => {
      this.#message = said;
      this.#store.changed();
    });
  }

  #look(): ViewState {
    const over = this.#over;
    if (over?.kind === 'ladder') return over.viewer.state();
    const glyphs = this.#ports.ascii() ? asciiGlyphs : unicodeGlyphs;
    const size = this.#ports.size();
    const rows =
      over === undefined ? listRows(this.#list, this.view, size, glyphs) : pageRows(over.state, size, glyphs);
    return { rows: [...rows, this.#foot(size.columns, glyphs)], color: this.#ports.color };
  }

  #foot(width: number, glyphs: Glyphs): TextRow {
    const entry = this.#entry && {
      name:
        this.#entry.asks === 'filter'
          ? 'filter'
          : `save the file into DIR/, or export to NAME.(${endings('|')})`,
      text: this.#entry.text,
    };
    const message = this.#waiting === undefined ? this.#message : 'reading the capture … Esc stops waiting';
    return footRow({ entry, message, hints: this.#hints(glyphs) }, width, glyphs);
  }

  #hints(glyphs: Glyphs): readonly RowPart[] {
    if (this.#over !== undefined) return hintParts('page', glyphs);
    const notes = listNotes(this.#list).map((text, at): RowPart => ({ text, tone: 'strong', drop: at }));
    return [...notes, ...hintParts('list', glyphs, this.view.grows)];
  }
}
