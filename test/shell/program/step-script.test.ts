// Step mode in a pipe, with the program as it is installed: a script steps, and its end lets everything go.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkEvent } from '../../../src/shell/report/events.ts';
import { eventsIn, runCli } from '../../support/cli.ts';

let work = '';
beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'tftpsh-step-'));
});
afterEach(() => rm(work, { recursive: true }));

const script = (lines: readonly string[], args: readonly string[] = []) =>
  runCli(args, { input: `${lines.join('\n')}\n`, cwd: work });

const opening = ['lab on', 'options off', 'step client', 'get three.bin &'];

it('each command waits for its packet, and the ladder shows what was done', async () => {
  const ran = await script([
    ...opening,
    'next',
    'predict ack 1',
    'next',
    'drop',
    'release',
    'step off',
    'ladder --plain',
  ]);
  expect(ran).toMatchObject({ status: 0, err: '' });
  expect(ran.out).toContain('Right: ACK 1 is sent.');
  expect(ran.out).toContain('step 3  client sends ACK 1: dropped');
  expect(await readFile(join(work, 'three.bin'))).toHaveLength(1200);
});

it('a script that ends while a packet is held lets it go, and the file arrives', async () => {
  // A bare step waits for the packet that it shows.
  const ran = await script([...opening, 'next', 'step']);
  expect(ran.status).toBe(0);
  expect(ran.err).toContain('Step mode ends: 1 held packet released.');
  expect(await readFile(join(work, 'three.bin'))).toHaveLength(1200);
});

it('--json: held, stepped and prediction are as documented', async () => {
  const ran = await script([...opening, 'next', 'predict nothing', 'edit block 9', 'step off'], ['--json']);
  const events = eventsIn(ran.out);
  for (const event of events) expect(checkEvent(event), JSON.stringify(event)).toBeUndefined();
  const names = events.map(({ event }) => event);
  for (const name of ['step', 'held', 'stepped', 'prediction']) expect(names).toContain(name);
  expect(events.find(({ event }) => event === 'prediction')).toMatchObject({ right: false, sends: 'ACK 1' });
});

it.each([
  ['drop', 1],
  ['twice', 1],
  ['edit block 9', 9],
])('%s: the trace tells the packet once, as it travels, and the deed has its line', async (deed, block) => {
  const lines = [
    'lab on',
    'options off',
    'trace on',
    'step client',
    'get three.bin &',
    'next',
    'next',
    deed,
    'step off',
  ];
  const { out } = await script(lines);
  expect(out).toMatch(/^step 3 {2}client sends ACK 1: /m);
  const told = out.split('\n').filter((line) => /→ ACK {3}[19]\b(?!.*resent)/.test(line));
  expect(told).toEqual([expect.stringContaining(`→ ACK   ${block}`)]);
  interface Told {
    readonly summary?: string;
    readonly direction?: string;
    readonly remark?: string;
  }
  const events = eventsIn<Told>((await script(lines, ['--json'])).out).filter(
    ({ event, summary = '', direction, remark = '' }) =>
      event === 'packet' &&
      direction === 'sent' &&
      /^ACK {3}[19]$/.test(summary) &&
      !remark.includes('resent'),
  );
  expect(events).toMatchObject([{ summary: `ACK   ${block}` }]);
});
