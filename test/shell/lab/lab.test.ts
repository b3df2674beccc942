// The lab: both ends in this process, on virtual time. The same seed gives the same ladder to the microsecond.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkEvent } from '../../../src/shell/report/events.ts';
import { patternOf } from '../../../src/shell/lab/built-in-files.ts';
import { lookingRig, type LookingRig } from '../packets/rig.ts';

async function lab(seed = 7): Promise<LookingRig> {
  const rig = await lookingRig({ seed });
  expect((await rig.run('lab on')).status).toBe(0);
  return rig;
}

const ladder = async (rig: LookingRig): Promise<string> => (await rig.run('ladder --plain')).lines.join('\n');

test('a get: both columns are real ends, a millisecond apart, and the file is on the disk', async () => {
  const rig = await lab();
  await rig.run('options off');
  expect((await rig.run('get three.bin')).status).toBe(0);
  expect(await readFile(join(rig.folder, 'three.bin'))).toEqual(Buffer.from(patternOf(1200)));
  const rows = (await ladder(rig)).split('\n').slice(2);
  // Without the packet's number, the rails and the strokes.
  expect(
    rows.map((row) =>
      row
        .replace(/^ *\d* +(?=\d\.)/, '')
        .replace(/[│─═◀▶]+/g, ' ')
        .replace(/ +/g, ' '),
    ),
  ).toEqual([
    '0.000000 RRQ "three.bin" octet :69',
    '0.002000 DATA 1 512 B :49152',
    '0.002000 ACK 1 ',
    '0.004000 DATA 2 512 B ',
    '0.004000 ACK 2 ',
    '0.006000 DATA 3 176 B last',
    '0.006000 ACK 3 done',
    '0.007000 done: 1,200 octets ',
  ]);
});

test('of two equal last ACKs the first one arrives, and the second one finds an end that had ended', async () => {
  const rig = await lab();
  for (const line of [
    'options off',
    'impair server apprentice',
    'impair client dup ACK 1 once',
    'get three.bin',
  ])
    expect((await rig.run(line)).status).toBe(0);
  const last = (await ladder(rig)).split('\n').filter((row) => row.includes('ACK 3'));
  expect(last).toEqual([
    expect.stringMatching(/─ ACK 3 ─+▶│/),
    expect.stringMatching(/─ ACK 3 \(resent\) {2}peer had ended ─+✗/),
  ]);
  expect((await rig.run('diagnose')).lines.join('\n')).not.toMatch(/lost/);
});

test('packet lines name the end that sent or received: both are in view', async () => {
  const rig = await lab();
  await rig.run('options off');
  await rig.run('trace on');
  const lines = (await rig.run('get one.bin')).lines.join('\n');
  for (const row of [
    'client → RRQ',
    'server ← RRQ',
    'server → DATA  1',
    'client ← DATA  1',
    'client → ACK   1',
  ])
    expect(lines).toContain(row);
});

test('ls lists the files of the lab', async () => {
  const rig = await lab();
  await rig.run('lab file own.bin 2000');
  const { lines } = await rig.run('ls');
  expect(lines[0]).toBe('The server of the lab offers 8 files:');
  expect(lines).toContain('          1,200  three.bin');
  expect(lines.at(-1)).toBe('          2,000  own.bin');
});

test('a put reads the local file, and the lab has it', async () => {
  const rig = await lab();
  await writeFile(join(rig.folder, 'up.txt'), 'hello\n');
  expect((await rig.run('put up.txt')).status).toBe(0);
  expect(Buffer.from(rig.session.context.lab.lab?.files.get('up.txt') ?? []).toString()).toBe('hello\n');
  expect((await rig.run('stat up.txt')).lines.join('\n')).toContain('6 octets');
  expect((await rig.run('put missing.txt')).status).toBe(66);
});

test('the same seed gives the same ladder to the microsecond; another seed another', async () => {
  const played = async (seed: number): Promise<string> => {
    const rig = await lab(seed);
    await rig.run('impair loss 15% delay 20ms jitter 5ms dup 5%');
    await rig.run('blksize 512');
    await rig.run('get image.bin');
    return ladder(rig);
  };
  const first = await played(42);
  expect(first).toContain('✗');
  expect(await played(42)).toBe(first);
  expect(await played(43)).not.toBe(first);
});

