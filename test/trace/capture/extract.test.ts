// The file out of its packets: equal to what was sent, whatever was lost, doubled or overtaken on the way.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Dissector } from '../../../src/trace/capture/dissect/dissect.ts';
import { Conversations } from '../../../src/trace/capture/conversations.ts';
import { Extractor, harmlessName, WaitingRoom, type Extracted } from '../../../src/trace/capture/extract.ts';
import { CaptureReader } from '../../../src/trace/capture/file/pcap-read.ts';
import { captureDatagram, captureHead } from '../../../src/trace/capture/file/pcapng-write.ts';
import { NetasciiEncoder } from '../../../src/wire/netascii.ts';
import { untrusted } from '../../../src/wire/text.ts';
import { concat, latin } from './captures.ts';
import {
  ack,
  asked,
  c,
  client,
  data,
  datagram,
  error,
  follow,
  oack,
  request,
  rrq,
  s,
  server,
  stranger,
  type Line,
} from './scripts.ts';

interface Got extends Extracted {
  readonly file: Uint8Array;
}

function extract(lines: readonly Line[], mode: 'octet' | 'netascii' = 'octet'): Got {
  const parts: Uint8Array[] = [];
  const extractor = new Extractor(mode, (octets) => parts.push(octets.slice()));
  for (const record of follow(lines).records) extractor.push(record);
  const told = extractor.end();
  return { ...told, file: concat(...parts) };
}

/** DATA packets of a file, in blocks of `size`. */
function blocks(file: Uint8Array, size: number): Line[] {
  const lines: Line[] = [];
  for (let at = 0; at <= file.length; at += size)
    lines.push(s(data(lines.length + 1, file.subarray(at, at + size))));
  return lines;
}

const file = Uint8Array.from({ length: 3000 }, (_zero, index) => (index * 7) & 0xff);
const [one, two, three, four, five, six] = blocks(file, 512) as [Line, Line, Line, Line, Line, Line];
const windowed = [c(rrq({ windowsize: '4' }), asked), s(oack({ windowsize: '4' })), c(ack(0))];

describe('equal to the file', () => {
  test.each<readonly [string, readonly Line[]]>([
    [
      'in lockstep',
      [
        c(rrq(), asked),
        one,
        c(ack(1)),
        two,
        c(ack(2)),
        three,
        c(ack(3)),
        four,
        c(ack(4)),
        five,
        c(ack(5)),
        six,
        c(ack(6)),
      ],
    ],
    ['in windows', [...windowed, one, two, three, four, c(ack(4)), five, six, c(ack(6))]],
    ['overtaking in a window', [...windowed, two, one, four, three, c(ack(4)), six, five, c(ack(6))]],
    [
      'a window from the gap on again',
      [...windowed, one, three, four, c(ack(1)), two, three, four, five, c(ack(5)), six, c(ack(6))],
    ],
    [
      'everything twice',
      [...windowed, one, two, three, four, c(ack(4)), five, six, c(ack(6))].flatMap((line) => [line, line]),
    ],
    ['ACKs missing', [...windowed, one, two, three, four, five, six]],
    [
      'strangers in between',
      [...windowed, one, [stranger, client, data(2, 512)], two, three, four, c(ack(4)), five, six, c(ack(6))],
    ],
  ])('%s', (_title, lines) => {
    expect(extract(lines)).toEqual({
      octets: 3000,
      complete: true,
      missing: [],
      crowded: false,
      cut: false,
      file,
    });
  });
  test('an empty file, and one of whole blocks', () => {
    expect(extract([c(rrq(), asked), s(data(1, 0)), c(ack(1))])).toMatchObject({ octets: 0, complete: true });
    const whole = [c(rrq(), asked), one, c(ack(1)), s(data(2, 0)), c(ack(2))];
    expect(extract(whole)).toMatchObject({ octets: 512, complete: true });
  });
  test('netascii, line ends across blocks', () => {
    const text = latin('a\nb\r\n\n\rc\n'.repeat(300));
    const wire = new NetasciiEncoder().push(text);
    const lines = [
      c(request('RRQ', 'a', {}, 'netascii'), asked),
      ...blocks(wire, 512).flatMap((line, index) => [line, c(ack(index + 1))]),
    ];
    expect(extract(lines, 'netascii')).toMatchObject({ complete: true, file: text });
  });
  test('a write, and a rollover', () => {
    const big = Uint8Array.from({ length: 8 * 66_000 }, (_zero, index) => (index >> 3) & 0xff);
    const lines = [c(request('RRQ', 'a', { blksize: '8' }), asked), s(oack({ blksize: '8' })), c(ack(0))];
    for (let index = 0; index <= 66_000; index++)
      lines.push(s(data(index + 1, big.subarray(index * 8, index * 8 + 8))), c(ack(index + 1)));
    const got = extract(lines);
    expect(got).toMatchObject({ complete: true, octets: big.length, missing: [] });
    expect(Buffer.compare(got.file, big)).toBe(0);
    const put: Line[] = [c(request('WRQ', 'a'), asked), s(ack(0)), c(data(1, latin('put'))), s(ack(1))];
    expect(extract(put)).toMatchObject({ complete: true, file: latin('put') });
  });
});

