// lesson and hint as a student calls them: a step, what is missing, what passes, progress, handouts, a teacher's file.
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkEvent } from '../../../src/shell/report/events.ts';
import { lookingRig, type LookingRig } from '../packets/rig.ts';
import { small } from './small.ts';

const said = async (rig: LookingRig, line: string): Promise<string> => (await rig.run(line)).lines.join('\n');

test('a lesson from its first step to its last: text, what is missing, a hint, what passes', async () => {
  const rig = await lookingRig();
  expect(await said(rig, 'lesson lost-data')).toMatch(/^LESSON 4 · A lost DATA · step 1 of 3: Lose DATA 2\n/);
  expect(await rig.run('lesson check')).toMatchObject({ status: 65 });
  await rig.run('get three.bin');
  expect(await said(rig, 'lesson check')).toMatch(/^✗ Not yet. Nothing got lost\./);
  expect(await said(rig, 'hint')).toContain('impair server drop DATA 2 once');
  expect(await said(rig, 'hint')).toContain('"lesson solution"');
  expect(await said(rig, 'lesson solution')).toBe('  impair server drop DATA 2 once\n  get three.bin');
  await rig.run('impair server drop DATA 2 once');
  await rig.run('get three.bin -f');
  expect(await said(rig, 'lesson check')).toMatch(/^✔ Right\. [^]*"lesson next" goes on with step 2 of 3/);
  expect(await said(rig, 'lesson next')).toContain('step 2 of 3: Lose the request');
  expect(await said(rig, 'lesson')).toMatch(/^ 4 > lost-data .* 1 of 3 {3}10 min$/m);
  for (const event of rig.events) expect(checkEvent(event)).toBeUndefined();
  expect(rig.events).toContainEqual(
    expect.objectContaining({ event: 'lesson-check', name: 'lost-data', step: 1, passed: true }),
  );
});

test('next skips a step and says so, back returns to it, and only what passed is done', async () => {
  const rig = await lookingRig();
  await rig.run('lesson read');
  expect(await said(rig, 'lesson back')).toMatch(/^This is the first step: "lesson again"/);
  await rig.run('lesson lost-data');
  expect(await said(rig, 'lesson next')).toMatch(/^Step 1 is not done yet: "lesson back" [^]* step 2 of 3/);
  await rig.run('impair client drop RRQ once');
  await rig.run('get three.bin');
  await rig.run('lesson check');
  expect(await said(rig, 'lesson')).toMatch(/^ 4 > lost-data .* 1 of 3 /m);
  expect(await said(rig, 'lesson back')).toMatch(/^LESSON 4 .* step 1 of 3/);
  expect(await said(rig, 'lesson next')).toMatch(/^Step 1 is not done yet/);
  expect(await said(rig, 'lesson next')).toMatch(/^LESSON 4 .* step 3 of 3/);
  expect(await said(rig, 'lesson next')).toMatch(/^Step 3 is not done yet: "lesson lost-data" /);
  expect(await said(rig, 'lesson lost-data')).toMatch(/^LESSON 4 .* step 1 of 3/);
});

test('show prints the step once more and changes nothing', async () => {
  const rig = await lookingRig();
  expect(await rig.run('lesson show')).toMatchObject({ status: 64 });
  const text = await said(rig, 'lesson lost-data');
  await rig.run('impair server drop DATA 2 once');
  await rig.run('get three.bin');
  expect(await said(rig, 'lesson show')).toBe(text);
  expect(await said(rig, 'lesson check')).toMatch(/^✔ Right\./);
});

test('a word that names no lesson, or several, is answered with names', async () => {
  const rig = await lookingRig();
  expect(await said(rig, 'lesson lost')).toMatch(
    /^There is no such lesson: did you mean lost-data, lost-ack\?/,
  );
  expect(await said(rig, 'lesson windwo')).toMatch(/^There is no such lesson: did you mean window\?/);
  expect(await said(rig, 'lesson xyz')).toMatch(/^There is no such lesson: "lesson" lists them\./);
  expect(await said(rig, 'lesson lost --export a.html')).toContain('did you mean lost-data, lost-ack?');
});

test('check waits for a transfer that runs; of one that is held it says so', async () => {
  const rig = await lookingRig();
  await rig.run('lesson read');
  await rig.run('get three.bin &');
  expect(await said(rig, 'lesson check')).toMatch(/^✔ Right\./m);
  await rig.run('lesson next');
  await rig.run('step client');
  await rig.run('get three.bin &');
  await rig.run('next 4');
  expect(await said(rig, 'lesson check')).toMatch(
    /^✗ Not yet[^]*The transfer has not ended\. If a packet is held/,
  );
  await rig.run('drop');
  await rig.run('release');
  expect(await said(rig, 'lesson check')).toMatch(/^✔ Right\./m);
});

test('a transfer of the lesson ends where another step begins; one of the person does not', async () => {
  const rig = await lookingRig();
  await rig.run('lab on');
  await rig.run('step client');
  await rig.run('get three.bin &');
  const refused = await rig.run('lesson read');
  expect(refused.status).toBe(64);
  expect(refused.lines).toContain('A transfer is running: wait for its end, or "abort" it.');
  await rig.run('step off');
  await rig.session.context.work.idle();
  for (const line of ['lesson again', 'lesson next', 'lesson stop']) {
    await rig.run('lesson read');
    await rig.run('step client');
    await rig.run('get three.bin &');
    await rig.run('next');
    expect(await rig.run(line)).toMatchObject({ status: 0 });
    expect(rig.session.context.transfers.busy).toBe(false);
  }
});

