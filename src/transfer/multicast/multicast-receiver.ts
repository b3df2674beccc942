// The machine of a get that asks for multicast (RFC 2090): a member of a group once an OACK names one, and otherwise the
// receiver of every other get. Which of the two it is, the first answer decides.
import { findOption } from '../../wire/options.ts';
import { multicastName } from '../../wire/multicast.ts';
import type { Tid } from '../../wire/tid.ts';
import type { Input, Instant, Machine, Output } from '../machine.ts';
import { Receiver } from '../receiver.ts';
import type { ClientStart } from '../side.ts';
import type { Waits } from '../waits.ts';
import { GroupMember } from './group-member.ts';

/** Receives one file. The request of `start` has the option multicast. The first input is `start`. */
export class MulticastReceiver implements Machine {
  readonly #start: ClientStart;
  #machine: Receiver | GroupMember;

  constructor(start: ClientStart) {
    this.#start = start;
    this.#machine = new Receiver(start);
  }

  get deadline(): Instant | undefined {
    return this.#machine.deadline;
  }

  get peer(): Tid | undefined {
    return this.#machine.peer;
  }

  get index(): number {
    return this.#machine.index;
  }

  get waits(): Waits {
    return this.#machine.waits;
  }

  handle(input: Input, now: Instant): readonly Output[] {
    if (this.#namesGroup(input)) this.#machine = new GroupMember(this.#start);
    const outputs = this.#machine.handle(input, now);
    return this.#machine instanceof GroupMember ? outputs : outputs.map(withRefusal);
  }

  /** Whether `input` is the first answer of the server that was asked, and accepts the option. */
  #namesGroup(input: Input): boolean {
    if (input.type !== 'datagram' || input.packet.op !== 'OACK' || this.waits.for !== 'answer') return false;
    const { to, anyAddress } = this.#start;
    if (!anyAddress && input.from.address !== to.address) return false;
    return findOption(input.packet.options, multicastName) !== undefined;
  }
}

/** The terms of a transfer without a group say that the server left multicast out. */
function withRefusal(output: Output): Output {
  if (output.type !== 'note' || output.note.type !== 'negotiated') return output;
  const { refused } = output.note;
  if (refused.includes(multicastName)) return output;
  return { type: 'note', note: { ...output.note, refused: [...refused, multicastName] } };
}
