// A client that waits for the first answer: which requests it sends, and what ends its patience.
import { describe, expect, test } from 'vitest';
import { ack, data, error, getting, oack, pattern, probing, putting } from '../support/script.ts';

describe('a server that ignores a request with options', () => {
  test('every second repetition from the third on is without options', () => {
    const get = getting({ offer: { blksize: 1468, windowsize: 4 } });
    get.start();
    get.wait(60_000);
    const counts = get.sent.flatMap((output) =>
      output.type === 'send' && output.packet.op === 'RRQ' ? [output.packet.options.length] : [],
    );
    expect(counts).toEqual([2, 2, 2, 0, 2, 0]);
  });
});

describe('a port that is closed before the first answer', () => {
  const unreachable = { type: 'network-failed', reason: 'port-unreachable', message: 'refused' } as const;

  test('ends the transfer, unless the user wants to wait for the server', () => {
    const hasty = getting();
    hasty.start();
    hasty.input(unreachable);
    expect(hasty.outcome).toMatchObject({
      ok: false,
      failure: { by: 'network', reason: 'port-unreachable' },
    });
    const patient = getting({ pace: { wait: 60_000 } });
    patient.start();
    patient.input(unreachable);
    expect(patient.outcome).toBeUndefined();
    patient.receive(data(1, 5));
    expect(patient.outcome).toMatchObject({ ok: true });
  });

  test('does not mean patience once the server answered, or where the network itself failed', () => {
    const answered = putting({ pace: { wait: 60_000 }, file: pattern(2000) });
    answered.start();
    answered.receive(ack(0));
    answered.input(unreachable);
    expect(answered.outcome).toMatchObject({ ok: false });
    const broken = getting({ pace: { wait: 60_000 } });
    broken.start();
    broken.input({ ...unreachable, reason: 'socket-failed' });
    expect(broken.outcome).toMatchObject({ ok: false, failure: { by: 'network', reason: 'socket-failed' } });
  });
});

describe('RFC 2349: a client that asks for the size alone', () => {
  /** It knows no size yet: the OACK has none, so it asks for DATA 1. */
  function asking(): ReturnType<typeof probing> {
    const probe = probing({ offer: { tsize: 0, blksize: 1468 } });
    probe.start();
    expect(probe.receive(oack('blksize 1468'))).toEqual(['ACK 0']);
    return probe;
  }

  test('an ERROR instead of DATA 1 is never answered', () => {
    const probe = asking();
    expect(probe.receive(error(2))).toEqual([]);
    expect(probe.outcome).toMatchObject({ ok: false, failure: { by: 'peer', code: 2 } });
  });

  test('another packet than DATA 1 changes nothing', () => {
    const probe = asking();
    expect([
      ...probe.receive(ack(1)),
      ...probe.receive(data(2, 7)),
      ...probe.receive(oack('blksize 1468')),
    ]).toEqual([]);
    expect(probe.outcome).toBeUndefined();
    expect(probe.receive(data(1, 7))).toEqual(['ERROR 0']);
    expect(probe.machine).toMatchObject({ size: 7 });
  });
});
