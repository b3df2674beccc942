// Folds packet lines above 200 a second: the first eight of a transfer, the last eight and everything unusual always
// appear; what is between them becomes one line. A fold over batches.
import { join, printable, say } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import { counted } from '../text/quantities.ts';
import { wrapped } from '../text/wrap.ts';
import { formatTid } from '../../wire/tid.ts';
import { endKey } from '../record/event.ts';
import { arrow, originOf, timeColumns } from './line.ts';
import type { LineStyle, PacketRow, TraceLine } from './line.ts';

const linesPerSecond = 200;
const first = 8;
const last = 8;
/** Tracks that are remembered. Beyond that the oldest that hold nothing back are forgotten. */
const mostTracks = 256;

/** A run of uneventful packets. */
export interface Skip extends Pick<PacketRow, 'tag' | 'peer'> {
  readonly count: number;
  readonly runs: readonly Run[];
}

interface Run {
  readonly op: string;
  readonly direction: 'sent' | 'received';
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly count: number;
}

/** One side of one transfer. */
interface Track {
  readonly shown: number;
  readonly skip: Skip | undefined;
  readonly tail: readonly PacketRow[];
}

// While a batch is folded its tracks are mutable copies: most rows only add to a count.
interface Draft {
  shown: number;
  skip: SkipDraft | undefined;
  tail: PacketRow[];
}

interface SkipDraft extends Skip {
  count: number;
  readonly runs: RunDraft[];
}

interface RunDraft extends Run {
  to: number | undefined;
  count: number;
}

export interface FoldState {
  readonly tracks: ReadonlyMap<string, Track>;
  /** Batches of the last second: when, and how many rows. */
  readonly recent: readonly { readonly at: number; readonly count: number }[];
}

export const emptyFold: FoldState = { tracks: new Map(), recent: [] };

export type Shown =
  { readonly type: 'row'; readonly row: PacketRow } | { readonly type: 'skip'; readonly skip: Skip };

export interface Batch {
  readonly rows: readonly PacketRow[];
  /** Milliseconds on the same clock for every batch. */
  readonly at: number;
  /** Keys ({@link endKey}) of transfers that ended: none of their rows is held back. */
  readonly ended: ReadonlySet<string>;
}

/** Which track a row belongs to. At the listening port each client has its own. */
function keyOf({ tag, peer }: PacketRow): string {
  return tag.transfer === 0 ? `${endKey(tag)} ${formatTid(peer)}` : endKey(tag);
}

/** Takes one batch. Answers what to show of it and of the rows that were held back. */
export function foldRows(
  state: FoldState,
  { rows, at, ended }: Batch,
): { state: FoldState; shown: readonly Shown[] } {
  const before = state.recent.filter((one) => one.at > at - 1000);
  const recent = rows.length === 0 ? before : [...before, { at, count: rows.length }];
  const fast = recent.reduce((sum, { count }) => sum + count, 0) > linesPerSecond;
  const tracks = new Map([...state.tracks].map(([key, track]) => [key, draftOf(track)]));
  const shown: Shown[] = [];
  foldInto(tracks, rows, { fast, shown });
  for (const [key, track] of tracks) {
    // Held rows are shown when a batch is empty, and at the end of their transfer.
    if (ended.has(key) || rows.length === 0) release(track, shown);
    if (ended.has(key)) tracks.delete(key);
  }
  forgetSome(tracks);
  return { state: { tracks, recent }, shown };
}

function draftOf({ shown, skip, tail }: Track): Draft {
  const copy = skip && { ...skip, runs: skip.runs.map((run) => ({ ...run })) };
  return { shown, skip: copy, tail: [...tail] };
}

function foldInto(
  tracks: Map<string, Draft>,
  rows: readonly PacketRow[],
  { fast, shown }: { readonly fast: boolean; readonly shown: Shown[] },
): void {
  let latest: PacketRow | undefined;
  let track: Draft | undefined;
  for (const row of rows) {
    // Packets come in runs of one transfer: the key is not built for each of them.
    if (track === undefined || latest === undefined || !isAlike(row, latest)) {
      const key = keyOf(row);
      track = tracks.get(key) ?? { shown: 0, skip: undefined, tail: [] };
      tracks.set(key, track);
    }
    latest = row;
    if (fast) hold(track, row, shown);
    else pass(track, row, shown);
  }
}

/** Whether two rows surely belong to one track. */
function isAlike(one: PacketRow, other: PacketRow): boolean {
  return one.tag === other.tag && (one.tag.transfer !== 0 || one.peer === other.peer);
}

function forgetSome(tracks: Map<string, Draft>): void {
  for (const [key, track] of tracks) {
    if (tracks.size <= mostTracks) return;
    if (!holds(track)) tracks.delete(key);
  }
}

/** Whether anything is held back. */
export function isHolding(state: FoldState): boolean {
  return [...state.tracks.values()].some(holds);
}

function holds({ skip, tail }: Track): boolean {
  return skip !== undefined || tail.length > 0;
}

function pass(track: Draft, row: PacketRow, shown: Shown[]): void {
  release(track, shown);
  shown.push({ type: 'row', row });
  track.shown += 1;
}

function hold(track: Draft, row: PacketRow, shown: Shown[]): void {
  if (track.shown < first) return pass(track, row, shown);
  const { tail } = track;
  if (row.unusual) {
    for (const one of tail.splice(0)) addTo(track, one);
    return pass(track, row, shown);
  }
  tail.push(row);
  const oldest = tail.length > last ? tail.shift() : undefined;
  if (oldest !== undefined) addTo(track, oldest);
}

function release(track: Draft, shown: Shown[]): void {
  if (track.skip !== undefined) shown.push({ type: 'skip', skip: track.skip });
  track.skip = undefined;
  track.shown += track.tail.length;
  for (const row of track.tail.splice(0)) shown.push({ type: 'row', row });
}

/** Runs are in the order in which they began. */
function addTo(track: Draft, { tag, peer, op, direction, block }: PacketRow): void {
  const skip = (track.skip ??= { tag, peer, count: 0, runs: [] });
  skip.count += 1;
  const known = skip.runs.find((run) => run.op === op && run.direction === direction);
  if (known === undefined) {
    skip.runs.push({ op, direction, from: block, to: block, count: 1 });
    return;
  }
  known.to = block;
  known.count += 1;
}

/** A run that is left out, as lines that are no wider than the terminal. */
export function skipLines(skip: Skip, style: LineStyle): readonly TraceLine[] {
  const text = say`${originOf(skip, style)}${skipText(skip, style.ascii)}`;
  const lines = wrapped(text, style.columns, { first: ' '.repeat(timeColumns), indent: timeColumns + 2 });
  return lines.map((line) => ({ kind: 'hint', isResult: true, text: line }));
}

/** `⋮ DATA 17…2031 ← / ACK 20…2031 →  2,015 blocks, nothing unusual`. */
export function skipText({ runs, count }: Skip, ascii: boolean): Printable {
  const parts = runs.map(({ op, direction, from, to }) => {
    const range =
      from === undefined || to === undefined ? say`` : say` ${from}${ascii ? say`..` : say`…`}${to}`;
    return say`${printable(op)}${range} ${arrow(direction, ascii)}`;
  });
  const blocks = runs.find(({ op }) => op === 'DATA')?.count;
  const what = blocks === undefined ? counted(count, 'packet') : counted(blocks, 'block');
  return say`${ascii ? say`:` : say`⋮`} ${join(parts, say` / `)}  ${what}, nothing unusual`;
}
