// A shell that is killed cannot restore its terminal. It leaves a note in a private file, and the next shell on the
// same terminal finds the note and says so. The note is removed on a normal exit. Nothing here delays or fails a start.
import { removeTreeNow } from '../../files/local/directories.ts';
import { readPrivateTail, writePrivate } from '../../files/local/small-files.ts';
import type { terminalOf } from '../../files/system/terminal.ts';
import { say } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';

/** What the note needs from outside. */
export interface NotePorts {
  /** Path of the note without the terminal's number. Undefined if there is no home directory: no note is written. */
  readonly place: string | undefined;
  /** The terminal that the shell draws on. */
  readonly terminal: ReturnType<typeof terminalOf>;
  readonly host: Pick<NodeJS.Process, 'pid' | 'kill' | 'on'>;
}

/**
 * Writes our note; it is removed when the process ends.
 * @returns the lines about a shell that was killed on this terminal before; empty if there was none. Never rejects.
 */
export async function leaveNote(ports: NotePorts): Promise<readonly Printable[]> {
  const path = notePath(ports);
  if (path === undefined) return [];
  ports.host.on('exit', () => removeTreeNow(path));
  const earlier = await readNote(path);
  const made = ports.terminal?.made;
  // Two shells can share a terminal while one of them is stopped. The note then belongs to the newer one.
  await writePrivate(path, `${ports.host.pid} ${made ?? 0}\n`).catch(() => undefined);
  if (earlier === undefined || earlier.made !== made || isAlive(earlier.pid, ports)) return [];
  return [
    say`An earlier tftpsh on this terminal (process ${earlier.pid}) was killed and did not restore it.`,
    say`If your typing is invisible after you quit, run: stty sane`,
  ];
}

function isAlive(pid: number, { host }: NotePorts): boolean {
  try {
    return host.kill(pid, 0);
  } catch (error) {
    // A process of another user is alive too.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function notePath({ place, terminal }: NotePorts): string | undefined {
  return place === undefined || terminal === undefined ? undefined : `${place}-${terminal.number}`;
}

async function readNote(path: string): Promise<{ readonly pid: number; readonly made: number } | undefined> {
  const note = await readPrivateTail(path, 100).catch(() => undefined);
  const [, pid, made] = /^(\d{1,10}) (\d{1,16})\n$/.exec(note?.text ?? '') ?? [];
  return pid === undefined ? undefined : { pid: Number(pid), made: Number(made) };
}
