// Ladders of real transfers as golden texts, and what must hold for the ladder of any transfer.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { columns } from '../../../src/trace/text/columns.ts';
import { ladder } from '../../../src/trace/ladder/ladder.ts';
import { ladderLines, ladderText } from '../../../src/trace/ladder/text.ts';
import type { SideLog } from '../../../src/trace/record/side-log.ts';
import type { TraceEvent } from '../../../src/trace/record/event.ts';
import { untrusted, type Printable } from '../../../src/wire/text.ts';
import { client, data, error, oack, pattern, peer, stranger } from '../../support/script.ts';
import { isBlock, play, recordPair, unsafe } from '../recorded.ts';

const windows = { blksize: 1468, windowsize: 4 };

function arrived(block: number): TraceEvent {
  const base = { type: 'received', id: -100 - block, at: 5, tag: { transfer: 1, side: 'client' } } as const;
  return { ...base, local: client, peer, packet: data(block), length: 516 };
}

function drawn(transcript: SideLog, width = 80, ascii = false): string {
  return `\n${ladderText(ladder(transcript), { columns: width, ascii }).join('\n')}\n`;
}

describe('golden ladders', () => {
  test('a get without loss', () => {
    expect(drawn(recordPair({ kind: 'get', file: pattern(700) }).client)).toMatchInlineSnapshot(`
      "
      LADDER  get "a.bin"  192.0.2.1
                 client :50000 (local)       server 192.0.2.1:40000
       0.000000 │─ RRQ "a.bin" octet ─────────────────────────────▶│ :69
       0.002000 │◀───────────────────────────────── DATA 1  512 B ─│ :40000
       0.002000 │─ ACK 1 ─────────────────────────────────────────▶│
       0.004000 │◀───────────────────────────────── DATA 2  188 B ─│ last
       0.004000 │─ ACK 2 ─────────────────────────────────────────▶│ done
       0.004000 │════════════════ done: 700 octets ════════════════│
      "
    `);
  });

  test('a gap: the lost block is dashed and called inferred, the window has a bracket', () => {
    const { client } = recordPair({
      kind: 'get',
      file: pattern(5000),
      offer: windows,
      drop: isBlock('DATA', 3),
    });
    expect(drawn(client)).toMatchInlineSnapshot(`
      "
      LADDER  get "a.bin"  192.0.2.1   1 gap · 2 resent by peer
                 client :50000 (local)       server 192.0.2.1:40000
       0.000000 │─ RRQ "a.bin" octet blksize=1468 windowsize=4 ───▶│ :69
       0.002000 │◀──────────────── OACK blksize=1468 windowsize=4 ─│ :40000
       0.002000 │─ ACK 0 ─────────────────────────────────────────▶│
       0.004000 │◀─────────────────────────────── DATA 1  1,468 B ─│ ┐
       0.004000 │◀─────────────────────────────── DATA 2  1,468 B ─│ │ window
           —    │          ╌╌╌╌╌╌╌╌╌╌╌╌╌╌ DATA 3  lost (inferred) ─│ │ of 4
       0.004000 │◀───────────────────────────────── DATA 4  596 B ─│ ┘ · expected 3
       0.004000 │─ ACK 2 ─────────────────────────────────────────▶│ gap at 3
       0.006000 │◀────────────────────── DATA 3  1,468 B (resent) ─│ ┐ window
       0.006000 │◀──────────────────────── DATA 4  596 B (resent) ─│ ┘ of 4 · last
       0.006000 │─ ACK 4 ─────────────────────────────────────────▶│ done
       0.006000 │═══════════════ done: 5,000 octets ═══════════════│
      "
    `);
  });

  test('a put: the block that impairment lost ends in a cross', () => {
    const drop = isBlock('DATA', 3);
    const { client } = recordPair({ kind: 'put', file: pattern(5000), offer: windows, drop, reported: true });
    expect(drawn(client, 120)).toMatchInlineSnapshot(`
      "
      LADDER  put "a.bin"  192.0.2.1   1 lost · 2 resent
                 client :50000 (local)                                 server 192.0.2.1:40000
       0.000000 │─ WRQ "a.bin" octet blksize=1468 windowsize=4 ─────────────────────────────▶│ :69
       0.002000 │◀────────────────────────────────────────── OACK blksize=1468 windowsize=4 ─│ :40000
       0.002000 │─ DATA 1  1,468 B ─────────────────────────────────────────────────────────▶│ ┐
       0.002000 │─ DATA 2  1,468 B ─────────────────────────────────────────────────────────▶│ │ window
       0.002000 │─ DATA 3  1,468 B  lost by impairment ──────────────────────✗               │ │ of 4
       0.002000 │─ DATA 4  596 B ───────────────────────────────────────────────────────────▶│ ┘ · last
       0.004000 │◀─────────────────────────────────────────────────────────────────── ACK 2 ─│ resend from 3
       0.004000 │─ DATA 3  1,468 B (resent) ────────────────────────────────────────────────▶│ ┐ window
       0.004000 │─ DATA 4  596 B (resent) ──────────────────────────────────────────────────▶│ ┘ of 4 · last
       0.006000 │◀─────────────────────────────────────────────────────────────────── ACK 4 ─│
       0.006000 │════════════════════════════ done: 5,000 octets ════════════════════════════│
      "
    `);
    expect(drawn(client, 80, true)).toMatchInlineSnapshot(`
      "
      LADDER  put "a.bin"  192.0.2.1   1 lost | 2 resent
                 client :50000 (local)       server 192.0.2.1:40000
       0.000000 |- WRQ "a.bin" octet blksize=1468 windowsize=4 --->| :69
       0.002000 |<---------------- OACK blksize=1468 windowsize=4 -| :40000
       0.002000 |- DATA 1  1,468 B ------------------------------->| \\
       0.002000 |- DATA 2  1,468 B ------------------------------->| | window
       0.002000 |- DATA 3  1,468 B  lost by impairment ------X     | | of 4
       0.002000 |- DATA 4  596 B --------------------------------->| / | last
       0.004000 |<----------------------------------------- ACK 2 -| resend from 3
       0.004000 |- DATA 3  1,468 B (resent) ---------------------->| \\ window
       0.004000 |- DATA 4  596 B (resent) ------------------------>| / of 4 | last
       0.006000 |<----------------------------------------- ACK 4 -|
       0.006000 |=============== done: 5,000 octets ===============|
      "
    `);
  });

  test('an ACK lost and the DATA resent, as the server sees it', () => {
    const { server } = recordPair({ kind: 'get', file: pattern(1300), drop: isBlock('ACK', 2) });
    expect(drawn(server)).toMatchInlineSnapshot(`
      "
      LADDER  serve "a.bin"  192.0.2.1   1 resent · 1 timeout
                 client 192.0.2.2:50000       server :40000 (local)
       0.000000 │─ RRQ "a.bin" octet ─────────────────────────────▶│ :69
       0.001000 │◀───────────────────────────────── DATA 1  512 B ─│
       0.003000 │─ ACK 1 ─────────────────────────────────────────▶│
       0.003000 │◀───────────────────────────────── DATA 2  512 B ─│
       0.253000 │               no progress for 250 ms: attempt 2  │
       0.253000 │◀──────────────────────── DATA 2  512 B (resent) ─│
       0.255000 │─ ACK 2 ─────────────────────────────────────────▶│
       0.255000 │◀───────────────────────────────── DATA 3  276 B ─│ last
       0.257000 │─ ACK 3 ─────────────────────────────────────────▶│
       0.257000 │═══════════════ done: 1,300 octets ═══════════════│
      "
    `);
  });

  test('a stranger gets ERROR 5', () => {
    const { script, transcript } = play('getting');
    script.start();
    script.receive(data(1));
    script.receive(data(1), stranger);
    script.receive(data(2, 10));
    expect(drawn(transcript())).toMatchInlineSnapshot(`
      "
      LADDER  get "a.bin"  192.0.2.1   1 unexpected sender
                 client :50000 (local)       server 192.0.2.1:40000
       0.000000 │─ RRQ "a.bin" octet ─────────────────────────────▶│ :69
       0.000000 │◀───────────────────────────────── DATA 1  512 B ─│ :40000
       0.000000 │─ ACK 1 ─────────────────────────────────────────▶│
       0.000000 │◀───────────────────────────────── DATA 1  512 B ─│ unexpected :40001
       0.000000 │─ ERROR 5 Unknown transfer ID ───────────────────▶│ to :40001
       0.000000 │◀────────────────────────────────── DATA 2  10 B ─│ last
       0.000000 │─ ACK 2 ─────────────────────────────────────────▶│ done
       0.000000 │════════════════ done: 522 octets ════════════════│
      "
    `);
  });

  test.each([
    [80, '203.0.113.250', '203.0.113.250:40001'],
    [120, '2001:db8:ffff:ffff:ffff:ffff:ffff:1', '[2001:db8:ffff:ffff:ffff:ffff:ffff:1]:40001'],
  ])('at %d columns a stranger from %s is named whole', (width, address, name) => {
    const { script, transcript } = play('getting');
    script.start();
    script.receive(data(1), { address, port: 40001 });
    expect(drawn(transcript(), width)).toContain(`─│ unexpected ${name}\n`);
  });

  test('an ERROR with a hostile text', () => {
    const { script, transcript } = play('getting');
    script.start();
    script.receive(error(1, 'no \x1b[2Jsuch\nfile'));
    expect(drawn(transcript())).toMatchInlineSnapshot(`
      "
      LADDER  get "a.bin"  192.0.2.1
                 client :50000 (local)       server 192.0.2.1:40000
       0.000000 │─ RRQ "a.bin" octet ─────────────────────────────▶│ :69
       0.000000 │◀────────────────── ERROR 1 no \\x1b[2Jsuch\\nfile ─│ :40000
       0.000000 │═ failed: server sent ERROR 1 no \\x1b[2Jsuch\\nfile ═│
      "
    `);
  });

  test('a negotiation that the client refuses', () => {
    const { script, transcript } = play('getting', { offer: { blksize: 1024 } });
    script.start();
    script.receive(oack('blksize 4096'));
    expect(drawn(transcript())).toMatchInlineSnapshot(`
      "
      LADDER  get "a.bin"  192.0.2.1
                 client :50000 (local)       server 192.0.2.1:40000
       0.000000 │─ RRQ "a.bin" octet blksize=1024 ────────────────▶│ :69
       0.000000 │◀───────────────────────────── OACK blksize=4096 ─│ :40000
       0.000000 │─ ERROR 8 Failure to negotiate RFC2347 options: blksize is more… ──▶│
       0.000000 │═ failed: client sent ERROR 8 Failure to negotiate RFC2347 option… ═│
      "
    `);
  });
});

