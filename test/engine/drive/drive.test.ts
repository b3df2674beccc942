// What runs a machine: when the file is asked, and when it no longer is.
import { expect, test } from 'vitest';
import { Drive } from '../../../src/engine/drive/drive.ts';
import type { PacketPort } from '../../../src/network/packet-network.ts';
import { VirtualClock } from '../../../src/network/virtual-clock.ts';
import { Bus } from '../../../src/trace/record/bus.ts';
import type { Machine, Output } from '../../../src/transfer/machine.ts';
import { tid } from '../../../src/wire/tid.ts';

test('the next octets are read when packets have left, and not after the end', () => {
  const calls: string[] = [];
  const nothing = (): void => undefined;
  const port: PacketPort = {
    local: tid('127.0.0.1', 2000),
    send: () => calls.push('send'),
    flush: () => calls.push('flush'),
    pin: nothing,
    unref: nothing,
    close: nothing,
  };
  const peer = tid('127.0.0.1', 1000);
  const answers: Output[][] = [
    [{ type: 'send', to: peer, packet: { op: 'ACK', block: 0 }, repeat: false }],
    [{ type: 'end', outcome: { ok: true, octets: 0, confirmed: true } }],
  ];
  const machine: Machine = {
    ...{ deadline: undefined, peer, waits: { for: 'ACK', from: 1, to: 1 }, index: 0 },
    handle: () => answers.shift() ?? [],
  };
  const feed = { take: () => undefined, prepare: () => calls.push('prepare') };
  const drive = new Drive({
    ...{ machine, port, feed, clock: new VirtualClock(), bus: new Bus() },
    ...{ tag: { transfer: 1, side: 'client' }, onEnd: () => calls.push('end'), onRelease: nothing },
  });
  drive.start();
  drive.abort(0, 'enough');
  expect(calls).toEqual(['send', 'flush', 'prepare', 'end', 'flush']);
});
