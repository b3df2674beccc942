// Which packets were lost, and on which way: certain where both ends or the network say so, inferred from repetitions else.
// Rule: a repetition after an answer that was seen means that the answer was lost; before one, that the packet was.
import type { Side } from '../record/event.ts';
import { otherSide, senderOf, type PacketLog } from '../record/packet-log.ts';
import type { PacketRec, Rec } from '../record/side-log.ts';

export interface Losses {
  /** By the end that they were on the way to. */
  readonly to: Readonly<Record<Side, number>>;
  /** The packet or its answer was lost: which of them is not known. */
  readonly unknown: number;
  /** Both ends were seen, or the network reported them. */
  readonly isCertain: boolean;
  /** Packets that show them, the first ones. */
  readonly packets: readonly number[];
  /** Packets that crossed, lost ones too. */
  readonly of: number;
}

const mostNamed = 8;

/** `copies`: packets that came twice without a reason. `until`: repetitions after this packet show no loss. */
export function lossesOf(
  log: PacketLog,
  { copies, until }: { readonly copies: readonly PacketRec[]; readonly until: number },
): Losses {
  const found = new LossCount(log, copies);
  for (const rec of log.records)
    if (rec.kind !== 'packet' || rec.number <= until || rec.lost !== 'no') found.take(rec);
  return found.result;
}

class LossCount {
  readonly #log: PacketLog;
  readonly #to = { client: 0, server: 0 };
  #unknown = 0;
  #certain = 0;
  #known = 0;
  readonly #packets: number[] = [];
  #data = 0;
  #acked = -1;
  #answered = false;
  /** Blocks are missing, and what comes again because of them did not come yet. */
  #hasGap = false;
  /** A window comes again. */
  #isRestarting = false;
  /** Indexes of DATA and ACKs that came again and are not answered yet: their answers come again, and show no loss. */
  readonly #asked = { DATA: new Set<number>(), ACK: new Set<number>() };
  readonly #copies: ReadonlySet<PacketRec>;

  constructor(log: PacketLog, copies: readonly PacketRec[]) {
    this.#log = log;
    this.#copies = new Set(copies);
  }

  get result(): Losses {
    const isCertain = this.#certain > 0 || this.#log.both !== undefined;
    const { length } = this.#log.packets;
    return {
      to: this.#to,
      unknown: this.#unknown,
      isCertain,
      packets: this.#packets,
      of: length + this.#known,
    };
  }

  take(rec: Rec): void {
    if (rec.kind === 'missing') {
      const count = rec.to - rec.from + 1 - rec.late;
      if (count > 0 && this.#log.both === undefined) this.#to[this.#log.tag.side] += count;
      if (count > 0) this.#known += count;
      this.#hasGap = this.#hasGap || count > 0;
      return;
    }
    if (rec.kind !== 'packet' || rec.stranger) return;
    const from = senderOf(rec, this.#log);
    if (rec.lost === 'network' || rec.lost === 'never') this.#lose(otherSide(from), rec);
    else if (rec.again && this.#log.both === undefined && this.#certain === 0) this.#repeated(rec, from);
    this.#follow(rec, from);
  }

  #lose(to: Side, { number }: PacketRec): void {
    this.#to[to] += 1;
    this.#certain += 1;
    this.#name(number);
  }

  /** Only a timer repeats for nothing: other repetitions follow a loss that was counted already. */
  #repeated(rec: PacketRec, from: Side): void {
    const isOwn = rec.direction === 'sent' && this.#log.tag.overheard !== true;
    if (isOwn && rec.cause?.kind !== 'timer') return;
    if (this.#copies.has(rec) || this.#isFollowing(rec)) return;
    // Which of the two was lost is not known: the packet after it was captured, or the answer before that.
    if (this.#wasAnswered(rec)) this.#to[from] += 1;
    else this.#unknown += 1;
    this.#name(rec.number);
  }

  /** Whether it was sent again for a loss that is counted already, or for none. */
  #isFollowing({ packet, index = 0 }: PacketRec): boolean {
    // An ACK that is older than the newest one asks for nothing.
    if (packet.op === 'ACK') return index < this.#acked || this.#isAnswer('DATA', index);
    if (packet.op !== 'DATA') return false;
    if (this.#log.reader.numbering.terms.windowsize === 1) return this.#isAnswer('ACK', index - 1);
    // RFC 7440 §4: after one lost block the rest of the window comes again.
    const isCounted = this.#isRestarting || this.#hasGap;
    this.#isRestarting = true;
    this.#hasGap = false;
    return isCounted;
  }

  #isAnswer(op: 'DATA' | 'ACK', index: number): boolean {
    return this.#asked[op].delete(index);
  }

  #wasAnswered({ packet, index = 0 }: PacketRec): boolean {
    if (packet.op === 'DATA') return this.#acked >= index;
    return packet.op === 'ACK' ? this.#data > index : this.#answered;
  }

  #follow({ packet, index = 0, again }: PacketRec, from: Side): void {
    if (packet.op === 'DATA' && !again) this.#isRestarting = false;
    if (again && (packet.op === 'DATA' || packet.op === 'ACK')) this.#asked[packet.op].add(index);
    if (packet.op === 'DATA' && !again) this.#asked.ACK.clear();
    if (packet.op === 'DATA') this.#data = Math.max(this.#data, index);
    if (packet.op === 'ACK') this.#acked = Math.max(this.#acked, index);
    if (from === 'server') this.#answered = true;
  }

  #name(number: number): void {
    if (this.#packets.length < mostNamed) this.#packets.push(number);
  }
}
