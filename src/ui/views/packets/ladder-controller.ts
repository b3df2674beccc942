// A ladder while it is open: keys come in, rows go out; a packet is shown over it.
// The rule: one immutable screen, replaced as a whole; only visible rows are laid out. It is outside React, so that it
// outlives every mount.
import { endings } from '../../../trace/export/exporters.ts';
import type { LadderView } from '../../../shell/session/view.ts';
import type { ViewAction, ViewName } from '../../../shell/session/view-keys.ts';
import type { Glyphs, RowPart, TextRow } from '../../text/layout.ts';
import { Controller, type Searched } from '../controller.ts';
import { hintParts } from '../keys.ts';
import {
  ladderNotes,
  ladderRows,
  isUnusual,
  ladderState,
  packetAt,
  renewed,
  rowAt,
  scrollRows,
  select,
  visible,
  wordsOf,
  type LadderState,
  type Size,
} from './ladder.ts';
import { PacketController } from './packet-controller.ts';
import { stepOf } from '../scroll.ts';
import { typedFilter } from '../view-store.ts';
import type { Screen, ScreenPorts } from '../view-types.ts';

type Asks = 'filter' | 'export';

export class LadderController extends Controller<Asks> {
  readonly name: ViewName = 'ladder';
  readonly #view: LadderView;
  protected ladder: LadderState;

  constructor(view: LadderView, ports: ScreenPorts) {
    super(ports);
    this.#view = view;
    this.ladder = ladderState(view.transfer, view.filter);
  }

  leave(): void {
    this.#view.close();
  }

  override changed(): void {
    this.ladder = select(this.ladder, this.ladder.selected, this.ports.size());
    super.changed();
  }

  /** New packets may have come: the ladder grows, as often as its share of time allows. */
  override refresh(): void {
    this.store.refresh(() => {
      if (!this.#view.transfer.refresh()) return false;
      this.renew(this.ladder.filter);
      return true;
    });
  }

  protected act(action: ViewAction): void {
    const { selected } = this.ladder;
    const step = stepOf(action, visible(this.ports.size(), this.ladder) - 1);
    if (step !== undefined) this.goTo(selected + step);
    else if (action === 'previous') this.goTo(selected - 1);
    else if (action === 'next') this.goTo(selected + 1);
    else if (action === 'enter') this.#decode();
    else if (action === 'back') this.leave();
    else if (action === 'space') this.#mark();
    else if (action === 'follow') this.#follow();
    else if (action === 'times') this.ladder = { ...this.ladder, isDelta: !this.ladder.isDelta };
    else if (action === 'filter') this.line.ask('filter', this.ladder.filter?.text ?? '');
    else if (action === 'export') this.line.ask('export', 'ladder.svg');
  }

  protected scroll(rows: number): void {
    this.ladder = { ...scrollRows(this.ladder, rows, this.ports.size()), follow: false };
  }

  /** Selects the row; the row that is selected already is decoded. */
  protected click(row: number): void {
    const at = rowAt(this.ladder, row, this.ports.size());
    if (at === undefined) return;
    if (at === this.ladder.selected) this.#decode();
    else this.goTo(at);
  }

  protected searched(): Searched {
    const { rows, selected } = this.ladder;
    return {
      count: rows.length,
      at: selected,
      textOf: (index) => wordsOf(rows[index]),
      isUnusual: (index) => isUnusual(rows[index]),
      none: 'No packet is unusual.',
    };
  }

  protected goTo(to: number): void {
    this.ladder = { ...select(this.ladder, to, this.ports.size()), follow: false };
  }

  protected entered(asks: Asks, text: string): void {
    if (asks === 'export') {
      if (text !== '') this.say(this.#view.exportTo(text));
      return;
    }
    const typed = typedFilter(text);
    if (typeof typed !== 'string') return this.renew(typed.filter);
    this.message = typed;
    this.line.ask(asks, text);
  }

  protected entryName(asks: Asks): string {
    return asks === 'export' ? `export to (${endings(' ')})` : asks;
  }

  protected rows(size: Size, glyphs: Glyphs): readonly TextRow[] {
    return ladderRows(this.ladder, this.#view.transfer, size, glyphs);
  }

  protected hints(glyphs: Glyphs): readonly RowPart[] {
    const notes = ladderNotes(this.ladder).map((text, at): RowPart => ({ text, tone: 'strong', drop: at }));
    return [...notes, ...hintParts('ladder', glyphs)];
  }

  /** Shows the selected packet; on the way back the packet that was shown last is selected. */
  #decode(): void {
    const number = packetAt(this.ladder);
    if (number === undefined) {
      this.message = 'This row is not a packet.';
      return;
    }
    const packet: Screen = new PacketController(number, this.#view, this.ports, (last) => {
      this.ports.hide(packet);
      this.renew(this.ladder.filter);
      const at = this.ladder.rows.findIndex((row) => row.packet === last);
      if (at >= 0) this.goTo(at);
      super.changed();
    });
    this.ports.show(packet);
  }

  #mark(): void {
    const here = this.ladder.rows[this.ladder.selected];
    this.ladder = { ...this.ladder, mark: this.ladder.mark === here ? undefined : here };
  }

  #follow(): void {
    const follow = !this.ladder.follow;
    if (follow) this.goTo(this.ladder.rows.length - 1);
    this.ladder = { ...this.ladder, follow };
  }

  protected renew(filter: LadderState['filter']): void {
    const next = renewed(this.ladder, this.#view.transfer, filter);
    this.ladder = select(next, next.selected, this.ports.size());
  }
}
