// RFC 2347, 2348 and 2349: offer, accept, confirm, and the packets around them.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encode } from '../../src/wire/encode.ts';
import { raw } from '../../src/wire/text.ts';
import {
  acceptOptions,
  confirmOptions,
  offerOptions,
  windowLimit,
  type Grant,
  type Offer,
} from '../../src/transfer/negotiate.ts';
import { classicTerms } from '../../src/transfer/terms.ts';
import type { OackPacket, WireOption } from '../../src/wire/packet.ts';
import {
  ack,
  data,
  error,
  getting,
  malformed,
  oack,
  options,
  pattern,
  putting,
  request,
  serving,
  taking,
} from '../support/script.ts';

const grant: Grant = {
  blksize: 65464,
  windowsize: 64,
  options: true,
  extensions: false,
  size: 5000,
};

const words = (list: readonly WireOption[]): string[] =>
  list.map(({ name, value }) => `${raw(name)} ${raw(value)}`);

/** What a server answers to these options. */
function accepted(pairs: readonly string[], change: Partial<Grant> = {}, op: 'RRQ' | 'WRQ' = 'RRQ') {
  const {
    terms,
    oack: answer,
    refused,
  } = acceptOptions({ ...request(op), options: options(...pairs) }, { ...grant, ...change });
  return { terms, oack: words(answer), refused };
}

/** How a client reads an OACK. */
function confirmed(offer: Offer, pairs: readonly string[], lenient = false, op: 'RRQ' | 'WRQ' = 'RRQ') {
  return confirmOptions(offer, oack(...pairs) as OackPacket, lenient, op);
}

describe('RFC 2347: a server accepts', () => {
  test('case 26: a request without options gets no OACK', () => {
    expect(accepted([])).toEqual({ terms: classicTerms, oack: [], refused: [] });
  });

  test('case 27: a request with only unknown options is treated as one without options', () => {
    expect(accepted(['multicast ', 'speed 9'])).toEqual({ terms: classicTerms, oack: [], refused: [] });
  });

  test('case 28: known options are accepted in the order of the request; unknown ones are left out', () => {
    const answer = accepted(['windowsize 4', 'speed 9', 'blksize 1024']);
    expect(answer.oack).toEqual(['windowsize 4', 'blksize 1024']);
    expect(answer.terms).toEqual({ ...classicTerms, windowsize: 4, blksize: 1024, negotiated: true });
  });

  test('case 30 O02: if an option comes twice, the first one counts and is accepted once', () => {
    expect(accepted(['blksize 600', 'blksize 700']).oack).toEqual(['blksize 600']);
    expect(accepted(['blksize 7', 'blksize 700'])).toMatchObject({ oack: [], refused: ['blksize'] });
  });

  test('O04: at most 16 options are read, and the OACK stays within 512 octets', () => {
    const many = [...Array.from({ length: 16 }, (_, index) => `x${index} 1`), 'blksize 600'];
    expect(accepted(many).oack).toEqual([]);
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.constantFrom('tsize', 'timeout', 'blksize', 'windowsize', 'utimeout', 'rollover', 'blksize2'),
            fc.oneof(fc.string({ maxLength: 500 }), fc.nat().map(String), fc.constant('0'.repeat(400) + '9')),
          ),
        ),
        (pairs) => {
          for (const op of ['RRQ', 'WRQ'] as const) {
            const asked = {
              ...request(op),
              options: pairs.flatMap(([name, value]) => options(`${name} ${value}`)),
            };
            const answer = acceptOptions(asked, { ...grant, extensions: true });
            expect(encode({ op: 'OACK', options: answer.oack, ignored: 0 }).length).toBeLessThanOrEqual(512);
            expect(answer.terms.blksize).toBeGreaterThanOrEqual(8);
          }
        },
      ),
    );
  });

  test('O05: names of object members are unknown options', () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty'])
      expect(accepted([`${name} 1`])).toEqual({ terms: classicTerms, oack: [], refused: [] });
  });

  test('with options switched off, all known options are refused', () => {
    expect(accepted(['blksize 1024', 'windowsize 4', 'tsize 0'], { options: false })).toEqual({
      terms: classicTerms,
      oack: [],
      refused: ['blksize', 'windowsize', 'tsize'],
    });
  });
});

