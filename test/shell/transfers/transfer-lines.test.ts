// The list of `transfers`: our client's and our server's, in the order of their numbers, folded between their parts.
import { describe, expect, it } from 'vitest';
import type { Progress } from '../../../src/engine/transfer.ts';
import type { ServerEvent } from '../../../src/engine/server/server.ts';
import { ServedTransfers } from '../../../src/shell/server/served-transfers.ts';
import { transferLines, type AllTransfers } from '../../../src/shell/transfers/transfer-lines.ts';
import stringWidth from 'string-width';
import { columns } from '../../../src/trace/text/columns.ts';
import { printable, untrusted } from '../../../src/wire/text.ts';
import { failure, rig } from '../fake-engine.ts';

const noon = new Date(2026, 0, 2, 12, 4, 31);
const later = new Date(2026, 0, 2, 12, 4, 33);

function served(number: number, more: Partial<Progress> = {}): Progress {
  return {
    ...{ number, kind: 'get', side: 'server', state: 'done', remote: untrusted('boot.cfg') },
    ...{ peer: { address: '10.0.0.21', port: 51_422 }, octets: 4102, size: 4102, terms: undefined },
    ...{ block: 9, resent: 0, rtt: undefined, elapsed: 12 },
    ...more,
  };
}

function listed(events: readonly ServerEvent[], active: readonly Progress[] = []): AllTransfers {
  let now = noon;
  const all = new ServedTransfers({ wall: () => now });
  const ended = events.flatMap((event) => ('progress' in event ? [event.progress] : []));
  for (const { number, remote: file } of [...ended, ...active]) {
    const peer = { address: '10.0.0.21', port: 51_422 };
    if (number > 0) all.follow({ type: 'accepted', number, op: 'RRQ', file, peer });
  }
  now = later;
  for (const event of events) all.follow(event);
  return { past: [], exams: [], rows: [], served: all.all(active) };
}

const lines = (all: AllTransfers, width?: number): readonly string[] =>
  transferLines(all, { arrow: printable('→'), more: printable('…'), width });

describe('transfers of our server', () => {
  it('have their number, time, client and outcome', () => {
    const all = listed(
      [
        { type: 'complete', progress: served(1, { resent: 2 }), confirmed: true },
        {
          type: 'complete',
          progress: served(2, { kind: 'put', remote: untrusted('up.cfg') }),
          confirmed: false,
        },
        { type: 'probe', progress: served(3) },
        {
          type: 'failed',
          progress: served(4),
          failure: { by: 'silence', sends: 1, heard: true },
        },
      ],
      [served(5, { state: 'moving', octets: 512 })],
    );
    expect(lines(all)).toEqual([
      '   1 12:04:31 serve boot.cfg → 10.0.0.21:51422   4,102 B in 12 ms (342 kB/s)   9 blocks, 2 resent',
      '   2 12:04:31 take up.cfg from 10.0.0.21:51422   4,102 B in 12 ms (342 kB/s)   9 blocks   no final ACK',
      '   3 12:04:31 serve boot.cfg → 10.0.0.21:51422   only the size was asked for',
      '   4 12:04:31 serve boot.cfg → 10.0.0.21:51422   failed: no answer (1 packet sent)',
      '   5 12:04:31 serve boot.cfg → 10.0.0.21:51422   moving   512 B of 4,102 B',
    ]);
  });

  it('an exam is one row, whichever numbers its questions have', () => {
    const questions = { number: 1, last: 4, count: 3, name: printable('probe 10.0.0.5:69'), began: noon };
    const one = { ...questions, number: 6, last: 6, count: 1 };
    const { served: answered } = listed([{ type: 'probe', progress: served(3) }]);
    expect(lines({ past: [], exams: [questions, one], rows: [], served: answered })).toEqual([
      '   1 12:04:31 probe 10.0.0.5:69   3 questions, ladders 1 to 4',
      '   3 12:04:31 serve boot.cfg → 10.0.0.21:51422   only the size was asked for',
      '   6 12:04:31 probe 10.0.0.5:69   1 question, ladder 6',
    ]);
  });

  it('a refused request has its line, and a transfer that has no number yet is not listed', () => {
    const peer = { address: '10.0.0.21', port: 51_422 };
    const file = untrusted('x');
    const refused = {
      type: 'refused',
      number: 1,
      op: 'RRQ',
      file,
      peer,
      code: 1,
      message: 'File not found',
    } as const;
    expect(lines(listed([refused], [served(0, { state: 'starting' })]))).toEqual([
      expect.stringMatching(/^ {3}1 12:04:\d\d serve x → 10.0.0.21:51422 {3}refused: File not found$/),
    ]);
  });

  it('a flood of refused requests displaces no transfer', () => {
    const peer = { address: '10.0.0.21', port: 51_422 };
    const flood = Array.from({ length: 3000 }, (_, at) => {
      const request = { op: 'RRQ', file: untrusted('x'), peer } as const;
      return { type: 'refused', number: at + 2, ...request, code: 1, message: 'File not found' } as const;
    });
    const { served: all } = listed([{ type: 'probe', progress: served(1) }, ...flood]);
    expect(all.map(({ progress }) => progress.number)).toEqual([
      1,
      ...Array.from({ length: 1000 }, (_, at) => at + 2002),
    ]);
  });
});

