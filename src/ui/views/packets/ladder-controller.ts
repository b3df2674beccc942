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
import { soughtRow } from './sought.ts';
import { Walk } from './walk.ts';
import { typedFilter } from '../view-store.ts';
import type { Screen, ScreenPorts } from '../view-types.ts';

type Asks = 'filter' | 'export';

export class LadderController extends Controller<Asks> {
  readonly name: ViewName = 'ladder';
  readonly #view: LadderView;
  readonly #walk: Walk;
  /** Keys that were pressed while another part was awaited. */
  #held: ViewAction[] = [];
  protected ladder: LadderState;

  constructor(view: LadderView, ports: ScreenPorts) {
    super(ports);
    this.#view = view;
    this.#walk = new Walk(view.transfer);
    this.ladder = ladderState(view.transfer, view.filter);
  }

  leave(): void {
    this.#walk.stop();
    this.#view.close();
  }

  override changed(): void {
    this.ladder = select(this.ladder, this.ladder.selected, this.ports.size());
    super.changed();
  }

  /** New packets may have come: the ladder grows, as often as its share of time allows. */
  override refresh(): void {
    this.store.refresh(() => {
      if (!this.#walk.refresh(this.ladder.follow)) return false;
      this.renew(this.ladder.filter);
      return true;
    });
  }

  protected act(action: ViewAction): void {
    // All other keys may lead to packets that are not shown while the screen follows a fast transfer.
    if (action !== 'follow' && action !== 'times' && action !== 'back') this.#readAll();
    const step = stepOf(action, visible(this.ports.size(), this.ladder) - 1);
    if (this.#walk.waitsFor !== undefined) this.#whileWaiting(action);
    else if (step !== undefined) this.move(step);
    else if (action === 'previous') this.move(-1);
    else if (action === 'next') this.move(1);
    else if (action === 'enter') this.#decode();
    else if (action === 'back') this.leave();
    else if (action === 'space') this.#mark();
    else if (action === 'follow') this.#follow();
    else if (action === 'times') this.ladder = { ...this.ladder, isDelta: !this.ladder.isDelta };
    else if (action === 'filter') this.line.ask('filter', this.ladder.filter?.text ?? '');
    else if (action === 'export') this.line.ask('export', 'ladder.svg');
  }

  protected scroll(rows: number): void {
    this.#readAll();
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
    if (typeof typed !== 'string') {
      const packet = packetAt(this.ladder) ?? this.#walk.ends.first;
      this.renew(typed.filter);
      if (this.ladder.rows.length === 0 && this.#walk.isPart) this.#seek(packet, 1, undefined);
      return;
    }
    this.message = typed;
    this.line.ask(asks, text);
  }

  protected entryName(asks: Asks): string {
    return asks === 'export' ? `export to (${endings(' ')})` : asks;
  }

  protected rows(size: Size, glyphs: Glyphs): readonly TextRow[] {
    return ladderRows(this.ladder, this.#walk.transfer, size, glyphs);
  }

  protected hints(glyphs: Glyphs): readonly RowPart[] {
    const { waitsFor } = this.#walk;
    if (waitsFor !== undefined)
      return [{ text: `${waitsFor} ${glyphs.more} Esc stops waiting`, tone: 'warn', drop: 0 }];
    const notes = ladderNotes(this.ladder, this.#walk.transfer).map((text, at): RowPart => ({
      text,
      tone: 'strong',
      drop: at,
    }));
    return [...notes, ...hintParts('ladder', glyphs)];
  }

  /** Shows the selected packet; on the way back the packet that was shown last is selected. */
  #decode(): void {
    const number = packetAt(this.ladder);
    if (number === undefined) {
      this.message = 'This row is not a packet.';
      return;
    }
    const shown = { walk: this.#walk, exportTo: this.#view.exportTo };
    const packet: Screen = new PacketController(number, shown, this.ports, (last) => {
      this.ports.hide(packet);
      this.renew(this.ladder.filter);
      const at = this.ladder.rows.findIndex((row) => row.packet === last);
      if (at >= 0) this.goTo(at);
      super.changed();
    });
    this.ports.show(packet);
  }

  #readAll(): void {
    if (this.#walk.readAll()) this.renew(this.ladder.filter);
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
    const next = renewed(this.ladder, this.#walk.transfer, filter);
    this.ladder = select(next, next.selected, this.ports.size());
  }

  /** Selects the row that is `by` rows away. In a long transfer it may be in another part. */
  protected move(by: number): void {
    const { selected, rows, filter } = this.ladder;
    const { isPart, ends, transfer } = this.#walk;
    const to = selected + by;
    const { total } = transfer.log;
    const leads = to >= rows.length ? ends.last < total : to < 0 && ends.first > 1;
    if (!isPart || !leads) return this.goTo(to);
    const [step, from] = by > 0 ? ([1, ends.last] as const) : ([-1, ends.first] as const);
    const isWhole = !Number.isFinite(by);
    if (filter !== undefined) {
      // The first or the last that passes is looked for from the other end.
      const [start, way] = isWhole
        ? ([by > 0 ? total + 1 : 0, by > 0 ? -1 : 1] as const)
        : ([from, step] as const);
      return this.#seek(start, way, undefined);
    }
    if (isWhole) this.#go(by > 0 ? total : 1, by);
    else this.#go(from + step, by > 0 ? to - rows.length : to + 1);
  }

  protected override seekFurther(step: 1 | -1): boolean {
    const { isPart, ends } = this.#walk;
    if (!isPart) return false;
    this.#seek(step === 1 ? ends.last : ends.first, step, this.wanted);
    return true;
  }

  /** While another part comes, keys wait for it; Esc stops that. */
  #whileWaiting(action: ViewAction): void {
    if (action !== 'back') this.#held.push(action);
    else if (this.#walk.stop()) this.#held = [];
  }

  #came(problem: string | undefined, then: () => void): void {
    if (problem === undefined) then();
    else this.message = problem;
    const held = this.#held;
    this.#held = [];
    for (const action of held) this.act(action);
    super.changed();
  }

  /** Shows the part around `packet`, and selects the row that is `by` rows away from it. */
  #go(packet: number, by: number): void {
    this.#walk.go(packet, (problem) =>
      this.#came(problem, () => {
        this.renew(this.ladder.filter);
        this.goTo(this.ladder.rows.findIndex((row) => row.packet === packet) + by);
      }),
    );
  }

  /** Looks for the next row of the transfer that passes the filter and has the text; an empty text is unusual. */
  #seek(from: number, step: 1 | -1, text: string | undefined): void {
    const sought = soughtRow({ from, step, text, filter: this.ladder.filter });
    this.#walk.seek(sought, {
      changed: () => super.changed(),
      came: (found) =>
        this.#came(typeof found === 'string' ? found : undefined, () => {
          if (typeof found !== 'number') return this.notFound();
          this.renew(this.ladder.filter);
          this.goTo(this.ladder.rows.findIndex((row) => row.packet === found));
        }),
    });
  }
}
