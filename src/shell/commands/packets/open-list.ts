// `open` as a full-screen list of conversations, which appears as soon as the first packet is read.
// Rule: the list is refreshed at most ten times a second; without new packets no timer runs.
import { refreshInterval } from '../../../trace/text/refresh.ts';
import type { Timer } from '../../../network/clock.ts';
import { printable, say, type Printable } from '../../../wire/text.ts';
import type { ReadCapture, Visitor } from '../../captures/capture-scan.ts';
import { listView } from '../../captures/list-view.ts';
import { messageOf } from '../../packets/pages.ts';
import { counted, octetsText } from '../../../trace/text/quantities.ts';
import type { OpenCapture } from '../../captures/capture-file.ts';
import type { ShellContext } from '../../session/context.ts';
import type { ReadingJob } from '../../session/work.ts';
import type { NamedFilter } from '../../session/view.ts';
import { conclude } from '../../captures/summary-lines.ts';
import type { Opening } from './open.ts';

/** Shows the list of a capture that was read before. */
export async function listAgain(
  shell: ShellContext,
  capture: OpenCapture,
  filter: NamedFilter | undefined,
): Promise<number> {
  const setting = { filter: filter ?? shell.inspector.listFilter, grows: false, reading: () => [] };
  shell.inspector.listFilter = await shell.views.showList(listView(shell, capture, setting));
  return 0;
}

/** Reads a capture and shows the list while it is read. Leaving the list ends the reading. */
export async function listWhileReading(shell: ShellContext, opening: Opening): Promise<number> {
  const { capture, grows, filter } = opening;
  const reading = new ListedReading(shell, opening);
  // A file without packets gets a line instead of an empty list. A growing capture shows its list at once.
  const hasList = grows || (await shell.work.showing(capture.name, (job) => reading.found(job)));
  if (hasList) {
    shell.inspector.look(capture);
    const view = listView(shell, capture, { filter, grows, reading: reading.standing });
    shell.inspector.listFilter = await shell.views.showList(view);
    const isWhole = reading.isOver;
    const read = await reading.stop();
    if (!isWhole && !grows)
      shell.output.print(
        [say`${capture.name}: stopped before the end; ${octetsText(capture.octets)} read`],
        'hint',
      );
    return conclude(shell, { name: capture.name, read, matching: undefined });
  }
  return conclude(shell, { name: capture.name, read: await reading.stop(), matching: 0 });
}

/** The reading of a capture whose list is on the screen. */
class ListedReading {
  isOver = false;
  readonly #shell: ShellContext;
  readonly #opening: Opening;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  #timer: Timer | undefined;
  #result: ReadCapture | undefined;
  #error: unknown;
  #first: (() => void) | undefined;
  #progress: ReadingJob['progress'] = () => undefined;

  constructor(shell: ShellContext, opening: Opening) {
    const { capture, source } = opening;
    this.#shell = shell;
    this.#opening = opening;
    const visitor: Visitor = {
      record: () => this.#packetRead(),
      rest: () => this.#progress(capture.octets / (source.size ?? Infinity)),
    };
    const read = capture.read(source, visitor, this.#stop.signal);
    this.#done = read
      .then(
        (whole) => void (this.#result = whole),
        (error: unknown) => void (this.#error = error),
      )
      .then(() => this.#ended());
  }

  /** Waits for the first packet. Resolves with whether there is one; `signal` ends the waiting and the reading. */
  async found({ signal, progress }: ReadingJob): Promise<boolean> {
    this.#progress = progress;
    const stop = (): void => this.#stop.abort();
    signal.addEventListener('abort', stop);
    void this.#done.then(() => signal.removeEventListener('abort', stop));
    const first = new Promise<void>((resolve) => (this.#first = resolve));
    if (this.#opening.capture.packets === 0) await Promise.race([first, this.#done]);
    // From now on the list shows it.
    this.#progress = () => undefined;
    return this.#opening.capture.packets > 0;
  }

  /** Ends the reading. Rejects with the error that had ended it before. */
  async stop(): Promise<ReadCapture> {
    this.#stop.abort();
    await this.#done;
    if (this.#result === undefined) throw this.#error;
    return this.#result;
  }

  readonly standing = (): readonly Printable[] => {
    const { capture, source, grows } = this.#opening;
    const damage = this.#result?.damage;
    if (this.#error !== undefined) return [printable(messageOf(this.#error))];
    if (damage !== undefined) return [say`${damage.message} (at octet ${damage.offset})`];
    const packets = counted(capture.packets, 'packet');
    const cut = this.#result?.cut ?? 0;
    const cuts = cut === 0 ? [] : [say`${counted(cut, 'packet')} cut by the snap length`];
    if (this.isOver) return grows ? [say`ended`, packets, ...cuts] : cuts;
    if (grows) return [say`live`, packets];
    const { size } = source;
    return size === undefined || size === 0
      ? [say`reading`]
      : [say`reading: ${Math.floor((100 * capture.octets) / size)} %`];
  };

  #packetRead(): void {
    this.#first?.();
    this.#timer ??= this.#shell.system.tower.clock.after(refreshInterval, () => this.#refresh());
  }

  #ended(): void {
    this.isOver = true;
    this.#refresh();
  }

  #refresh(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#shell.views.refresh();
  }
}