describe('RFC 2348: blksize', () => {
  test.each([
    ['8', '8'],
    ['512', '512'],
    ['65464', '65464'],
    ['65465', '65464'],
    ['65536', '65464'],
    ['4294967296', '65464'],
  ])('case 31 case 33 O01: blksize %s is answered with %s', (asked, answer) => {
    expect(accepted([`blksize ${asked}`]).oack).toEqual([`blksize ${answer}`]);
  });

  test.each([
    '0',
    '7',
    '-1',
    'abc',
    '1024x',
    '0x400',
    ' 1024',
    '+1024',
    '',
    '1e3',
    '512.0',
    '５１２',
    '1'.repeat(20),
  ])('case 32 case 34 O01: blksize "%s" is left out', (asked) => {
    expect(accepted([`blksize ${asked}`])).toEqual({ terms: classicTerms, oack: [], refused: ['blksize'] });
  });

  test('case 35: the limit of the server lowers blksize; nothing raises it', () => {
    expect(accepted(['blksize 8192'], { blksize: 1468 }).oack).toEqual(['blksize 1468']);
    fc.assert(
      fc.property(
        fc.integer({ min: 8, max: 70_000 }),
        fc.integer({ min: 512, max: 65464 }),
        (asked, most) => {
          expect(accepted([`blksize ${asked}`], { blksize: most }).terms.blksize).toBe(Math.min(asked, most));
        },
      ),
    );
  });

  test('case 36 O07: an OACK with a larger blksize: ERROR 8, nothing received', () => {
    const get = getting({ offer: { blksize: 1024 } });
    get.start();
    expect(get.receive(oack('blksize 1025'))).toEqual(['ERROR 8']);
    expect(get.outcome).toMatchObject({ ok: false, failure: { by: 'local', code: 8 } });
  });

  test('case 37: an OACK with a smaller blksize is used', () => {
    const get = getting({ offer: { blksize: 1024 } });
    get.start();
    expect(get.receive(oack('blksize 600'))).toEqual(['ACK 0']);
    expect(get.receive(data(1, 600))).toEqual(['ACK 1']);
    expect(get.outcome).toBeUndefined();
    expect(get.receive(data(2, 599))).toEqual(['ACK 2']);
    expect(get.outcome).toMatchObject({ octets: 1199 });
  });

  test('case 74 case 75 P14: DATA longer than blksize: ERROR 4, failure, nothing written', () => {
    const get = getting({ offer: { blksize: 100 } });
    get.start();
    get.receive(oack('blksize 100'));
    const taken = taking({ terms: { blksize: 100 }, oack: ['blksize 100'] });
    taken.start();
    for (const machine of [get, taken]) {
      expect(machine.receive(data(1, 101))).toEqual(['ERROR 4']);
      expect(machine.received).toEqual([]);
      expect(machine.outcome).toMatchObject({ ok: false, failure: { by: 'local', code: 4 } });
    }
  });

  test('case 31: a block of the smallest and of the largest size ends where it is short', () => {
    for (const blksize of [8, 65464]) {
      const served = serving({
        file: pattern(blksize + 1),
        terms: { blksize },
        oack: [`blksize ${blksize}`],
      });
      served.start();
      expect(served.receive(ack(0))).toEqual(['DATA 1']);
      expect(served.receive(ack(1))).toEqual(['DATA 2']);
      served.receive(ack(2));
      expect(served.outcome).toMatchObject({ ok: true, octets: blksize + 1 });
    }
  });

  test('O17: if a server ignores blksize 8 and sends 512 octets, the client accepts that', () => {
    const get = getting({ offer: { blksize: 8, windowsize: 4 } });
    get.start();
    expect(get.receive(data(1))).toEqual(['ACK 1']);
    expect(get.noted('negotiated')).toEqual([
      { type: 'negotiated', terms: classicTerms, refused: ['blksize', 'windowsize'] },
    ]);
  });
});

