// A transfer as a sequence diagram, in rows of data: the client is always on the left. Rule: nothing here knows widths,
// signs or colours; texts are printable already.
import { formatTid, type Tid } from '../../wire/tid.ts';
import { join, raw, printable, quoted, say, type Printable } from '../../wire/text.ts';
import { summaryWords } from '../../wire/summary.ts';
import type { Instant } from '../../transfer/machine.ts';
import { counted, grouped, durationText } from '../text/quantities.ts';
import { losses, lossText } from './crossing-text.ts';
import { endWords } from './end.ts';
import { brackets, type Bracket } from './windows.ts';
import { noteRow } from '../explain/notes.ts';
import { reportWords } from './report.ts';
import { sideNotes } from './notes.ts';
import { lastEnds, receivedPart, shownPart, type PacketLog } from '../record/packet-log.ts';
import { fateMark, labelledFates, type Fate } from '../explain/fates.ts';
import type { EndRec, MissingRec, PacketRec, Rec } from '../record/side-log.ts';

/** `whole`: it arrived, as far as is known. `lost`: certainly lost. `inferred`: probably lost. */
export type ArrowStyle = 'whole' | 'lost' | 'inferred';

export interface LadderRow {
  /** `fold`: it stands for rows that are not shown. */
  readonly kind: 'arrow' | 'timer' | 'end' | 'fold';
  /** The K of `packet K`; undefined: the row is not a packet that an end saw. */
  readonly packet: number | undefined;
  /** Milliseconds since the first packet; undefined: it was inferred, or it is earlier than the row above. */
  readonly since: number | undefined;
  /** Where an arrow points to; for other rows the end that they belong to. The client is left. */
  readonly towards: 'left' | 'right';
  /** Of a packet: as the end that it is viewed from saw it; as the client, where both ends are in view. */
  readonly direction: 'sent' | 'received' | undefined;
  readonly line: ArrowStyle;
  readonly label: Printable;
  /** How it is known that it was lost; empty: it was not. */
  readonly loss: Printable;
  /** Beside the ladder, most important first. */
  readonly side: readonly Printable[];
  readonly bracket: Bracket;
  /** For filters: the operation in upper case, or empty. */
  readonly op: string;
  /** It does not happen in a transfer without trouble. */
  readonly unusual: boolean;
  /** Of a fold: how many rows it stands for. */
  readonly folded?: number;
  /** Of a fold of uneventful rows: how many of them are DATA. */
  readonly foldedBlocks?: number;
}

export interface Ladder {
  /** `get "fw.bin"`. */
  readonly title: Printable;
  /** `1 gap · 2 resent`, in parts. */
  readonly figures: readonly Printable[];
  readonly client: Tid | undefined;
  readonly server: Tid | undefined;
  /** The local end that it is viewed from; undefined: it comes from a capture, and neither end is local. */
  readonly ours: 'client' | 'server' | undefined;
  /** Both ends are local. */
  readonly both: boolean;
  readonly rows: readonly LadderRow[];
}

/** The ladder of a transfer, in one pass over the records. Lines are drawn by range elsewhere. */
export function ladder(log: PacketLog): Ladder {
  const { reader, tag } = log;
  const both = log.both !== undefined;
  const drawn = log.records.filter((rec) => rec.kind !== 'missing' || rec.late < rec.to - rec.from + 1);
  const windows = brackets(drawn, reader.numbering.terms.windowsize);
  const start = (log.first > 1 ? log.start : drawn[0]?.at) ?? 0;
  const ends = lastEnds(drawn);
  let latest = start;
  const rows = drawn.flatMap((rec, at): readonly LadderRow[] => {
    // An attempt that another one follows did not end the transfer.
    if (rec.kind === 'end' && rec !== ends.get(rec.side)) return [];
    const next = drawn[at + 1];
    if (rec.kind === 'end' && next?.kind === 'end' && isAlike(rec, next)) return [];
    const before = drawn[at - 1];
    const isShared = rec.kind === 'end' && before?.kind === 'end' && isAlike(before, rec);
    const row = rowOf(rec, { log, start, both: both && !isShared, bracket: windows[at] ?? none });
    // Time does not go back: a packet that was lost after a delay has the place where it would have come.
    if (both && rec.at < latest) return [{ ...row, since: undefined }];
    latest = rec.at;
    return [row];
  });
  return {
    title: titleOf(log),
    figures: [...partWords(log), ...troubleWords(troubleOf(log), log)],
    ...endsOf(log),
    ours: tag.overheard === true ? undefined : tag.side,
    both,
    rows,
  };
}

/** Whether both ends ended well and alike: one row says it. */
function isAlike({ outcome: one }: EndRec, { outcome: two }: EndRec): boolean {
  return one.ok && two.ok && one.octets === two.octets && one.confirmed === two.confirmed;
}

