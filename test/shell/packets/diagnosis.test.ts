// What diagnose, explain and a failed transfer say of a cause, through a whole session on loopback.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkEvent } from '../../../src/shell/report/events.ts';
import { findExact } from '../../../src/shell/language/lookup.ts';
import { registry } from '../../../src/shell/commands/registry.ts';
import { findSetting } from '../../../src/shell/settings/settings.ts';
import { causes } from '../../../src/trace/diagnose/diagnose.ts';
import { udpPeer } from '../../support/raw-peer.ts';
import { lookingRig, withLoss } from './rig.ts';

it('case 140: a lost block is named with its way, and healthy transfers have no cause', async () => {
  const { run, events, impaired } = await withLoss();
  const { status, lines } = await run('diagnose');
  expect(status).toBe(0);
  expect(lines.join('\n')).toMatch(
    /^transfer 1: get "fw\.bin"\n {2}\S+ % of the packets were lost: 1 on the way to the client\./,
  );
  expect((await run('explain')).lines[1]).toMatch(/were lost: 1 on the way to the client/);
  impaired.off();
  await run('get -f fw.bin out.bin');
  expect((await run('diagnose')).lines[1]).toBe('  Nothing unusual.');
  expect(events.filter(({ event }) => event === 'diagnosis').map(checkEvent)).toEqual([undefined, undefined]);
});

it('case 140: a failure without an answer names what did and did not come', async () => {
  const peer = await udpPeer();
  const { run } = await lookingRig();
  for (const line of ['rexmt 10ms', 'timeout 1', `connect 127.0.0.1 ${peer.local.port}`])
    expect(await run(line)).toMatchObject({ status: 0 });
  const { lines } = await run('get f');
  expect(lines.join('\n')).toMatch(/No answer to \d+ requests in .*The host is down, or a firewall drops/);
  peer.close();
});

it('every command that a remedy names exists', () => {
  for (const { remedy } of causes)
    for (const [, step = ''] of remedy.matchAll(/\{([^}]+)\}/g)) {
      const [word = '', setting = ''] = step.split(' ');
      const command =
        word === 'set' ? findSetting(setting) : (findExact(word, registry) ?? findSetting(word));
      expect([step, typeof command]).toEqual([step, 'object']);
    }
});

it.each([
  ['a get', '', ['get text']],
  ['a put', '--write', ['put text up']],
  ['a windowed get', '', ['blksize 512', 'windowsize 8', 'get big']],
  ['a windowed put', '--write', ['blksize 512', 'windowsize 8', 'put big up']],
  ['netascii', '', ['ascii', 'get text']],
  ['a put in netascii', '--write', ['ascii', 'put text up']],
  ['single-port mode', '--single-port', ['blksize 512', 'get big']],
  ['multicast', '--extensions', ['set extensions on', 'get --multicast big']],
  ['no options', '', ['options off', 'get big']],
])('nothing is claimed of a healthy transfer: %s', async (_, flags, lines) => {
  const rig = await lookingRig();
  const { run, folder } = rig;
  await mkdir(join(folder, 'offered'));
  const files = { text: 'line 1\nline 2\n', big: 'x'.repeat(20_000) };
  for (const [name, text] of Object.entries(files))
    for (const place of ['offered', '.']) await writeFile(join(folder, place, name), text);
  await run(`serve offered --port 0 ${flags}`);
  await run('connect self');
  for (const line of lines.slice(0, -1)) expect((await run(line)).status).toBe(0);
  expect((await run(lines.at(-1)?.replace(/^get/, 'get -f') ?? '')).status).toBe(0);
  for (const side of ['client', 'server'])
    expect((await run(`diagnose 1 --side ${side}`)).lines[1]).toBe('  Nothing unusual.');
});

it('nothing is claimed of a healthy transfer of the lab', async () => {
  const { run } = await lookingRig({ seed: 7 });
  expect((await run('lab on')).status).toBe(0);
  for (const line of ['get boot.bin', 'get -f image.bin', 'windowsize 4', 'get -f image.bin'])
    expect((await run(line)).status).toBe(0);
  for (const number of [1, 3, 5])
    expect((await run(`diagnose ${number}`)).lines.slice(1)).toEqual(['  Nothing unusual.']);
});

// In the lab, whose network loses nothing: real sockets may lose some of so many packets.
it('nothing is claimed of a healthy transfer with more blocks than a number has', async () => {
  const { run } = await lookingRig({ seed: 7 });
  for (const line of ['lab on', 'lab file rolling 524803', 'blksize 8', 'windowsize 64', 'get rolling'])
    expect((await run(line)).status).toBe(0);
  for (const side of ['client', 'server'])
    expect((await run(`diagnose 1 --side ${side}`)).lines[1]).toBe('  Nothing unusual.');
});
