// The file out of its packets: equal to what was sent, whatever was lost, doubled or overtaken on the way.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Dissector } from '../../../src/trace/capture/dissect.ts';
import { Conversations } from '../../../src/trace/capture/conversations.ts';
import { Extractor, harmlessName, type Extracted } from '../../../src/trace/capture/extract.ts';
import { CaptureReader } from '../../../src/trace/capture/pcap-read.ts';
import { captureDatagram, captureHead } from '../../../src/trace/capture/pcapng-write.ts';
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
    expect(extract(lines)).toEqual({ octets: 3000, complete: true, missing: [], file });
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
      expect(got).toEqual({ octets: 3000, complete: true, missing: [], file });
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
