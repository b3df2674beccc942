// The filter language: what it understands, what it says where it does not, and what passes.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  conversationTarget,
  filterFields,
  matches,
  packetTarget,
  parseFilter,
} from '../../../src/trace/capture/filter.ts';
import { tid } from '../../../src/wire/tid.ts';
import { ack, asked, c, data, error, follow, only, oack, request, rrq, s, type Line } from './scripts.ts';

const read = [
  c(request('RRQ', 'cfg/sw1.cfg', { blksize: '512' }), asked),
  s(oack({ blksize: '512' })),
  c(ack(0)),
  s(data(1, 5)),
  c(ack(1)),
];
const latin = [c(request('RRQ', 'caf\udce9.cfg'), asked)];
const refused: Line[] = [c(request('WRQ', 'sw2.bin'), asked), s(error(2, 'denied'))];

/** The ops of the packets that pass. */
function passing(text: string, lines: readonly Line[]): string {
  const parsed = parseFilter(text);
  if (!parsed.ok) throw new Error(parsed.message);
  const { records, summaries } = follow(lines);
  const passed = records.filter((one) =>
    matches(parsed.filter, packetTarget(one, summaries[one.transfer - 1])),
  );
  return passed.map(({ packet }) => packet.op).join(' ');
}

test('a name that is not UTF-8 is found as it is shown', () => {
  for (const text of [String.raw`file=caf\xe9.*`, 'file=caf\udce9.cfg', String.raw`f\xe9.c`, 'file=caf?.cfg'])
    expect(passing(text, latin), text).toBe('RRQ');
  expect(passing('file=café.cfg', latin)).toBe('');
});

describe('packets', () => {
  test.each([
    ['', 'RRQ OACK ACK DATA ACK'],
    ['op=ACK', 'ACK ACK'],
    ['OP = ack', 'ACK ACK'],
    ['op!=ACK', 'RRQ OACK DATA'],
    ['block=1', 'DATA ACK'],
    ['block!=1', 'RRQ OACK ACK'],
    ['op=ACK and block=1', 'ACK'],
    ['op=DATA or op=RRQ', 'RRQ DATA'],
    ['op=DATA or op=ACK and block=0', 'ACK DATA'],
    ['(op=DATA or op=ACK) and block=1', 'DATA ACK'],
    ['not op=ACK and not op=DATA', 'RRQ OACK'],
    ['not (op=ACK or op=DATA)', 'RRQ OACK'],
    ['not not op=RRQ', 'RRQ'],
    ['port=69', 'RRQ'],
    ['port=5000 and op=DATA', 'DATA'],
    ['host=10.0.0.0/8 and op=RRQ', 'RRQ'],
    ['host=10.0.0.2/31 and op=RRQ', 'RRQ'],
    ['host=10.0.0.4/30 and op=RRQ', ''],
    ['host=::ffff:10.0.0.1 and op=RRQ', 'RRQ'],
    ['host=0.0.0.0/0 and op=RRQ', 'RRQ'],
    ['client=10.0.0.1 and op=RRQ', 'RRQ'],
    ['client=10.0.0.2', ''],
    ['server=10.0.0.2 and op=OACK', 'OACK'],
    ['file=*.cfg and op=RRQ', 'RRQ'],
    ['file="cfg/sw?.c*" and op=RRQ', 'RRQ'],
    ['file=*.CFG', ''],
    ['file=sw1.cfg', 'RRQ OACK ACK DATA ACK'],
    ['file=sw2', ''],
    ['block>0', 'DATA ACK'],
    ['block<1', 'ACK'],
    ['block>=1 and block<=1 and op=DATA', 'DATA'],
    ['sw1', 'RRQ'],
    ['"SW1" and not oack', 'RRQ'],
    ['sw2', ''],
    ['transfer=1 and op=RRQ', 'RRQ'],
    ['transfer=2', ''],
    ['outcome=complete and op=RRQ', 'RRQ'],
    ['code=0', ''],
  ])('%s', (text, ops) => expect(passing(text, read)).toBe(ops));
  test('an ERROR by its code', () => {
    expect(passing('op=ERROR and host=10.0.0.0/8 and file=*.bin', refused)).toBe('ERROR');
    expect(passing('code=2', refused)).toBe('ERROR');
    expect(passing('code!=2', refused)).toBe('WRQ');
  });
});

