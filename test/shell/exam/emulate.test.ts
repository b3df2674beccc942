// emulate: each client's request on the wire, its timer, and the names that it tries.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Client } from '../../../src/engine/client/client.ts';
import { profiles, type Identity, type Profile } from '../../../src/shell/exam/profiles.ts';
import { rig } from '../fake-engine.ts';
import { lookingRig, type LookingRig } from '../packets/rig.ts';
import { data } from '../../support/script.ts';
import { inMemory, settled } from '../../support/towers.ts';

function profile(name: string): Profile {
  const found = profiles.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no profile ${name}`);
  return found;
}

describe('what a client sends', () => {
  test.each([
    ['u-boot', 'RRQ f octet timeout=5 tsize=0 blksize=1468', 5000],
    ['ipxe', 'RRQ f octet blksize=1432 tsize=0', 250],
    ['edk2', 'RRQ f octet tsize=0 blksize=1468 windowsize=4', 4000],
    ['grub', 'RRQ f octet blksize=1024 tsize=0', 400],
    ['raspberry-pi', 'RRQ f octet tsize=0 blksize=1024', 1000],
    ['cisco-ios', 'RRQ f octet', 1000],
    ['wds', 'RRQ f octet tsize=0 blksize=1456 windowsize=4', 1000],
    ['busybox', 'RRQ f octet tsize=0', 50],
    ['curl', 'RRQ f octet tsize=0 blksize=512 timeout=6', 6000],
    ['tftp-hpa', 'RRQ f octet', 5000],
  ])('%s: %s, again after %i ms', async (name, words, again) => {
    const stage = inMemory();
    const peer = await stage.peer('192.0.2.1', 69);
    const transfer = new Client(stage.tower).get({
      ...{ remote: { host: '192.0.2.1', file: 'f' }, settings: profile(name).settings },
      to: { type: 'memory' },
    });
    expect([await peer.hear(), await peer.hear()]).toEqual([words, words]);
    expect(stage.clock.now()).toBe(Math.max(again, 50));
    peer.send(data(1, 3));
    expect((await settled(stage, transfer.done)).octets).toBe(3);
  });

  test('every client is in that list', () => {
    expect(profiles.length).toBe(10);
    for (const { source } of profiles) expect(source).toMatch(/\w{3}/);
  });
});

const who: Identity = { mac: '525400123456', hexAddress: '0A000005' };

test('the names that clients look for', () => {
  expect(profile('u-boot').names?.(who)).toEqual([
    'pxelinux.cfg/01-52-54-00-12-34-56',
    ...['0A000005', '0A00000', '0A0000', '0A000', '0A00', '0A0', '0A', '0'].map(
      (part) => `pxelinux.cfg/${part}`,
    ),
    'pxelinux.cfg/default',
  ]);
  expect(profile('grub').names?.(who)).toHaveLength(10);
  expect(profile('cisco-ios').names?.(who)[0]).toBe('network-confg');
});

async function serving(files: Readonly<Record<string, string>>): Promise<LookingRig> {
  const own = await lookingRig();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(own.folder, name, '..'), { recursive: true });
    await writeFile(join(own.folder, name), content);
  }
  await own.run('serve . --port 0 --write');
  await own.run('connect self');
  return own;
}

describe('emulate', () => {
  test('without a file it tries the names until one is there', async () => {
    const own = await serving({ 'pxelinux.cfg/default': 'DEFAULT linux\n' });
    const { status, lines } = await own.run('emulate u-boot get --mac 00:11:22:33:44:55');
    expect(status).toBe(0);
    expect(lines).toContain('1 of 10: pxelinux.cfg/01-00-11-22-33-44-55');
    expect(lines).toContain('2 of 10: pxelinux.cfg/7F000001');
    expect(lines.at(-1)).toMatch(/^✔ pxelinux\.cfg\/default {3}14 B/);
  });

  test('where no name is there, the status is that of a missing file', async () => {
    const own = await serving({});
    const { status, lines } = await own.run('emulate cisco-ios get');
    expect([status, lines.at(-1)]).toEqual([66, 'None of 5 names is there.']);
  });

  test('a client that asks for the size first: two requests', async () => {
    const own = await serving({ 'bootx64.efi': 'x'.repeat(5000) });
    const { status, lines } = await own.run('emulate edk2 get bootx64.efi copy.efi');
    expect([status, lines[0]]).toEqual([0, 'size: 5,000 octets']);
    expect((await readFile(join(own.folder, 'copy.efi'))).length).toBe(5000);
  });

  test('put sends a file with the options of the client', async () => {
    const own = await serving({ 'up.bin': 'abc' });
    expect((await own.run('emulate curl put up.bin sent.bin')).status).toBe(0);
    expect(await readFile(join(own.folder, 'sent.bin'), 'utf8')).toBe('abc');
    const { lines } = await own.run('packet 1 --plain');
    expect(lines.join('\n')).toMatch(/tsize[^]*blksize[^]*timeout/);
  });

  test.each([
    ['emulate u-bot get x', 'Unknown client. Did you mean u-boot?'],
    ['emulate ipxe', 'Say get or put after the name of the client.'],
    ['emulate ipxe put x', 'iPXE only reads.'],
    ['emulate ipxe get', 'iPXE is told its file: name one.'],
    ['emulate u-boot get', 'Not connected. Try "tftpsh HOST -c …", or write HOST:FILE.'],
  ])('%s: %s', async (line, message) => {
    const { status, lines } = await rig().run(line);
    expect([status, lines[0]]).toEqual([64, message]);
  });

  test('a wrong hardware address', async () => {
    const { run } = rig();
    await run('connect 10.0.0.1');
    const { status, lines } = await run('emulate grub get --mac 12');
    expect([status, lines[0]]).toEqual([64, '--mac takes six octets: 52:54:00:12:34:56.']);
  });

  test('alone it lists the clients', async () => {
    const { lines } = await rig().run('emulate');
    expect(lines[0]).toMatch(/^u-boot {8}timeout=5 tsize blksize=1468; names +U-Boot$/);
    expect(lines.filter((line) => line.length > 79)).toEqual([]);
  });
});