describe('any ladder', () => {
  test('is drawn by range: thousands of rows cost what is shown of them', () => {
    const { client } = recordPair({ kind: 'get', file: pattern(600_000) });
    const whole = ladder(client);
    expect(whole.rows.length).toBeGreaterThan(2000);
    const style = { columns: 80, ascii: false };
    const range = ladderLines(whole, style, { from: 1000, to: 1003 });
    expect(range).toEqual(ladderLines(whole, style).slice(1000, 1003));
    expect(ladderLines(whole, style, { from: 1e6, to: 1e6 + 5 })).toEqual([]);
  });

  test('invariant 13: fits its width and holds no sign that a terminal obeys, whatever was lost', () => {
    const options = fc.record({
      ...{ seed: fc.nat(), loss: fc.double({ min: 0, max: 0.4, noNaN: true }), size: fc.nat(9000) },
      ...{ windowsize: fc.integer({ min: 1, max: 8 }), width: fc.integer({ min: 40, max: 160 }) },
      ...{ ascii: fc.boolean(), kind: fc.constantFrom('get' as const, 'put' as const) },
    });
    fc.assert(
      fc.property(options, ({ size, windowsize, width, ascii, ...rest }) => {
        const { client, server } = recordPair({ ...rest, file: pattern(size), offer: { windowsize } });
        for (const transcript of [client, server])
          for (const line of ladderText(ladder(transcript), { columns: width, ascii })) {
            expect(columns(line)).toBeLessThanOrEqual(width);
            expect(line).not.toMatch(unsafe);
            if (ascii) expect(line).toMatch(/^[\x20-\x7e]*$/);
          }
      }),
      { numRuns: 40 },
    );
  });

  test('invariant 13: texts of the peer are escaped', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), fc.boolean(), (text, ascii) => {
        const { script, transcript } = play('getting');
        script.start();
        script.receive({
          op: 'ERROR',
          code: 0,
          message: untrusted(text.replaceAll('\0', '').replace(/\p{Cs}/gu, '')),
        });
        for (const line of ladderText(ladder(transcript()), { columns: 80, ascii })) {
          expect(line).not.toMatch(unsafe);
          expect(columns(line)).toBeLessThanOrEqual(80);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('blocks that only changed places are not called lost', () => {
    const swap = (late: boolean): readonly Printable[] => {
      const { script, transcript } = play('getting', { offer: { windowsize: 4 }, hold: true });
      script.start();
      script.receive(oack('windowsize 4'));
      const seen = transcript();
      seen.add(arrived(2));
      if (late) seen.add(arrived(1));
      return ladder(seen).figures;
    };
    expect(swap(false)).toEqual(['1 gap']);
    expect(swap(true)).toEqual([]);
  });
});