describe('transfers', () => {
  const passes = (text: string, lines: readonly Line[]): boolean => {
    const parsed = parseFilter(text);
    return parsed.ok && matches(parsed.filter, conversationTarget(only(lines)));
  };
  test.each([
    ['op=RRQ', true, false],
    ['op=ERROR', false, true],
    ['op=OACK', true, false],
    ['code=2', false, true],
    ['outcome=refused', false, true],
    ['file=*.cfg', true, false],
    ['port=6000', true, true],
    ['server=10.0.0.2', true, true],
    ['op=DATA', true, false],
    ['sw1', true, false],
    ['10.0.0.2', true, true],
  ])('%s', (text, ofRead, ofRefused) => {
    expect(passes(text, read)).toBe(ofRead);
    expect(passes(text, refused)).toBe(ofRefused);
  });
});

test('IPv6 networks', () => {
  const six = (text: string): boolean => {
    const parsed = parseFilter(text);
    const [record] = follow([c(rrq(), asked)]).records;
    const from = tid('fe80::1:2', 1);
    return parsed.ok && matches(parsed.filter, packetTarget({ ...record!, from, to: from }, undefined));
  };
  expect([six('host=fe80::/10'), six('host=fe80::1:2'), six('host=::/0')]).toEqual([true, true, true]);
  expect([six('host=fe80::1:3'), six('host=10.0.0.0/8'), six('host!=fe80::/64')]).toEqual([
    false,
    false,
    false,
  ]);
});

describe('what is no filter', () => {
  test.each([
    ['op', '"=", "!=", "<" or ">" must follow a field', 2, 2],
    ['op<ACK', '< compares numbers: block, code, port, transfer', 3, 6],
    ['and op=ACK', `a field belongs here: ${filterFields.join(', ')}`, 0, 3],
    ['op=', 'a value is missing', 3, 3],
    ['op=and', 'one of these belongs here: RRQ, WRQ, DATA, ACK, ERROR, OACK, malformed', 3, 6],
    ['size=1', `a field belongs here: ${filterFields.join(', ')}`, 0, 4],
    ['op=ACK block=1', '"and" or "or" belongs before this', 7, 12],
    ['op=ACK and', 'a comparison is missing', 10, 10],
    ['(op=ACK', 'this is never closed', 0, 1],
    ['op=ACK)', 'nothing is open here', 6, 7],
    ['host=10.0.0.0/33', 'an address belongs here, or a network as 10.0.0.0/8', 5, 16],
    ['host=router', 'an address belongs here, or a network as 10.0.0.0/8', 5, 11],
    ['block=one', 'a number belongs here', 6, 9],
    ['file="a', 'the quotation is never closed', 5, 7],
    ['op ! ACK', '"!" means nothing here', 3, 4],
    ['file=(', 'a value is missing', 5, 6],
    [`${'('.repeat(65)}op=ACK`, 'this is nested too deep', 64, 65],
    ['x'.repeat(5000), 'a filter has at most 4096 characters', 4096, 5000],
  ])('%.20s', (text, message, from, to) => {
    expect(parseFilter(text)).toEqual({ ok: false, message, from, to });
  });
});

test('no text makes it throw, and a caret is within the text', () => {
  const word = fc.constantFrom(
    'op',
    '=',
    '!=',
    'ACK',
    'and',
    'or',
    'not',
    '(',
    ')',
    'host',
    '10.0.0.0/8',
    '"',
    ' ',
    'file',
    '*',
    '!',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(word).map((words) => words.join(' ')),
        fc.string(),
      ),
      (text) => {
        const parsed = parseFilter(text);
        if (parsed.ok) return;
        expect(parsed.from).toBeLessThanOrEqual(parsed.to);
        expect(parsed.to).toBeLessThanOrEqual(text.length);
      },
    ),
    { numRuns: 1000 },
  );
});

test('a glob without mercy is answered at once', () => {
  expect(passing(`file=${'*a'.repeat(500)}b`, [c(request('RRQ', 'a'.repeat(400)), asked)])).toBe('');
});
