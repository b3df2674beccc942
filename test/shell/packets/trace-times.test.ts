// The times of `trace` count from the request of each transfer, also where a client uses its port again.
import { expect, test } from 'vitest';
import { VirtualClock } from '../../../src/network/virtual-clock.ts';
import { TracePrinter } from '../../../src/shell/packets/trace-printer.ts';
import { Bus } from '../../../src/trace/record/bus.ts';
import type { DatagramEvent } from '../../../src/trace/record/event.ts';
import type { Packet } from '../../../src/wire/packet.ts';
import { untrusted } from '../../../src/wire/text.ts';
import { tid, type Tid } from '../../../src/wire/tid.ts';
import { ack, data, rrq } from '../../trace/capture/scripts.ts';

const boot = tid('192.0.2.1', 1024);
const listening = tid('192.0.2.9', 69);

/** A server that is traced: `times` are those of the printed lines. */
function traced() {
  const bus = new Bus();
  const lines: string[] = [];
  const printer = new TracePrinter({
    bus,
    clock: new VirtualClock(),
    store: {
      print: (batch) => lines.push(...batch.map(({ text }) => text)),
      emit: () => undefined,
      hasEventListeners: false,
    },
    columns: undefined,
    style: () => ({ sides: false, ascii: true }),
  });
  printer.follow('full');
  let id = 0;
  const datagram = (
    type: DatagramEvent['type'],
    transfer: number,
    packet: Packet,
    more: Partial<DatagramEvent>,
  ): void =>
    bus.emit({
      type,
      id: ++id,
      at: 0,
      tag: { transfer, side: 'server' },
      local: listening,
      peer: boot,
      packet,
      length: 4,
      ...more,
    });
  /** A get that our server answers, from `at` milliseconds on. */
  const served = (transfer: number, at: number, peer: Tid = boot): void => {
    datagram('received', 0, rrq(), { at, peer });
    const tag = { transfer, side: 'server' as const };
    bus.emit({ type: 'began', at: at + 1, tag, op: 'RRQ', file: untrusted('a.cfg'), mode: 'octet', peer });
    datagram('sent', transfer, data(1, 5), { at: at + 2, peer });
    datagram('received', transfer, ack(1), { at: at + 3, peer });
  };
  const times = (): string[] => {
    printer.flush();
    return lines.splice(0).map((line) => /\d+\.\d{3}/.exec(line)?.[0] ?? line);
  };
  return { bus, datagram, served, times };
}

const whole = ['0.000', '0.002', '0.003'];

test('case 137: a boot loader that asks from the same port again begins at 0 again', () => {
  const { served, times } = traced();
  served(1, 1000);
  served(2, 9000);
  expect(times()).toEqual([...whole, ...whole]);
  served(3, 20_000);
  expect(times()).toEqual(whole);
});

test('two devices with the same port have times of their own', () => {
  const { served, times } = traced();
  served(1, 1000);
  served(2, 5000, tid('192.0.2.2', 1024));
  expect(times()).toEqual([...whole, ...whole]);
});

test('a repeated request goes on counting', () => {
  const { datagram, times } = traced();
  datagram('received', 0, rrq(), { at: 1000 });
  datagram('received', 0, rrq(), { at: 3000 });
  expect(times()).toEqual(['0.000', '2.000']);
});

test('our server counts from the request of our client, each time that a port is used', () => {
  const { datagram, served, times } = traced();
  const client = tid('0.0.0.0', 1024);
  for (const [transfer, at] of [
    [1, 1000],
    [2, 7000],
  ] as const) {
    const tag = { transfer, side: 'client' as const };
    datagram('sent', transfer, rrq(), { tag, local: client, peer: listening, at });
    served(transfer + 10, at + 5);
    expect(times()).toEqual(['0.000', '0.005', '0.007', '0.008']);
  }
});
