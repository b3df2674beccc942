// Why things happened: each type of note is made by a real machine and explained.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { explainRecord, explainTransfer, explanationText } from '../../../src/trace/explain/explain.ts';
import { SideLog } from '../../../src/trace/record/side-log.ts';
import type { Note } from '../../../src/transfer/note.ts';
import { untrusted } from '../../../src/wire/text.ts';
import { ack, data, error, malformed, oack, pattern, request, stranger } from '../../support/script.ts';
import { isBlock, play, recordPair, unsafe } from '../recorded.ts';

/** Everything explained in a transfer, packet by packet, one line each. */
function all(transcript: SideLog): string[] {
  return transcript.records.flatMap((rec) =>
    explainRecord(rec, transcript).map((one) => `${one.rule}: ${explanationText(one)}`),
  );
}

const windows = { windowsize: 4 };

/** Real machines that make a note of each type, and what is said of it. */
const cases: readonly (readonly [Note['type'], string, () => SideLog, RegExp])[] = [
  [
    'negotiated',
    'options lowered and left out',
    () => {
      const { script, transcript } = play('getting', {
        offer: { blksize: 8192, windowsize: 16, timeout: 3 },
      });
      script.start();
      script.receive(oack('blksize 1468', 'windowsize 1'));
      return transcript();
    },
    /Agreed: blksize 1468, windowsize 1\. The server lowered blksize from 8192 and windowsize from 16\. The server ignored timeout\. \(RFC 2347/,
  ],
  [
    'negotiated',
    'a server without options',
    () => {
      const { script, transcript } = play('getting', { offer: { blksize: 1468 } });
      script.start();
      script.receive(data(1));
      return transcript();
    },
    /sent no OACK, so no option is in force \(asked: blksize\).*RFC 2347/,
  ],
  [
    'pinned',
    'a new port',
    () => recordPair({ kind: 'get', file: pattern(10) }).client,
    /answers from port 40000, not from 69.*its TID.*RFC 1350 §4/,
  ],
  [
    'timed-out',
    'silence',
    () => {
      const { script, transcript } = play('getting');
      script.start();
      script.wait(1000);
      return transcript();
    },
    /No progress for 1 s: resent \(attempt 2\).*RFC 1123 §4\.2\.3\.2/,
  ],
  [
    'duplicate',
    "the Sorcerer's Apprentice",
    () => {
      const { script, transcript } = play('serving', { file: pattern(2000) });
      script.start();
      script.receive(ack(1));
      script.receive(ack(1));
      return transcript();
    },
    /ACK 1 came again: ignored\..*Sorcerer's Apprentice.*RFC 1123 §4\.2\.3\.1/,
  ],
  [
    'duplicate',
    'DATA that came again',
    () => {
      const { script, transcript } = play('getting');
      script.start();
      script.receive(data(1));
      script.receive(data(1));
      return transcript();
    },
    /DATA 1 came again: the ACK for it.*RFC 1350 §2/,
  ],
  [
    'gap',
    'a block is missing',
    () => recordPair({ kind: 'get', file: pattern(5000), offer: windows, drop: isBlock('DATA', 3) }).client,
    /Expected block 3, got block 4.*ACK 2 asks the server.*RFC 7440 §4/,
  ],
  [
    'rollback',
    'an ACK inside the window',
    () => recordPair({ kind: 'put', file: pattern(5000), offer: windows, drop: isBlock('DATA', 3) }).client,
    /This ACK is inside the window: the blocks after block 2 were lost.*RFC 7440 §4/,
  ],
  [
    'outside',
    'an ACK of nothing that was sent',
    () => {
      const { script, transcript } = play('serving', { file: pattern(2000) });
      script.start();
      script.receive(ack(77));
      return transcript();
    },
    /ACK 77 is outside the window/,
  ],
  [
    'stranger',
    'ERROR 5',
    () => {
      const { script, transcript } = play('getting');
      script.start();
      script.receive(data(1));
      script.receive(data(1), stranger);
      return transcript();
    },
    /192\.0\.2\.1:40001 is not the server that was asked: it gets ERROR 5.*RFC 1350 §4/,
  ],
  [
    'ignored',
    'no packet at all',
    () => {
      const { script, transcript } = play('getting');
      script.start();
      script.receive(malformed('unknown-opcode', 9));
      return transcript();
    },
    /Not a TFTP packet \(unknown opcode\): ignored/,
  ],
  [
    'group',
    'an OACK names it',
    () => {
      const { script, transcript } = play('joining');
      script.start();
      script.receive(oack('multicast 239.255.0.1,1758,1'));
      return transcript();
    },
    /239\.255\.0\.1:1758, where many clients receive them\. This client is the master client.*RFC 2090/,
  ],
  [
    'member',
    'a second client joins',
    () => {
      const { script, transcript } = play('sharing', { file: pattern(2000) });
      script.start();
      script.receive(request('RRQ'));
      script.receive(request('RRQ'), stranger);
      return transcript();
    },
    /192\.0\.2\.1:40001 joined the group: 2 clients now\. One transfer serves all.*RFC 2090/,
  ],
  [
    'dallying',
    'the last ACK may be lost',
    () => recordPair({ kind: 'get', file: pattern(10) }).client,
    /the last ACK may get lost\. The client waits.*RFC 1350 §6/,
  ],
  [
    'round-trip',
    'a measured answer',
    () => recordPair({ kind: 'get', file: pattern(2000) }).client,
    /This answer took 2 ms.*RFC 1123 §4\.2\.3\.2/,
  ],
];

describe('every note', () => {
  test.each(cases)('%s: %s', (type, _what, make, words) => {
    const transcript = make();
    const notes = transcript.records.flatMap((rec) => rec.notes.map((note) => note.type));
    expect(notes).toContain(type);
    expect(all(transcript).find((line) => line.startsWith(`${type}: `) && words.test(line))).toBeDefined();
  });

  // The engine makes this one: a machine ends with the refusal, and another one begins.
  test('fallback: the request is sent again without options', () => {
    const { script, events } = play('getting', { offer: { blksize: 1468 } });
    script.start();
    script.receive(error(8, 'no options'));
    const note = { type: 'fallback', code: 8, message: untrusted('no options') } as const;
    const tag = { transfer: 1, side: 'client' } as const;
    const refusal = events.find(({ type }) => type === 'received');
    const datagram = refusal?.type === 'received' ? refusal.id : undefined;
    const transcript = new SideLog(tag, [...events, { type: 'note', datagram, at: 1, tag, note }]);
    expect(all(transcript).join('\n')).toMatch(
      /fallback: .*ERROR 8 \(no options\): the client asks again without them.*RFC 2347/,
    );
  });

  test('each type has a case', () => {
    const types: Record<Note['type'], true> = {
      ...{ negotiated: true, pinned: true, 'timed-out': true, duplicate: true, gap: true, rollback: true },
      ...{ outside: true, stranger: true, ignored: true, fallback: true, dallying: true, 'round-trip': true },
      ...{ group: true, member: true },
    };
    expect(new Set([...cases.map(([type]) => type), 'fallback'])).toEqual(new Set(Object.keys(types)));
  });
});

describe('packets', () => {
  const why = (transcript: SideLog, number: number): string =>
    explainRecord(transcript.packet(number)!, transcript).map(explanationText).join(' | ');

  test('the empty block at the end of a file of whole blocks', () => {
    const { client } = recordPair({ kind: 'put', file: pattern(512) });
    const last = client.packets.find((rec) => rec.packet.op === 'DATA' && rec.last);
    expect(why(client, last?.number ?? 0)).toMatch(/multiple of 512.*this one is empty.*RFC 1350 §6/);
  });

  test('a size probe', () => {
    const { script, transcript } = play('probing', { offer: { tsize: 0 } });
    script.start();
    script.receive(oack('tsize 5000'));
    expect(why(transcript(), 3)).toMatch(/Only the size was asked for.*RFC 2349/);
    expect(explainTransfer(transcript()).map(({ rule }) => rule)).toContain('size-probe');
  });

  test('an ACK that asks for a missing block, and the blocks resent for it', () => {
    const { client, server } = recordPair({
      kind: 'get',
      file: pattern(5000),
      offer: windows,
      drop: isBlock('DATA', 3),
    });
    expect(all(client).join('\n')).toMatch(/ack-gap: Block 3 is missing.*resend from there/);
    expect(all(server).join('\n')).toMatch(/window-again: Resent/);
  });

  test('what was resent because there was no progress', () => {
    const { client } = recordPair({ kind: 'put', file: pattern(700), drop: isBlock('DATA', 1) });
    expect(all(client).join('\n')).toMatch(
      /again-by-timer: DATA is resent because there was no progress in time/,
    );
  });

  test('without notes it says that only the packets were interpreted', () => {
    const { events } = recordPair({ kind: 'put', file: pattern(700), drop: isBlock('DATA', 1) });
    const bare = events.client.filter(({ type }) => type === 'sent' || type === 'received');
    const lines = all(new SideLog({ transfer: 1, side: 'client' }, bare));
    expect(lines.join('\n')).toMatch(/again: The same packet again.*from the packets alone/);
  });

  test('every packet of an ordinary transfer has a reason', () => {
    const { client, server } = recordPair({
      kind: 'get',
      file: pattern(3000),
      offer: { blksize: 1468, windowsize: 2 },
    });
    for (const transcript of [client, server])
      for (const { number } of transcript.packets) expect(why(transcript, number)).not.toBe('');
  });
});

test('invariant 13: one or two short sentences a reason, with nothing that a terminal obeys', () => {
  const options = { seed: fc.nat(), loss: fc.double({ min: 0, max: 0.4, noNaN: true }), size: fc.nat(6000) };
  fc.assert(
    fc.property(fc.record(options), fc.integer({ min: 1, max: 6 }), ({ size, ...rest }, windowsize) => {
      const { client, server } = recordPair({
        kind: 'get',
        ...rest,
        file: pattern(size),
        offer: { windowsize },
      });
      for (const line of [...all(client), ...all(server)]) {
        expect(line).not.toMatch(unsafe);
        expect(line).toMatch(/\(.*(RFC \d+|impairment).*\)$/);
      }
    }),
    { numRuns: 30 },
  );
});
