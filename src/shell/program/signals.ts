// How the shell without a drawn interface ends when the outside wants it to: by signals, or with its terminal.
// Rule: in order, which is that peers are told, temporary files go, our server stops; a second signal ends it at once.
// The process is handed in: only cli.ts holds it. Never imports the session.
import { exitStatus } from '../report/exit-status.ts';

export interface EndingPorts {
  readonly host: Pick<NodeJS.Process, 'on' | 'off'>;
  readonly exit: (status: number) => void;
  /** Where a terminal may be. */
  readonly streams: readonly NodeJS.WriteStream[];
}

/** What is to be ended. */
interface Endable {
  close(): Promise<void>;
  interrupt(): void;
}

const signals = [
  ['SIGHUP', exitStatus.hangup],
  ['SIGINT', exitStatus.interrupted],
  ['SIGQUIT', exitStatus.quit],
  ['SIGTERM', exitStatus.terminated],
] as const;

/**
 * Watches for signals, and for the end of the terminal. @param asks somebody is there: Ctrl-C is not the end.
 * @returns a function that leaves both to somebody else.
 */
export function watchEndings(
  { host, exit, streams }: EndingPorts,
  session: Endable,
  asks: boolean,
): () => void {
  let ending = false;
  const end = (status: number): void => {
    if (ending) return;
    ending = true;
    const closed = (): void => exit(status);
    void session.close().then(closed, closed);
  };
  const undo: (() => void)[] = [];
  for (const [name, status] of signals) {
    const listener = (): void => {
      // A terminal that goes says so twice, with a signal and with an error: nobody is impatient there.
      if (ending && name !== 'SIGHUP') exit(status);
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

/** Whether a write or read failed because the terminal is no longer there. */
export function isTerminalGone(error: NodeJS.ErrnoException, stream: { readonly isTTY?: boolean }): boolean {
  const codes = ['EIO', 'ENXIO', 'EBADF', 'ERR_STREAM_DESTROYED'];
  return stream.isTTY === true && error.code !== undefined && codes.includes(error.code);
}
