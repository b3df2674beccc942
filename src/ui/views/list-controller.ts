// The list of conversations while it is open; a ladder or a page is shown over it. It is outside React.
// The rule: the capture may take its time to answer; Esc stops the waiting.
import { endings } from '../../trace/export/exporters.ts';
import type { LadderView, ListRow, ListView, NamedFilter, Page } from '../../shell/session/view.ts';
import type { ViewAction } from '../../shell/session/view-keys.ts';
import type { Glyphs, RowPart, TextRow } from '../text/layout.ts';
import { Controller, type Searched } from './controller.ts';
import { hintParts } from './keys.ts';
import { LadderController } from './packets/ladder-controller.ts';
import type { Size } from './packets/ladder.ts';
import {
  listHeight,
  listNotes,
  listRowAt,
  listRows,
  listState,
  nextOrder,
  orderText,
  renewedList,
  scrollList,
  selectRow,
  textOf,
  type ListState,
} from './list.ts';
import { PageController } from './page-controller.ts';
import { stepOf } from './scroll.ts';
import { typedFilter } from './view-store.ts';
import type { Screen, ScreenPorts } from './view-types.ts';

type Asks = 'filter' | 'save';

export class ListController extends Controller<Asks> {
  readonly name = 'list';
  readonly #view: ListView;
  #list: ListState;
  /** Aborts the request to the capture that has no answer yet. */
  #waiting: AbortController | undefined;
  /** How much of what was asked for is read, in percent. */
  #percent = 0;

  constructor(view: ListView, ports: ScreenPorts) {
    super(ports);
    this.#view = view;
    this.#list = listState(view);
    this.#select(view.grows ? this.#list.rows.length - 1 : 0);
  }

  leave(): void {
    this.#stopWaiting();
    this.#view.close(this.#list.filter);
  }

  override changed(): void {
    this.#select(this.#list.selected);
    super.changed();
  }

