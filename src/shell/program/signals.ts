// Ends the plain shell on a signal, or when its terminal is gone. The first signal ends it in order: peers get an ERROR,
// temporary files are removed, our server stops. A second signal ends it at once. The process is a parameter: only
// cli.ts has it.
import { exitStatus } from '../report/exit-status.ts';

/** What the watch needs from outside. */
export interface EndingPorts {
  readonly host: Pick<NodeJS.Process, 'on' | 'off'>;
  /** Exits at once. */
  readonly exit: (status: number) => void;
  /** Exits when the output is written. */
  readonly finish: (status: number) => void;
  /** Streams that may be a terminal. */
  readonly streams: readonly NodeJS.WriteStream[];
}

/** The part of a session that ends it. */
interface Endable {
  close(): Promise<void>;
  interrupt(): void;
  /** SIGHUP without a terminal: opens the log file again. @returns false where there is none. */
  reopenLog(): boolean;
}

const signals = [
  ['SIGHUP', exitStatus.hangup],
  ['SIGINT', exitStatus.interrupted],
  ['SIGQUIT', exitStatus.quit],
  ['SIGTERM', exitStatus.terminated],
] as const;

/**
 * Watches for signals and for the end of the terminal.
 * @param asks a person types the lines: Ctrl-C then interrupts the command, not the shell.
 * @returns a function that ends the watch.
 */
export function watchEndings(
  { host, exit, finish, streams }: EndingPorts,
  session: Endable,
  asks: boolean,
): () => void {
  let ending = false;
  const end = (status: number): void => {
    if (ending) return;
    ending = true;
    const closed = (): void => finish(status);
    void session.close().then(closed, closed);
  };
  const undo: (() => void)[] = [];
  for (const [name, status] of signals) {
    const listener = (): void => {
      // A terminal that goes away causes SIGHUP and an error on its streams: SIGHUP is not a second request to end.
      if (ending && name !== 'SIGHUP') exit(status);
      // For a daemon SIGHUP means that its log was rotated. At a terminal it means that the terminal is gone.
      if (name === 'SIGHUP' && !streams.some(({ isTTY }) => isTTY) && session.reopenLog()) return;
      if (name === 'SIGINT' && asks) session.interrupt();
      else end(status);
    };
    host.on(name, listener);
    undo.push(() => host.off(name, listener));
  }
  for (const stream of streams) {
    const listener = (error: Error): void => {
      if (isTerminalGone(error, stream)) end(exitStatus.hangup);
    };
    stream.on('error', listener);
    undo.push(() => stream.off('error', listener));
  }
  return () => undo.forEach((one) => one());
}

/** Whether a write or read failed because the terminal is gone. */
export function isTerminalGone(error: NodeJS.ErrnoException, stream: { readonly isTTY?: boolean }): boolean {
  const codes = ['EIO', 'ENXIO', 'EBADF', 'ERR_STREAM_DESTROYED'];
  return stream.isTTY === true && error.code !== undefined && codes.includes(error.code);
}
