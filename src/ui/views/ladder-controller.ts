// A ladder or packet view while it is open: keys come in, rows go out.
// The rule: one immutable screen, replaced as a whole; only visible rows are laid out. It is outside React, so that it
// outlives every mount.
import { endings } from '../../trace/export/exporters.ts';
import type { LadderView } from '../../shell/session/view.ts';
import type { Keypress } from '../keys.ts';
import { asciiGlyphs, unicodeGlyphs, type Glyphs, type RowPart, type TextRow } from '../text/layout.ts';
import type { ViewAction } from '../../shell/session/view-keys.ts';
import { EntryLine, type Entry } from './entry-line.ts';
import { hintParts, viewAction } from './keys.ts';
import {
  ladderNotes,
  ladderRows,
  isUnusual,
  ladderState,
  packetAt,
  renewed,
  select,
  visible,
  wordsOf,
  type LadderState,
} from './ladder.ts';
import { packetRows, scroll, step, type PacketState } from './packet.ts';
import { firstFrom, foundFrom } from './search.ts';
import { moveTo, ViewStore, typedFilter } from './view-store.ts';
import { footRow, type Screen, type ViewerPorts, type ViewState } from './view-types.ts';

type Asks = 'filter' | 'search' | 'export';

export class LadderController implements Screen {
  readonly view: LadderView;
  readonly #ports: ViewerPorts;
  readonly #store: ViewStore;
  #ladder: LadderState;
  #packet: PacketState | undefined;
  readonly #line = new EntryLine<Asks>();
  /** The text that was searched last; n and N then look for it. */
  #wanted = '';
  #message = '';

  constructor(view: LadderView, ports: ViewerPorts) {
    this.view = view;
    this.#ports = ports;
    this.#store = new ViewStore(() => this.#look(), ports.now);
    this.#ladder = ladderState(view.transfer, view.filter);
    if (view.packet !== undefined) this.#packet = { number: view.packet, top: 0 };
  }

  readonly subscribe = (listener: () => void): (() => void) => this.#store.subscribe(listener);

  readonly state = (): ViewState => this.#store.state();

  get name(): 'ladder' | 'packet' {
    return this.#packet === undefined ? 'ladder' : 'packet';
  }

  /** Whether keys are text now. */
  get isTyping(): boolean {
    return this.#line.entry !== undefined;
  }

  /** The size changed. */
  readonly changed = (): void => {
    this.#ladder = select(this.#ladder, this.#ladder.selected, this.#ports.size());
    this.#store.changed();
  };

