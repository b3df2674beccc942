// Finds out, and says in the log, that a missing file exists in another case: BOOT.IMG where a client asks for boot.img.
// Rule: cheap. One directory at a time is searched, at most once a second, and up to 20,000 entries of it.
import type { ServerEvent } from '../../engine/server/server.ts';
import type { Offering } from '../../files/file.ts';
import type { Clock } from '../../network/clock.ts';
import { printable, raw, say } from '../../wire/text.ts';
import { formatTid } from '../../wire/tid.ts';
import type { LoggedEvent } from './log/log-lines.ts';

const mostEntries = 20_000;
/** Milliseconds between two searches. */
const pause = 1000;

export class CaseHint {
  readonly #clock: Clock;
  readonly #report: (entry: LoggedEvent) => void;
  #last = -Infinity;

  constructor(clock: Clock, report: (entry: LoggedEvent) => void) {
    this.#clock = clock;
    this.#report = report;
  }

  /** Looks for the file of a request that was refused with ERROR 1. */
  async refused(event: ServerEvent & { readonly type: 'refused' }, offering: Offering): Promise<void> {
    const now = this.#clock.now();
    if (event.code !== 1 || event.op !== 'RRQ' || now - this.#last < pause) return;
    this.#last = now;
    const { peer, file } = event;
    const found = await similarName(offering, raw(file));
    if (found === undefined) return;
    const where = printable(formatTid(peer));
    const message = say`${printable(file)} was asked for; ${printable(found)} exists: serve with --caseless`;
    this.#report([
      { event: 'served', what: 'hint', kind: 'get', peer: where, file: printable(file), message },
      say`${where} ${message}`,
    ]);
  }
}

/** The only offered file of the directory whose name differs from `name` in case alone. */
export async function similarName(offering: Offering, name: string): Promise<string | undefined> {
  const [, directory = '', leaf = ''] = /^\/*(?:(.*)\/)?([^/]*)$/.exec(name.replaceAll('\\', '/')) ?? [];
  const wanted = leaf.toLowerCase();
  const found: string[] = [];
  let seen = 0;
  const see = (entry: string, isDirectory: boolean): boolean => {
    if (!isDirectory && entry !== leaf && entry.toLowerCase() === wanted) found.push(entry);
    return (seen += 1) < mostEntries && found.length < 2;
  };
  // A directory that cannot be read has nothing to say.
  await offering.visitDirectory?.(directory, see).catch(() => undefined);
  const [only, second] = found;
  if (only === undefined || second !== undefined) return undefined;
  return directory === '' ? only : `${directory}/${only}`;
}
