// Where a ladder that is played has come to. Pure: the clock's instants are arguments.
import { speeds } from '../../../shell/language/units.ts';

/** A playback between two changes of its speed. */
export interface Playback {
  /** Milliseconds of the transfer that had been played at `at`. */
  readonly position: number;
  /** An instant of the clock. */
  readonly at: number;
  /** 1: as fast as it was; 0.1: ten times as slow. */
  readonly speed: number;
  readonly isPaused: boolean;
}

/** Milliseconds of the transfer that have been played. */
export function positionAt({ position, at, speed, isPaused }: Playback, now: number): number {
  return isPaused ? position : position + (now - at) * speed;
}

/** The playback from now on, with what changes. */
export function playOn(before: Playback, now: number, change: Partial<Playback>): Playback {
  return { ...before, position: positionAt(before, now), at: now, ...change };
}

/** Twice as fast, or half as fast, within limits. */
export function speedOf({ speed }: Playback, by: 1 | -1): number {
  return Math.max(speeds.from, Math.min(speeds.to, by > 0 ? speed * 2 : speed / 2));
}

/** `0.1x`. */
export function speedText(speed: number): string {
  return `${Number(speed.toPrecision(3))}x`;
}

/**
 * When each row appears, in milliseconds since the first packet. A row without a time, such as an inferred loss, appears
 * with the next one that has a time.
 */
export function instantsOf(rows: readonly { readonly since: number | undefined }[]): readonly number[] {
  const times = rows.map(({ since }) => since);
  let next = Math.max(0, ...times.slice(-1).map((since) => since ?? 0));
  for (let at = times.length - 1; at >= 0; at -= 1) next = times[at] ??= next;
  let latest = 0;
  return times.map((since = 0) => (latest = Math.max(latest, since)));
}

/** How many rows have appeared by then; `from` of them are known to have. */
export function appeared(instants: readonly number[], position: number, from = 0): number {
  let count = from;
  while (count < instants.length && (instants[count] ?? 0) <= position) count += 1;
  return count;
}
