// One packet of a transfer while it is open: scrolling, and the steps to other packets. It is outside React.
import { endings } from '../../../trace/export/exporters.ts';
import { ladder, type LadderRow } from '../../../trace/ladder/ladder.ts';
import type { LadderView } from '../../../shell/session/view.ts';
import type { ViewAction } from '../../../shell/session/view-keys.ts';
import type { Glyphs, RowPart, TextRow } from '../../text/layout.ts';
import { Controller, type Searched } from '../controller.ts';
import { hintParts } from '../keys.ts';
import { isUnusual, wordsOf, type Size } from './ladder.ts';
import { packetHeight, packetRows, scroll, step, type PacketState } from './packet.ts';
import { stepOf } from '../scroll.ts';
import { soughtRow } from './sought.ts';
import type { Walk } from './walk.ts';
import type { ScreenPorts } from '../view-types.ts';

/** Where the packet is from, and how its transfer is exported. */
export interface PacketSource extends Pick<LadderView, 'exportTo'> {
  readonly walk: Walk;
}

export class PacketController extends Controller<'export'> {
  readonly name = 'packet';
  readonly #source: PacketSource;
  readonly #close: (number: number) => void;
  #packet: PacketState;

  /** @param close gets the number of the packet that is shown when the user goes back. */
  constructor(number: number, source: PacketSource, ports: ScreenPorts, close: (number: number) => void) {
    super(ports);
    this.#packet = { number, top: 0 };
    this.#source = source;
    this.#close = close;
  }

  leave(): void {
    this.#walk.stop();
    this.#close(this.#packet.number);
  }

  override refresh(): void {
    this.store.refresh(() => this.#walk.refresh(false));
  }

  protected act(action: ViewAction): void {
    const lines = stepOf(action, Math.max(1, packetHeight(this.ports.size()) - 1));
    if (this.#walk.waitsFor !== undefined) {
      if (action === 'back') this.#walk.stop();
    } else if (lines !== undefined) this.scroll(lines);
    else if (action === 'previous') this.#step(-1);
    else if (action === 'next' || action === 'enter') this.#step(1);
    else if (action === 'export') this.line.ask('export', 'ladder.svg');
    else if (action === 'back') this.leave();
  }

  protected scroll(rows: number): void {
    this.#packet = scroll(this.#packet, rows, this.#walk.transfer, this.ports.size());
  }

  protected click(): void {
    // A packet has nothing to select.
  }

  protected searched(): Searched {
    const rows = this.#rungs();
    return {
      count: rows.length,
      at: rows.findIndex(({ packet }) => packet === this.#packet.number),
      textOf: (index) => wordsOf(rows[index]),
      isUnusual: (index) => isUnusual(rows[index]),
      none: 'No packet is unusual.',
    };
  }

  protected goTo(index: number): void {
    const rows = this.#rungs();
    this.#packet = { number: rows[index]?.packet ?? this.#packet.number, top: 0 };
  }

  protected entered(_asks: 'export', text: string): void {
    if (text !== '') this.say(this.#source.exportTo(text));
  }

  protected entryName(): string {
    return `export to (${endings(' ')})`;
  }

  protected rows(size: Size, glyphs: Glyphs): readonly TextRow[] {
    return packetRows(this.#packet, this.#walk.transfer, size, glyphs);
  }

  protected hints(glyphs: Glyphs): readonly RowPart[] {
    const { waitsFor } = this.#walk;
    if (waitsFor === undefined) return hintParts('packet', glyphs);
    return [{ text: `${waitsFor} ${glyphs.more} Esc stops waiting`, tone: 'warn', drop: 0 }];
  }

  protected override seekFurther(way: 1 | -1): boolean {
    const { isPart, ends } = this.#walk;
    if (!isPart) return false;
    const from = way === 1 ? ends.last : ends.first;
    this.#walk.seek(soughtRow({ from, step: way, text: this.wanted, filter: undefined }), {
      changed: () => super.changed(),
      came: (found) => {
        if (typeof found === 'number') this.#packet = { number: found, top: 0 };
        else if (found === undefined) this.notFound();
        else this.message = found;
        super.changed();
      },
    });
    return true;
  }

  get #walk(): Walk {
    return this.#source.walk;
  }

  /** The next or the previous packet, in another part of a long transfer where it lies there. */
  #step(by: 1 | -1): void {
    const { isPart, ends, transfer } = this.#walk;
    const number = this.#packet.number + by;
    const leads = number > ends.last ? number <= transfer.log.total : number < ends.first && number > 0;
    if (!isPart || !leads) {
      this.#packet = step(this.#packet, by, transfer);
      return;
    }
    this.#walk.go(number, (problem) => {
      if (problem === undefined) this.#packet = { number, top: 0 };
      else this.message = problem;
      super.changed();
    });
  }

  /** The rows of the ladder that are packets. */
  #rungs(): readonly LadderRow[] {
    return ladder(this.#walk.transfer.log).rows.filter(({ packet }) => packet !== undefined);
  }
}
