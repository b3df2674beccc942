// Who had this terminal last: a shell that was killed outright could not give it back, and the next one says so.
// Rule: a note in a private file, gone when its shell ends in order; nothing here delays or fails a start.
// Never imports the session.
import { readPrivateTail, removeTreeNow, writePrivate } from '../../files/local/small-files.ts';
import type { terminalOf } from '../../files/local/small-files.ts';
import { say } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';

export interface NotePorts {
  /** Where the note is, without the terminal's number; undefined: there is no home, and no note. */
  readonly place: string | undefined;
  /** The terminal that is drawn on. */
  readonly terminal: ReturnType<typeof terminalOf>;
  readonly host: Pick<NodeJS.Process, 'pid' | 'kill' | 'on'>;
}

/** Leaves our note, until the process ends. @returns what is to be said of a shell that was killed here before us, if one was. Never rejects. */
export async function leaveNote(ports: NotePorts): Promise<readonly Printable[]> {
  const path = notePath(ports);
  if (path === undefined) return [];
  ports.host.on('exit', () => removeTreeNow(path));
  const before = await readNote(path);
  const made = ports.terminal?.made;
  // Two shells on one terminal are no wonder: one of them is stopped. The note is that of the last.
  await writePrivate(path, `${ports.host.pid} ${made ?? 0}\n`).catch(() => undefined);
  if (before === undefined || before.made !== made || isAlive(before.pid, ports)) return [];
  return [
    say`A tftpsh on this terminal (process ${before.pid}) was killed and could not give it back.`,
    say`If what you type does not show once you have left: stty sane`,
  ];
}

function isAlive(pid: number, { host }: NotePorts): boolean {
  try {
    return host.kill(pid, 0);
  } catch (error) {
    // Somebody else's process is one as well.
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
