// Handles an uncaught error, which is a bug: prints one line, writes a report to a private file, aborts the transfers and
// ends the process. A second error ends it at once. The process is a parameter: only cli.ts has it.
import { inspect } from 'node:util';
import { writePrivate } from '../../files/local/small-files.ts';
import type { Clock } from '../../network/clock.ts';
import { printable } from '../../wire/text.ts';
import { exitStatus } from '../report/exit-status.ts';

/** What the handler needs from outside. */
export interface CrashPorts {
  readonly host: Pick<NodeJS.Process, 'on'>;
  readonly exit: (status: number) => void;
  readonly clock: Pick<Clock, 'after' | 'wall'>;
  /** Prints a text at once. */
  readonly say: (text: string) => void;
  /** Path of the report; undefined: none is written. */
  readonly place: string | undefined;
  /** Versions and system, the first line of the report. */
  readonly about: string;
  /** Sends ERROR to peers and removes temporary files. */
  readonly abort: () => Promise<void>;
}

/** Milliseconds for the abort and the report. */
const patience = 1000;
const longestLine = 1000;

/** Handles every uncaught error from now on. */
export function watchCrashes(ports: CrashPorts): void {
  let ending = false;
  const crashed = (error: unknown): void => {
    const { exit, clock, say } = ports;
    if (ending) return exit(exitStatus.bug);
    ending = true;
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    say(`tftpsh: a bug: ${printable(text)}\n`);
    clock.after(patience, () => exit(exitStatus.bug));
    const reported = writeReport(error, ports).then((path) => {
      if (path !== undefined) say(`  The report is in ${printable(path)}\n`);
    });
    void Promise.allSettled([reported, ports.abort()]).then(() => exit(exitStatus.bug));
  };
  // Node raises an unhandled rejection as an uncaught exception too. ui/terminal.ts restores the terminal on that event.
  ports.host.on('uncaughtException', crashed);
}

/** @returns the path of the report; undefined if none could be written. */
async function writeReport(error: unknown, { place, about, clock }: CrashPorts): Promise<string | undefined> {
  if (place === undefined) return undefined;
  const lines = [about, clock.wall().toISOString(), ...inspect(error).split('\n')];
  const text = lines.map((line) => `${printable(line, longestLine)}\n`).join('');
  return writePrivate(place, text).then(
    () => place,
    () => undefined,
  );
}
