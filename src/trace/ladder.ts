// A transfer as a sequence diagram, in rows of data: the client is always on the left. Rule: nothing here knows widths,
// signs or colours; texts are printable already. Imports wire and types.
import { formatTid, type Tid } from '../wire/tid.ts';
import { raw, printable, quoted, say, type Printable } from '../wire/text.ts';
import { summary } from '../wire/summary.ts';
import type { Instant } from '../transfer/machine.ts';
import { grouped, spell } from './columns.ts';
import { endWords } from './ladder-end.ts';
import { brackets, type Bracket } from './ladder-windows.ts';
import { sideNotes } from './ladder-notes.ts';
import type { MissingRec, PacketRec, Rec, Transcript } from './transcript.ts';

/** `whole`: it arrived, as far as we know. `lost`: the network dropped it before our eyes. `inferred`: it must be lost. */
export type Line = 'whole' | 'lost' | 'inferred';

export interface Row {
  readonly kind: 'arrow' | 'timer' | 'end';
  /** The K of `packet K`; undefined where the row is no packet that we saw. */
  readonly packet: number | undefined;
  /** Milliseconds since the first packet; undefined for what was only inferred. */
  readonly since: number | undefined;
  /** Where an arrow points to; for other rows the side of ours: the client's is left. */
  readonly towards: 'left' | 'right';
  readonly line: Line;
  readonly label: Printable;
  /** Beside the ladder, most important first. */
  readonly side: readonly Printable[];
  readonly bracket: Bracket;
  /** For filters: the operation in upper case, or empty. */
  readonly op: string;
  /** Something that does not happen in a transfer without trouble. */
  readonly unusual: boolean;
}

export interface Ladder {
  /** `get "fw.bin"`. */
  readonly title: Printable;
  /** `1 gap · 2 resent`, in parts. */
  readonly figures: readonly Printable[];
  readonly client: Tid | undefined;
  readonly server: Tid | undefined;
  /** Which end is ours; undefined: neither, it comes out of a capture. */
  readonly ours: 'client' | 'server' | undefined;
  readonly rows: readonly Row[];
}

/** The ladder of a transcript. It takes one pass over the records; texts are drawn by range elsewhere. */
export function ladder(transcript: Transcript): Ladder {
  const { records, reader, tag } = transcript;
  const drawn = records.filter((rec) => rec.kind !== 'missing' || rec.late < rec.to - rec.from + 1);
  const windows = brackets(drawn, reader.numbering.terms.windowsize);
  const start = drawn[0]?.at ?? 0;
  const ours = tag.side;
  const rows = drawn.map((rec, at) => rowOf(rec, { start, ours, bracket: windows[at] ?? none }));
  return {
    ...{ title: titleOf(transcript), figures: figuresOf(transcript), ...endsOf(transcript) },
    ours: tag.overheard === true ? undefined : ours,
    rows,
  };
}

const none: Bracket = { sign: 'none', label: say`` };

interface Place {
  readonly start: Instant;
  readonly ours: 'client' | 'server';
  readonly bracket: Bracket;
}

function rowOf(rec: Rec, place: Place): Row {
  const { start, bracket, ours } = place;
  const since = rec.at - start;
  const base = { packet: undefined, since, side: [], bracket, op: '', line: 'whole' as const };
  const home = ours === 'client' ? ('left' as const) : ('right' as const);
  switch (rec.kind) {
    case 'packet':
      return packetRow(rec, place);
    case 'missing':
      return missingRow(rec, place);
    case 'timer': {
      const label = say`nothing came in ${spell(rec.interval)}: attempt ${rec.attempt + 1}`;
      return { ...base, kind: 'timer', towards: home, label, unusual: true };
    }
    case 'end':
      return { ...base, kind: 'end', towards: home, label: endWords(rec.outcome), unusual: !rec.outcome.ok };
  }
}

function packetRow(rec: PacketRec, { start, ours, bracket }: Place): Row {
  const towards = (rec.direction === 'sent') === (ours === 'client') ? 'right' : 'left';
  const side = sideNotes(rec);
  const trouble = rec.again || rec.stranger || rec.lost !== 'no' || rec.fates.length > 0;
  return {
    kind: 'arrow',
    packet: rec.number,
    since: rec.at - start,
    towards,
    line: rec.lost === 'no' ? 'whole' : rec.lost === 'network' ? 'lost' : 'inferred',
    label: labelOf(rec),
    side,
    bracket,
    op: rec.packet.op,
    unusual: trouble || rec.packet.op === 'ERROR' || rec.packet.op === 'malformed' || tells(rec),
  };
}

/** Whether a note about a packet speaks of trouble. */
function tells({ notes, direction }: PacketRec): boolean {
  const usual: readonly string[] = ['negotiated', 'pinned', 'round-trip', 'dallying'];
  return direction === 'received' && notes.some(({ type }) => !usual.includes(type));
}

function missingRow({ from, to }: MissingRec, { ours, bracket }: Place): Row {
  const blocks = from === to ? say`${grouped(from)}` : say`${grouped(from)}…${grouped(to)}`;
  return {
    ...{ kind: 'arrow', packet: undefined, since: undefined, side: [], bracket, op: 'DATA', unusual: true },
    towards: ours === 'client' ? 'left' : 'right',
    line: 'inferred',
    label: say`DATA ${blocks}  lost (inferred)`,
  };
}

function labelOf(rec: PacketRec): Printable {
  const again = rec.again ? say` (again)` : say``;
  const inferred = rec.lost === 'inferred' ? say`  lost (inferred)` : say``;
  const { packet } = rec;
  if (packet.op === 'DATA') return say`DATA ${packet.block}  ${grouped(rec.length - 4)} B${again}${inferred}`;
  // Columns are for tables: in an arrow one blank parts the words.
  const words = printable(summary(packet).replace(/^([A-Z?]+) +/, '$1 '), 512);
  return say`${words}${again}${inferred}`;
}

function titleOf({ reader, packets, tag }: Transcript): Printable {
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

function endsOf({ packets, reader, tag }: Transcript): Pick<Ladder, 'client' | 'server'> {
  const first = packets.find(({ direction }) => direction === 'sent') ?? packets[0];
  const peer = reader.numbering.pinned ?? first?.peer ?? reader.began?.peer;
  const own = first?.local;
  return tag.side === 'client' ? { client: own, server: peer } : { client: peer, server: own };
}

function figuresOf({ records, packets }: Transcript): readonly Printable[] {
  const gaps = records.filter((rec) => rec.kind === 'missing' && rec.late < rec.to - rec.from + 1).length;
  const lost = packets.filter((rec) => rec.lost === 'network').length;
  const again = packets.filter((rec) => rec.again).length;
  const timers = records.filter((rec) => rec.kind === 'timer').length;
  const strangers = packets.filter((rec) => rec.stranger && rec.direction === 'received').length;
  const counts: readonly (readonly [number, Printable, Printable])[] = [
    [gaps, say`gap`, say`gaps`],
    [lost, say`lost`, say`lost`],
    [again, say`sent again`, say`sent again`],
    [timers, say`timeout`, say`timeouts`],
    [strangers, say`stranger`, say`strangers`],
  ];
  const told = counts.filter(([count]) => count > 0);
  return told.map(([count, one, many]) => say`${grouped(count)} ${count === 1 ? one : many}`);
}

/** `10.0.0.1:40001`, or `?` for an end that nothing is known of. */
export function endName(end: Tid | undefined): Printable {
  return end === undefined ? say`?` : printable(formatTid(end));
}
