// What nobody caught: a bug of ours. It is told in one line and kept whole in a private file; whatever ran is aborted,
// and the process ends. Rule: nothing goes on after it, and a second one ends it at once.
// The process is handed in: only cli.ts holds it. Never imports the session.
import { inspect } from 'node:util';
import { writePrivate } from '../../files/local/small-files.ts';
import type { Clock } from '../../network/clock.ts';
import { printable } from '../../wire/text.ts';
import { exitStatus } from '../report/exit-status.ts';

export interface CrashPorts {
  readonly host: Pick<NodeJS.Process, 'on'>;
  readonly exit: (status: number) => void;
  readonly clock: Pick<Clock, 'after' | 'wall'>;
  /** Tells it, at once. */
  readonly say: (text: string) => void;
  /** Where a report goes; undefined: nowhere. */
  readonly place: string | undefined;
  /** Versions and system, for the report. */
  readonly about: string;
  /** Tells peers, removes temporary files. */
  readonly abort: () => Promise<void>;
}

/** Milliseconds that aborting and reporting may take. */
const patience = 1000;
const longestLine = 1000;

/** Watches for errors that nobody caught, from now on. */
export function watchCrashes(ports: CrashPorts): void {
  let ending = false;
  const crashed = (error: unknown): void => {
    const { exit, clock, say } = ports;
    if (ending) return exit(exitStatus.bug);
    ending = true;
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    say(`tftpsh: a bug: ${printable(text)}\n`);
    clock.after(patience, () => exit(exitStatus.bug));
    const kept = keep(error, ports).then((path) => {
      if (path !== undefined) say(`  A report is in ${printable(path)}\n`);
    });
    void Promise.allSettled([kept, ports.abort()]).then(() => exit(exitStatus.bug));
  };
  // Node makes a rejection that nobody handles one of these, and the terminal's guard hears only of them.
  ports.host.on('uncaughtException', crashed);
}

/** @returns the path of the report, undefined where none could be written. */
async function keep(error: unknown, { place, about, clock }: CrashPorts): Promise<string | undefined> {
  if (place === undefined) return undefined;
  const lines = [about, clock.wall().toISOString(), ...inspect(error).split('\n')];
  const text = lines.map((line) => `${printable(line, longestLine)}\n`).join('');
  return writePrivate(place, text).then(
    () => place,
    () => undefined,
  );
}
