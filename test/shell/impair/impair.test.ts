// impair in a session over real sockets: what it does to a transfer, where that is seen, and how it is repeated.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkEvent } from '../../../src/shell/report/events.ts';
import { lookingRig, type LookingRig } from '../packets/rig.ts';

async function serving(): Promise<LookingRig> {
  const rig = await lookingRig({ seed: 7 });
  await writeFile(join(rig.folder, 'fw.bin'), new Uint8Array(2000).fill(65));
  for (const line of ['serve . --port 0', 'connect self', 'options off', 'rexmt 100ms']) await rig.run(line);
  return rig;
}

const ladder = async (rig: LookingRig): Promise<string> =>
  (await rig.run('ladder --plain')).lines.join('\n').replace(/ [ \d]\.\d{6} /g, ' ');

test('one ACK is dropped: the ladder shows where it died, and why', async () => {
  const rig = await serving();
  await rig.run('impair client drop ACK 2 once');
  expect((await rig.run('get fw.bin a.bin')).status).toBe(0);
  const drawn = await ladder(rig);
  expect(drawn).toMatch(/─ ACK 2 {2}lost by impairment ─+✗ +│ drop ACK 2 once/);
  expect(drawn).toContain('ACK 2 (resent)');
  const { lines } = await rig.run('impair');
  expect(lines).toEqual([
    'impair client drop ACK 2 once',
    'seed 7: the same seed and the same packets give the same losses',
    'so far: 1 deed',
    '  1 × lost: drop ACK 2 once',
  ]);
});

test('trace, capture and JSON say what impairment did', async () => {
  const rig = await serving();
  await rig.run('capture c.pcapng');
  await rig.run('trace on');
  await rig.run('impair server dup DATA 2 once');
  await rig.run('get fw.bin a.bin');
  await rig.run('capture off');
  const remarks = rig.events.flatMap((event) => (event.event === 'packet' ? [event.remark] : []));
  expect(remarks).toContain('duplicated (impair dup DATA 2 once)');
  expect(await readFile(join(rig.folder, 'c.pcapng'), 'latin1')).toContain(
    'duplicated (impair dup DATA 2 once)',
  );
  await rig.run('impair');
  const told = rig.events.filter(({ event }) => event === 'impairment').at(-1);
  expect(told).toEqual({
    event: 'impairment',
    on: ['server dup DATA 2 once'],
    seed: 7,
    done: { 'duplicated: dup DATA 2 once': 1 },
  });
  expect(checkEvent(told)).toBeUndefined();
});

test('a rule for the server is done once, although both ends are ours', async () => {
  const rig = await serving();
  await rig.run('impair server dup DATA 1');
  await rig.run('get fw.bin a.bin');
  const { lines } = await rig.run('impair');
  expect(lines.at(-1)).toBe('  1 × duplicated: dup DATA 1');
});

describe('changes', () => {
  test('a quantity takes the place of the one before, and 0 takes it away', async () => {
    const rig = await lookingRig({ seed: 1 });
    await rig.run('impair client loss 5% delay 20ms');
    await rig.run('impair loss 3%');
    expect((await rig.run('impair')).lines.slice(0, -2)).toEqual([
      'impair client delay 20ms',
      'impair loss 3%',
    ]);
    await rig.run('impair loss 0%');
    expect((await rig.run('impair')).lines[0]).toBe('impair client delay 20ms');
    expect((await rig.run('impair off')).lines).toEqual(['Nothing is impaired.']);
    expect(rig.impaired.rules).toBeUndefined();
  });

  test('packetdrop is the loss of FreeBSD', async () => {
    const rig = await lookingRig({ seed: 1 });
    expect((await rig.run('packetdrop 5')).lines[0]).toBe('impair loss 5%');
    expect((await rig.run('packetdrop 0')).lines).toEqual(['Nothing is impaired.']);
    expect((await rig.run('packetdrop 101')).status).toBe(64);
  });

  test('a wrong line changes nothing', async () => {
    const rig = await lookingRig({ seed: 1 });
    await rig.run('impair loss 5%');
    expect(await rig.run('impair delay 20ms los 3%')).toMatchObject({ status: 64 });
    expect((await rig.run('impair')).lines[0]).toBe('impair loss 5%');
    expect((await rig.run('status')).lines).toContain('Impaired on purpose: loss 5%');
  });
});

test('save and load: seed and changes are the same again; a file is overwritten only with -f', async () => {
  const rig = await lookingRig({ seed: 42 });
  await rig.run('impair client loss 5% drop ACK 2..3 twice');
  await rig.run('impair server silence after 9');
  await rig.run('impair save lossy.impair');
  expect((await rig.run('impair save lossy.impair')).status).toBe(64);
  expect((await rig.run('impair save lossy.impair -f')).status).toBe(0);
  const before = (await rig.run('impair')).lines;
  await rig.run('impair off');
  await rig.run('seed 1');
  expect((await rig.run('impair load lossy.impair')).lines).toEqual(before);
  await writeFile(join(rig.folder, 'bad'), 'impair loss 5%\nrm -rf /\n');
  expect((await rig.run('impair load bad')).status).toBe(64);
  expect((await rig.run('impair')).lines).toEqual(before);
});

test('serve --impair impairs what our server sends; a wrong value starts nothing', async () => {
  const rig = await lookingRig({ seed: 1 });
  expect((await rig.run("serve . --port 0 --impair 'los 5%'")).status).toBe(64);
  expect(rig.session.state.server).toBeUndefined();
  await rig.run("serve . --port 0 --impair 'loss 5%; server wrong-tid 3'");
  expect((await rig.run('impair')).lines.slice(0, 4)).toEqual([
    'impair loss 5%',
    'impair server wrong-tid 3',
    '  packet 3 of the server comes from another port; a client must answer ERROR 5',
    '  there and go on (RFC 1350 §4)',
  ]);
});

test('what became of an OACK stands before its options, so that a narrow ladder shows it', async () => {
  const rig = await lookingRig({ seed: 1 });
  for (const line of ['lab on', 'impair server oack-blksize 4096']) await rig.run(line);
  expect((await rig.run('get three.bin')).status).toBe(76);
  const drawn = (await rig.run('ladder --plain')).lines.join('\n');
  expect(drawn).toMatch(/◀─+ OACK \(altered: blksize=4096\) tsize=1200 /);
});