describe('at a terminal', () => {
  it.each([40, 60, 79, 119])('of %s columns a line breaks between its parts, and no word is cut', (width) => {
    const all = listed([
      { type: 'complete', progress: served(1, { resent: 1234 }), confirmed: false },
      {
        type: 'failed',
        progress: served(2),
        failure: { by: 'local', code: 0, message: 'the client acknowledged blocks that were not sent' },
      },
    ]);
    const shown = lines(all, width);
    expect(shown.filter((line) => columns(line) > width)).toEqual([]);
    for (const line of shown) expect(line).toMatch(/^( +\d \d\d:\d\d:\d\d | {14})\S/);
    const words = (text: readonly string[]): readonly string[] => text.join(' ').split(/ +/);
    expect(words(shown)).toEqual(words(lines(all)));
  });

  const long = (sign: string): string => `begin-${sign.repeat(100)}-end.bin`;

  describe.each([79, 119])('of %s columns, a name that is too long', (width) => {
    it.each(['n', '固', '🚀'])('of %s takes one row: it is cut in the middle', (sign) => {
      const all = listed([{ type: 'probe', progress: served(1, { remote: untrusted(long(sign)) }) }]);
      const [first = '', second, ...rest] = lines(all, width);
      expect(first).toMatch(/^ {3}1 12:04:31 serve begin-.*….*-end\.bin → 10\.0\.0\.21:51422$/);
      expect([second, rest]).toEqual([`${' '.repeat(14)}only the size was asked for`, []]);
      expect(width - stringWidth(first)).toBeLessThan(4);
      expect(stringWidth(first)).toBeLessThanOrEqual(width);
    });

    it('and another name beside it: both are cut, and the arrow stays', () => {
      const row = { name: printable(long('n')), to: printable(long('固')) };
      const past = { ...row, number: 1, kind: 'get' as const, began: noon };
      const outcome = { ok: true as const, size: 1 };
      const all = { ...listed([]), past: [{ ...past, outcome }] };
      const [first = ''] = lines(all, width);
      expect(first).toMatch(/ get begin-n+…n+-end\.bin → begin-固*…固*-end\.bin$/);
      expect(stringWidth(first)).toBeLessThanOrEqual(width);
      // A pipe gets them whole.
      expect(lines(all)).toHaveLength(1);
      expect(lines(all)[0]).toContain(`get ${row.name} → ${row.to}   1 octet`);
    });
  });

  it('a short name leaves its room to the long one', () => {
    const past = {
      number: 1,
      kind: 'get' as const,
      name: printable(long('n')),
      to: printable('x'),
      began: noon,
    };
    const all = { ...listed([]), past: [{ ...past, outcome: { ok: true as const, size: 1 } }] };
    expect(lines(all, 79)[0]).toMatch(/^.{70,79}$/);
    expect(lines(all, 79)[0]).toMatch(/-end\.bin → x$/);
  });
});

describe('the numbers', () => {
  it('have no gap: stat has its own line, a file that could not even start has none', async () => {
    const { run, engine } = rig();
    engine.fates = [
      { ok: true },
      { ok: true },
      { ok: false, error: failure({ by: 'name', host: 'h', message: 'x' }) },
    ];
    await run('get h:a');
    await run('stat h:b');
    await run('stat h:c');
    await run('get h:d');
    const shown = (await run('transfers')).lines.map((line) => line.replace(/\d\d:\d\d:\d\d/, 'TIME'));
    expect(shown).toEqual([
      '   1 TIME get a   4,102 B in 12 ms (342 kB/s)   9 blocks',
      '   2 TIME stat b   4,102 octets',
      '   3 TIME stat c   failed: name',
      '   4 TIME get d   4,102 B in 12 ms (342 kB/s)   9 blocks',
    ]);
  });
});