test('lab on again starts at the beginning: seed, time, ports and files', async () => {
  const rig = await lab(5);
  const once = async (): Promise<string> => {
    await rig.run('impair loss 20%');
    await rig.run('get boot.bin -f');
    return ladder(rig);
  };
  const first = await once();
  await rig.run('lab file extra.bin 1k');
  await rig.run('lab on');
  expect(await once()).toBe(first);
  expect(rig.events.filter(({ event }) => event === 'lab').at(-1)).not.toMatchObject({
    files: ['extra.bin'],
  });
});

test('silence takes no real time: a transfer gives up after 25 s of the lab', async () => {
  const rig = await lab();
  await rig.run('impair server silence after 1');
  const { status, lines } = await rig.run('get boot.bin');
  expect(status).toBe(75);
  expect(lines.join('\n')).toMatch(/✗ get boot\.bin: 192\.0\.2\.1:\d+ agreed/);
});

test('time runs until the server is done too: a lost last ACK is sent again by a client that dallies', async () => {
  const rig = await lab();
  for (const line of ['options off', 'impair client drop ACK 3 once']) await rig.run(line);
  expect((await rig.run('get three.bin')).status).toBe(0);
  const rows = (await ladder(rig)).split('\n');
  expect(rows.at(-2)).toContain('ACK 3 (resent)');
  expect(rows.at(-1)).toContain('server done: 1,200 octets');
});

test('lab off: the real network again, and commands of the lab are refused', async () => {
  const rig = await lab();
  await rig.run('impair loss 100%');
  expect((await rig.run('lab off')).lines).toEqual(['The lab is off.']);
  expect(rig.session.state.prompt).toBe('tftp> ');
  expect(rig.impaired.rules).toBeDefined();
  expect((await rig.run('lab file a 5')).status).toBe(64);
  expect((await rig.run('lab sped')).status).toBe(64);
  const told = rig.events.filter(({ event }) => event === 'lab').at(-1);
  expect(told).toEqual({ event: 'lab', on: false, speed: 'max', server: 'usual', files: [] });
  expect(checkEvent(told)).toBeUndefined();
});

test('lab speed: a wrong one is refused, and 1000x still ends', async () => {
  const rig = await lab();
  expect((await rig.run('lab speed fast')).status).toBe(64);
  await rig.run('lab speed 1000x');
  expect((await rig.run('get boot.bin')).status).toBe(0);
});

test('lab server two-addresses: the answer is a stranger’s, unless any-address accepts it', async () => {
  const rig = await lab();
  await rig.run('lab server two-addresses');
  expect((await rig.run('get short.bin')).status).toBe(75);
  expect((await rig.run('ladder --columns 120')).lines.join('\n')).toContain('unexpected 192.0.2.2:49152');
  await rig.run('set any-address on');
  expect((await rig.run('get short.bin')).status).toBe(0);
  expect((await rig.run('lab server three')).status).toBe(64);
  await rig.run('set any-address off');
  await rig.run('lab server usual');
  expect((await rig.run('get short.bin -f')).status).toBe(0);
});

test('impair server firewall: answers from a new port are lost, those from port 69 pass', async () => {
  const rig = await lab();
  await rig.run('impair server firewall');
  expect((await rig.run('get short.bin')).status).toBe(75);
  expect((await rig.run('ladder --columns 120')).lines.join('\n')).toContain('firewall: not from port 69');
  await rig.run('lab server single-port');
  expect((await rig.run('get short.bin')).status).toBe(0);
});

test('impair server apprentice: one ACK too many, and every packet after it comes twice', async () => {
  const rig = await lab();
  for (const line of ['options off', 'impair server apprentice', 'impair client dup ACK 1 once'])
    await rig.run(line);
  expect((await rig.run('get boot.bin')).status).toBe(0);
  expect(await readFile(join(rig.folder, 'boot.bin'))).toEqual(Buffer.from(patternOf(5000)));
  expect(await ladder(rig)).toMatch(/DATA 10 {2}392 B \(resent, injected: apprentice\)/);
  expect((await rig.run('diagnose')).lines.join('\n')).toContain('From block 2 on every DATA');
});
