// Ladders taken away: each format says what happened, and nothing that a peer wrote gets out of its place.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { transferHtml } from '../../../src/trace/export/html.ts';
import { jsonVersion, transferJson } from '../../../src/trace/export/json.ts';
import { ladderMermaid } from '../../../src/trace/export/mermaid.ts';
import { ladderSvg } from '../../../src/trace/export/svg.ts';
import { ladderPlain } from '../../../src/trace/export/text.ts';
import { ladder } from '../../../src/trace/ladder/ladder.ts';
import { Statistics } from '../../../src/trace/figures/statistics.ts';
import type { TraceEvent } from '../../../src/trace/record/event.ts';
import { SideLog } from '../../../src/trace/record/side-log.ts';
import { pictureColours } from '../../../src/trace/text/palette.ts';
import { option } from '../../../src/wire/options.ts';
import { untrusted } from '../../../src/wire/text.ts';
import { client, peer, pattern } from '../../support/script.ts';
import { isBlock, recordPair, unsafe } from '../recorded.ts';

const tag = { transfer: 1, side: 'client' } as const;

/** A transfer in which every text is `text`: name, mode, options, ERROR. */
function hostile(text: string): readonly TraceEvent[] {
  const words = untrusted(text);
  const options = [{ name: words, value: words }, option('blksize', '1468')];
  const base = { at: 0, tag, local: client, peer, length: 40 };
  return [
    { type: 'began', at: 0, tag, op: 'RRQ', file: words, mode: 'octet', peer },
    {
      ...base,
      type: 'sent',
      id: 1,
      packet: { op: 'RRQ', filename: words, mode: words, options, ignored: 0 },
    },
    { ...base, type: 'received', id: 2, packet: { op: 'OACK', options, ignored: 0 } },
    { type: 'note', datagram: 2, at: 0, tag, note: { type: 'fallback', code: 8, message: words } },
    { ...base, type: 'received', id: 3, packet: { op: 'ERROR', code: 0, message: words } },
    {
      type: 'ended',
      at: 0,
      tag,
      outcome: { ok: false, failure: { by: 'peer', code: 0, message: words, first: false } },
    },
  ];
}

function exported(
  events: readonly TraceEvent[],
): Readonly<Record<'svg' | 'html' | 'mmd' | 'txt' | 'json', string>> {
  const transcript = new SideLog(tag, events);
  const statistics = new Statistics('client');
  for (const event of events) statistics.add(event);
  const rows = ladder(transcript);
  const figures = statistics.figures();
  return {
    svg: ladderSvg(rows),
    html: transferHtml(transcript, figures, { ladder: rows }),
    mmd: ladderMermaid(rows),
    txt: ladderPlain(rows, { columns: 80, ascii: false }),
    json: [...transferJson(transcript, figures)].join(''),
  };
}

const lossy = exported(
  recordPair({ kind: 'get', file: pattern(5000), offer: { windowsize: 4 }, drop: isBlock('DATA', 3) }).events
    .client,
);

/** Tags and attributes with the texts between them taken out: the skeleton that we wrote. Long texts take more lines. */
function skeleton(markup: string): string {
  const bare = markup.replace(/>[^<]*</g, '><').replace(/="[^"]*"/g, '=""');
  return bare.replace(/(<text [^>]*><\/text>)\1+/g, '$1');
}

