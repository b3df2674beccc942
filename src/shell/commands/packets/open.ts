// The code of `open`: shows the transfers of any capture file, as lines or as a full-screen list.
// Rule: memory is bounded, even for a file of any size or a pipe without an end.
import type { Source } from '../../../files/file.ts';
import { followFile } from '../../../files/local/followed-file.ts';
import { openLocal } from '../../../files/local/user-file.ts';
import { streamSource } from '../../../files/streams/stream.ts';
import { printable, say } from '../../../wire/text.ts';
import type { Visitor } from '../../captures/capture-scan.ts';
import type { Call } from '../../language/command.ts';
import { readFilter } from '../../packets/row-flags.ts';
import { LiveCapture } from '../../captures/live-capture.ts';
import { CaptureFile, type OpenCapture } from '../../captures/capture-file.ts';
import { InOrder } from '../../captures/in-order.ts';
import type { Word } from '../../language/parse.ts';
import { counted } from '../../../trace/text/quantities.ts';
import type { ShellContext } from '../../session/context.ts';
import type { ReadingJob } from '../../session/work.ts';
import type { NamedFilter } from '../../session/view.ts';
import { conclude, SummaryPrinter } from '../../captures/summary-lines.ts';
import { listAgain, listWhileReading } from './open-list.ts';

/** A capture that is about to be read. */
export interface Opening {
  readonly capture: OpenCapture;
  readonly source: Source;
  /** The capture is still being written; it may never end. */
  readonly grows: boolean;
  readonly filter: NamedFilter | undefined;
}

export async function open(call: Call, shell: ShellContext): Promise<number> {
  const [word] = call.words;
  const filter = readFilter(call, shell.output);
  if (typeof filter === 'number') return filter;
  const isView = shell.views.canShow && !call.flags.has('--plain');
  if (word === undefined) return showAgain(shell, filter, isView);
  if (word.text === 'off') {
    shell.inspector.look(undefined);
    shell.output.print([say`ladder, packet, explain and stats show our own transfers again.`]);
    return 0;
  }
  const found = await findSource(call, shell, word);
  if (typeof found === 'number') return found;
  const opening: Opening = { ...found, filter };
  return isView ? listWhileReading(shell, opening) : printLines(shell, opening);
}

/** Shows the opened capture again. */
async function showAgain(
  shell: ShellContext,
  filter: NamedFilter | undefined,
  isView: boolean,
): Promise<number> {
  const { capture } = shell.inspector;
  if (capture === undefined) {
    shell.output.print([say`No capture is open.`]);
    return 0;
  }
  if (isView) return listAgain(shell, capture, filter);
  const printer = new SummaryPrinter(shell.output, filter?.filter);
  const { summaries } = capture.list;
  shell.output.print([say`${capture.name}: ${counted(summaries.size, 'transfer')}`]);
  for (const summary of summaries.values()) printer.print(summary);
  return 0;
}

/** How often a followed file is checked for growth, in milliseconds. */
const pollInterval = 250;

async function findSource(
  call: Call,
  shell: ShellContext,
  word: Word,
): Promise<Omit<Opening, 'filter'> | number> {
  const { stdin, interactive, tower } = shell.system;
  const path = shell.directory.resolve(word.text);
  const name = printable(word.text);
  if (word.text === '-') {
    if (stdin === undefined || interactive)
      return shell.output.misuse(
        call,
        word,
        say`Standard input is the keyboard here: open - works only in pipes.`,
      );
    return { capture: new LiveCapture(name), source: streamSource(stdin), grows: true };
  }
  if (call.flags.has('--follow')) {
    const wait = (): Promise<void> => new Promise((resolve) => tower.clock.after(pollInterval, resolve));
    return { capture: new LiveCapture(name, path), source: await followFile(path, wait), grows: true };
  }
  return {
    capture: new CaptureFile(path, name),
    source: await openLocal(path, { growing: true }),
    grows: false,
  };
}

/** Prints the transfers of a capture as lines. */
async function printLines(shell: ShellContext, { capture, source, grows, filter }: Opening): Promise<number> {
  const { interactive } = shell.system;
  const printer = new SummaryPrinter(shell.output, filter?.filter);
  const inOrder = new InOrder((summary) => printer.print(summary));
  const early = grows ? new EarlyPrinter(shell, capture, printer) : undefined;
  let report: ReadingJob['progress'] = () => undefined;
  const visitor: Visitor = {
    record: ({ transfer }) => early?.packetRead(transfer),
    ended: (summary) => {
      // A transfer that was printed early is not printed again.
      if (early === undefined) inOrder.push(summary);
      else if (early.forget(summary.transfer)) printer.print(summary);
    },
    rest: () => {
      if (grows) shell.output.flush();
      else report(capture.octets / (source.size ?? Infinity));
      return shell.standardOutput.room();
    },
  };
  try {
    const found = await shell.work.showing(capture.name, ({ signal, progress }) => {
      report = progress;
      // Without a person, a signal ends the whole program.
      return capture.read(source, visitor, interactive ? signal : undefined);
    });
    inOrder.end();
    if (capture.path !== undefined) shell.inspector.look(capture);
    return conclude(shell, { name: capture.name, read: found, matching: printer.matching });
  } finally {
    early?.stop();
  }
}

/** A conversation of a growing capture is printed after this time without packets, in milliseconds. */
const quietTime = 2000;

/** Prints conversations of a growing capture once they have ended and no more packets come. */
class EarlyPrinter {
  readonly #shell: ShellContext;
  readonly #capture: OpenCapture;
  readonly #printer: SummaryPrinter;
  readonly #lastPacket = new Map<number, number>();
  #timer;

  constructor(shell: ShellContext, capture: OpenCapture, printer: SummaryPrinter) {
    this.#shell = shell;
    this.#capture = capture;
    this.#printer = printer;
    this.#timer = this.#wait();
  }

  packetRead(transfer: number): void {
    this.#lastPacket.set(transfer, this.#shell.system.tower.clock.now());
  }

  /** @returns whether the conversation had not been printed yet. */
  forget(transfer: number): boolean {
    return this.#lastPacket.delete(transfer);
  }

  stop(): void {
    this.#timer.cancel();
  }

  #wait() {
    return this.#shell.system.tower.clock.after(quietTime / 2, () => this.#tick(), false);
  }

  #tick(): void {
    const now = this.#shell.system.tower.clock.now();
    const { summaries } = this.#capture.list;
    for (const [transfer, at] of this.#lastPacket) {
      const summary = summaries.get(transfer);
      if (summary === undefined || summary.outcome === 'unfinished' || now - at < quietTime) continue;
      this.#lastPacket.delete(transfer);
      this.#printer.print(summary);
    }
    this.#shell.output.flush();
    this.#timer = this.#wait();
  }
}
