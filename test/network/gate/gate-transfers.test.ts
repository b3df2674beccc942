// Real transfers above the gate: one clock for all of them, client and server. A held datagram stops it for each.
import { expect, test } from 'vitest';
import { Client } from '../../../src/engine/client/client.ts';
import { Gate } from '../../../src/network/gate/gate.ts';
import { observe } from '../../../src/network/observe.ts';
import type { Side } from '../../../src/trace/record/event.ts';
import { inMemory, serve, settled, tftpErrorOf, type MemoryStage } from '../../support/towers.ts';

const hour = 3_600_000;

/** A stage whose network runs on, as a real one does, below a gate. */
function gated(): { readonly stage: MemoryStage; readonly gate: Gate } {
  const stage = inMemory({ transit: 1 });
  const { bus } = stage.tower;
  const gate = new Gate(stage.clock, bus);
  const network = observe(gate.over(stage.impaired), bus, gate.clock);
  return { gate, stage: { ...stage, tower: { ...stage.tower, network, clock: gate.clock } } };
}

test.each<Side>(['client', 'server'])(
  'case 180: a packet that is held at the %s stops the timers of both ends, and of every other transfer',
  async (ends) => {
    const { stage, gate } = gated();
    const { to } = await serve(stage, { file: new Uint8Array(1200) });
    const silent = await stage.peer('192.0.2.7');
    const client = new Client(stage.tower);
    const get = (peer: typeof to) =>
      client.get({
        remote: { host: peer.address, port: peer.port, file: 'file' },
        to: { type: 'memory' },
      });
    const unanswered = get(silent.local);
    await stage.clock.advance(10);
    gate.on({ ends, until: { type: 'block', index: 1 } });
    const got = get(to);
    await stage.clock.advance(10);
    expect(gate.held).toMatchObject([{ tag: { side: ends }, isOurs: true, again: false }]);
    await stage.clock.advance(hour);
    // Nothing was sent again: not by an end of the held transfer, and not by the other transfer.
    expect(gate.held).toHaveLength(1);
    expect(silent.waiting).toHaveLength(1);
    gate.off();
    expect(await settled(stage, got.done)).toMatchObject({ octets: 1200, resent: 0 });
    const error = await tftpErrorOf(stage, unanswered.done);
    expect(error.failure).toMatchObject({ by: 'silence' });
    expect(silent.waiting.length).toBeGreaterThan(1);
  },
);
