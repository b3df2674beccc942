// The texts in the tables of the program, in one file, so that they can be read through once whole.
// `npm run docs` writes __snapshots__/words.md; a changed text is in its difference.
import { expect, test } from 'vitest';
import type { Cause } from '../../src/engine/tftp-error.ts';
import { TftpError } from '../../src/engine/tftp-error.ts';
import type { FileProblem } from '../../src/files/file.ts';
import { registry } from '../../src/shell/commands/registry.ts';
import { helpOn, overview, topicLines } from '../../src/shell/help/help.ts';
import { topics } from '../../src/shell/help/topics.ts';
import { helpText } from '../../src/shell/program/flags.ts';
import type { AttemptedCommand } from '../../src/shell/report/advice.ts';
import { adviceOn } from '../../src/shell/report/advice.ts';
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
  ['datagram too long', { by: 'network', reason: 'message-too-long', message }],
  ['unknown host', { by: 'name', host: 'h', message }],
  ['wrong SHA-256', { by: 'integrity', reason: 'digest-mismatch', message }],
  ['our ERROR 8', { by: 'local', code: 8, message }],
  ...['EADDRINUSE', 'EACCES', 'EADDRNOTAVAIL'].map((code): readonly [string, Cause] => [
    code,
    { by: 'listen', code, message },
  ]),
  ...problems.map((problem): readonly [string, Cause] => [
    `file: ${problem}`,
    { by: 'file', problem, message },
  ]),
];

const verbs: readonly AttemptedCommand['verb'][] = ['get', 'put', 'open'];

/** Each advice once per verb that has words of its own. */
function advice(): readonly string[] {
  return causes.flatMap(([title, cause]) => {
    const texts = verbs.map((verb) => {
      const { reason, next } = adviceOn(new TftpError(message, cause), {
        verb,
        name: printable('FILE'),
        local: printable('LOCAL'),
        host: printable('HOST'),
      });
      return [verb, [reason, next].filter((text) => text !== '').join(' ')] as const;
    });
    const distinct = texts.filter(
      ([, text], i) => text !== '' && texts.findIndex(([, one]) => one === text) === i,
    );
    return distinct.map(([verb, text]) => `- ${title} (${verb}): ${text}`);
  });
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
  ].join('\n\n');
  await expect(`${text}\n`).toMatchFileSnapshot('__snapshots__/words.md');
});
