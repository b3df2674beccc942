// Folding of packet lines above two hundred a second: the first eight of a transfer, the last eight and everything
// unusual always appear, what lies between becomes one line. A pure fold over batches. Never imports views.
import { join, printable, say } from '../wire/text.ts';
import type { Printable } from '../wire/text.ts';
import { grouped } from './columns.ts';
import { arrow } from './line.ts';
import type { PacketRow } from './line.ts';

const linesPerSecond = 200;
const first = 8;
const last = 8;

/** A run of uneventful packets. */
export interface Skip {
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
  /** Keys ({@link trackKey}) of transfers that ended: nothing of theirs is held back. */
  readonly ended: ReadonlySet<string>;
}

/** Which track a row belongs to. */
export function trackKey(tag: PacketRow['tag']): string {
  return `${tag.side} ${tag.transfer}`;
}

/** Takes one batch; answers what is to be shown of it and of what was held back. */
export function foldRows(
  state: FoldState,
  { rows, at, ended }: Batch,
): { state: FoldState; shown: readonly Shown[] } {
  const before = state.recent.filter((one) => one.at > at - 1000);
  const recent = rows.length === 0 ? before : [...before, { at, count: rows.length }];
  const fast = recent.reduce((sum, { count }) => sum + count, 0) > linesPerSecond;
  const tracks = new Map(state.tracks);
  const shown: Shown[] = [];
  for (const row of rows) {
    const key = trackKey(row.tag);
    const track = tracks.get(key) ?? { shown: 0, skip: undefined, tail: [] };
    tracks.set(key, fast ? hold(track, row, shown) : pass(track, row, shown));
  }
  for (const [key, track] of tracks) {
    // Held rows come out when it has become quiet, and at the end of their transfer.
    if (ended.has(key) || rows.length === 0) tracks.set(key, release(track, shown));
    if (ended.has(key)) tracks.delete(key);
  }
  return { state: { tracks, recent }, shown };
}

/** Whether anything is held back. */
export function isHolding(state: FoldState): boolean {
  return [...state.tracks.values()].some(({ skip, tail }) => skip !== undefined || tail.length > 0);
}

function pass(track: Track, row: PacketRow, shown: Shown[]): Track {
  const { shown: count } = release(track, shown);
  shown.push({ type: 'row', row });
  return { shown: count + 1, skip: undefined, tail: [] };
}

function hold(track: Track, row: PacketRow, shown: Shown[]): Track {
  if (track.shown < first) return pass(track, row, shown);
  if (row.unusual) {
    const skip = track.tail.reduce(addTo, track.skip);
    return pass({ ...track, skip, tail: [] }, row, shown);
  }
  const tail = [...track.tail, row];
  const [oldest] = tail;
  if (tail.length <= last || oldest === undefined) return { ...track, tail };
  return { ...track, skip: addTo(track.skip, oldest), tail: tail.slice(1) };
}

function release(track: Track, shown: Shown[]): Track {
  if (track.skip !== undefined) shown.push({ type: 'skip', skip: track.skip });
  for (const row of track.tail) shown.push({ type: 'row', row });
  return { shown: track.shown + track.tail.length, skip: undefined, tail: [] };
}

function addTo(skip: Skip | undefined, { op, direction, block }: PacketRow): Skip {
  const runs = skip?.runs ?? [];
  const known = runs.find((run) => run.op === op && run.direction === direction);
  const added: Run =
    known === undefined
      ? { op, direction, from: block, to: block, count: 1 }
      : { ...known, to: block, count: known.count + 1 };
  const others = runs.filter((run) => run !== known);
  // The order stays that of the first appearance.
  return {
    count: (skip?.count ?? 0) + 1,
    runs: known === undefined ? [...runs, added] : insert(others, added, runs.indexOf(known)),
  };
}

function insert(runs: readonly Run[], run: Run, at: number): readonly Run[] {
  return [...runs.slice(0, at), run, ...runs.slice(at)];
}

/** `⋮ DATA 17…2031 ← / ACK 20…2031 →  2,015 blocks, nothing unusual`. */
export function skipText({ runs, count }: Skip, ascii: boolean): Printable {
  const parts = runs.map(({ op, direction, from, to }) => {
    const range =
      from === undefined || to === undefined ? say`` : say` ${from}${ascii ? say`..` : say`…`}${to}`;
    return say`${printable(op)}${range} ${arrow(direction, ascii)}`;
  });
  const blocks = runs.find(({ op }) => op === 'DATA')?.count;
  const what = blocks === undefined ? say`${grouped(count)} packets` : say`${grouped(blocks)} blocks`;
  return say`${ascii ? say`:` : say`⋮`} ${join(parts, say` / `)}  ${what}, nothing unusual`;
}
