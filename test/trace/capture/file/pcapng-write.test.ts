// What is recorded is what a reader sees: our own reader here, tshark where it is present.
import fc from 'fast-check';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  captureDatagram,
  captureHead,
  wallClock,
  type RecordedDatagram,
} from '../../../../src/trace/capture/file/pcapng-write.ts';
import {
  commentOn,
  maxPayload,
  pieceOf,
  blockRoom,
  CaptureFlow,
  Stamp,
} from '../../../../src/trace/capture/file/pcapng-flow.ts';
import { tid } from '../../../../src/wire/tid.ts';
import { hasTshark, tshark } from '../../../support/tshark.ts';
import { concat, dissectAll, hex, latin, readAll, toHex } from '../captures.ts';

const client = tid('10.0.0.1', 5000);
const server = tid('10.0.0.2', 69);
const at = 1_700_000_000_123_456_789n;

function capture(...datagrams: readonly RecordedDatagram[]): Uint8Array {
  return concat(captureHead(), ...datagrams.map(captureDatagram));
}

describe('octet by octet', () => {
  test('the head: a section, and an interface of raw IP with nanoseconds', () => {
    const section =
      '0a0d0d0a 2c000000 4d3c2b1a 0100 0000 ffffffffffffffff 0400 0600 746674707368 0000 00000000 2c000000';
    const face =
      '01000000 2c000000 6500 0000 00000000 0200 0600 746674707368 0000 0900 0100 09 000000 00000000 2c000000';
    expect(toHex(captureHead('tftpsh'))).toBe(toHex(concat(hex(section), hex(face))));
  });

  test('an ACK over IPv4, with a comment', () => {
    const got = captureDatagram({
      at: 0x1_0000_0002n,
      from: client,
      to: server,
      payload: hex('00040001'),
      comment: 'lost',
    });
    const ip = '4500 0020 0000 4000 40 11 26cb 0a000001 0a000002';
    const udp = '1388 0045 000c d801 00040001';
    const options = '0100 0400 6c6f7374 00000000';
    expect(toHex(got)).toBe(
      toHex(
        hex(
          `06000000 4c000000 00000000 01000000 02000000 20000000 20000000 ${ip} ${udp} ${options} 4c000000`,
        ),
      ),
    );
  });
});

test('milliseconds of a clock become nanoseconds of the wall', () => {
  expect(wallClock(10n, 1.5)).toBe(1_500_010n);
  expect(wallClock(10n, NaN)).toBe(10n);
});

test('the same in halves of 32 bits', () => {
  const epoch = fc.bigInt({ min: 0n, max: 2n ** 62n });
  fc.assert(
    fc.property(epoch, fc.double({ min: -1e6, max: 1e9 }), (zero, ms) => {
      const stamp = new Stamp(zero);
      stamp.set(ms);
      const whole = (BigInt(stamp.high) << 32n) | BigInt(stamp.low);
      expect(whole).toBe(BigInt.asUintN(64, wallClock(zero, ms)));
    }),
  );
});

const v4 = fc.ipV4().map((address) => tid(address, 0).address);
const v6 = fc.constantFrom('::1', 'fe80::1', '2001:db8::a:0:0:1', '::', 'ff02::1');
const port = fc.integer({ min: 0, max: 65535 });

test('write, read, dissect: the same payload, ends and time', () => {
  const family = fc.constantFrom(v4, v6);
  const datagram = family.chain((address) =>
    fc.record({
      at: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      from: fc.record({ address, port }),
      to: fc.record({ address, port }),
      payload: fc.uint8Array({ maxLength: 300 }),
      comment: fc.option(fc.string({ minLength: 1, unit: 'grapheme' }), { nil: undefined }),
    }),
  );
  fc.assert(
    fc.property(fc.array(datagram, { maxLength: 5 }), (datagrams) => {
      const got = dissectAll(capture(...datagrams));
      const expected = datagrams.map((one) => ({ ...one, length: one.payload.length, cut: false }));
      expect(got).toHaveLength(expected.length);
      expect(got).toMatchObject(expected);
    }),
  );
});

describe('ends that IP cannot carry as they are', () => {
  function ends(from: string, to: string): string[] {
    const [got] = dissectAll(capture({ at, from: tid(from, 1), to: tid(to, 2), payload: latin('x') }));
    return [got!.from.address, got!.to.address];
  }
  test('a zone is left out', () =>
    expect(ends('fe80::1%eth0', 'fe80::2%eth0')).toEqual(['fe80::1', 'fe80::2']));
  test('two families become IPv6', () => expect(ends('10.0.0.1', '::1')).toEqual(['10.0.0.1', '::1']));
  test('a name is no address', () => expect(ends('localhost', '10.0.0.2')).toEqual(['0.0.0.0', '10.0.0.2']));
});

test('more octets than UDP carries are cut, and said to be', () => {
  const [got] = readAll(
    capture({ at, from: client, to: server, payload: new Uint8Array(70_000), comment: 'odd' }),
  );
  if (got?.type !== 'frame') throw new Error('no frame');
  expect(got.octets).toHaveLength(28 + maxPayload);
  expect(got.length).toBe(28 + 70_000);
  expect(got.comment).toBe('odd; cut to 65507 of 70000 octets');
});

test('a comment of any length stays within one option', () => {
  const [got] = readAll(
    capture({ at, from: client, to: server, payload: latin('x'), comment: '€'.repeat(50_000) }),
  );
  expect(got).toMatchObject({ type: 'frame', comment: '€'.repeat(341) });
});