describe('RFC 2347: a client confirms', () => {
  test('case 38 O06: an option that was not asked for: ERROR 8; lenient lets it through', () => {
    expect(confirmed({ blksize: 1024 }, ['blksize 1024', 'windowsize 4'])).toMatchObject({
      ok: false,
      code: 8,
    });
    expect(confirmed({ blksize: 1024 }, ['speed 9'])).toMatchObject({ ok: false, code: 8 });
    expect(confirmed({}, ['speed 9', 'windowsize 4', 'timeout 3', 'rollover 1', 'tsize 6'], true)).toEqual({
      ok: true,
      terms: { ...classicTerms, windowsize: 4, rollover: 1, tsize: 6, negotiated: true },
      refused: [],
    });
    const get = getting({ offer: { tsize: 0 } });
    get.start();
    expect(get.receive(oack('blksize 512'))).toEqual(['ERROR 8']);
  });

  test.each([
    [{ blksize: 1024 }, 'blksize 7'],
    [{ blksize: 1024 }, 'blksize 1025'],
    [{ blksize: 1024 }, 'blksize abc'],
    [{ windowsize: 4 }, 'windowsize 0'],
    [{ windowsize: 4 }, 'windowsize 5'],
    [{ timeout: 3 }, 'timeout 4'],
    [{ timeout: 3 }, 'timeout 0'],
    [{ tsize: 0 }, 'tsize abc'],
    [{ tsize: 0 }, 'tsize -1'],
    [{ tsize: 0 }, `tsize ${'9'.repeat(21)}`],
    [{ rollover: 1 }, 'rollover 0'],
    [{ rollover: 1 }, 'rollover 2'],
  ] as const)('O07 case 36 case 57: asked for %j, granted %s: ERROR 8', (offer, pair) => {
    expect(confirmed(offer, [pair])).toMatchObject({ ok: false, code: 8 });
    expect(confirmed(offer, [pair], true)).toMatchObject({ ok: false, code: 8 });
  });

  test('options may be granted as requested, lowered or left out', () => {
    const offer = { tsize: 0, blksize: 1468, timeout: 3, windowsize: 16, rollover: 1 } as const;
    expect(
      confirmed(offer, ['blksize 1024', 'windowsize 8', 'timeout 3', 'rollover 1', 'blksize 9999']),
    ).toEqual({
      ok: true,
      terms: { blksize: 1024, windowsize: 8, timeout: 3, tsize: undefined, rollover: 1, negotiated: true },
      refused: ['tsize'],
    });
    expect(words(offerOptions(offer))).toEqual([
      'tsize 0',
      'blksize 1468',
      'timeout 3',
      'windowsize 16',
      'rollover 1',
    ]);
    expect(offerOptions({})).toEqual([]);
  });

  test('case 39: an OACK without a complete option: ERROR 4', () => {
    for (const reason of ['options-empty', 'options-malformed'] as const) {
      const put = putting({ offer: { tsize: 0 } });
      put.start();
      expect(put.receive(malformed(reason, 6))).toEqual(['ERROR 4']);
      expect(put.outcome).toMatchObject({ failure: { by: 'local', code: 4 } });
    }
  });

  test('case 40 case 46: if the server answers without OACK, RFC 1350 applies without options', () => {
    const put = putting({ file: pattern(600), offer: { blksize: 1024, windowsize: 4 } });
    put.start();
    expect(put.receive(ack(0))).toEqual(['DATA 1']);
    expect(put.receive(ack(1))).toEqual(['DATA 2']);
    put.receive(ack(2));
    expect(put.outcome).toMatchObject({ ok: true, octets: 600 });
  });

  test('case 47: after an OACK to a WRQ, DATA 1 is the acknowledgement', () => {
    const put = putting({ file: pattern(600), offer: { blksize: 1024 } });
    put.start();
    expect(put.receive(oack('blksize 1024'))).toEqual(['DATA 1']);
  });

  test('case 47: DATA 1 is lost: the OACK that comes again causes no DATA, but it ends the back-off', () => {
    const put = putting({ file: pattern(600), offer: { blksize: 1024 } });
    put.start();
    expect(put.wait(1000)).toEqual(['WRQ again']);
    put.receive(oack('blksize 1024'));
    expect(put.timeline(2999).at(-1)).toBe('3000 DATA 1 again');
    expect(put.receive(oack('blksize 1024'))).toEqual([]);
    expect(put.timeline(2000)).toEqual(['4000 DATA 1 again']);
  });

  test('case 42: the OACK is lost: the client repeats its RRQ, the server its OACK', () => {
    const get = getting({ offer: { tsize: 0 } });
    get.start();
    expect(get.wait(1000)).toEqual(['RRQ again']);
    const served = serving({ oack: ['tsize 0'] });
    served.start();
    expect(served.wait(1000)).toEqual(['OACK again']);
  });

  test('case 43: ACK 0 is lost: the server repeats the OACK, and sends DATA 1 after ACK 0', () => {
    const served = serving({ file: pattern(10), oack: ['tsize 10'], hold: true });
    expect(served.start()).toEqual(['OACK']);
    expect(served.pulled).toBeUndefined();
    expect(served.wait(1000)).toEqual(['OACK again']);
    served.receive(ack(0));
    expect(served.answerPull()).toEqual(['DATA 1']);
  });

  test('case 44: ACK 1 in reply to an OACK is ignored; the timer does not change', () => {
    const served = serving({ file: pattern(10), oack: ['tsize 10'] });
    served.start();
    const { deadline } = served.machine;
    expect(served.receive(ack(1))).toEqual([]);
    expect(served.machine.deadline).toBe(deadline);
    expect(served.receive(ack(0))).toEqual(['DATA 1']);
  });

  test('case 45: an ERROR in reply to an OACK ends the transfer, is not answered, and is marked as first', () => {
    const served = serving({ file: pattern(10), oack: ['tsize 10'] });
    served.start();
    expect(served.receive(error(0, 'probe'))).toEqual([]);
    expect(served.outcome).toMatchObject({ failure: { by: 'peer', code: 0, first: true } });
  });

  test('O08: a repeated OACK causes ACK 0 before the first DATA, and nothing after it', () => {
    const get = getting({ offer: { tsize: 0 } });
    get.start();
    expect(get.receive(oack('tsize 600'))).toEqual(['ACK 0']);
    expect(get.receive(oack('tsize 600'))).toEqual(['ACK 0 again']);
    expect(get.wait(250)).toEqual(['ACK 0 again']);
    expect(get.receive(data(1))).toEqual(['ACK 1']);
    expect(get.receive(oack('tsize 600'))).toEqual([]);
    const plain = getting();
    plain.start();
    plain.receive(data(1));
    expect(plain.receive(oack('tsize 600'))).toEqual([]);
    const taken = taking({ oack: ['tsize 4'] });
    expect(taken.start()).toEqual(['OACK']);
    expect(taken.receive(oack('tsize 600'))).toEqual([]);
  });
});

