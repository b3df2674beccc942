// From the terminal's octets to what is meant: every row says what comes in and what goes out.
import { EventEmitter } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { topicLines } from '../../src/shell/help/help.ts';
import { findTopic } from '../../src/shell/help/topics.ts';
import { hintKeys, hintMeaning, viewHints } from '../../src/shell/session/view-keys.ts';
import type { Intent } from '../../src/shell/editor/keys.ts';
import { keyTable } from '../../src/shell/editor/keys.ts';
import { listenKeys } from '../../src/ui/keys.ts';

function read(...chunks: readonly (string | Buffer)[]): string[] {
  const seen: string[] = [];
  const source = new EventEmitter();
  const stop = listenKeys(source, (intent) => seen.push(said(intent)));
  for (const chunk of chunks) source.emit('data', chunk);
  stop();
  return seen;
}

function said(intent: Intent): string {
  const { type, ...more } = intent;
  return [type, ...Object.values(more).map(String)].join(' ');
}

describe('keys', () => {
  test.each([
    ['Backspace and Delete are two keys', '\u007f\u001b[3~', ['erase left', 'erase right']],
    ['text and Enter in one read', 'ls\r', ['insert l', 'insert s', 'enter']],
    ['several keys in one read are several keys', '\u001b[A\u001b[A\r', ['recall -1', 'recall -1', 'enter']],
    [
      'F-keys of two kinds of terminal',
      '\u001bOP\u001b[11~\u001bOQ',
      ['command help', 'command help', 'command trace'],
    ],
    [
      'Ctrl keys insert no letters',
      '\u0001\u0005\u000b\u0015\u0017\u0019\u0018\u0014',
      ['move home', 'move end', 'kill end', 'kill home', 'kill blank-left', 'yank', 'transpose'],
    ],
    [
      'Alt keys',
      '\u001bb\u001bf\u001bd\u001b\u007f',
      ['move word-left', 'move word-right', 'kill word-right', 'kill word-left'],
    ],
    ['Alt with a sign, for which readline has no name', '\u001b.', ['last-word']],
    ['Ctrl with arrows', '\u001b[1;5D\u001b[1;5C', ['move word-left', 'move word-right']],
    [
      'Home and End of three kinds of terminal',
      '\u001b[H\u001bOH\u001b[1~\u001b[F',
      ['move home', 'move home', 'move home', 'move end'],
    ],
    ['Ctrl-_', '\u001f', ['undo']],
    ['Tab and Shift-Tab', '\t\u001b[Z', ['complete 1', 'complete -1']],
    ['a surrogate pair is one character', '😀', ['insert 😀']],
    ['a key that nobody knows', '\u001b[99~\u001b[17~', []],
  ] as const)('%s', (_name, typed, intents) => {
    expect(read(typed)).toEqual(intents);
  });

  it('a character cut in two by a read is one', () => {
    const octets = Buffer.from('é固');
    expect(read(octets.subarray(0, 1), octets.subarray(1, 4), octets.subarray(4))).toEqual([
      'insert é',
      'insert 固',
    ]);
  });

  it('a lone Escape is a key, once nothing has followed', async () => {
    const source = new EventEmitter();
    const intent = await new Promise<Intent>((resolve) => {
      listenKeys(source, resolve);
      source.emit('data', '\u001b');
    });
    expect(intent).toEqual({ type: 'escape' });
  });

  it('no two keys of the table are the same', () => {
    const ids = keyTable.flatMap((row) => row.ids);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('pastes', () => {
  const start = '\u001b[200~';
  const end = '\u001b[201~';
  test.each([
    ['come whole', [`${start}a\nb${end}`], ['paste a\nb']],
    ['in several reads', [`${start}a`, '\nb', end], ['paste a\nb']],
    ['with the end cut in two', [`${start}a\u001b[2`, '01~x'], ['paste a', 'insert x']],
    ['with the end cut octet by octet', [`${start}a`, ...Array.from(end)], ['paste a']],
    ['between keys', [`x${start}y${end}\r`], ['insert x', 'paste y', 'enter']],
    ['T09: with an end of their own type nothing', [`${start}a${end}rm x\r${end}`], ['paste arm x\r']],
    ['that never end are left with Ctrl-C', [`${start}a`, '\u0003'], ['interrupt false']],
    ['an end without a start', [`${end}x`], ['insert x']],
  ])('%s', (_name, chunks, intents) => {
    expect(read(...chunks)).toEqual(intents);
  });
  it('S12: 50,000 characters are one paste', () => {
    const text = 'x'.repeat(50_000);
    const reads = Array.from({ length: 13 }, (_, at) => text.slice(at * 4096, (at + 1) * 4096));
    expect(read(start, ...reads, end)).toEqual([`paste ${text}`]);
  });
});

describe('T10: what the terminal says by itself is no input', () => {
  const replies = [
    ['cursor report', '\u001b[24;80R'],
    ['primary attributes', '\u001b[?62;22c'],
    ['secondary attributes', '\u001b[>0;276;0c'],
    ['mode report', '\u001b[?2026;2$y'],
    ['background colour', '\u001b]11;rgb:0000/0000/0000\u0007'],
    ['colour, ended by ST', '\u001b]4;1;rgb:ffff/0000/0000\u001b\\'],
    ['terminal name', '\u001bP>|xterm(1)\u001b\\'],
    ['focus', '\u001b[I\u001b[O'],
    ['mouse', '\u001b[<0;3;4M\u001b[<0;3;4m'],
    ['keyboard protocol', '\u001b[?1u'],
    ['window size', '\u001b[8;24;80t'],
  ] as const;
  it.each(replies)('%s', (_name, reply) => {
    expect(read(`a${reply}b`)).toEqual(['insert a', 'insert b']);
  });
  it.each(replies)('%s, cut in two', (_name, reply) => {
    for (let at = 2; at < reply.length; at += 1)
      expect(read(reply.slice(0, at), `${reply.slice(at)}b`)).toEqual(['insert b']);
  });
});

it('S13: any octets do no harm, and none of them becomes a control character of the line', () => {
  expect(read(Buffer.from(Array.from({ length: 1024 }, (_, at) => at % 256))).length).toBeGreaterThan(100);
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 30 }), { maxLength: 6 }), (chunks) => {
      for (const intent of read(...chunks.map((chunk) => Buffer.from(chunk))))
        // eslint-disable-next-line no-control-regex -- none may be there
        if (intent.startsWith('insert')) expect(intent).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    }),
  );
});

it('help lists every key of the prompt, and every key that a view has a hint for', () => {
  const lines = topicLines(findTopic('keys')!).map((line) => line.trim());
  for (const { keys, does } of keyTable)
    expect(
      lines.some((line) => line.startsWith(keys)),
      does,
    ).toBe(true);
  for (const { screen, hints } of Object.values(viewHints)) {
    expect(lines).toContain(`Keys of ${screen}:`);
    for (const hint of hints)
      expect(
        lines.some((line) => line.startsWith(hintKeys(hint, false)) && line.endsWith(hintMeaning(hint))),
        hint.does,
      ).toBe(true);
  }
});