test('any way is right: the loss by hand in step mode passes too', async () => {
  const rig = await lookingRig();
  await rig.run('lesson 4');
  for (const line of ['step server', 'get three.bin &', 'next 3', 'drop', 'release', 'step off'])
    await rig.run(line);
  await rig.session.context.work.idle();
  expect(await said(rig, 'lesson check')).toMatch(/^✔ Right\./);
});

test('what was set before a lesson is as before after it, and files of a lesson do not stay', async () => {
  const rig = await lookingRig();
  for (const line of ['blksize 1024', 'impair loss 3%', 'seed 9']) await rig.run(line);
  await rig.run('lesson write');
  const folder = rig.session.context.directory.path;
  expect((await stat(join(folder, 'three.bin'))).size).toBe(1200);
  expect(rig.session.context.settings.chosen).toEqual({ options: false });
  await rig.run('lesson again');
  await rig.run('lesson stop');
  expect(rig.session.context.settings.chosen).toEqual({ blksize: 1024 });
  expect(await said(rig, 'impair')).toContain('impair loss 3%\nseed 9:');
  expect(rig.session.context.directory.path).toBe(rig.folder);
  await expect(stat(folder)).rejects.toThrow('ENOENT');
  expect(await rig.run('lesson check')).toMatchObject({ status: 64 });
  expect(await rig.run('lesson xyz')).toMatchObject({ status: 64 });
});

test('progress is kept in a private file; a damaged file does no harm', async () => {
  const rig = await lookingRig();
  const progressFile = join(rig.folder, 'state', 'lessons');
  const play = async (): Promise<string> => {
    const student = await lookingRig({ progressFile });
    const before = await said(student, 'lesson');
    await student.run('lesson new-port');
    await student.run('get short.bin');
    await student.run('lesson check');
    return before;
  };
  expect(await play()).toContain('17 lessons, 0 done.');
  expect(await readFile(progressFile, 'utf8')).toBe('new-port +\n');
  expect((await stat(progressFile)).mode & 0o777).toBe(0o600);
  await writeFile(progressFile, 'lost-ack +++\nnew-port +\nread 999\nmtu --\n\u001b[2J +\n');
  expect(await play()).toMatch(/ 2 {3}new-port .* 1 of 2 [^]* 5 ✔ lost-ack .* 3 of 3 /);
  // The second run went on with step 2, which the usual server does not pass.
  expect(await readFile(progressFile, 'utf8')).toBe(
    'lost-ack +++\nnew-port +\nread 999\nmtu --\n\u001b[2J +\n',
  );
});

test('lesson --export: the texts, and the ladder of the student where a step passed', async () => {
  const rig = await lookingRig();
  expect(await rig.run('lesson --export h.html')).toMatchObject({ status: 64 });
  await rig.run('lesson read');
  await rig.run('get three.bin');
  await rig.run('lesson check');
  expect(await rig.run('lesson --export h.html')).toMatchObject({ status: 0 });
  const page = await readFile(join(rig.folder, 'h.html'), 'utf8');
  expect(page).toContain('<h1>A read of three blocks</h1>');
  expect(page.match(/<svg class="l"/g)).toHaveLength(1);
  expect(page.match(/Not done yet\./g)).toHaveLength(1);
  expect(await rig.run('lesson --export h.html')).toMatchObject({ status: 73 });
  expect(await rig.run('lesson --export h.txt')).toMatchObject({ status: 64 });
  expect(await rig.run('lesson mtu --export h.html -f')).toMatchObject({ status: 0 });
});

test("lesson --from: a teacher's file plays, is tested, and its errors have a place", async () => {
  const rig = await lookingRig();
  await writeFile(join(rig.folder, 'own.lesson'), small);
  expect(await said(rig, 'lesson --from own.lesson')).toContain('LESSON My own · step 1 of 1: Only step');
  for (const line of ['impair server drop DATA 2 once', 'get three.bin']) await rig.run(line);
  expect(await said(rig, 'lesson check')).toMatch(/^✔ Right\. So it is\.\nThis lesson is done/);
  expect(await said(rig, 'lesson --from own.lesson --self-test')).toBe(
    '1 lesson, 2 plays: all as they should be.',
  );
  await writeFile(join(rig.folder, 'bad.lesson'), small.replace('2 lost once', '2 losst once'));
  const refused = await rig.run('lesson --from bad.lesson');
  expect(refused.status).toBe(64);
  expect(refused.lines.join('\n')).toContain('bad.lesson:16:17: "losst" says nothing of a packet');
  expect(await rig.run('lesson --from none.lesson')).toMatchObject({ status: 66 });
});

test('--self-test tells a solution that does not pass and a wrong turn that does', async () => {
  const rig = await lookingRig();
  const bad = small
    .replace('solution:\n  impair server drop DATA 2 once', 'solution:\n  options off')
    .replace('impair client drop ACK 2 once', 'impair server drop DATA 2 once');
  await writeFile(join(rig.folder, 'bad.lesson'), bad);
  const { status, lines } = await rig.run('lesson --from bad.lesson --self-test');
  expect(status).toBe(65);
  expect(lines).toEqual([
    'my-own, step 1: its solution does not pass: DATA 2 has to get lost.',
    'my-own, step 1: the wrong turn "That was an ACK." passes',
    '1 lesson, 2 plays: 2 faults.',
  ]);
});

test('the same step with the same lines gives the same ladder to the microsecond', async () => {
  const played = async (): Promise<string> => {
    const rig = await lookingRig();
    for (const line of ['lesson lost-data', 'lesson next', 'lesson next']) await rig.run(line);
    for (const line of ['impair loss 20% jitter 5ms', 'get boot.bin']) await rig.run(line);
    return said(rig, 'ladder --plain');
  };
  const first = await played();
  expect(first).toContain('✗');
  expect(await played()).toBe(first);
});