describe('RFC 2349: tsize and timeout', () => {
  test('case 48 case 49: an RRQ gets the real size, regardless of the value in the request', () => {
    expect(accepted(['tsize 0'], { size: 2 ** 40 + 1 }).oack).toEqual(['tsize 1099511627777']);
    expect(accepted(['tsize 5']).oack).toEqual(['tsize 5000']);
  });

  test('case 50 case 51: no tsize if the size is unknown or 0', () => {
    expect(accepted(['tsize 0'], { size: undefined })).toMatchObject({ oack: [], refused: ['tsize'] });
    expect(accepted(['tsize 0'], { size: 0 })).toMatchObject({ oack: [], refused: ['tsize'] });
  });

  test('case 52 O11: the tsize of a WRQ is echoed; one beyond the largest number counts as larger than any disk', () => {
    expect(accepted(['tsize 1000000000000000'], {}, 'WRQ')).toMatchObject({
      oack: ['tsize 1000000000000000'],
      terms: { tsize: 1e15 },
    });
    expect(accepted(['tsize 18446744073709551616'], {}, 'WRQ').terms.tsize).toBe(Number.MAX_SAFE_INTEGER);
    expect(accepted(['tsize -1'], {}, 'WRQ')).toMatchObject({ oack: [], refused: ['tsize'] });
    expect(accepted(['tsize abc'])).toMatchObject({ oack: [], refused: ['tsize'] });
  });

  test('case 53: the terms contain the tsize of the server; for a WRQ that of the client', () => {
    expect(confirmed({ tsize: 0 }, ['tsize 5000'])).toMatchObject({ ok: true, terms: { tsize: 5000 } });
    expect(confirmed({ tsize: 70 }, ['tsize 71'], false, 'WRQ')).toMatchObject({
      ok: true,
      terms: { tsize: 70 },
    });
    expect(confirmed({}, ['tsize 71'], true, 'WRQ')).toMatchObject({ ok: true, terms: { tsize: 71 } });
  });

  test.each(['1', '255'])('case 55: timeout %s is echoed unchanged', (value) => {
    expect(accepted([`timeout ${value}`])).toMatchObject({
      oack: [`timeout ${value}`],
      terms: { timeout: Number(value) },
    });
  });

  test.each(['0', '256', 'abc', '3000000000', 'NaN', '1500', '-1'])(
    'case 56 case 58 O09: timeout %s is left out',
    (value) => {
      expect(accepted([`timeout ${value}`])).toMatchObject({ oack: [], refused: ['timeout'] });
    },
  );

  test('case 57: a timeout that the client did not request is never adopted', () => {
    expect(confirmed({}, ['timeout 9'])).toMatchObject({ ok: false, code: 8 });
    expect(confirmed({}, ['timeout 9'], true)).toMatchObject({ ok: true, terms: { timeout: undefined } });
  });

  test('an agreed timeout is the shortest interval, and the transfer gives up only after three of them', () => {
    const get = getting({ offer: { timeout: 20 } });
    get.start();
    get.receive(oack('timeout 20'));
    const times = get.timeline(300_000).map((line) => Number(line.split(' ')[0]));
    expect(times).toEqual([20_000, 40_000, 60_000]);
    expect(get.outcome).toMatchObject({ failure: { by: 'silence' } });
  });

  test('O09, invariant 12: an agreed timeout of 255 s keeps every interval within 255 s', () => {
    const served = serving({ file: pattern(5000), terms: { timeout: 255 }, oack: ['timeout 255'] });
    served.start();
    served.receive(ack(0));
    expect(served.machine.deadline! - served.now).toBe(255_000);
    expect(served.timeline(2_000_000).at(-1)).toBe('765000 ERROR 0');
  });
});

