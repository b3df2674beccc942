// Failures in words, each cause once: a sentence, a reason, what to try, a status; and no advice that cannot be followed.
import { describe, expect, it } from 'vitest';
import { tooLarge } from '../../../src/engine/failure-texts.ts';
import type { Cause } from '../../../src/engine/tftp-error.ts';
import { TftpError } from '../../../src/engine/tftp-error.ts';
import type { FileProblem } from '../../../src/files/file.ts';
import { adviceOn } from '../../../src/shell/report/advice.ts';
import type { AdviceReader, AttemptedCommand } from '../../../src/shell/report/steps.ts';
import { exitStatusTable, statusOf } from '../../../src/shell/report/exit-status.ts';
import { registry } from '../../../src/shell/commands/registry.ts';
import { isMisuse } from '../../../src/shell/language/misuse.ts';
import { readCommandLine } from '../../../src/shell/program/command-line.ts';
import { lookUp } from '../../../src/shell/language/lookup.ts';
import { findSetting } from '../../../src/shell/settings/settings.ts';
import { printable, untrusted } from '../../../src/wire/text.ts';

const peer = (code: number): Cause => ({ by: 'peer', code, message: untrusted('text'), first: true });
const file = (problem: FileProblem): Cause => ({ by: 'file', problem, message: 'words' });
const local = (code: 0 | 3 | 4 | 8): Cause => ({ by: 'local', code, message: 'words' });
const listen = (code: string): Cause => ({ by: 'listen', code, message: 'cannot listen' });

const causes: readonly (readonly [string, Cause, number])[] = [
  ['ERROR 0', peer(0), 76],
  ['ERROR 1', peer(1), 66],
  ['ERROR 2', peer(2), 77],
  ['ERROR 3', peer(3), 74],
  ['ERROR 4', peer(4), 76],
  ['ERROR 5', peer(5), 76],
  ['ERROR 6', peer(6), 77],
  ['ERROR 7', peer(7), 77],
  ['ERROR 8', peer(8), 76],
  ['ERROR 37', peer(37), 76],
  ['silence', { by: 'silence', sends: 6, heard: false }, 75],
  ['silence in the middle', { by: 'silence', sends: 6, heard: true }, 75],
  ['port unreachable', { by: 'network', reason: 'port-unreachable', message: 'nothing listens' }, 69],
  ['transfer port closed', { by: 'network', reason: 'transfer-port-closed', message: 'closed' }, 75],
  [
    'too large to send',
    { by: 'network', reason: 'message-too-long', message: 'ask for a smaller blksize' },
    69,
  ],
  ['network down', { by: 'network', reason: 'socket-failed', message: 'network is down' }, 69],
  ['unknown name', { by: 'name', host: 'h', message: 'unknown host h' }, 68],
  ['wrong hash', { by: 'integrity', reason: 'digest-mismatch', message: 'SHA-256 differs' }, 65],
  ['usage', { by: 'usage', message: 'too long' }, 64],
  ['abort', { by: 'abort', message: 'aborted' }, 130],
  ['port taken', listen('EADDRINUSE'), 71],
  ['port not permitted', listen('EACCES'), 71],
  ['no such address', listen('EADDRNOTAVAIL'), 71],
  ['our ERROR 8', local(8), 76],
  ['our ERROR 4', local(4), 76],
  ['our ERROR 3', local(3), 74],
  ['missing', file('missing'), 66],
  ['denied', file('denied'), 77],
  ['is-directory', file('is-directory'), 73],
  ['not-regular', file('not-regular'), 73],
  ['exists', file('exists'), 73],
  ['name-too-long', file('name-too-long'), 73],
  ['bad-name', file('bad-name'), 64],
  ['no-directory', file('no-directory'), 73],
  ['full', file('full'), 74],
  ['too-large', file('too-large'), 74],
  ['exhausted', file('exhausted'), 74],
  ['busy', file('busy'), 73],
  ['changed', file('changed'), 74],
  ['read-only', file('read-only'), 77],
  ['no-temporary', file('no-temporary'), 74],
  ['broken-pipe', file('broken-pipe'), 141],
  ['io', file('io'), 74],
];

