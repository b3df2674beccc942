// The list of conversations while it is open, and the ladder or page over it. It is outside React.
// The rule: the capture may take its time to answer; Esc stops the waiting.
import { endings } from '../../trace/export/exporters.ts';
import type { LadderView, ListRow, ListView, NamedFilter, Page } from '../../shell/session/view.ts';
import type { Keypress } from '../keys.ts';
import { asciiGlyphs, unicodeGlyphs, type Glyphs, type RowPart, type TextRow } from '../text/layout.ts';
import type { ViewAction } from '../../shell/session/view-keys.ts';
import { EntryLine, type Entry } from './entry-line.ts';
import { hintParts, viewAction } from './keys.ts';
import {
  listHeight,
  listNotes,
  listRows,
  listState,
  nextOrder,
  orderText,
  renewedList,
  selectRow,
  textOf,
  type ListState,
} from './list.ts';
import { PageController } from './page-controller.ts';
import { firstFrom, foundFrom } from './search.ts';
import { moveTo, ViewStore, typedFilter } from './view-store.ts';
import { LadderController } from './ladder-controller.ts';
import { footRow, type Screen, type ViewerPorts, type ViewState } from './view-types.ts';

type Asks = 'filter' | 'search' | 'save';
/** The screen over the list. */
interface Over {
  readonly screen: Screen;
  readonly stop: () => void;
}

export class ListController implements Screen {
  readonly view: ListView;
  readonly #ports: ViewerPorts;
  readonly #store: ViewStore;
  #list: ListState;
  #over: Over | undefined;
  readonly #line = new EntryLine<Asks>();
  /** The text that was searched last; n and N then look for it. */
  #wanted = '';
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

  get name(): Screen['name'] {
    return this.#over?.screen.name ?? 'list';
  }

  get isTyping(): boolean {
    return this.#over?.screen.isTyping ?? this.#line.entry !== undefined;
  }

  readonly changed = (): void => {
    this.#over?.screen.changed();
    this.#select(this.#list.selected);
    this.#store.changed();
  };

  readonly refresh = (): void => {
    if (this.#over !== undefined) return this.#over.screen.refresh();
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
    if (action === 'leave' && !this.isTyping) return this.#leave();
    if (this.#over !== undefined) return this.#over.screen.press(character, key);
    this.#message = '';
    if (this.isTyping) this.#entered(this.#line.press(character, key));
    else if (action !== undefined) this.#act(action);
    this.#store.changed();
  };

  readonly paste = (text: string): void => {
    if (this.#over !== undefined) return this.#over.screen.paste(text);
    if (this.#line.paste(text)) this.#store.changed();
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
    if (to !== undefined) this.#go(to, action === 'last' && this.view.grows);
    else if (action === 'again') this.#find(selected + 1, 1);
    else if (action === 'again-back') this.#find(selected - 1, -1);
    else if (action === 'search') this.#line.ask('search');
    else if (action === 'order') this.#reorder(nextOrder(this.#list.order));
    else if (action === 'reverse') this.#reorder({ ...this.#list.order, isDown: !this.#list.order.isDown });
    else if (action === 'filter') this.#line.ask('filter', filter?.text ?? '');
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
    else if (action === 'export') this.#line.ask('save', 'files/');
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
    this.#showOver(new LadderController({ ...found, close: this.#back }, this.#ports));
  };

  readonly #showPage = (page: Page): void => {
    this.#showOver(new PageController(page, this.#ports, this.#back));
  };

  #showOver(screen: Screen): void {
    screen.changed();
    this.#over = { screen, stop: screen.subscribe(() => this.#store.changed()) };
  }

  readonly #back = (): void => {
    this.#over?.stop();
    this.#over = undefined;
    this.view.refresh();
    this.#renew(this.#list.filter);
    this.#store.changed();
  };

  /** @param follow keeps the newest one selected from now on. */
  #go(to: number, follow: boolean): void {
    this.#select(to);
    this.#list = { ...this.#list, follow };
  }

  /** Selects the next row with the searched text; where nothing was searched, the next unusual transfer. */
  #find(from: number, step: 1 | -1): void {
    const { rows } = this.#list;
    const rowAt = (index: number): ListRow | undefined => rows[index] && this.view.row(rows[index]);
    const at =
      this.#wanted === ''
        ? firstFrom(rows.length, { from, step }, (index) => rowAt(index)?.unusual === true)
        : foundFrom(rows.length, { from, step }, (index) => textOf(rowAt(index)), this.#wanted);
    if (at !== undefined) this.#go(at, false);
    else this.#message = this.#wanted === '' ? 'No transfer is unusual.' : `"${this.#wanted}" is not found.`;
  }

  #reorder(order: ListState['order']): void {
    this.#list = { ...this.#list, order };
    this.#renew(this.#list.filter);
    this.#message = `ordered by ${orderText(order)}`;
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

  #entered(entry: Entry<Asks> | undefined): void {
    if (entry === undefined) return;
    if (entry.asks === 'save') this.#save(entry.text.trim());
    else if (entry.asks === 'search') this.#search(entry.text);
    else this.#filter(entry);
  }

  #search(text: string): void {
    this.#wanted = text;
    if (text !== '') this.#find(this.#list.selected, 1);
  }

  #filter({ asks, text }: Entry<Asks>): void {
    const typed = typedFilter(text);
    if (typeof typed !== 'string') return this.#renew(typed.filter);
    this.#message = typed;
    this.#line.ask(asks, text);
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
    if (this.#over !== undefined) return this.#over.screen.state();
    const glyphs = this.#ports.ascii() ? asciiGlyphs : unicodeGlyphs;
    const size = this.#ports.size();
    const rows = listRows(this.#list, this.view, size, glyphs);
    return { rows: [...rows, this.#foot(size.columns, glyphs)], color: this.#ports.color };
  }

  #foot(width: number, glyphs: Glyphs): TextRow {
    const typed = this.#line.entry;
    const entry = typed && {
      name:
        typed.asks === 'save' ? `save the file into DIR/, or export to NAME.(${endings('|')})` : typed.asks,
      text: typed.text,
    };
    const message = this.#waiting === undefined ? this.#message : 'reading the capture … Esc stops waiting';
    return footRow({ entry, message, hints: this.#hints(glyphs) }, width, glyphs);
  }

  #hints(glyphs: Glyphs): readonly RowPart[] {
    const notes = listNotes(this.#list).map((text, at): RowPart => ({ text, tone: 'strong', drop: at }));
    return [...notes, ...hintParts('list', glyphs, this.view.grows)];
  }
}
