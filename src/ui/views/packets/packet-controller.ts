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
import type { ScreenPorts } from '../view-types.ts';

export class PacketController extends Controller<'export'> {
  readonly name = 'packet';
  readonly #view: Pick<LadderView, 'transfer' | 'exportTo'>;
  readonly #close: (number: number) => void;
  #packet: PacketState;

  /** @param close gets the number of the packet that is shown when the user goes back. */
  constructor(
    number: number,
    view: Pick<LadderView, 'transfer' | 'exportTo'>,
    ports: ScreenPorts,
    close: (number: number) => void,
  ) {
    super(ports);
    this.#packet = { number, top: 0 };
    this.#view = view;
    this.#close = close;
  }

  leave(): void {
    this.#close(this.#packet.number);
  }

  override refresh(): void {
    this.store.refresh(() => this.#view.transfer.refresh());
  }

  protected act(action: ViewAction): void {
    const lines = stepOf(action, Math.max(1, packetHeight(this.ports.size()) - 1));
    if (lines !== undefined) this.scroll(lines);
    else if (action === 'previous') this.#packet = step(this.#packet, -1, this.#view.transfer);
    else if (action === 'next' || action === 'enter')
      this.#packet = step(this.#packet, 1, this.#view.transfer);
    else if (action === 'export') this.line.ask('export', 'ladder.svg');
    else if (action === 'back') this.leave();
  }

  protected scroll(rows: number): void {
    this.#packet = scroll(this.#packet, rows, this.#view.transfer, this.ports.size());
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
    if (text !== '') this.say(this.#view.exportTo(text));
  }

  protected entryName(): string {
    return `export to (${endings(' ')})`;
  }

  protected rows(size: Size, glyphs: Glyphs): readonly TextRow[] {
    return packetRows(this.#packet, this.#view.transfer, size, glyphs);
  }

  protected hints(glyphs: Glyphs): readonly RowPart[] {
    return hintParts('packet', glyphs);
  }

  /** The rows of the ladder that are packets. */
  #rungs(): readonly LadderRow[] {
    return ladder(this.#view.transfer.log).rows.filter(({ packet }) => packet !== undefined);
  }
}
