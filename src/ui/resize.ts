// Changes of the window's size: one redraw for a storm of them, and where the terminal has left the cursor.
// The rule: a terminal is asked for its type only where that makes a difference, and the wait for its answer is short.
import type { Frame, Wrapping } from './frame.ts';

interface Size {
  readonly columns: number;
  readonly rows: number;
}

export interface ResizePorts {
  readonly frame: Frame;
  readonly size: () => Size;
  readonly write: (text: string) => void;
  readonly turn: () => Promise<void>;
  readonly after: (milliseconds: number, then: () => void) => unknown;
  /** Shows everything at the new size. */
  readonly redraw: () => void;
}

/** Secondary device attributes: what are you? */
const question = '\u001b[>c';
/** Terminals far away need a round trip; some never answer. */
const patience = 250;
/** Without another size for so long, a storm is over. */
const calm = 150;

/** What terminals do to the lines of a window that becomes narrower, by the type they answer with. */
const wrappings: ReadonlyMap<string, Wrapping> = new Map([
  // xterm.js, in editors and browsers.
  ['0;276', 'drifts'],
  // tmux, which is between us and the real terminal.
  ['84;0', 'wraps'],
]);

export class Resizes {
  readonly #ports: ResizePorts;
  /** The sizes since the frame was drawn, that of the frame first. */
  #sizes: Size[];
  #running = false;
  #asked = false;
  #wrapping: Wrapping = 'unknown';
  #answered: (() => void) | undefined;

  constructor(ports: ResizePorts) {
    this.#ports = ports;
    this.#sizes = [ports.size()];
  }

  /** The window has another size. A storm of resizes is one: what counts is the last size. */
  readonly changed = (): void => {
    this.#sizes.push(this.#ports.size());
    if (this.#running) return;
    this.#running = true;
    this.#ports.frame.hold();
    void this.#settle();
  };

  /** What the terminal says by itself. */
  readonly heard = (reply: string): void => {
    // eslint-disable-next-line no-control-regex -- the terminal's answer is an escape sequence
    const [, type] = /^\u001b\[>(\d+;\d+)(?:;\d+)*c$/.exec(reply) ?? [];
    if (type === undefined) return;
    this.#wrapping = wrappings.get(type) ?? 'unknown';
    this.#answered?.();
  };

  async #settle(): Promise<void> {
    const { frame, size, turn, redraw } = this.#ports;
    await turn();
    if (!this.#asked && frame.isWider(size().columns)) await this.#ask();
    // Each frame that wraps pushes the prompt up, and one drawn in the midst of a storm cannot be counted the next time.
    while (frame.isWider(size().columns)) {
      const seen = this.#sizes.length;
      await this.#pause(calm);
      if (seen === this.#sizes.length) break;
    }
    const last = size();
    const wrapping = this.#isPlain(last) ? this.#wrapping : 'unknown';
    this.#sizes = [last];
    this.#running = false;
    redraw();
    // The frame for the new size comes with the turn, and waits to be drawn.
    await turn();
    frame.resized(last.columns, wrapping);
  }

  /** A window that was lower or narrower for a moment has lost rows; counting them would erase lines of the transcript. */
  #isPlain(last: Size): boolean {
    return this.#sizes.every(({ columns, rows }) => rows === last.rows && columns >= last.columns);
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.#ports.after(milliseconds, resolve));
  }

  #ask(): Promise<void> {
    const { write, after } = this.#ports;
    this.#asked = true;
    return new Promise((resolve) => {
      this.#answered = resolve;
      after(patience, resolve);
      write(question);
    });
  }
}
