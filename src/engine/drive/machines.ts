// The machines that run now, for step mode: what each waits for, its frozen timer, and what it would do next.
import type { Instant } from '../../transfer/machine.ts';
import type { Waits } from '../../transfer/waits.ts';
import type { Tag } from '../../trace/record/event.ts';
import type { Malformed, Packet } from '../../wire/packet.ts';
import type { Tid } from '../../wire/tid.ts';
import type { Foreseen } from './rehearsal.ts';

/** One machine that runs. */
export interface RunningMachine {
  readonly tag: Tag;
  readonly local: Tid;
  readonly peer: Tid | undefined;
  readonly waits: Waits;
  readonly deadline: Instant | undefined;
  /** What it would do if this datagram came now. Undefined: that is not known. */
  foresee(packet: Packet | Malformed, from: Tid): Foreseen | undefined;
}

export class Machines {
  /** Whether machines that start from now on keep their inputs, so that they can be rehearsed. */
  isRehearsing = false;
  readonly #running = new Set<RunningMachine>();

  /** @returns a function that takes it away again. */
  add(machine: RunningMachine): () => void {
    this.#running.add(machine);
    return () => void this.#running.delete(machine);
  }

  /** In the order in which they started. */
  get running(): readonly RunningMachine[] {
    return [...this.#running];
  }
}