describe('extensions', () => {
  test('case 62 O10: blksize2, utimeout and rollover are refused unless switched on', () => {
    const asked = ['blksize2 1500', 'utimeout 20000', 'rollover 1'];
    expect(accepted(asked)).toEqual({
      terms: classicTerms,
      oack: [],
      refused: ['blksize2', 'utimeout', 'rollover'],
    });
    expect(accepted(asked, { extensions: true })).toMatchObject({
      oack: ['blksize2 1024', 'utimeout 20000', 'rollover 1'],
      terms: { blksize: 1024, timeout: 0.02, rollover: 1 },
    });
  });

  test.each(['utimeout 1', 'utimeout 99999999999999999999', 'rollover 2', 'rollover x', 'blksize2 7'])(
    'O10: %s is left out even then',
    (pair) => expect(accepted([pair], { extensions: true }).oack).toEqual([]),
  );

  test('the option of the RFC takes precedence over its extension', () => {
    const answer = accepted(
      ['blksize2 1500', 'blksize 900', 'utimeout 20000', 'timeout 2', 'windowsize 99'],
      { extensions: true },
    );
    expect(answer.oack).toEqual(['blksize 900', 'timeout 2', 'windowsize 64']);
    expect(accepted(['windowsize 64', 'blksize2 65464'], { extensions: true }).terms.windowsize).toBe(2);
  });

  test('case 84: the setting rollover applies unless the server accepted another value', () => {
    const get = getting({ offer: { tsize: 0 }, rollover: 1 });
    get.start();
    get.receive(oack('tsize 9'));
    expect(get.noted('negotiated')).toMatchObject([{ terms: { rollover: 1 } }]);
    const asked = getting({ offer: { rollover: 0 }, rollover: 0 });
    asked.start();
    asked.receive(oack('rollover 0'));
    expect(asked.noted('negotiated')).toMatchObject([{ terms: { rollover: 0 } }]);
  });
});

describe('RFC 7440 §3: windowsize', () => {
  test.each([
    ['1', '1'],
    ['4', '4'],
    ['64', '64'],
    ['65535', '64'],
  ])('case 59 O14: windowsize %s is answered with %s', (asked, answer) => {
    expect(accepted([`windowsize ${asked}`]).oack).toEqual([`windowsize ${answer}`]);
  });

  test.each(['0', '65536', '-1', 'x'])('case 60 O14: windowsize %s is left out', (asked) => {
    expect(accepted([`windowsize ${asked}`])).toMatchObject({ oack: [], refused: ['windowsize'] });
  });

  test('case 61 O13 R10: a window fits a default receive buffer, wherever the option blksize comes in the request', () => {
    expect(accepted(['windowsize 65535', 'blksize 65464']).oack).toEqual(['windowsize 1', 'blksize 65464']);
    expect([8, 512, 1468, 8192, 65464].map(windowLimit)).toEqual([64, 64, 64, 11, 1]);
    expect(accepted(['windowsize 32'], { windowsize: 8 }).oack).toEqual(['windowsize 8']);
  });
});
