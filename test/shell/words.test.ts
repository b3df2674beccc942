// The texts in the tables of the program, in one file, so that they can be read through once whole.
// `npm run docs` writes __snapshots__/words.md; a changed text is in its difference.
import { expect, test } from 'vitest';
import type { Cause } from '../../src/engine/tftp-error.ts';
import { TftpError } from '../../src/engine/tftp-error.ts';
import type { FileProblem } from '../../src/files/file.ts';
import { problem } from '../../src/files/problem.ts';
import { registry } from '../../src/shell/commands/registry.ts';
import { helpOn, overview, topicLines } from '../../src/shell/help/help.ts';
import { topics } from '../../src/shell/help/topics.ts';
import { helpText } from '../../src/shell/program/flags.ts';
import type { AttemptedCommand } from '../../src/shell/report/steps.ts';
import { adviceOn } from '../../src/shell/report/advice.ts';
import { noteRow, type NoteContext } from '../../src/trace/explain/notes.ts';
import { Numbering } from '../../src/trace/record/numbering.ts';
import type { Note } from '../../src/transfer/note.ts';
import { classicTerms } from '../../src/transfer/terms.ts';
import { printable, untrusted } from '../../src/wire/text.ts';
import { blocks } from '../support/tables.ts';

const problems: readonly FileProblem[] = [
  'missing',
  'denied',
  'is-directory',
  'not-regular',
  'exists',
  'name-too-long',
  'bad-name',
  'no-directory',
  'full',
  'too-large',
  'exhausted',
  'busy',
  'changed',
  'read-only',
  'broken-pipe',
  'io',
];

const message = 'the message';

const causes: readonly (readonly [string, Cause])[] = [
  ...Array.from({ length: 9 }, (_, code): readonly [string, Cause] => [
    `ERROR ${code} from the server`,
    { by: 'peer', code, message: untrusted(message), first: true },
  ]),
  ['no answer', { by: 'silence', sends: 6, heard: false }],
  ['silence in the middle', { by: 'silence', sends: 6, heard: true }],
  ['port unreachable', { by: 'network', reason: 'port-unreachable', message }],
  ['transfer port closed', { by: 'network', reason: 'transfer-port-closed', message }],
  ['datagram too long', { by: 'network', reason: 'message-too-long', message }],
  ['unknown host', { by: 'name', host: 'h', message }],
  ['wrong SHA-256', { by: 'integrity', reason: 'digest-mismatch', message }],
  ['our ERROR 8', { by: 'local', code: 8, message }],
  ...['EADDRINUSE', 'EACCES', 'EADDRNOTAVAIL'].map((code): readonly [string, Cause] => [
    code,
    { by: 'listen', code, message },
  ]),
  ...problems.map((kind): readonly [string, Cause] => [
    `file: ${kind}`,
    { by: 'file', problem: kind, message },
  ]),
];

const verbs: readonly AttemptedCommand['verb'][] = ['get', 'put', 'open'];

/** Each advice once per verb that has words of its own. */
function advice(): readonly string[] {
  return causes.flatMap(([title, cause]) => {
    const texts = verbs.map((verb) => {
      const attempt = {
        verb,
        name: printable('FILE'),
        local: printable('LOCAL'),
        host: printable('HOST'),
      };
      const { reason, next } = adviceOn(new TftpError(message, cause), attempt, 'shell');
      return [
        verb,
        [reason, next === '' ? '' : `Next: ${next}`].filter((text) => text !== '').join(' '),
      ] as const;
    });
    const distinct = texts.filter(
      ([, text], i) => text !== '' && texts.findIndex(([, one]) => one === text) === i,
    );
    return distinct.map(([verb, text]) => `- ${title} (${verb}): ${text}`);
  });
}

/** A transfer with windows of four blocks, for which the client asked for more. */
function noteContext(side: 'client' | 'server', windowsize: number): NoteContext {
  const numbering = new Numbering();
  numbering.terms = { ...classicTerms, blksize: 1468, windowsize, negotiated: true };
  numbering.asked = {
    port: 69,
    options: new Map([
      ['blksize', 8192],
      ['windowsize', 16],
    ]),
  };
  return { side, numbering };
}

