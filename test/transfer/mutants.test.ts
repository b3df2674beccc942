// Machines with one bug each: the checks of the pair must find every bug within a few seeds.
import { describe, expect, test } from 'vitest';
import { untrusted } from '../../src/wire/text.ts';
import type { Input, Instant, Machine, Output } from '../../src/transfer/machine.ts';
import { Receiver } from '../../src/transfer/receiver.ts';
import { Sender } from '../../src/transfer/sender.ts';
import type { Start } from '../../src/transfer/side.ts';
import type { Waits } from '../../src/transfer/waits.ts';
import type { Tid } from '../../src/wire/tid.ts';
import { chance, Pair, type PairOptions } from '../support/pair.ts';
import { pattern } from '../support/script.ts';

type Bug = (outputs: readonly Output[], input: Input) => readonly Output[];

/** A machine whose outputs pass through a bug. */
class Bugged implements Machine {
  readonly real: Machine;
  readonly #bug: Bug;
  readonly #sleepless: boolean;
  #over = false;

  constructor(real: Machine, bug: Bug, sleepless = false) {
    this.real = real;
    this.#bug = bug;
    this.#sleepless = sleepless;
  }

  get deadline(): Instant | undefined {
    return this.#sleepless && this.#over ? undefined : this.real.deadline;
  }

  get peer(): Tid | undefined {
    return this.real.peer;
  }

  get waits(): Waits {
    return this.real.waits;
  }

  get index(): number {
    return this.real.index;
  }

  handle(input: Input, now: Instant): readonly Output[] {
    if (this.#sleepless && this.#over) return [];
    const outputs = this.#bug(this.real.handle(input, now), input);
    if (outputs.some(({ type }) => type === 'end')) this.#over = true;
    return outputs;
  }
}

const same = (outputs: readonly Output[]) => outputs;

/** What is wrong in a run; empty for the real machines. */
function flaws(options: PairOptions): string[] {
  const pair = new Pair(options).run();
  const found = [...pair.broken];
  const { outcome } = pair.client;
  const { file, duplication = 0, loss = 0 } = options;
  if (outcome?.ok !== true) return [...found, 'the client did not succeed'];
  if (outcome.octets !== file.length) found.push('the count of octets is wrong');
  if (!outcome.confirmed) found.push('the final ACK never came');
  if (pair.published === undefined || Buffer.compare(pair.published, file) !== 0) found.push('other octets');
  // Invariant 6: without loss, a duplicate causes at most one packet, and in lockstep never a DATA.
  if (loss === 0 && pair.trace.filter((line) => line.includes('DATA')).length > file.length / 8 + 1)
    found.push('DATA was repeated for nothing');
  if (loss === 0 && pair.crossings > (2 + 2 * duplication) * (file.length / 8 + 8)) found.push('a storm');
  return found;
}

function scenario(seed: number): PairOptions {
  const random = chance(seed);
  const kind = random() < 0.5 ? 'get' : 'put';
  const lossy = random() < 0.7;
  const offer = lossy ? { blksize: 8, windowsize: 1 + Math.floor(random() * 6) } : { blksize: 8 };
  const file = pattern(Math.floor(random() * 300));
  return { kind, file, offer, seed, delay: [1, 5], loss: lossy ? 0.05 : 0, duplication: lossy ? 0 : 0.2 };
}

const seeds = Array.from({ length: 150 }, (_, seed) => seed);

const mutants: Record<string, (seed: number) => Partial<PairOptions>> = {
  'answers a duplicate ACK': () => {
    let last: Output | undefined;
    return {
      makeSender: (start: Start) =>
        new Bugged(new Sender(start), (outputs) => {
          last = outputs.findLast(({ type }) => type === 'send') ?? last;
          const repeated = outputs.some(
            (output) => output.type === 'note' && output.note.type === 'duplicate',
          );
          return repeated && last !== undefined ? [...outputs, last] : outputs;
        }),
    };
  },
  'acknowledges the last received': () => {
    let block = 0;
    return {
      makeReceiver: (start: Start) =>
        new Bugged(new Receiver(start), (outputs, input) => {
          if (input.type === 'datagram' && input.packet.op === 'DATA') block = input.packet.block;
          return outputs.map((output) =>
            output.type === 'send' && output.packet.op === 'ACK'
              ? { ...output, packet: { op: 'ACK', block } }
              : output,
          );
        }),
    };
  },
  'does not dally': () => ({ makeReceiver: (start: Start) => new Bugged(new Receiver(start), same, true) }),
  'is off by one at the end of the window': () => ({
    makeReceiver: (start: Start) =>
      new Bugged(new Receiver(start), (outputs) =>
        outputs.map((output) =>
          output.type === 'send' && output.packet.op === 'ACK' && output.packet.block > 1
            ? { ...output, packet: { op: 'ACK', block: output.packet.block - 1 } }
            : output,
        ),
      ),
  }),
  'counts octets in 8 bits': () => ({
    makeReceiver: (start: Start) =>
      new Bugged(new Receiver(start), (outputs) =>
        outputs.map((output) =>
          output.type === 'end' && output.outcome.ok
            ? { ...output, outcome: { ...output.outcome, octets: output.outcome.octets % 256 } }
            : output,
        ),
      ),
  }),
  'forgets its timer': () => ({
    makeSender: (start: Start) =>
      new Bugged(new Sender(start), (outputs, input) => (input.type === 'timeout' ? [] : outputs)),
    makeReceiver: (start: Start) =>
      new Bugged(new Receiver(start), (outputs, input) => (input.type === 'timeout' ? [] : outputs)),
  }),
  'delivers a duplicate': () => ({
    makeReceiver: (start: Start) =>
      new Bugged(new Receiver(start), (outputs, input) => {
        const repeated = outputs.some((output) => output.type === 'note' && output.note.type === 'duplicate');
        if (!repeated || input.type !== 'datagram' || input.packet.op !== 'DATA') return outputs;
        return [{ type: 'deliver', octets: input.packet.data, last: false }, ...outputs];
      }),
  }),
};

describe('seeded bugs', () => {
  test('invariant 6: the real machines have no bug', () => {
    for (const seed of seeds) expect(flaws(scenario(seed)), `seed ${seed}`).toEqual([]);
  });

  test.each(Object.keys(mutants))('a machine that %s is caught', (name) => {
    expect(seeds.some((seed) => flaws({ ...scenario(seed), ...mutants[name]?.(seed) }).length > 0)).toBe(
      true,
    );
  });

  test('L02: a machine that answers an ERROR is caught', () => {
    // The server receives DATA 1. Then its ACKs are lost until the client gives up and sends ERROR.
    const upload: PairOptions = {
      kind: 'put',
      file: pattern(5000),
      fate: ({ toServer, count }) => (toServer || count < 3 ? 'pass' : 'drop'),
    };
    expect(new Pair(upload).run().broken).toEqual([]);
    const makeReceiver = (start: Start) =>
      new Bugged(new Receiver(start), (outputs, input) =>
        input.type === 'datagram' && input.packet.op === 'ERROR'
          ? [
              {
                type: 'send',
                to: input.from,
                repeat: false,
                packet: { ...input.packet, message: untrusted('') },
              },
            ]
          : outputs,
      );
    const bugged = new Pair({ ...upload, makeReceiver }).run();
    expect(bugged.broken).toContainEqual('invariant 5: ERROR 0 after an ERROR');
  });
});
