// A client that asks only for the size (RFC 2349) and declines each answer once with ERROR 0.
import { describe, expect, test } from 'vitest';
import { data, elsewhere, error, oack, probing } from '../support/script.ts';

describe('size probe', () => {
  test('case 121: the OACK is answered with ERROR 0 instead of ACK 0, and the size is known', () => {
    const probe = probing({ offer: { tsize: 0 } });
    expect(probe.start()).toEqual(['RRQ']);
    expect(probe.receive(oack('tsize 4711'))).toEqual(['ERROR 0']);
    expect(probe.outcome).toEqual({ ok: true, octets: 0, confirmed: true });
    expect(probe.noted('negotiated')).toMatchObject([{ terms: { tsize: 4711 } }]);
    expect(probe.machine.deadline).toBeUndefined();
    expect(probe.receive(oack('tsize 4711'))).toEqual([]);
  });

  test('case 40: a server without options sends DATA 1, which is declined too; the size stays unknown', () => {
    const probe = probing({ offer: { tsize: 0 } });
    probe.start();
    expect(probe.receive(data(1))).toEqual(['ERROR 0']);
    expect(probe.noted('negotiated')).toMatchObject([{ terms: { tsize: undefined }, refused: ['tsize'] }]);
  });

  test.each([
    ['no tsize', 'blksize 512'],
    ['the tsize of the request', 'tsize 0'],
  ])('an OACK with %s: the first block tells the size of a small file', (_, option) => {
    const probe = probing({ offer: { tsize: 0, blksize: 512 } });
    probe.start();
    expect(probe.receive(oack(option))).toEqual(['ACK 0']);
    expect(probe.receive(data(1, 0))).toEqual(['ERROR 0']);
    expect(probe.machine).toHaveProperty('size', 0);
    expect(probe.outcome).toMatchObject({ ok: true });
  });

  test('a first block that is full tells no size; a lost ACK 0 is sent again', () => {
    const probe = probing({ offer: { tsize: 0, blksize: 512 } });
    probe.start();
    expect(probe.receive(oack('blksize 512'))).toEqual(['ACK 0']);
    expect(probe.wait(300)).toEqual(['ACK 0 again']);
    expect(probe.receive(data(1, 512))).toEqual(['ERROR 0']);
    expect(probe.machine).toHaveProperty('size', undefined);
  });

  test('a server without options: DATA 1 of 511 octets is the whole file', () => {
    const probe = probing({ offer: { tsize: 0 } });
    probe.start();
    expect(probe.receive(data(1, 511))).toEqual(['ERROR 0']);
    expect(probe.machine).toHaveProperty('size', 511);
  });

  test('case 77: an ERROR ends the probe and is not answered', () => {
    const probe = probing({ offer: { tsize: 0 } });
    probe.start();
    expect(probe.receive(error(1))).toEqual([]);
    expect(probe.outcome).toMatchObject({ ok: false, failure: { by: 'peer', code: 1, first: true } });
  });

  test('N01: an answer from another address changes nothing; the probe ends after repeated requests', () => {
    const probe = probing({ offer: { tsize: 0 } });
    probe.start();
    expect(probe.receive(oack('tsize 1'), elsewhere)).toEqual([]);
    const words = probe.wait(60_000);
    expect(new Set(words)).toEqual(new Set(['RRQ again']));
    expect(probe.outcome).toMatchObject({ ok: false, failure: { by: 'silence', heard: false } });
  });

  test('an abort or a failed socket ends the probe', () => {
    const aborted = probing();
    aborted.start();
    expect(aborted.abort()).toEqual([]);
    expect(aborted.outcome).toMatchObject({ failure: { by: 'local', code: 0 } });
    const broken = probing();
    broken.start();
    broken.input({ type: 'network-failed', reason: 'socket-failed', message: 'gone' });
    expect(broken.outcome).toMatchObject({
      failure: { by: 'network', reason: 'socket-failed', message: 'gone' },
    });
    const idle = probing();
    idle.start();
    expect(idle.input({ type: 'stored' })).toEqual([]);
  });
});
