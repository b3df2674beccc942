// What a machine would do next: the same inputs are played to a twin of it, then the one that has not come yet.
// Rule: a machine is determined by its inputs, so the twin stands where the machine stands. Octets of the file do not
// matter to it: their number is kept, and zeros are played.
import type { Input, Instant, Machine, Output } from '../../transfer/machine.ts';
import type { Waits } from '../../transfer/waits.ts';

/** Inputs that are kept; a longer transfer cannot be rehearsed. */
const mostInputs = 50_000;

export interface RehearsalOptions {
  /** Makes a twin of the machine as it was at its start. */
  readonly twin: () => Machine;
  /** Octets that the machine sends in all, as on the wire; undefined: not known. */
  readonly size: () => number | undefined;
}

/** What a machine would do, and where it would stand then. */
export interface Foreseen {
  readonly outputs: readonly Output[];
  readonly waits: Waits;
  readonly deadline: Instant | undefined;
}

export class Rehearsal {
  readonly #options: RehearsalOptions;
  #inputs: { readonly input: Input; readonly now: Instant }[] = [];
  #taken = 0;
  #isComplete = true;
  #zeros = new Uint8Array(0);

  constructor(options: RehearsalOptions) {
    this.#options = options;
  }

  /** The machine gets this input. */
  record(input: Input, now: Instant): void {
    if (!this.#isComplete) return;
    if (input.type === 'chunk') this.#taken += input.octets.length;
    this.#inputs.push({ input: this.#withoutFile(input), now });
    if (this.#inputs.length <= mostInputs) return;
    this.#isComplete = false;
    this.#inputs = [];
  }

  /** What the machine would do with `input`, until it waits again. Undefined: the transfer is too long for that. */
  foresee(input: Input, now: Instant): Foreseen | undefined {
    if (!this.#isComplete) return undefined;
    const twin = this.#options.twin();
    for (const past of this.#inputs) twin.handle(past.input, past.now);
    const found: Output[] = [];
    const queue: Input[] = [this.#withoutFile(input)];
    let taken = this.#taken;
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      for (const output of twin.handle(next, now)) {
        found.push(output);
        if (output.type === 'deliver') queue.push({ type: 'stored' });
        if (output.type === 'join') queue.push({ type: 'joined' });
        if (output.type !== 'pull') continue;
        const length = Math.min(output.length, (this.#options.size() ?? Infinity) - (output.at ?? taken));
        taken += length;
        queue.push({ type: 'chunk', octets: this.#zerosOf(Math.max(0, length)) });
      }
    }
    return { outputs: found, waits: twin.waits, deadline: twin.deadline };
  }

  #withoutFile(input: Input): Input {
    if (input.type === 'chunk') return { type: 'chunk', octets: this.#zerosOf(input.octets.length) };
    if (input.type !== 'datagram' || input.packet.op !== 'DATA') return input;
    const { packet, from } = input;
    const data = this.#zerosOf(packet.data.length);
    return { type: 'datagram', from, packet: { op: 'DATA', block: packet.block, data } };
  }

  /** A view of memory that all inputs share. */
  #zerosOf(length: number): Uint8Array {
    if (this.#zeros.length < length) this.#zeros = new Uint8Array(length);
    return this.#zeros.subarray(0, length);
  }
}
