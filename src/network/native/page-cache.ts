// Reading a file within one call, as far as the kernel holds it in memory.
// Rule: the call never waits for a disk; what the kernel answers is checked against what was offered to it.
import { Memory, vector } from './layout.ts';
import type { Libc } from './libc.ts';

/** RWF_NOWAIT (Linux 4.14): what is not in memory is not waited for. */
const noWait = 8;

/** @returns octets in `into`; 0 where the disk would have to be waited for, or the file system cannot tell. */
export type ReadNow = (fd: number, into: Uint8Array, offset: number) => number;

/** Undefined without a C library, and where it does not have the call. */
export function readNowOver(libc: Libc | undefined): ReadNow | undefined {
  const preadv2 = libc?.preadv2;
  if (libc === undefined || preadv2 === undefined) return undefined;
  const target = new Memory(vector.size);
  return (fd, into, offset) => {
    target.set64(vector.base, libc.addressOf(into));
    target.set64(vector.length, into.length);
    const got = preadv2(fd, target.octets, offset, noWait);
    return got > 0 && got <= into.length ? got : 0;
  };
}