function told(cause: Cause, verb: AttemptedCommand['verb'] = 'get', reader: AdviceReader = 'shell') {
  const error = new TftpError('the sentence', cause, { advice: "the engine's reason" });
  const attempt = { verb, name: printable('boot.cfg'), host: printable('10.0.0.1'), port: 6969 };
  return adviceOn(error, attempt, reader);
}

describe('every cause', () => {
  it.each(causes)('C09: %s has its words and status', (_, cause, status) => {
    const { subject, sentence, reason } = told(cause);
    expect({ subject, sentence, status: statusOf(cause) }).toEqual({
      subject: 'get boot.cfg',
      sentence: 'the sentence',
      status,
    });
    expect(reason).not.toBe('');
    expect(exitStatusTable.map(([number]) => number)).toContain(status);
  });

  it('advises only commands and settings that exist', () => {
    const texts = causes.flatMap(([, cause]) =>
      (['get', 'put'] as const).flatMap((verb) => {
        const { reason, next } = told(cause, verb);
        return [reason, next];
      }),
    );
    const advised = texts.flatMap((text) => [...text.matchAll(/"([^"]+)"/g)].map((match) => match[1] ?? ''));
    expect(advised.length).toBeGreaterThan(10);
    for (const command of advised) {
      const [name = '', setting = ''] = command.split(' ');
      expect(lookUp(name, registry)).toMatchObject({ type: 'found', command: { name } });
      if (name === 'set') expect(findSetting(setting)?.name).toBe(setting);
    }
  });

  it('a name with octets is repeated so that a shell reads it back', () => {
    const error = new TftpError('not found', { by: 'silence', sends: 6, heard: true });
    const next = (name: string): string =>
      adviceOn(error, { verb: 'get', name: printable(name), host: printable('h'), port: 69 }, 'program').next;
    expect(next('caf\udce9')).toContain(String.raw`-c get $'caf\xe9'`);
    expect(next("it's \u0007")).toContain(String.raw`-c get $'it\'s \x07'`);
    expect(next('a\\b')).toContain(String.raw`-c get 'a\b'`);
  });

  it('N14: names the setting where datagrams are too large to be sent', () => {
    expect(told(tooLarge().problem, 'put').next).toMatch(/"set blksize 1468"/);
  });

  it('C07: names the setting where the size is not the announced one', () => {
    const cause: Cause = { by: 'integrity', reason: 'size-mismatch', message: 'size mismatch' };
    expect(told(cause).next).toBe('"tsize off" takes the file as long as it is');
  });

  it('C04: names the file whose directory is missing', () => {
    const error = new TftpError('No such directory', file('no-directory'));
    const attempt = { verb: 'get', name: printable('a/b'), local: printable('a/b') } as const;
    expect(adviceOn(error, attempt, 'shell').reason).toBe('Directory a/ does not exist.');
  });

  it('names the host in what to try', () => {
    expect(told({ by: 'network', reason: 'port-unreachable', message: 'refused' }).next).toBe(
      'try another port: "connect 10.0.0.1 PORT"',
    );
  });

  it('is a command line after a one-shot, never a command of the shell', () => {
    const lines = causes.flatMap(([, cause]) =>
      (['get', 'put', 'serve'] as const).flatMap((verb) =>
        [...told(cause, verb, 'program').next.matchAll(/"([^"]+)"/g)].map((match) => match[1] ?? ''),
      ),
    );
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines) expect(line).toMatch(/^(tftpsh |ls$|printf .*\| tftpsh )/);
    expect(lines).toContain('tftpsh -t 10.0.0.1 6969 -c get boot.cfg');
    for (const line of lines.filter((one) => one.startsWith('tftpsh '))) {
      const read = readCommandLine(line.replace('PORT', '6969').split(' ').slice(1));
      expect(read, line).toMatchObject({ type: 'run' });
      if (!isMisuse(read)) expect(lookUp(read.command?.[0] ?? '', registry)).toMatchObject({ type: 'found' });
    }
  });

  it('has no heading of its own: programs get the step alone', () => {
    for (const [, cause] of causes) expect(told(cause).next).not.toMatch(/^Next/);
  });
});
