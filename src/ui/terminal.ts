// The one guard of the terminal: it sets every mode bit and undoes it, however the program ends.
// The rule: it undoes modes synchronously and never throws, since the terminal may be gone. It receives the process and
// the synchronous write as arguments: only cli.ts owns them.

/** What the guard needs of the process. */
export type ProcessLike = Pick<NodeJS.Process, 'on' | 'off' | 'prependListener' | 'kill' | 'exit'>;

export interface TerminalPorts {
  readonly stdin: NodeJS.ReadStream;
  readonly process: ProcessLike;
  /** Writes to the terminal and returns when it is written. May throw: the terminal may be gone. */
  readonly writeSync: (text: string) => void;
}

/** What the outside world can ask of an interface. */
export interface TerminalEvents {
  /** SIGINT from elsewhere: as Ctrl-C. */
  readonly interrupt: () => void;
  /** SIGTSTP from elsewhere: as Ctrl-Z. */
  readonly suspend: () => void;
  /** The process was stopped and continues; other programs may have changed the terminal's modes. */
  readonly resumed: () => void;
  /** A signal or the loss of the terminal ends the program, with this status. */
  readonly end: (status: number) => void;
  /** A bug ends it: the terminal is as before, and nothing may be drawn on it any more. */
  readonly crashed: () => void;
}

const hungUp = 129;
const quit = 131;

/** Signals that end the program, and the exit status of each: 128 and its number. */
const endings = [
  ['SIGHUP', hungUp],
  ['SIGQUIT', quit],
  ['SIGTERM', 143],
] as const;

// Reports of buttons (1000), in decimal numbers (1006): positions beyond column 223 and all encodings are safe.
const mouseOn = '\u001b[?1000h\u001b[?1006h';
const mouseOff = '\u001b[?1006l\u001b[?1000l';
// A shell that was killed in a view may have left the mouse on.
const enterModes = `${mouseOff}\u001b[?2004h`;
// The mouse, bracketed paste, synchronised output and colours off; the cursor and wrapping back. Harmless where they
// were not on.
const leaveModes = `${mouseOff}\u001b[?2026l\u001b[?7h\u001b[?2004l\u001b[0m\u001b[?25h`;
const alternateOn = '\u001b[?1049h';
const alternateOff = '\u001b[?1049l';

/** Owns the modes of one terminal from {@link Terminal.enter} to {@link Terminal.leave}. */
export class Terminal {
  readonly #ports: TerminalPorts;
  #entered = false;
  /** What puts the other screen on; undefined while it is off. */
  #alternate: string | undefined;
  #undo: (() => void)[] = [];
  #quit: () => void = () => undefined;
  #gone: () => void = () => undefined;

  constructor(ports: TerminalPorts) {
    this.#ports = ports;
  }

  /** Raw mode and bracketed paste on. Called again after a stop, since other programs may have changed the modes. */
  enter(): void {
    const { stdin } = this.#ports;
    this.#entered = true;
    this.#attempt(() => {
      // Node believes that raw mode is still on, and would do nothing.
      stdin.setRawMode(false);
      stdin.setRawMode(true);
    });
    this.#write(enterModes + (this.#alternate ?? ''));
    this.#attempt(() => stdin.resume());
  }

  /** Everything off. May be called at any time, any number of times. */
  leave(): void {
    if (!this.#entered) return;
    this.#entered = false;
    this.#write((this.#alternate === undefined ? '' : alternateOff) + leaveModes);
    this.#attempt(() => this.#ports.stdin.setRawMode(false));
    this.#attempt(() => this.#ports.stdin.pause());
  }

  /** The other screen on, without history, and with the mouse if it is wanted. */
  openScreen({ mouse }: { readonly mouse: boolean }): void {
    this.#alternate = alternateOn + (mouse ? mouseOn : '');
    if (this.#entered) this.#write(this.#alternate);
  }

  /** Back to the screen with the history. */
  closeScreen(): void {
    if (this.#alternate === undefined) return;
    this.#alternate = undefined;
    if (this.#entered) this.#write(mouseOff + alternateOff);
  }

  /** Listens to the outside world until {@link Terminal.unwatch}. On a crash the terminal is restored before the error is printed. */
  watch(events: TerminalEvents): void {
    const { stdin } = this.#ports;
    const host = this.#ports.process;
    let ending = false;
    const end = (status: number): void => {
      this.leave();
      // The second signal ends the program at once. A terminal that goes away reports it more than once.
      if (ending && status !== hungUp) host.exit(status);
      if (!ending) events.end(status);
      ending = true;
    };
    for (const [signal, status] of endings) this.#on(signal, () => end(status));
    this.#quit = () => end(quit);
    this.#gone = () => end(hungUp);
    this.#on('SIGINT', events.interrupt);
    this.#on('SIGTSTP', events.suspend);
    this.#on('SIGCONT', events.resumed);
    this.#on('exit', () => this.leave());
    const crashed = (): void => {
      events.crashed();
      this.#crashed();
    };
    host.prependListener('uncaughtExceptionMonitor', crashed);
    this.#undo.push(() => host.off('uncaughtExceptionMonitor', crashed));
    for (const event of ['end', 'close', 'error'] as const) {
      stdin.on(event, this.gone);
      this.#undo.push(() => stdin.off(event, this.gone));
    }
  }

  unwatch(): void {
    for (const undo of this.#undo.splice(0)) undo();
  }

  /**
   * Stops the process group, as the terminal itself would do on Ctrl-Z, and returns when it goes on.
   * SIGTSTP and not SIGSTOP: without job control nothing could resume us, and the kernel ignores it.
   */
  stop(onStop: () => void): void {
    const host = this.#ports.process;
    this.leave();
    host.off('SIGTSTP', onStop);
    this.#attempt(() => host.kill(0, 'SIGTSTP'));
    host.on('SIGTSTP', onStop);
  }

  /** Ctrl-\ in raw mode: what SIGQUIT does. */
  quit(): void {
    this.#quit();
  }

  /** The terminal is gone: every read and write fails. */
  readonly gone = (): void => this.#gone();

  #on(event: NodeJS.Signals | 'exit', listener: () => void): void {
    const host = this.#ports.process;
    host.on(event as NodeJS.Signals, listener);
    this.#undo.push(() => host.off(event, listener));
  }

  // The cursor is in the live region: the rows below it are erased to make room for the error.
  #crashed(): void {
    if (this.#entered) this.#write('\r\u001b[J');
    this.leave();
  }

  #write(text: string): void {
    this.#attempt(() => this.#ports.writeSync(text));
  }

  #attempt(action: () => unknown): void {
    try {
      action();
    } catch {
      // The terminal is gone (EBADF, EIO): there is nothing left to restore.
    }
  }
}