describe('what the capture lacks', () => {
  test('in the middle', () => {
    const got = extract([
      c(rrq(), asked),
      one,
      c(ack(1)),
      two,
      c(ack(2)),
      c(ack(3)),
      four,
      c(ack(4)),
      five,
      c(ack(5)),
      six,
      c(ack(6)),
    ]);
    expect(got).toMatchObject({ complete: false, missing: [{ from: 3, to: 3 }], octets: 2488 });
    expect(got.file).toEqual(concat(file.subarray(0, 1024), file.subarray(1536)));
  });
  test('at the end', () => {
    expect(extract([c(rrq(), asked), one, c(ack(1)), two, c(error(3))])).toMatchObject({
      complete: false,
      octets: 1024,
      missing: [],
    });
  });
  test('at the start', () => {
    expect(extract([s(data(4)), c(ack(4)), s(data(5, 7)), c(ack(5))])).toMatchObject({
      complete: false,
      octets: 519,
      missing: [{ from: 1, to: 3 }],
    });
  });
  test('octets behind the limit of the capture', () => {
    const cut: Line = [server, client, one[2], { cut: true, length: 600 }];
    expect(extract([c(rrq({ blksize: '600' }), asked), cut, c(ack(1))]).complete).toBe(false);
  });
  test('memory stays bounded while a block is awaited', () => {
    const extractor = new Extractor('octet', () => undefined);
    const lines = [
      c(rrq({ blksize: '60000' }), asked),
      ...Array.from({ length: 200 }, (_zero, index) => s(data(index + 2, 60_000))),
    ];
    for (const record of follow(lines).records) {
      extractor.push(record);
      expect(extractor.waiting).toBeLessThanOrEqual((4 << 20) + 60_000);
    }
    expect(extractor.end()).toMatchObject({
      octets: 200 * 60_000,
      complete: false,
      missing: [{ from: 1, to: 1 }],
    });
  });
});

describe('memory that many files share', () => {
  const most = 1 << 20;
  const count = 100;

  /** Reads and writes by turns, each with blocks from the second on, one block of each after the other. */
  function* hostile(): Generator<Line> {
    const ends = Array.from({ length: count }, (_zero, index) => {
      const [from, to] = [5000 + index, 20_000 + index];
      return { isRead: index % 2 === 0, from: { ...client, port: from }, to: { ...server, port: to } };
    });
    for (const { isRead, from, to } of ends) {
      yield [from, asked, request(isRead ? 'RRQ' : 'WRQ', 'a', { windowsize: '64' })];
      yield [to, from, oack({ windowsize: '64' })];
      if (isRead) yield [from, to, ack(0)];
    }
    for (let block = 2; block < 64; block += 1)
      for (const { isRead, from, to } of ends)
        yield isRead ? [to, from, data(block)] : [from, to, data(block)];
  }

  /** An honest read on ports of its own, in windows of two: the second block overtakes the first. */
  const honest: readonly Line[] = (() => {
    const lines: Line[] = [c(rrq({ windowsize: '2' }), asked), s(oack({ windowsize: '2' })), c(ack(0))];
    for (let block = 1; block < 401; block += 2)
      lines.push(s(data(block + 1, block === 399 ? 3 : 512)), s(data(block)), c(ack(block + 1)));
    return lines.map(([from, to, packet]) => {
      const moved = (end: typeof client) => (end.port === 69 ? end : { ...end, port: end.port - 1000 });
      return [moved(from), moved(to), packet];
    });
  })();

  test('stays bounded, whoever makes it wait; who holds little loses nothing', () => {
    const room = new WaitingRoom(most);
    const conversations = new Conversations();
    const extractors = new Map<number, Extractor>();
    const written = new Map<number, number>();
    let at = 1_000_000_000_000n;
    let highest = 0;
    const push = (line: Line): void => {
      at += 1_000_000n;
      for (const record of conversations.push(datagram(line, at)).records) {
        const { transfer } = record;
        const write = (octets: Uint8Array): void =>
          void written.set(transfer, (written.get(transfer) ?? 0) + octets.length);
        const extractor = extractors.get(transfer) ?? new Extractor('octet', write, room);
        extractors.set(transfer, extractor);
        extractor.push(record);
        highest = Math.max(highest, room.held);
        expect(room.held).toBeLessThanOrEqual(most);
      }
    };
    let turn = 0;
    for (const line of hostile()) {
      push(line);
      turn += 1;
      const next = turn % 10 === 0 ? honest[turn / 10 - 1] : undefined;
      if (next !== undefined) push(next);
    }
    expect(turn / 10).toBeGreaterThan(honest.length);
    expect(highest).toBeGreaterThan(most - 1024);
    const held = [...extractors.values()].reduce((sum, { waiting }) => sum + waiting, 0);
    expect(held).toBeLessThan(room.held);
    const ends = [...extractors].map(([transfer, extractor]) => ({ transfer, ...extractor.end() }));
    expect(room.held).toBe(0);
    const small = ends.filter(({ octets }) => octets === 399 * 512 + 3);
    expect(small).toMatchObject([{ complete: true, crowded: false }]);
    const others = ends.filter((one) => !small.includes(one));
    expect(others).toHaveLength(count);
    expect(others.filter(({ complete }) => complete)).toEqual([]);
    expect(others.filter(({ crowded }) => crowded).length).toBeGreaterThan(count / 2);
    // What was held is not lost: only the gap in front of it is.
    for (const { transfer, octets } of others) expect(octets).toBe(written.get(transfer));
    expect(Math.min(...others.map(({ octets }) => octets))).toBe(62 * 512);
  });

  test('blocks without an octet cost as well', () => {
    const room = new WaitingRoom(most);
    const extractor = new Extractor('octet', () => undefined, room);
    const lines = [c(rrq({ blksize: '8' }), asked), s(oack({ blksize: '8' })), c(ack(0))];
    for (let block = 2; block < 8000; block += 1) lines.push(s(data(block, 8)));
    for (const record of follow(lines).records) {
      extractor.push(record);
      expect(room.held).toBeLessThanOrEqual(most);
    }
    expect(extractor.end().crowded).toBe(true);
  });
});

