// The interface on a terminal, from the banner to the exit status: mounts, unmounts, suspends, resizes, ends.
// The rule: Ink lays out and frame.ts draws; Ink itself never writes to the terminal.
import { render } from 'ink';
import type { Instance } from 'ink';
import { shown } from '../shell/editor/text.ts';
import type { Shell } from '../shell/session/shell.ts';
import type { Line } from '../shell/session/state.ts';
import type { View } from '../shell/session/view.ts';
import { Frame } from './frame.ts';
import type { Cell } from './frame.ts';
import { Region } from './region.tsx';
import { Resizes } from './resize.ts';
import { intentOf, listenKeys } from './keys.ts';
import type { Intent } from '../shell/editor/keys.ts';
import type { Keypress } from './keys.ts';
import { Model } from './model.ts';
import { mouseAct } from './mouse.ts';
import { Terminal } from './terminal.ts';
import type { ProcessLike } from './terminal.ts';
import { ViewScreen } from './views/screen.tsx';
import { OpenView } from './views/open-view.ts';
import type { FullScreen, ViewerPorts } from './views/view-types.ts';

export interface InkOptions {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** The process itself: its signals and its end. */
  readonly process: ProcessLike;
  /** Writes to the terminal at once, for the moments when nothing else is left to run. */
  readonly writeSync: (text: string) => void;
  /** Milliseconds on a clock that only goes forward. */
  readonly now: () => number;
  /** Resolves after one turn of the event loop. */
  readonly turn: () => Promise<void>;
  readonly after: (milliseconds: number, then: () => void) => { cancel(): void };
  readonly color: boolean;
  /** Read for every frame: may be a getter. */
  readonly ascii: boolean;
  /** The mouse scrolls and selects in full-screen views. Read when one is opened: may be a getter. */
  readonly mouse: boolean;
  /** Printed before the first prompt. */
  readonly banner?: readonly Line[];
  /** Only views are drawn; there is no prompt. */
  readonly viewsOnly?: boolean;
}

/** Runs the shell on a terminal. @returns the exit status, once the shell is left and closed. Never rejects. */
export function runInk(shell: Shell, options: InkOptions): Promise<number> {
  return new Promise((resolve) => new Interface(shell, options, resolve).start());
}

const clearScreen = '\u001b[H\u001b[2J';
/** Batches of lines that wait while a view has the screen; older ones are dropped. */
const mostHeld = 1000;
/** Turns of the event loop until the keys that were typed before are read: at least one of them reads. */
const drainTurns = 3;

class Interface {
  readonly #shell: Shell;
  readonly #options: InkOptions;
  readonly #onEnd: (status: number) => void;
  readonly #terminal: Terminal;
  readonly #model: Model;
  readonly #stdout: NodeJS.WriteStream;
  #ink: Instance | undefined;
  readonly #frame: Frame;
  readonly #resizes: Resizes;
  #muted = false;
  #viewer: FullScreen | undefined;
  /** Lines that came while a view had the screen. */
  #held: string[] = [];
  #over = false;
  /** We stopped ourselves, so SIGCONT is expected. */
  #expected = false;
  #undo: (() => void)[] = [];
  /** Without a prompt, keys that were typed before the first view is on the screen are meant for nobody here. */
  #isDeaf: boolean;

