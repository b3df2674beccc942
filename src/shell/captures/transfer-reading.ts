// Reads packets of one transfer from a capture again: from the mark before them, no further than they reach.
// Rule: what is read is counted against the index; where it does not fit, nothing is answered.
import type { Mark, Track } from '../../trace/capture/capture-index.ts';
import { traceEvents } from '../../trace/capture/events.ts';
import type { PacketRecord } from '../../trace/capture/record.ts';
import type { CapturedDatagram } from '../../trace/capture/dissect/dissect.ts';
import { Statistics } from '../../trace/figures/statistics.ts';
import type { Tag } from '../../trace/record/event.ts';
import { SideLog, type EarlierPackets, type LogWindow } from '../../trace/record/side-log.ts';
import { grouped } from '../../trace/text/quantities.ts';
import { say, type Printable } from '../../wire/text.ts';
import type { TransferView } from '../packets/transfer-view.ts';
import { CaptureScan, type ScanFrom } from './capture-scan.ts';
import { keptEvents } from './capture-file.ts';
import type { ReadFile } from './read-file.ts';

/** What is read. */
export interface TransferReading {
  readonly file: ReadFile;
  readonly epoch: bigint;
  readonly number: number;
  /** Without marks the capture is read from its beginning. */
  readonly track: Track;
  /** The packets that are kept. */
  readonly window: LogWindow;
  /** All packets are read. */
  readonly whole: boolean;
  readonly signal: AbortSignal | undefined;
  readonly progress: ((done: number) => void) | undefined;
}

/** Packets before a window that its packets may refer to. */
const nearby = 2048;

/** The packets; undefined where they are not those of the index. Rejects with FileError. */
export async function readTransfer(reading: TransferReading): Promise<TransferView | undefined> {
  const pass = new Pass(reading);
  await pass.read();
  return pass.result();
}

class Pass {
  readonly #reading: TransferReading;
  readonly #mark: Mark | undefined;
  /** The next mark after the window: a place at which packets can be counted. */
  readonly #check: Mark | undefined;
  readonly #statistics = new Statistics('client');
  readonly #log: SideLog;
  readonly #tag: Tag;
  readonly #over = new AbortController();
  /** Packets of the transfer until now, those before the mark too. */
  #packets: number;
  /** Its number in this reading, once it is known. */
  #own: number | undefined;
  #isOther = false;

  constructor(reading: TransferReading) {
    const { track, number, window, whole } = reading;
    const { after, most } = window;
    const isNear = ({ packets }: Mark): boolean => packets === 0 || packets + nearby <= after;
    this.#reading = reading;
    this.#mark = whole ? track.marks[0] : track.marks.findLast(isNear);
    this.#check = whole ? undefined : track.marks.find(({ packets }) => packets >= after + most);
    this.#packets = this.#mark?.packets ?? 0;
    this.#own = this.#mark === undefined || this.#mark.held !== undefined ? number : undefined;
    this.#tag = { transfer: number, side: 'client', overheard: true };
    this.#log = new SideLog(this.#tag, [], { after, most, earlier: earlierOf(track, this.#mark) });
  }

  async read(): Promise<void> {
    const { file, signal, progress, track } = this.#reading;
    const scan = new CaptureScan(
      {
        record: (record, datagram) => this.#take(record, datagram),
        report: (event) => {
          if (event.tag.transfer === this.#own && this.#log.total > 0)
            this.#log.add({ ...event, tag: this.#tag });
        },
        rest: () => progress?.(Math.min(1, this.#packets / Math.max(1, track.packets))),
      },
      this.#from,
    );
    const until = signal === undefined ? this.#over.signal : AbortSignal.any([signal, this.#over.signal]);
    const place = this.#from?.place.offset;
    await scan.read(place === undefined ? await file.open() : await file.openAt(place), until);
  }

  result(): TransferView | undefined {
    const { track, number, signal, epoch } = this.#reading;
    const isExpected = this.#over.signal.aborted && !this.#isOther;
    if (!isExpected && signal?.aborted !== true) return undefined;
    const log = this.#log;
    log.closes({ total: track.packets, outcome: track.outcome });
    return {
      ...{ number, log, own: log, lacks: lackOf(log), epoch },
      figures: () => this.#statistics.figures(),
      refresh: () => false,
    };
  }

  get #from(): ScanFrom | undefined {
    const { track, epoch } = this.#reading;
    const mark = this.#mark;
    if (mark === undefined) return undefined;
    const { place, offset, held } = mark;
    // Until its server has answered, every packet to its client belongs to a transfer.
    return { place, offset, held, epoch, hasStrangers: held === undefined || track.hasStrangers };
  }

  #take(record: PacketRecord, datagram: CapturedDatagram): void {
    if (this.#over.signal.aborted) return;
    if (record.offset === this.#mark?.offset) this.#own ??= record.transfer;
    const check = this.#check;
    if (check !== undefined && record.offset >= check.offset) return this.#end(check.packets);
    if (record.transfer !== this.#own) return;
    const { after, most } = this.#reading.window;
    const isNear = this.#packets + nearby >= after && this.#packets < after + most;
    for (const event of isNear ? keptEvents(record, datagram) : traceEvents(record)) {
      // A ladder shows one side: a stranger's packet to the server never reached the client.
      if (event.tag.side !== this.#tag.side) continue;
      const own = { ...event, tag: this.#tag };
      if (this.#reading.whole || this.#reading.track.packets <= most) this.#statistics.add(own);
      this.#log.add(own);
      if (event.type === 'sent' || event.type === 'received') this.#packets += 1;
    }
    if (this.#packets >= this.#reading.track.packets) this.#end(this.#reading.track.packets);
  }

  /** All that is wanted was read. `expected`: the number of packets of the transfer that must have come. */
  #end(expected: number): void {
    this.#isOther = this.#packets !== expected;
    this.#over.abort();
  }
}

function earlierOf({ start, began }: Track, mark: Mark | undefined): EarlierPackets | undefined {
  if (mark?.held === undefined) return undefined;
  return { packets: mark.packets, start, began, known: mark.held.conversation.standing };
}

/** Which packets of a long transfer a window has. */
function lackOf({ first, total, packets }: SideLog): Printable | undefined {
  if (packets.length === total) return undefined;
  const go = say`"packet K" goes to any other.`;
  if (first === 1)
    return say`Only its first ${grouped(packets.length)} of ${grouped(total)} packets are shown. ${go}`;
  const last = first + packets.length - 1;
  return say`Only its packets ${grouped(first)}–${grouped(last)} of ${grouped(total)} are shown. ${go}`;
}
