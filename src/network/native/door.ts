// The native door of a network: what its halves share, made when the first of them is wanted.
import { Inbox } from './inbox.ts';
import { HotLoop, type Turns } from './hot-loop.ts';
import { openLibc, type Libc, type Obstacle } from './libc.ts';
import type { NativeDoor } from './native-half.ts';
import { Outbox } from './outbox.ts';

/** The door, or why this system has none. */
export function openNativeDoor(
  turns: Turns,
  watch: NativeDoor['watch'],
  libc: Libc | Obstacle = openLibc(),
): NativeDoor | Obstacle {
  if (typeof libc === 'string') return libc;
  return {
    libc,
    inbox: new Inbox(libc),
    outbox: new Outbox(libc),
    loop: new HotLoop(libc, turns),
    now: () => turns.now(),
    watch,
  };
}
