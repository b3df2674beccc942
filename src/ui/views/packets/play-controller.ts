// A ladder that is played: its rows appear when they happened, faster or slower. Otherwise it is a ladder like any other.
// The rule: the clock of the ports is the only time; a timer runs only while rows are still to come.
import type { LadderView } from '../../../shell/session/view.ts';
import type { ViewAction, ViewName } from '../../../shell/session/view-keys.ts';
import { instantText } from '../../../trace/text/quantities.ts';
import { refreshInterval } from '../../../trace/text/refresh.ts';
import type { Glyphs, RowPart } from '../../text/layout.ts';
import { hintParts } from '../keys.ts';
import { LadderController } from './ladder-controller.ts';
import { select, type LadderState } from './ladder.ts';
import { appeared, instantsOf, playOn, positionAt, speedOf, speedText, type Playback } from './playback.ts';
import type { ScreenPorts } from '../view-types.ts';

export class PlayController extends LadderController {
  override readonly name: ViewName = 'play';
  /** Every row that passes the filter, and when it appears. */
  #all: LadderState['rows'];
  #instants: readonly number[];
  #shown = 0;
  #playback: Playback;
  #timer: { cancel(): void } | undefined;

  constructor(view: LadderView, speed: number, ports: ScreenPorts) {
    // What is played is what is here.
    const transfer = view.transfer.around && { ...view.transfer, around: undefined, seek: undefined };
    super(transfer === undefined ? view : { ...view, transfer }, ports);
    this.#all = this.ladder.rows;
    this.#instants = instantsOf(this.#all);
    this.#playback = { position: 0, at: ports.now(), speed, isPaused: false };
    this.#play();
  }

  override leave(): void {
    this.#timer?.cancel();
    super.leave();
  }

  override refresh(): void {
    // What is played is over; time alone changes it.
  }

  protected override act(action: ViewAction): void {
    if (action === 'space') this.#pauseOrPlay();
    else if (action === 'next') this.#step(this.#shown + 1);
    else if (action === 'previous') this.#step(this.#shown - 1);
    else if (action === 'faster') this.#change({ speed: speedOf(this.#playback, 1) });
    else if (action === 'slower') this.#change({ speed: speedOf(this.#playback, -1) });
    else if (action !== 'follow') {
      if (action === 'enter') this.#pause();
      super.act(action);
    }
  }

  protected override scroll(rows: number): void {
    this.#pause();
    super.scroll(rows);
  }

  /** Going to a row by hand pauses. */
  protected override goTo(to: number): void {
    this.#pause();
    super.goTo(to);
  }

  protected override renew(filter: LadderState['filter']): void {
    super.renew(filter);
    this.#all = this.ladder.rows;
    this.#instants = instantsOf(this.#all);
    this.#shown = appeared(this.#instants, positionAt(this.#playback, this.ports.now()));
    this.#play();
  }

  protected override hints(glyphs: Glyphs): readonly RowPart[] {
    const { isPaused, speed } = this.#playback;
    const count = this.#all.length;
    const state = this.#shown === count ? 'at the end' : isPaused ? 'paused' : 'playing';
    const last = this.#instants[this.#shown - 1] ?? 0;
    const notes = [`${this.#shown}/${count}`, `${instantText(last)} s`, speedText(speed), state];
    const parts = notes.map((text): RowPart => ({ text, tone: 'strong', drop: 0 }));
    return [...parts, ...hintParts('play', glyphs)];
  }

  /** Stays where it is; where it is paused already, so does the selected row. */
  #pause(): void {
    if (!this.#playback.isPaused) this.#change({ isPaused: true });
  }

  #pauseOrPlay(): void {
    if (this.#shown === this.#all.length) {
      this.#shown = 0;
      this.#change({ position: 0, isPaused: false });
    } else this.#change({ isPaused: !this.#playback.isPaused });
  }

  /** Shows so many rows, and stays there. */
  #step(count: number): void {
    this.#shown = Math.max(1, Math.min(this.#all.length, count));
    this.#change({ isPaused: true, position: this.#instants[this.#shown - 1] ?? 0 });
  }

  #change(change: Partial<Playback>): Playback {
    this.#playback = playOn(this.#playback, this.ports.now(), change);
    this.#play();
    return this.#playback;
  }

  /** Shows the rows that have appeared by now, and waits for the next one. */
  #play(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const now = this.ports.now();
    const position = positionAt(this.#playback, now);
    if (!this.#playback.isPaused) this.#shown = appeared(this.#instants, position, this.#shown);
    const rows = this.#all.slice(0, this.#shown);
    this.ladder = select({ ...this.ladder, rows }, rows.length - 1, this.ports.size());
    const next = this.#instants[this.#shown];
    if (next === undefined || this.#playback.isPaused) return;
    const wait = Math.max(refreshInterval, (next - position) / this.#playback.speed);
    this.#timer = this.ports.after(wait, () => {
      this.#play();
      this.store.changed();
    });
  }
}
