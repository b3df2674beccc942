// A lesson in a pipe, with the program as it is installed; and the self-test as one command.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkEvent } from '../../../src/shell/report/events.ts';
import { eventsIn, runCli } from '../../support/cli.ts';

let work = '';
beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'tftpsh-lesson-'));
});
afterEach(() => rm(work, { recursive: true }));

const script = (lines: readonly string[], args: readonly string[] = []) =>
  runCli(args, { input: `${lines.join('\n')}\n`, cwd: work });

it('a script plays a lesson, and ends with 65 where a step does not pass', async () => {
  const good = await script(['lesson write', 'put three.bin copy.bin', 'lesson check']);
  expect(good).toMatchObject({ status: 0, err: '' });
  expect(good.out).toContain('Right. ACK 0 answered the request');
  const bad = await script(['lesson write', 'get short.bin', 'lesson check', 'lesson next']);
  expect(bad.status).toBe(65);
  expect(bad.out).toContain('Not yet. That was a read.');
  expect(bad.out).not.toContain('step 2 of 3');
});

it('--json has an event for each step and each judgement', async () => {
  const ran = await script(['lesson', 'lesson mtu', 'get boot.bin', 'hint', 'lesson check'], ['--json']);
  const events = eventsIn(ran.out);
  for (const event of events) expect(checkEvent(event)).toBeUndefined();
  expect(events.map(({ event }) => event)).toEqual(expect.arrayContaining(['lessons', 'lesson', 'failed']));
});

it('tftpsh lesson is one command, without a network', async () => {
  const ran = await runCli(['lesson'], { cwd: work });
  expect(ran.status).toBe(0);
  expect(ran.out.split('\n')).toHaveLength(20);
});