const none: Bracket = { sign: 'none', label: say`` };

interface Place {
  readonly start: Instant;
  readonly log: PacketLog;
  /** Both ends are local: a row names its end. */
  readonly both: boolean;
  readonly bracket: Bracket;
}

function rowOf(rec: Rec, place: Place): LadderRow {
  const { start, bracket, both } = place;
  const since = rec.at - start;
  const base = {
    ...{ packet: undefined, since, direction: undefined, loss: say``, side: [], bracket, op: '' },
    line: 'whole' as const,
  };
  switch (rec.kind) {
    case 'packet':
      return packetRow(rec, place);
    case 'missing':
      return missingRow(rec, place);
    case 'timer': {
      const label = say`no progress for ${durationText(rec.interval)}: attempt ${rec.attempt + 1}`;
      return { ...base, kind: 'timer', towards: homeOf(rec), label, unusual: true };
    }
    case 'report': {
      const label = reportWords(rec.report);
      // The sender of the datagram learns it.
      return { ...base, kind: 'timer', towards: homeOf(rec), label, unusual: true };
    }
    case 'end': {
      const words = endWords(rec.outcome, rec.side);
      const label = both ? say`${rec.side === 'client' ? say`client` : say`server`} ${words}` : words;
      return { ...base, kind: 'end', towards: homeOf(rec), label, unusual: !rec.outcome.ok };
    }
  }
}

function homeOf({ side }: { readonly side: 'client' | 'server' }): LadderRow['towards'] {
  return side === 'client' ? 'left' : 'right';
}

function packetRow(rec: PacketRec, { log, start, bracket, both }: Place): LadderRow {
  const towards = (rec.direction === 'sent') === (log.tag.side === 'client') ? 'right' : 'left';
  const side = sideNotes(rec, log);
  const isCopy = rec.ends?.copy === true;
  // With both ends in view each transit time is shown, and a delay alone is not trouble.
  const fates = rec.ends === undefined ? rec.fates : rec.fates.filter((fate) => fate !== 'delayed');
  const trouble = rec.again || isCopy || rec.stranger || rec.lost !== 'no' || fates.length > 0;
  return {
    kind: 'arrow',
    packet: rec.number,
    since: rec.at - start,
    towards,
    direction: both ? (towards === 'right' ? 'sent' : 'received') : rec.direction,
    line: lines[rec.lost],
    label: labelOf(rec),
    loss: lossText(rec),
    side,
    bracket,
    op: shownPart(rec).packet.op,
    unusual: trouble || rec.packet.op === 'ERROR' || rec.packet.op === 'malformed' || hasTroubleNote(rec),
  };
}

const lines: Readonly<Record<PacketRec['lost'], ArrowStyle>> = {
  no: 'whole',
  network: 'lost',
  never: 'lost',
  unheard: 'lost',
  inferred: 'inferred',
};

/** Whether a note about a packet is one of trouble. */
function hasTroubleNote(rec: PacketRec): boolean {
  return receivedPart(rec)?.notes.some((note) => !noteRow(note).usual) === true;
}

function missingRow({ from, to }: MissingRec, { log, bracket }: Place): LadderRow {
  const blocks = from === to ? say`${grouped(from)}` : say`${grouped(from)}…${grouped(to)}`;
  return {
    kind: 'arrow',
    packet: undefined,
    since: undefined,
    direction: undefined,
    side: [],
    bracket,
    op: 'DATA',
    unusual: true,
    towards: log.tag.side === 'client' ? 'left' : 'right',
    line: 'inferred',
    label: say`DATA ${blocks}`,
    loss: losses.inferred,
  };
}

/** `DATA 3  1,468 B (resent)`: a packet as an arrow of the ladder calls it. */
export function labelOf(rec: PacketRec): Printable {
  const marks = rec.ends?.copy === true ? [say`copy`] : rec.again ? [say`resent`] : [];
  const [reason] = rec.fateReasons;
  const alone = rec.fates.length === 1 ? reason : undefined;
  const labelled: readonly Fate[] = labelledFates;
  for (const fate of rec.fates) if (labelled.includes(fate)) marks.push(fateMark(fate, alone));
  const marked = marks.length === 0 ? say`` : say` (${join(marks, say`, `)})`;
  const { packet, length } = shownPart(rec);
  if (packet.op === 'DATA') return say`DATA ${packet.block}  ${grouped(length - 4)} B${marked}`;
  // The options fill the line: what stands after them would be cut off.
  if (packet.op === 'OACK') return summaryWords(packet, marked);
  return say`${summaryWords(packet)}${marked}`;
}