const from = { address: '192.0.2.9', port: 4711 };
const group = { address: '239.255.0.1', port: 1758 };
const agreedTerms = { ...classicTerms, blksize: 1468, windowsize: 4, tsize: 9000, negotiated: true };

/** Each type of note, with the variants that have words of their own. */
const notes: { readonly [T in Note['type']]: readonly Extract<Note, { readonly type: T }>[] } = {
  negotiated: [
    { type: 'negotiated', terms: agreedTerms, refused: [] },
    { type: 'negotiated', terms: { ...agreedTerms, windowsize: 1 }, refused: ['windowsize'] },
    { type: 'negotiated', terms: classicTerms, refused: ['blksize', 'windowsize'] },
  ],
  pinned: [{ type: 'pinned', peer: from }],
  'timed-out': [{ type: 'timed-out', attempt: 1, interval: 1000 }],
  duplicate: (['DATA', 'ACK'] as const).flatMap((op) =>
    [true, false].map((answered) => ({ type: 'duplicate' as const, op, index: 7, answered })),
  ),
  gap: [{ type: 'gap', expected: 7, got: 9 }],
  rollback: (['ack', 'repeated-ack'] as const).map((cause) => ({ type: 'rollback', to: 6, cause })),
  outside: [{ type: 'outside', op: 'DATA', block: 90 }],
  stranger: [true, false].map((answered) => ({ type: 'stranger', from, answered })),
  ignored: (['unexpected', 'too-short'] as const).map((what) => ({ type: 'ignored', what, op: 'OACK' })),
  fallback: [{ type: 'fallback', code: 8, message: untrusted('the message') }],
  group: [true, false].map((isMaster) => ({ type: 'group', group, isMaster })),
  member: (['joined', 'master', 'passed-over', 'done', 'left', 'lost'] as const).map((change) => ({
    ...{ type: 'member', change, client: from, clients: 2 },
  })),
  dallying: [{ type: 'dallying', until: 12_000 }],
  'round-trip': [{ type: 'round-trip', rtt: 1.5, interval: 250 }],
};

/** What a note says in a trace line, beside an arrow and in `explain`; each text once. */
function noteLines(): readonly string[] {
  const said = new Set<string>();
  const once = (text: string | undefined): readonly string[] => {
    if (text === undefined || said.has(text)) return [];
    said.add(text);
    return [text];
  };
  return Object.values<readonly Note[]>(notes).flatMap((variants) =>
    variants.flatMap((note) => {
      const { remark, side, explanation, source } = noteRow(note);
      const contexts = (['client', 'server'] as const).flatMap((end) =>
        [4, 1].map((windowsize) => noteContext(end, windowsize)),
      );
      return contexts.flatMap((context) => {
        const section = typeof source === 'function' ? source(note, context) : source;
        return [
          ...once(remark(note, context)).map((text) => `- ${note.type}, trace line: ${text}`),
          ...once(side(note, context)).map((text) => `- ${note.type}, ladder: ${text}`),
          ...once(explanation(note, context)).map((text) => `- ${note.type}, explain: ${text} (${section})`),
        ];
      });
    }),
  );
}

const asIs = (lines: readonly string[]): string => ['```', ...lines, '```'].join('\n');
const section = (title: string, text: string): string => `## ${title}\n\n${text}`;

test('the words of the program are those that were read', async () => {
  const text = [
    '# The words of the program',
    section('tftpsh --help', asIs(helpText().trimEnd().split('\n'))),
    section('help', asIs(overview(registry, topics))),
    ...registry.map((command) => section(`help ${command.name}`, asIs(helpOn(command)))),
    ...topics.map((topic) => section(`help ${topic.name}`, asIs(topicLines(topic)))),
    ...['settings', 'status', 'events'].map((name) => section(name, blocks[name] ?? '')),
    section('advice', advice().join('\n')),
    section('file problems', problems.map((kind) => `- ${kind}: ${problem(kind).message}`).join('\n')),
    section('notes about packets', noteLines().join('\n')),
  ].join('\n\n');
  await expect(`${text}\n`).toMatchFileSnapshot('__snapshots__/words.md');
});