  override refresh(): void {
    this.store.refresh(() => {
      if (!this.#view.refresh()) return false;
      this.#renew(this.#list.filter);
      return true;
    });
  }

  protected act(action: ViewAction): void {
    const { selected, order, filter } = this.#list;
    const step = stepOf(action, Math.max(1, listHeight(this.ports.size()) - 1));
    if (step !== undefined) this.#go(selected + step, action === 'last' && this.#view.grows);
    else if (action === 'back') this.#back();
    else if (action === 'order') this.#reorder(nextOrder(order));
    else if (action === 'reverse') this.#reorder({ ...order, isDown: !order.isDown });
    else if (action === 'filter') this.line.ask('filter', filter?.text ?? '');
    else if (action === 'follow') this.#follow();
    else this.#ask(action);
  }

  protected scroll(rows: number): void {
    const scrolled = scrollList(this.#list, rows, this.ports.size(), this.#view);
    this.#list = { ...scrolled, follow: false };
  }

  /** Selects the row; the row that is selected already opens its ladder. */
  protected click(row: number): void {
    const at = listRowAt(this.#list, row, this.ports.size());
    if (at === undefined) return;
    if (at === this.#list.selected) this.#ask('enter');
    else this.goTo(at);
  }

  protected searched(): Searched {
    const { rows, selected } = this.#list;
    const rowOf = (index: number): ListRow | undefined => rows[index] && this.#view.row(rows[index]);
    return {
      count: rows.length,
      at: selected,
      textOf: (index) => textOf(rowOf(index)),
      isUnusual: (index) => rowOf(index)?.unusual === true,
      none: 'No transfer is unusual.',
    };
  }

  protected goTo(to: number): void {
    this.#go(to, false);
  }

  protected entered(asks: Asks, text: string): void {
    if (asks === 'save') return this.#save(text.trim());
    const typed = typedFilter(text);
    if (typeof typed !== 'string') return this.#renew(typed.filter);
    this.message = typed;
    this.line.ask(asks, text);
  }

  protected entryName(asks: Asks): string {
    return asks === 'save' ? `save the file into DIR/, or export to NAME.(${endings('|')})` : asks;
  }

  protected rows(size: Size, glyphs: Glyphs): readonly TextRow[] {
    return listRows(this.#list, this.#view, size, glyphs);
  }

  protected hints(glyphs: Glyphs): readonly RowPart[] {
    if (this.#waiting !== undefined)
      return [
        {
          text: `reading the capture: ${this.#percent} % ${glyphs.more} Esc stops waiting`,
          tone: 'warn',
          drop: 0,
        },
      ];
    const notes = listNotes(this.#list).map((text, at): RowPart => ({ text, tone: 'strong', drop: at }));
    return [...notes, ...hintParts('list', glyphs, this.#view.grows)];
  }

  #back(): void {
    if (this.#waiting === undefined) this.leave();
    else this.#stopWaiting();
  }

  #stopWaiting(): void {
    this.#waiting?.abort();
    this.#waiting = undefined;
  }

  /** Actions on the selected transfer. */
  #ask(action: ViewAction): void {
    const number = this.#list.rows[this.#list.selected]?.transfer;
    if (number === undefined) return;
    if (action === 'enter') this.#wait((...job) => this.#view.look(number, ...job), this.#showLadder);
    else if (action === 'stats' || action === 'explain')
      this.#wait((...job) => this.#view.read(number, action, ...job), this.#showPage);
    else if (action === 'export') this.line.ask('save', 'files/');
  }

  /** Waits for an answer of the capture; a text says why no answer comes. */
  #wait<T extends object>(
    ask: (signal: AbortSignal, progress: (done: number) => void) => Promise<T | string>,
    show: (found: T) => void,
  ): void {
    this.#waiting?.abort();
    const waiting = new AbortController();
    this.#waiting = waiting;
    this.#percent = 0;
    const progress = (done: number): void => {
      const percent = Math.floor(100 * done);
      if (this.#waiting !== waiting || percent === this.#percent) return;
      this.#percent = percent;
      this.store.changed();
    };
    void ask(waiting.signal, progress).then((found) => {
      if (this.#waiting !== waiting || waiting.signal.aborted) return;
      this.#waiting = undefined;
      if (typeof found === 'string') this.message = found;
      else show(found);
      this.store.changed();
    });
  }

  readonly #showLadder = (found: Omit<LadderView, 'close'>): void => {
    this.#showOver((close) => new LadderController({ ...found, close }, this.ports));
  };

  readonly #showPage = (page: Page): void => {
    this.#showOver((close) => new PageController(page, this.ports, close));
  };

  #showOver(make: (close: () => void) => Screen): void {
    const screen = make(() => {
      this.ports.hide(screen);
      this.#view.refresh();
      this.#renew(this.#list.filter);
      this.store.changed();
    });
    this.ports.show(screen);
  }

  /** @param follow keeps the newest one selected from now on. */
  #go(to: number, follow: boolean): void {
    this.#select(to);
    this.#list = { ...this.#list, follow };
  }

  #reorder(order: ListState['order']): void {
    this.#list = { ...this.#list, order };
    this.#renew(this.#list.filter);
    this.message = `ordered by ${orderText(order)}`;
  }

  #follow(): void {
    const follow = !this.#list.follow;
    if (follow) this.#select(this.#list.rows.length - 1);
    this.#list = { ...this.#list, follow };
  }

  #select(to: number): void {
    this.#list = selectRow(this.#list, to, this.ports.size(), this.#view);
  }

  #renew(filter: NamedFilter | undefined): void {
    this.#list = renewedList(this.#list, this.#view, filter);
    this.#select(this.#list.selected);
  }

  #save(path: string): void {
    const number = this.#list.rows[this.#list.selected]?.transfer;
    if (path !== '' && number !== undefined) this.say(this.#view.save(number, path));
  }
}