/** Label and loss as one text. */
export function rowWords({ label, loss }: LadderRow): Printable {
  return loss === '' ? label : say`${label}  ${loss}`;
}

function titleOf({ reader, packets, tag }: PacketLog): Printable {
  const request = packets.map(({ packet }) => packet).find(({ op }) => op === 'RRQ' || op === 'WRQ');
  const { began } = reader;
  if (began !== undefined) return say`${verb(began.op, tag.side)} ${quoted(began.file, 64)}`;
  if (request?.op !== 'RRQ' && request?.op !== 'WRQ') return say`transfer ${tag.transfer}`;
  return say`${verb(request.op, tag.side)} ${quoted(raw(request.filename), 64)}`;
}

function verb(op: 'RRQ' | 'WRQ', side: 'client' | 'server'): Printable {
  if (side === 'client') return op === 'RRQ' ? say`get` : say`put`;
  return op === 'RRQ' ? say`serve` : say`take`;
}

function endsOf({ packets, reader, tag, both }: PacketLog): Pick<Ladder, 'client' | 'server'> {
  if (both !== undefined) return { client: peerOf(both.server), server: peerOf(both.client) };
  const first = packets.find(({ direction }) => direction === 'sent') ?? packets[0];
  const peer = reader.numbering.pinned ?? first?.peer ?? reader.began?.peer;
  const own = first?.local;
  return tag.side === 'client' ? { client: own, server: peer } : { client: peer, server: own };
}

/** The peer as this end knows it: the peer's own socket may not know its address. */
function peerOf({ packets, reader }: PacketLog): Tid | undefined {
  return reader.numbering.pinned ?? packets.find(({ stranger }) => !stranger)?.peer;
}

/** Which packets of a long transfer these are. */
function partWords({ first, packets, total }: PacketLog): readonly Printable[] {
  if (packets.length === total) return [];
  return [say`packets ${grouped(first)}–${grouped(first + packets.length - 1)}`];
}

/** What went wrong, counted. */
export interface Trouble {
  readonly gaps: number;
  readonly lost: number;
  /** Resent by the end that it is viewed from, and by the other one. */
  readonly ours: number;
  readonly theirs: number;
  readonly copies: number;
  readonly timers: number;
  readonly strangers: number;
}

export function troubleOf({ records, packets }: PacketLog): Trouble {
  const again = packets.filter((rec) => rec.again);
  const ours = again.filter(({ direction }) => direction === 'sent').length;
  return {
    gaps: records.filter((rec) => rec.kind === 'missing' && rec.late < rec.to - rec.from + 1).length,
    lost: packets.filter((rec) => rec.lost === 'network' || rec.lost === 'never').length,
    ours,
    theirs: again.length - ours,
    copies: packets.filter((rec) => rec.ends?.copy === true).length,
    timers: records.filter((rec) => rec.kind === 'timer').length,
    strangers: packets.filter((rec) => receivedPart(rec)?.stranger === true).length,
  };
}

/** `1 gap · 2 resent`, in parts. */
export function troubleWords(trouble: Trouble, log: Pick<PacketLog, 'tag' | 'both'>): readonly Printable[] {
  const { gaps, lost, copies, timers, strangers } = trouble;
  return [
    ...amount(gaps, 'gap'),
    ...amount(lost, 'lost', 'lost'),
    ...resentWords(trouble, log),
    ...amount(copies, 'copy', 'copies'),
    ...amount(timers, 'timeout'),
    ...amount(strangers, 'unexpected sender'),
  ];
}

function amount(count: number, one: string, many?: string): readonly Printable[] {
  return count === 0 ? [] : [counted(count, one, many)];
}

/** The numbers of the summary and of `stats`: `2 resent`; where the ends are named, `1 resent by client, 2 by server`. */
function resentWords(
  { ours, theirs }: Trouble,
  { tag, both }: Pick<PacketLog, 'tag' | 'both'>,
): readonly Printable[] {
  const isNamed = both !== undefined || tag.overheard === true;
  const ends =
    tag.side === 'client' || !isNamed
      ? [
          [ours, isNamed ? say` by client` : say``] as const,
          [theirs, isNamed ? say` by server` : say` by peer`] as const,
        ]
      : [[theirs, say` by client`] as const, [ours, say` by server`] as const];
  const words = ends
    .filter(([count]) => count > 0)
    .map(([count, by], at) => (at === 0 ? say`${grouped(count)} resent${by}` : say`${grouped(count)}${by}`));
  return words.length === 0 ? [] : [join(words, say`, `)];
}

/** `10.0.0.1:40001`, or `?` for an unknown end. */
export function endName(end: Tid | undefined): Printable {
  return end === undefined ? say`?` : printable(formatTid(end));
}