  constructor(shell: Shell, options: InkOptions, onEnd: (status: number) => void) {
    const { stdin, stdout, process, writeSync } = options;
    this.#shell = shell;
    this.#options = options;
    this.#onEnd = onEnd;
    this.#isDeaf = options.viewsOnly === true;
    this.#terminal = new Terminal({ stdin, process, writeSync });
    this.#frame = new Frame((text) => stdout.write(text));
    this.#stdout = inkStream(stdout, (frame) => {
      if (!this.#muted) this.#frame.draw(frame);
    });
    this.#resizes = new Resizes({
      frame: this.#frame,
      turn: options.turn,
      after: options.after,
      size: this.#size,
      write: (text) => stdout.write(text),
      redraw: this.#resized,
    });
    this.#model = new Model(shell, {
      size: this.#size,
      color: options.color,
      ascii: () => options.ascii,
      write: (text) => this.#print(text),
      ring: () => stdout.write('\u0007'),
      suspend: this.#suspend,
      quit: () => this.#terminal.quit(),
    });
  }

  start(): void {
    const { stdin, stdout, banner = [] } = this.#options;
    this.#terminal.watch({
      interrupt: this.#interrupted,
      suspend: this.#suspend,
      resumed: this.#resumed,
      end: (status) => this.#end(status),
      crashed: this.#silence,
    });
    // When the terminal is gone, every write fails: that ends the program, but is not a crash.
    stdout.on('error', this.#terminal.gone);
    stdout.on('resize', this.#resizes.changed);
    this.#undo.push(
      () => stdout.off('resize', this.#resizes.changed),
      this.#shell.onLines(this.#model.print),
      this.#shell.subscribe(this.#changed),
      listenKeys(stdin, this.#pressed, this.#taken, this.#replied),
    );
    this.#model.print(banner);
    if (this.#isDeaf) void this.#drain();
    else this.#draw();
  }

  #draw(): void {
    this.#mount();
    this.#changed();
  }

  /** Reads what was typed until now, and drops it. The terminal gives it within a few turns. */
  async #drain(): Promise<void> {
    this.#terminal.enter();
    for (let left = drainTurns; left > 0; left -= 1) await this.#options.turn();
    this.#isDeaf = false;
    if (!this.#over) this.#draw();
  }

  readonly #size = (): { readonly columns: number; readonly rows: number } => {
    const { columns, rows } = this.#options.stdout;
    return { columns: columns || 80, rows: rows || 24 };
  };

  #mount(): void {
    const { stdin, stderr, viewsOnly } = this.#options;
    this.#terminal.enter();
    if (this.#viewer === undefined && viewsOnly === true) return;
    const region = <Region model={this.#model} onCursor={this.#place} />;
    const screen = this.#viewer === undefined ? region : <ViewScreen viewer={this.#viewer} />;
    this.#ink = render(screen, {
      stdin,
      stdout: this.#stdout,
      stderr,
      exitOnCtrlC: false,
      patchConsole: false,
      // Ink gives each frame unchanged, and we draw it.
      debug: true,
    });
  }

  // Ink draws a last frame while it unmounts; it must not reach the terminal.
  #unmount(): void {
    this.#muted = true;
    this.#ink?.unmount();
    this.#muted = false;
    this.#ink = undefined;
  }

  readonly #place = (cursor: Cell | undefined): void => this.#frame.place(cursor);

  // In a view Ctrl-C leaves the view.
  readonly #interrupted = (): void => {
    if (this.#viewer === undefined || this.#isDeaf) this.#model.press({ type: 'interrupt', busy: false });
    else this.#viewer.press(undefined, { name: 'c', ctrl: true });
  };

  readonly #pressed = (intent: Intent): void => {
    if (this.#isDeaf && intent.type !== 'interrupt' && intent.type !== 'quit') return;
    if (this.#viewer === undefined || this.#isDeaf || intent.type === 'quit') this.#model.press(intent);
    else if (intent.type === 'paste') this.#viewer.paste(intent.text);
  };

  readonly #taken = (character: string | undefined, key: Keypress): boolean => {
    // Ctrl-\ leaves from everywhere.
    if (this.#viewer === undefined || this.#isDeaf || intentOf(character, key)?.type === 'quit') return false;
    this.#viewer.press(character, key);
    return true;
  };

  readonly #replied = (reply: string): void => {
    const act = mouseAct(reply);
    if (act === undefined) this.#resizes.heard(reply);
    else this.#viewer?.point(act);
  };

  #print(text: string): void {
    if (this.#viewer !== undefined) {
      this.#held.push(text);
      if (this.#held.length > mostHeld) this.#held.shift();
      return;
    }
    this.#frame.print(text);
  }

  readonly #changed = (): void => {
    const { leaving, view } = this.#shell.state;
    if (leaving !== undefined) return this.#end(leaving);
    if (this.#isDeaf) return;
    if (view !== this.#viewer?.view) this.#turn(view);
    if (this.#viewer === undefined) this.#model.changed();
    else this.#viewer.refresh();
  };

  /** To a view's own screen, or back to where the transcript is. */
  #turn(view: View | undefined): void {
    const { stdout, now, after, color, mouse } = this.#options;
    this.#unmount();
    this.#frame.erase();
    const ports: ViewerPorts = {
      size: this.#size,
      color,
      now,
      after,
      ascii: () => this.#options.ascii,
      redraw: this.#resized,
      suspend: this.#suspend,
    };
    this.#viewer = view && new OpenView(view, ports);
    if (view === undefined) this.#terminal.closeScreen();
    else {
      this.#terminal.openScreen({ mouse });
      stdout.write(clearScreen);
    }
    this.#mount();
    for (const text of this.#viewer === undefined ? this.#held.splice(0) : []) this.#print(text);
  }

  readonly #resized = (): void => {
    if (this.#over || this.#ink === undefined) return;
    if (this.#viewer !== undefined) this.#redraw(this.#viewer);
    else this.#model.changed();
  };

  // No part of the old frame may stay on the terminal.
  #redraw(viewer: FullScreen): void {
    this.#unmount();
    this.#frame.forget();
    this.#options.stdout.write(clearScreen);
    viewer.changed();
    this.#mount();
  }

  readonly #suspend = (): void => {
    if (this.#over || this.#ink === undefined) return;
    const { now, turn } = this.#options;
    const before = now();
    this.#unmount();
    this.#frame.erase();
    this.#expected = true;
    this.#terminal.stop(this.#suspend);
    // Here we have been stopped and go on. The news of that, if there is any, comes with the next poll.
    void turn()
      .then(turn)
      .then(() => (this.#expected = false));
    this.#mount();
    this.#model.changed();
    const seconds = Math.round((now() - before) / 1000);
    if (this.#shell.state.transfers.length === 0 || seconds < 1) return;
    const text = shown(`Resumed after ${seconds} s; lost packets are being resent.`);
    this.#model.print([{ kind: 'hint', text }]);
  };

  // Somebody stopped us without asking (SIGSTOP): the modes are gone, and others have written below the frame.
  // It is left where it is: clearing it would take their lines.
  readonly #resumed = (): void => {
    if (this.#over || this.#expected || this.#ink === undefined) return;
    this.#unmount();
    this.#frame.forget();
    this.#mount();
    this.#model.changed();
  };

  readonly #silence = (): void => {
    this.#over = true;
    this.#muted = true;
    for (const undo of this.#undo.splice(0)) undo();
  };

  #end(status: number): void {
    if (this.#over) return;
    this.#silence();
    this.#unmount();
    // The region must not remain as if it were transcript.
    this.#frame.erase();
    this.#terminal.leave();
    this.#viewer = undefined;
    for (const text of this.#held.splice(0)) this.#print(text);
    // Lines that the shell prints while it closes go to the terminal directly.
    const stop = this.#shell.onLines(this.#model.print);
    const closed = (): void => {
      stop();
      this.#terminal.unwatch();
      this.#onEnd(status);
    };
    void this.#shell.close().then(closed, closed);
  }
}

/** `stdout` for Ink: what it writes are frames, without codes that move or erase. It asks for the width itself. */
function inkStream(stdout: NodeJS.WriteStream, draw: (frame: string) => void): NodeJS.WriteStream {
  const own: Partial<Record<string | symbol, unknown>> = {
    on(event: string, listener: () => void) {
      // We report resizes ourselves, once for a storm of them, by a change of the state.
      if (event !== 'resize') stdout.on(event, listener);
      return this;
    },
    write(text: string, done?: () => void) {
      if (text !== '') draw(text);
      done?.();
      return true;
    },
  };
  const bound = new Map<unknown, unknown>();
  return new Proxy(stdout, {
    get(target, property) {
      if (property in own) return own[property];
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      if (!bound.has(value)) bound.set(value, value.bind(target));
      return bound.get(value);
    },
  });
}
