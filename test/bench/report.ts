// What a client process of a benchmark tells, and the memory that a process held. Starts nothing.
import { readFileSync } from 'node:fs';

/** What a client tells when it is done. */
export interface PeerReport {
  /** Milliseconds from the call to its promise. */
  readonly elapsed: number;
  readonly octets: number;
  /** Milliseconds of processor, user and system, since the call. */
  readonly cpu: number;
  readonly resent: number;
  /** KiB at the highest, over the whole process. */
  readonly peak: number;
}

/** KiB that the process `pid` held in memory at the highest; undefined where /proc does not tell. */
export function peakMemory(pid: number | 'self'): number | undefined {
  return memory(pid, /^VmHWM:\s*(\d+) kB$/m);
}

/** KiB that the process `pid` holds in memory now. */
export function presentMemory(pid: number): number | undefined {
  return memory(pid, /^VmRSS:\s*(\d+) kB$/m);
}

function memory(pid: number | 'self', line: RegExp): number | undefined {
  try {
    const found = line.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return found === null ? undefined : Number(found[1]);
  } catch {
    return undefined;
  }
}
