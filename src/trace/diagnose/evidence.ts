// What the packets of one transfer prove, gathered in one pass: the causes are rows of a table that read only this.
// Rule: client and server are named by their role, wherever the packets were seen.
import { raw, type Untrusted } from '../../wire/text.ts';
import type { Outcome } from '../../transfer/machine.ts';
import type { ErrorPacket, OackPacket, RequestPacket } from '../../wire/packet.ts';
import type { Side } from '../record/event.ts';
import { otherSide, senderOf, type PacketLog } from '../record/packet-log.ts';
import type { PacketRec, ReportRec } from '../record/side-log.ts';
import { apprenticeRun, type Apprentice } from './apprentice.ts';
import { isBinary } from './binary.ts';
import { copiesOf } from './copies.ts';
import { lossesOf, type Losses } from './losses.ts';
import { timeOf, type TimeSpent } from './time.ts';

/** Where the packets were seen. `outside`: a capture, which neither end made. */
export type Vantage = Side | 'outside';

/** A failure that no packet shows: only our own side knows it. */
export interface LocalFailure {
  readonly by: string;
  readonly reason?: string;
  readonly message?: Untrusted | string;
}

/** What no packet shows. */
export interface Known {
  readonly local?: LocalFailure | undefined;
  /** The file that our server offers, where its name differs from the requested one in case alone. */
  readonly similar?: string | undefined;
}

/** A packet of one kind, with its record. */
export interface Seen<P> {
  readonly packet: P;
  readonly rec: PacketRec;
  readonly from: Side;
}

/** What one end sent, as far as it was seen. */
export interface Spoken {
  readonly packets: number;
  /** Packets that were resent. */
  readonly resent: readonly PacketRec[];
  readonly last: PacketRec | undefined;
}

/** What came after the last packet that moved the transfer. */
export interface Tail {
  /** The last packet that was not a repetition. */
  readonly last: PacketRec;
  readonly from: Side;
  /** Repetitions after it, by sender. */
  readonly repeats: Readonly<Record<Side, number>>;
  /** Milliseconds from it to the last packet or timer. */
  readonly silence: number;
}

export interface Evidence {
  readonly log: PacketLog;
  readonly vantage: Vantage;
  readonly requests: readonly Seen<RequestPacket>[];
  /** The first request; undefined: it was not seen. */
  readonly request: Seen<RequestPacket> | undefined;
  readonly file: Untrusted | undefined;
  readonly isNetascii: boolean;
  readonly oack: Seen<OackPacket> | undefined;
  /** Without the one that only says that its sender gave up. */
  readonly errors: readonly Seen<ErrorPacket>[];
  readonly client: Spoken;
  readonly server: Spoken;
  /** Packets that came from an unexpected sender. */
  readonly strangers: readonly PacketRec[];
  readonly malformed: readonly PacketRec[];
  /** What the network said of datagrams that did not arrive. */
  readonly reports: readonly ReportRec[];
  readonly data: readonly PacketRec[];
  readonly tail: Tail | undefined;
  /** Highest index of a DATA; 0: none came. */
  readonly blocks: number;
  /** Octets of the file that were seen, each block once. */
  readonly octets: number;
  /** The DATA that ends the file was seen. */
  readonly hasEnd: boolean;
  /** Its ACK was seen. */
  readonly isConfirmed: boolean;
  readonly binary: PacketRec | undefined;
  readonly apprentice: Apprentice | undefined;
  /** Packets that came twice without a reason. */
  readonly copies: readonly PacketRec[];
  readonly losses: Losses;
  readonly time: TimeSpent;
  readonly outcome: Outcome | undefined;
  readonly local: LocalFailure | undefined;
  readonly similar: string | undefined;
}

