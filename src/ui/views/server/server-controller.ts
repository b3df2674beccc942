// The screen of our server while it is open; a ladder is shown over it. It is outside React.
// Rule: what ends something for others, a transfer or the server, needs its key twice.
import type { LadderView, ServerView } from '../../../shell/session/view.ts';
import type { ViewAction } from '../../../shell/session/view-keys.ts';
import type { Glyphs, RowPart, TextRow } from '../../text/layout.ts';
import { Controller, type Searched } from '../controller.ts';
import { hintParts } from '../keys.ts';
import { LadderController } from '../packets/ladder-controller.ts';
import type { Size } from '../packets/ladder.ts';
import { stepOf } from '../scroll.ts';
import type { Screen, ScreenPorts } from '../view-types.ts';
import {
  countOf,
  firstState,
  heights,
  itemAt,
  itemIn,
  itemsOf,
  renewed,
  selectItem,
  serverRows,
  transferOf,
  type ServerItems,
  type ServerState,
} from './server-rows.ts';

export class ServerController extends Controller<'only'> {
  readonly name = 'server';
  readonly #view: ServerView;
  #state: ServerState = firstState;
  #items: ServerItems;
  /** What the same key does if it comes again at once. */
  #confirming: string | undefined;

  constructor(view: ServerView, ports: ScreenPorts) {
    super(ports);
    this.#view = view;
    this.#items = itemsOf(view, '');
  }

  /** Ctrl-C. */
  leave(): void {
    if (this.#view.isWhole) this.#view.stop();
    else this.#view.close();
  }

  override changed(): void {
    this.#renew();
    super.changed();
  }

  override refresh(): void {
    this.store.refresh(() => {
      if (!this.#view.refresh()) return false;
      this.#renew();
      return true;
    });
  }

  protected act(action: ViewAction): void {
    const confirmed = this.#confirming;
    this.#confirming = undefined;
    const step = stepOf(action, Math.max(1, heights(this.ports.size()).log - 1));
    if (step !== undefined) this.goTo(this.#state.selected + step);
    else if (action === 'enter') this.#look();
    else if (action === 'end') this.#abort(confirmed);
    else if (action === 'stats') this.#stop(confirmed);
    else if (action === 'narrow' || action === 'filter') this.line.ask('only', this.#state.only);
    else if (action === 'back') this.#back();
  }

  protected scroll(rows: number): void {
    this.goTo(this.#state.selected + rows);
  }

  /** Selects the row; the row that is selected already opens its ladder. */
  protected click(row: number): void {
    const at = itemIn(row, this.#state, this.#items, this.ports.size());
    if (at === undefined) return;
    if (at === this.#state.selected) this.#look();
    else this.goTo(at);
  }

  protected searched(): Searched {
    const items = this.#items;
    return {
      count: countOf(items),
      at: this.#state.selected,
      textOf: (index) => {
        const item = itemAt(items, index);
        return item === undefined || 'cells' in item ? '' : item.text;
      },
      isUnusual: (index) => {
        const item = itemAt(items, index);
        return item !== undefined && 'isFailure' in item && item.isFailure;
      },
      none: 'Nothing has failed.',
    };
  }

  protected goTo(index: number): void {
    this.#state = selectItem(this.#state, this.#items, index, this.ports.size());
  }

  protected entered(_asks: 'only', text: string): void {
    this.#state = { ...firstState, only: text.trim() };
    this.#renew();
  }

  protected entryName(): string {
    return 'show only what contains';
  }

  protected rows(size: Size, glyphs: Glyphs): readonly TextRow[] {
    return serverRows(this.#state, this.#items, this.#view, { size, glyphs });
  }

  protected hints(glyphs: Glyphs): readonly RowPart[] {
    return hintParts('server', glyphs);
  }

  get #selected(): number | undefined {
    return transferOf(itemAt(this.#items, this.#state.selected));
  }

  #back(): void {
    if (this.#state.only !== '') this.entered('only', '');
    else if (this.#view.isWhole) this.message = 'Press s twice, or Ctrl-C, to stop the server.';
    else this.#view.close();
  }

  #look(): void {
    const number = this.#selected;
    if (number === undefined) {
      this.message = 'This line is about no single request.';
      return;
    }
    const found = this.#view.look(number);
    if (typeof found === 'string') this.message = found;
    else this.#showLadder(found);
  }

  #showLadder(found: Omit<LadderView, 'close'>): void {
    const close = (): void => {
      this.ports.hide(screen);
      this.changed();
    };
    const screen: Screen = new LadderController({ ...found, close }, this.ports);
    this.ports.show(screen);
  }

  #abort(confirmed: string | undefined): void {
    const item = itemAt(this.#items, this.#state.selected);
    if (item === undefined || !('cells' in item)) {
      this.message = 'Select a running transfer to abort it.';
      return;
    }
    const wish = `abort ${item.number}`;
    if (confirmed === wish) this.message = this.#view.abort(item.number);
    else this.#confirm(wish, `Press k again to abort transfer ${item.number}: ${item.cells.file}`);
  }

  #stop(confirmed: string | undefined): void {
    if (confirmed === 'stop') {
      this.message = 'Stopping: running transfers get a short time to finish.';
      this.#view.stop();
    } else this.#confirm('stop', 'Press s again to stop the server.');
  }

  #confirm(wish: string, message: string): void {
    this.#confirming = wish;
    this.message = message;
  }

  #renew(): void {
    this.#items = itemsOf(this.#view, this.#state.only);
    this.#state = renewed(this.#state, this.#items, this.ports.size());
  }
}