describe('formats', () => {
  test('svg stands alone and knows light and dark', () => {
    expect(lossy.svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(lossy.svg).toContain('prefers-color-scheme:dark');
    expect(lossy.svg).toContain('DATA 3  lost (inferred)');
    // Programs that make slides know no variables.
    expect(lossy.svg).not.toContain('var(');
    expect(lossy.svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|href|url\(|<script/);
  });

  test('svg cuts nothing that a few more lines can hold', () => {
    const { svg } = exported(hostile(`${'long name '.repeat(20)}end`));
    const told = [...svg.matchAll(/<text [^>]*class="w"[^>]*>([^<]*)/g)].map(([, words = '']) =>
      words.replaceAll('&#34;', '"'),
    );
    expect(told.filter((words) => words.length > 66)).toEqual([]);
    expect(told.join(' ')).toContain(`${'long name '.repeat(20)}end" "`);
  });

  test('html stands alone, without script', () => {
    expect(lossy.html).toMatch(/^<!doctype html>/);
    expect(lossy.html).toContain("default-src 'none'");
    expect(lossy.html).toContain('<svg ');
    expect(lossy.html).toContain('RFC 7440 §4');
    expect(lossy.html).toMatch(
      /<pre>LADDER {2}get &#34;a\.bin&#34;[^<]*DATA 3 {2}lost \(inferred\)[^<]*<\/pre>/,
    );
    expect(lossy.html).not.toMatch(/<script|<link|<img|\son[a-z]+=/);
  });

  test.each(['light', 'dark'] as const)(
    'a theme of %s has one scheme, whatever the reader prefers',
    (theme) => {
      const { events } = recordPair({ kind: 'get', file: pattern(100) });
      const log = new SideLog(tag, events.client);
      const statistics = new Statistics('client');
      for (const event of events.client) statistics.add(event);
      const { paper } = pictureColours;
      const other = theme === 'light' ? 'dark' : 'light';
      for (const text of [
        ladderSvg(ladder(log), { theme }),
        transferHtml(log, statistics.figures(), { ladder: ladder(log), theme }),
      ]) {
        expect(text).toContain(paper[theme]);
        expect(text).not.toContain(paper[other]);
        expect(text).not.toContain('prefers-color-scheme');
      }
    },
  );

  test('mermaid', () => {
    const { events } = recordPair({ kind: 'get', file: pattern(10) });
    expect(`\n${exported(events.client).mmd}`).toMatchInlineSnapshot(`
      "
      sequenceDiagram
        participant C as client 192.0.2.2#58;50000
        participant S as server 192.0.2.1#58;40000
        Note over C,S: get #34;a.bin#34;
        C->>S: 0.000000  RRQ #34;a.bin#34; octet
        Note right of S: #58;69
        S->>C: 0.002000  DATA 1  10 B
        Note right of S: #58;40000, last
        C->>S: 0.002000  ACK 1
        Note right of S: done
        Note over C,S: done#58; 10 octets
      "
    `);
  });

  test('text is the ladder', () => {
    expect(lossy.txt.split('\n')).toHaveLength(2 + ladderRows() + 1);
  });

  test('json has a version and every record', () => {
    const whole = JSON.parse(lossy.json) as {
      format: string;
      version: number;
      records: { type: string; why: unknown[] }[];
    };
    expect(whole).toMatchObject({
      format: 'tftpsh-transfer',
      version: jsonVersion,
      request: { file: 'a.bin' },
    });
    expect(whole.records.map(({ type }) => type)).toContain('missing');
    for (const { why } of whole.records) expect(why).not.toEqual([]);
  });
});

function ladderRows(): number {
  return (JSON.parse(lossy.json) as { records: unknown[] }).records.length;
}

describe('invariant 13: whatever a peer writes', () => {
  const nasty = fc.constantFrom(
    ...[
      '<script>alert(1)</script>',
      '"><svg onload=x>',
      "' onx='",
      '</title>',
      ']]>',
      '&lt;',
      '&#60;',
      '--> %%{init: {}}%%',
    ],
    ...[
      'end',
      'a\nNote over C,S: forged',
      'x;y#z',
      '`',
      '\u202e\u2066',
      '\u0085\u2028',
      '\x1b]0;t\x07',
      '\\x1b',
    ],
  );
  const text = fc.oneof(
    nasty,
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.tuple(nasty, fc.string(), nasty).map((all) => all.join('')),
  );
  const harmless = exported(hostile('name'));

  test('no line of any format holds a control or format character', () => {
    fc.assert(
      fc.property(text, (words) => {
        for (const content of Object.values(exported(hostile(words))))
          for (const line of content.split('\n')) expect(line).not.toMatch(unsafe);
      }),
      { numRuns: 60 },
    );
  });

  test('svg and html keep the tags and attributes of a harmless transfer', () => {
    fc.assert(
      fc.property(text, (words) => {
        const { svg, html } = exported(hostile(words));
        expect(skeleton(svg)).toBe(skeleton(harmless.svg));
        expect(skeleton(html)).toBe(skeleton(harmless.html));
      }),
      { numRuns: 60 },
    );
  });

  test('mermaid keeps its lines, and each label is made of harmless signs', () => {
    const shape =
      /^ {2}(participant [CS] as|Note (over C,S|left of C|right of S):|[CS](->>|-x|--x)[CS]:) ((#\d+;)|[\p{L}\p{N} .,_/=()+-])*$/u;
    fc.assert(
      fc.property(text, (words) => {
        const { mmd } = exported(hostile(words));
        const [first, ...lines] = mmd.trimEnd().split('\n');
        expect(first).toBe('sequenceDiagram');
        expect(lines).toHaveLength(harmless.mmd.trimEnd().split('\n').length - 1);
        for (const line of lines) expect(line).toMatch(shape);
      }),
      { numRuns: 60 },
    );
  });

  test('json gives the text back as it was, and could stand inside a page', () => {
    fc.assert(
      fc.property(text, (words) => {
        const { json } = exported(hostile(words));
        expect((JSON.parse(json) as { request: { file: string } }).request.file).toBe(words);
        expect(json).toMatch(/^[\x20-\x7e\n]*$/);
        expect(json).not.toMatch(/[<>&]/);
      }),
      { numRuns: 60 },
    );
  });
});