/** Gathers the evidence. */
export function evidenceOf(log: PacketLog, { local, similar }: Known): Evidence {
  const own = log.packets.filter(({ stranger }) => !stranger);
  const requests = packetsOf<RequestPacket>(own, log, ['RRQ', 'WRQ']);
  const data = own.filter(({ packet }) => packet.op === 'DATA');
  const [request] = requests;
  const lengths = new Map(data.map((rec) => [rec.index, rec.length - 4]));
  const end = endOf(data, log);
  const tail = tailOf(own, log);
  const copies = copiesOf(log);
  const outcome = outcomeOf(log);
  const errors = packetsOf<ErrorPacket>(own, log, ['ERROR']);
  return {
    log,
    vantage: log.tag.overheard === true ? 'outside' : log.tag.side,
    requests,
    request,
    file: request?.packet.filename ?? log.reader.began?.file,
    isNetascii: request !== undefined && raw(request.packet.mode).toLowerCase() === 'netascii',
    oack: packetsOf<OackPacket>(own, log, ['OACK'])[0],
    errors: errors.filter((error) => !isGivingUp(error, tail)),
    client: spokenBy('client', own, log),
    server: spokenBy('server', own, log),
    strangers: log.packets.filter(({ stranger, direction }) => stranger && direction === 'received'),
    malformed: log.packets.filter(({ packet, lost }) => packet.op === 'malformed' && lost === 'no'),
    reports: log.records.filter((rec) => rec.kind === 'report'),
    data,
    tail,
    blocks: data.reduce((most, { index = 0 }) => Math.max(most, index), 0),
    octets: [...lengths.values()].reduce((sum, length) => sum + length, 0),
    hasEnd: end !== undefined,
    isConfirmed: end !== undefined && own.some(isAckOf(end)),
    binary: data.find(isBinary),
    apprentice: apprenticeRun(log.packets, copies),
    copies,
    losses: lossesOf(log, { copies, until: silenceAfter(tail, outcome) }),
    time: timeOf(log),
    outcome,
    ...{ local, similar },
  };
}

/** The number of the last packet before the silence that ended the transfer; Infinity where no silence did. */
function silenceAfter(tail: Tail | undefined, outcome: Outcome | undefined): number {
  return tail !== undefined && isSilence(tail, outcome) ? tail.last.number : Infinity;
}

/** The DATA that ends the file. Where the agreed size of the blocks was not seen, it is the one that is shorter than others. */
function endOf(data: readonly PacketRec[], { packets, first }: PacketLog): PacketRec | undefined {
  const isKnown = first > 1 || packets.some(({ packet: { op } }) => op === 'RRQ' || op === 'WRQ');
  const longest = data.reduce((most, { length }) => Math.max(most, length), 0);
  return data.findLast(({ last, length }) => (isKnown ? last : length < longest));
}

function isAckOf(data: PacketRec): (rec: PacketRec) => boolean {
  return ({ packet, index }) => packet.op === 'ACK' && index === data.index;
}

/** Of several attempts the last outcome counts. */
function outcomeOf({ records, reader, tag }: PacketLog): Outcome | undefined {
  const end = records.findLast((rec) => rec.kind === 'end' && rec.side === tag.side);
  return end?.kind === 'end' ? end.outcome : reader.outcome;
}

function packetsOf<P>(
  packets: readonly PacketRec[],
  log: PacketLog,
  ops: readonly string[],
): readonly Seen<P>[] {
  return packets
    .filter(({ packet }) => ops.includes(packet.op))
    .map((rec) => ({ packet: rec.packet as P, rec, from: senderOf(rec, log) }));
}

function spokenBy(side: Side, packets: readonly PacketRec[], log: PacketLog): Spoken {
  const sent = packets.filter((rec) => senderOf(rec, log) === side && rec.packet.op !== 'malformed');
  return { packets: sent.length, resent: sent.filter(({ again }) => again), last: sent.at(-1) };
}

function tailOf(packets: readonly PacketRec[], log: PacketLog): Tail | undefined {
  const at = packets.findLastIndex(
    ({ again, packet }) => !again && packet.op !== 'malformed' && packet.op !== 'ERROR',
  );
  const last = packets[at];
  if (last === undefined) return undefined;
  const repeats = { client: 0, server: 0 };
  for (const rec of packets.slice(at + 1)) if (rec.again) repeats[senderOf(rec, log)] += 1;
  const until = log.records.at(-1)?.at ?? last.at;
  return { last, from: senderOf(last, log), repeats, silence: until - last.at };
}

/** Whether only one side repeated at the end: that is silence, and no loss. */
function isSilent({ repeats, from }: Tail): boolean {
  return repeats[from] > 0 && repeats[otherSide(from)] === 0;
}

/** Whether what was repeated at the end brought nothing. */
function isSilence(tail: Tail, outcome: Outcome | undefined): boolean {
  const isWhole = outcome?.ok === true && outcome.confirmed;
  return isSilent(tail) || (tail.repeats[tail.from] > 0 && !isWhole);
}

/** Whether an end that got no answer to its repetitions says that it gives up. */
function isGivingUp({ from, packet }: Seen<ErrorPacket>, tail: Tail | undefined): boolean {
  if (tail?.from !== from) return false;
  return isSilent(tail) || (packet.code === 0 && tail.repeats[from] > 0);
}

/** The value of an option that is a number, or undefined. */
export function optionOf(
  packet: Pick<RequestPacket | OackPacket, 'options'> | undefined,
  name: string,
): number | undefined {
  const found = packet?.options.find((one) => raw(one.name).toLowerCase() === name);
  const value = found === undefined ? NaN : Number(raw(found.value));
  return Number.isInteger(value) ? value : undefined;
}