test('any order within a window, any repetition: the same file', () => {
  const all = [one, two, three, four, five, six];
  const disorder = fc
    .shuffledSubarray(all, { minLength: 6 })
    .chain((lines) => fc.array(fc.constantFrom(...all), { maxLength: 5 }).map((more) => [...lines, ...more]));
  fc.assert(
    fc.property(disorder, (lines) => {
      const got = extract([
        c(rrq({ windowsize: '8' }), asked),
        s(oack({ windowsize: '8' })),
        c(ack(0)),
        ...lines,
        c(ack(6)),
      ]);
      expect(got).toEqual({ octets: 3000, complete: true, missing: [], crowded: false, cut: false, file });
    }),
    { numRuns: 50 },
  );
});

test('from a file of octets to a file of octets', () => {
  const lines = [...windowed, one, two, three, four, c(ack(4)), five, six, c(ack(6))];
  const blocksOf = lines.map((line, index) => {
    const { at, from, to, payload } = datagram(line, BigInt(index));
    return captureDatagram({ at, from, to, payload });
  });
  const capture = concat(captureHead(), ...blocksOf);
  const reader = new CaptureReader();
  const dissector = new Dissector();
  const conversations = new Conversations();
  const parts: Uint8Array[] = [];
  const extractor = new Extractor('octet', (octets) => parts.push(octets.slice()));
  for (let at = 0; at < capture.length; at += 100)
    for (const found of reader.push(capture.subarray(at, at + 100))) {
      if (found.type === 'damage') throw new Error(found.message);
      const got = dissector.push(found);
      if (got !== undefined) for (const record of conversations.push(got).records) extractor.push(record);
    }
  expect(reader.end()).toEqual([]);
  expect(extractor.end().complete).toBe(true);
  expect(concat(...parts)).toEqual(file);
});

describe('harmless names', () => {
  test.each([
    ['boot/pxelinux.0', 'pxelinux.0'],
    ['C:\\firmware\\a b.bin', 'a b.bin'],
    ['../../etc/passwd', 'passwd'],
    ['..', '__'],
    [`${'a'.repeat(199)}. b`, `${'a'.repeat(199)}_`],
    ['dir/', 'dir'],
    ['', 'unnamed'],
    ['///', 'unnamed'],
    ['.bashrc', '_bashrc'],
    ['-rf', '_rf'],
    ['~root', '_root'],
    ['a\nb\x1b[2J', 'a_b__2J'],
    ['nul.txt', '_nul.txt'],
    ['a. .', 'a_'],
    ['x\u202Egpj.exe', 'x_gpj.exe'],
    ['$(reboot)', '__reboot_'],
    ['é'.repeat(300), 'é'.repeat(100)],
  ])('%j', (remote, name) => expect(harmlessName(untrusted(remote))).toBe(name));
  test('no name at all', () => expect(harmlessName(undefined)).toBe('unnamed'));
  test('any name is one component that no system refuses', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (remote) => {
        const name = harmlessName(untrusted(remote));
        expect(name).toMatch(/^[^\\/\p{C}<>:"|?*.-][^\\/\p{C}<>:"|?*]*$/u);
        expect(new TextEncoder().encode(name).length).toBeLessThanOrEqual(201);
      }),
    );
  });
});