  /** New packets may have come: the ladder grows, as often as its share of time allows. */
  readonly refresh = (): void => {
    this.#store.refresh(() => {
      if (!this.view.transfer.refresh()) return false;
      this.#renew(this.#ladder.filter);
      return true;
    });
  };

  /** A key. */
  readonly press = (character: string | undefined, key: Keypress): void => {
    const action = viewAction(character, key);
    if (action === 'suspend') return this.#ports.suspend();
    if (action === 'redraw') return this.#ports.redraw();
    this.#message = '';
    if (this.isTyping) this.#entered(this.#line.press(character, key));
    else if (action === 'leave') return this.leave();
    else if (action !== undefined) this.#act(action);
    this.#store.changed();
  };

  /** Pasted text goes into the line that is being typed, if there is one. */
  readonly paste = (text: string): void => {
    if (this.#line.paste(text)) this.#store.changed();
  };

  /** Goes back to the shell, or to the screen below. */
  leave(): void {
    this.view.close();
  }

  #act(action: ViewAction): void {
    if (this.#packet === undefined) this.#onLadder(action);
    else this.#onPacket(this.#packet, action);
  }

  #onLadder(action: ViewAction): void {
    const { selected, rows } = this.#ladder;
    const page = visible(this.#ports.size(), this.#ladder) - 1;
    const to = moveTo(action, { selected, page, last: rows.length - 1 });
    if (to !== undefined) return this.#select(to);
    if (action === 'previous') this.#select(selected - 1);
    else if (action === 'next') this.#select(selected + 1);
    else if (action === 'enter') this.#decode();
    else if (action === 'back') this.leave();
    else if (action === 'mark') this.#mark();
    else if (action === 'follow') this.#follow();
    else if (action === 'times') this.#ladder = { ...this.#ladder, isDelta: !this.#ladder.isDelta };
    else if (action === 'again') this.#find(selected + 1, 1);
    else if (action === 'again-back') this.#find(selected - 1, -1);
    else if (action === 'search') this.#line.ask('search');
    else if (action === 'filter') this.#line.ask('filter', this.#ladder.filter?.text ?? '');
    else if (action === 'export') this.#line.ask('export', 'ladder.svg');
  }

  #onPacket(packet: PacketState, action: ViewAction): void {
    const { transfer } = this.view;
    const size = this.#ports.size();
    const page = Math.max(1, size.rows - 5);
    const by: Partial<Record<ViewAction, number>> = {
      up: -1,
      down: 1,
      'page-up': -page,
      'page-down': page,
      first: -Infinity,
      last: Infinity,
    };
    const lines = by[action];
    if (lines !== undefined) this.#packet = scroll(packet, lines, transfer, size);
    else if (action === 'previous') this.#packet = step(packet, -1, transfer);
    else if (action === 'next' || action === 'enter') this.#packet = step(packet, 1, transfer);
    else if (action === 'again' || action === 'again-back')
      this.#unusual(packet, action === 'again' ? 1 : -1);
    else if (action === 'export') this.#line.ask('export', 'ladder.svg');
    else if (action === 'back') this.#closePacket(packet);
  }

  /** Selects the next row with the searched text; where nothing was searched, the next unusual packet. */
  #find(from: number, step: 1 | -1): void {
    const { rows } = this.#ladder;
    const at =
      this.#wanted === ''
        ? firstFrom(rows.length, { from, step }, (index) => isUnusual(rows[index]))
        : foundFrom(rows.length, { from, step }, (index) => wordsOf(rows[index]), this.#wanted);
    if (at !== undefined) this.#select(at);
    else this.#message = this.#wanted === '' ? 'No packet is unusual.' : `"${this.#wanted}" is not found.`;
  }

  /** Shows the next unusual packet. */
  #unusual({ number }: PacketState, step: 1 | -1): void {
    const { rows } = this.#ladder.ladder;
    const from = rows.findIndex(({ packet }) => packet === number) + step;
    const at = firstFrom(rows.length, { from, step }, (index) => isUnusual(rows[index]));
    const next = at === undefined ? undefined : rows[at]?.packet;
    if (next === undefined) this.#message = 'No packet is unusual.';
    else this.#packet = { number: next, top: 0 };
  }

  #closePacket({ number }: PacketState): void {
    if (this.view.kind === 'packet') return this.leave();
    this.#packet = undefined;
    // The packet that was shown last is selected.
    const at = this.#ladder.rows.findIndex(({ packet }) => packet === number);
    if (at >= 0) this.#select(at);
  }

  #decode(): void {
    const number = packetAt(this.#ladder);
    if (number === undefined) this.#message = 'This row is not a packet.';
    else this.#packet = { number, top: 0 };
  }

  #select(to: number): void {
    this.#ladder = { ...select(this.#ladder, to, this.#ports.size()), follow: false };
  }

  #mark(): void {
    const here = this.#ladder.rows[this.#ladder.selected];
    this.#ladder = { ...this.#ladder, mark: this.#ladder.mark === here ? undefined : here };
  }

  #follow(): void {
    const follow = !this.#ladder.follow;
    if (follow) this.#select(this.#ladder.rows.length - 1);
    this.#ladder = { ...this.#ladder, follow };
  }

  #renew(filter: LadderState['filter']): void {
    const next = renewed(this.#ladder, this.view.transfer, filter);
    this.#ladder = select(next, next.selected, this.#ports.size());
  }

  #entered(entry: Entry<Asks> | undefined): void {
    if (entry === undefined) return;
    const { asks, text } = entry;
    if (asks === 'search') {
      this.#wanted = text;
      if (text !== '') this.#find(this.#ladder.selected, 1);
      return;
    }
    if (asks === 'export') {
      if (text === '') return;
      void this.view.exportTo(text).then((said) => {
        this.#message = said;
        this.#store.changed();
      });
      return;
    }
    const typed = typedFilter(text);
    if (typeof typed !== 'string') return this.#renew(typed.filter);
    this.#message = typed;
    this.#line.ask(asks, text);
  }

  #look(): ViewState {
    const glyphs = this.#ports.ascii() ? asciiGlyphs : unicodeGlyphs;
    const size = this.#ports.size();
    const { transfer } = this.view;
    const rows =
      this.#packet === undefined
        ? ladderRows(this.#ladder, transfer, size, glyphs)
        : packetRows(this.#packet, transfer, size, glyphs);
    return { rows: [...rows, this.#footer(size.columns, glyphs)], color: this.#ports.color };
  }

  #footer(width: number, glyphs: Glyphs): TextRow {
    const typed = this.#line.entry;
    const entry = typed && {
      name: typed.asks === 'export' ? `export to (${endings(' ')})` : typed.asks,
      text: typed.text,
    };
    return footRow({ entry, message: this.#message, hints: this.#hints(glyphs) }, width, glyphs);
  }

  #hints(glyphs: Glyphs): readonly RowPart[] {
    if (this.#packet !== undefined) return hintParts('packet', glyphs);
    const notes = ladderNotes(this.#ladder).map((text, at): RowPart => ({ text, tone: 'strong', drop: at }));
    return [...notes, ...hintParts('ladder', glyphs)];
  }
}