test('blocks of one flow lie one behind the other in memory that was used before, and the last may be commented on', () => {
  const piece = pieceOf(4 * blockRoom(9));
  piece.octets.fill(0xff);
  const flow = new CaptureFlow(client, server);
  const stamp = new Stamp(at);
  const more = { high: stamp.high, low: stamp.low, head: latin('\0\x03\0\x01'), comment: undefined };
  const first = flow.write(piece, 0, { ...more, tail: latin('abcde') });
  const second = flow.write(piece, first, { ...more, tail: latin('a') });
  commentOn(piece, first, 'delayed by impairment, and so on');
  const third = commentOn(piece, first, 'lost');
  const end = flow.write(piece, third, { ...more, tail: undefined });
  expect(second).toBeLessThan(third);
  const one = { at, from: client, to: server };
  expect(concat(captureHead(), piece.octets.subarray(0, end))).toEqual(
    capture(
      { ...one, payload: latin('\0\x03\0\x01abcde') },
      { ...one, payload: latin('\0\x03\0\x01a'), comment: 'lost' },
      { ...one, payload: latin('\0\x03\0\x01') },
    ),
  );
});

test('a datagram of which only the beginning is known keeps its length', () => {
  for (const [from, to] of [
    [client, server],
    [tid('2001:db8::1', 5000), tid('2001:db8::2', 69)],
  ] as const) {
    const [got] = dissectAll(capture({ at, from, to, payload: latin('\0\x03\0\x01ab'), length: 516 }));
    expect(got).toMatchObject({ from, to, payload: latin('\0\x03\0\x01ab'), length: 516, cut: true });
  }
});

describe('tshark', () => {
  test.skipIf(!hasTshark)('decodes TFTP with the right ends, times and comments', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tftpsh-capture-'));
    try {
      const file = join(folder, 'a.pcapng');
      writeFileSync(
        file,
        capture(
          {
            at,
            from: client,
            to: server,
            payload: latin('\0\x01a.cfg\0octet\0blksize\x001468\0'),
            comment: 'lost',
          },
          { at: at + 1n, from: tid('10.0.0.2', 6000), to: client, payload: latin('\0\x06blksize\x001468\0') },
          { at: at + 2n, from: client, to: tid('10.0.0.2', 6000), payload: latin('\0\x04\0\0') },
          { at: at + 3n, from: tid('10.0.0.2', 6000), to: client, payload: latin('\0\x03\0\x01hello') },
          {
            at: at + 4n,
            from: tid('fe80::1%eth0', 4000),
            to: tid('2001:db8::2', 69),
            payload: latin('\0\x02b\0netascii\0'),
          },
        ),
      );
      expect(fieldsOf(file)).toEqual(
        [
          '1700000000.123456789|10.0.0.1||10.0.0.2||5000|69|1|1|1|a.cfg|octet||lost',
          '1700000000.123456790|10.0.0.2||10.0.0.1||6000|5000|1|1|6|a.cfg||| ',
          '1700000000.123456791|10.0.0.1||10.0.0.2||5000|6000|1|1|4|a.cfg||0| ',
          '1700000000.123456792|10.0.0.2||10.0.0.1||6000|5000|1|1|3|a.cfg||1| ',
          '1700000000.123456793||fe80::1||2001:db8::2|4000|69|1||2|b|netascii|| ',
        ].map((line) => line.trimEnd()),
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
  test.skipIf(!hasTshark).each(['pcap', 'nsecpcap', 'pcapng'])(
    'writes the same as %s, which we read',
    (format) => {
      const folder = mkdtempSync(join(tmpdir(), 'tftpsh-capture-'));
      try {
        const [ours, theirs] = [join(folder, 'ours'), join(folder, 'theirs')];
        const round = format === 'pcap' ? at - (at % 1000n) : at;
        const datagrams = [
          { at: round, from: client, to: server, payload: latin('\0\x01a.cfg\0octet\0') },
          { at: round + 1000n, from: server, to: client, payload: latin('\0\x03\0\x01hello') },
        ];
        writeFileSync(ours, capture(...datagrams));
        tshark(['-r', ours, '-F', format, '-w', theirs]);
        expect(dissectAll(new Uint8Array(readFileSync(theirs)))).toMatchObject(datagrams);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );
});

/** One line a packet; a checksum status of 1 means good. */
function fieldsOf(file: string): string[] {
  const fields = [
    ...['frame.time_epoch', 'ip.src', 'ipv6.src', 'ip.dst', 'ipv6.dst', 'udp.srcport', 'udp.dstport'],
    ...['udp.checksum.status', 'ip.checksum.status', 'tftp.opcode'],
    ...['tftp.source_file', 'tftp.type', 'tftp.block', 'frame.comment'],
  ];
  // A WRQ names its destination.
  const args = ['-n', '-o', 'udp.check_checksum:TRUE', '-o', 'ip.check_checksum:TRUE', '-r', file];
  const shown = [...fields, 'tftp.destination_file'].flatMap((field) => ['-e', field]);
  const stdout = tshark([...args, '-T', 'fields', '-E', 'separator=|', ...shown]);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => {
      const columns = line.split('|');
      const destination = columns.pop() ?? '';
      if (destination !== '') columns[10] = destination;
      return columns.join('|');
    });
}
