// The server as a process: few descriptors, no privileges, a network of its own, and an end. On Linux.
import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { platform } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { error, pattern } from '../../support/script.ts';
import { bundled } from '../../support/program.ts';
import { rrq, udpPeer, type RawPeer } from '../../support/raw-peer.ts';
import { run, start } from '../../support/spawn.ts';
import { findAccount } from '../../../src/files/system/accounts.ts';
import { temporaryDirectories } from '../../files/disk.ts';
import { dropPrivileges, type Privileged } from '../../../src/engine/server/privileges.ts';
import { TftpClient } from '../../../src/engine/library/tftp-client.ts';

const directory = temporaryDirectories({ isServed: true });
const linux = platform() === 'linux';
const can = (command: string, ...args: string[]): boolean =>
  linux && spawnSync(command, args, { stdio: 'ignore' }).status === 0;
const hasLimits = can('prlimit', '--nofile=64', 'true');
const hasNamespaces = can('unshare', '-rn', 'ip', 'link', 'set', 'lo', 'up');
const isRoot = can('unshare', '-n', 'ip', 'link', 'set', 'lo', 'up');

const parts = `
  import { openJail } from 'src/files/offerings/jail.ts';
  import { Server } from 'src/engine/server/server.ts';
  import { systemTower } from 'src/engine/system.ts';
  import { TftpClient } from 'src/engine/library/tftp-client.ts';
  const tower = systemTower();
  const serve = async (settings) => {
    const server = new Server(tower, await openJail(process.argv[2]), { grace: 0, ...settings });
    const local = await server.listen().catch(async (error: unknown) => {
      await server.close();
      throw error;
    });
    return { server, local };
  };
  const lengthOf = async (host, port) => (await new TftpClient(host, { port, tower }).getOctets('f')).length;
`;

function share(): string {
  const root = directory();
  writeFileSync(join(root, 'f'), pattern(1000));
  chmodSync(root, 0o755);
  return root;
}

/** What a program says that runs in a network of its own. */
async function apart(flags: string, code: string): Promise<readonly string[]> {
  const script = 'ip link set lo up; exec "$0" "$@"';
  const args = [flags, 'sh', '-c', script, process.execPath, bundled(parts + code), share()];
  const { status, stdout, stderr } = await run({ command: 'unshare', args }, 15_000);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.trim().split('\n');
}

test('R09: nothing keeps the process once the server is closed, though a client still dallies', async () => {
  const program = bundled(`${parts}
    const { server, local } = await serve({ port: 0 });
    console.log(await lengthOf('127.0.0.1', local[0].port));
    await server.close();
  `);
  const { status, stdout } = await run({ command: process.execPath, args: [program, share()] }, 10_000);
  expect({ status, stdout }).toEqual({ status: 0, stdout: '1000\n' });
});

test.skipIf(!hasLimits)(
  'R06: without descriptors clients are told so, nothing crashes, and service goes on when there are some',
  async () => {
    const program = bundled(`${parts}
      const { local } = await serve({ port: 0 });
      console.log('ready', local[0].port);
    `);
    const args = ['--nofile=40', process.execPath, program, share()];
    const running = start({ command: 'prlimit', args });
    const port = Number((await running.line(/^ready/)).split(' ')[1]);
    const to = { address: '127.0.0.1', port };
    const peers: RawPeer[] = [];
    for (let count = 0; count < 12; count++) peers.push(await udpPeer());
    for (const peer of peers) {
      peer.send(rrq('f'), to);
      await peer.receive();
    }
    const words = peers.flatMap(({ heard }) => heard);
    expect(words.filter((word) => word.startsWith('DATA 1')).length).toBeGreaterThan(0);
    const told = words.filter((word) => word.startsWith('ERROR'));
    expect(told.length).toBeGreaterThan(0);
    for (const word of told) expect(word).toMatch(/^ERROR 0 (Server busy|Too many transfers)$/);
    for (const peer of peers) peer.send(error(0));
    // They are free again once the files are closed.
    const again = async (): Promise<Uint8Array> =>
      new TftpClient('127.0.0.1', { port }).getOctets('f').catch(again);
    expect(await again()).toHaveLength(1000);
    for (const peer of peers) peer.close();
    await running.stop();
  },
);

describe('privileges', () => {
  test.skipIf(!isRoot)('X01: bound to port 69 as root, then served as somebody who could not', async () => {
    const said = await apart(
      '-n',
      `
      import { findAccount } from 'src/files/system/accounts.ts';
      import { dropPrivileges } from 'src/engine/server/privileges.ts';
      const { server } = await serve({ port: 69 });
      dropPrivileges(process, await findAccount('nobody'));
      console.log(process.getuid() === 0, process.getgroups().includes(0));
      console.log(await lengthOf('127.0.0.1', 69));
      await serve({ port: 70 }).catch((error) => console.log(error.shortMessage, '|', error.advice));
      await server.close();
      `,
    );
    expect(said.slice(0, 2)).toEqual(['false false', '1000']);
    expect(said[2]).toMatch(/^cannot listen on 127\.0\.0\.1:70: not permitted \|/);
    for (const remedy of ['setcap', 'ip_unprivileged_port_start', 'inherited'])
      expect(said[2]).toContain(remedy);
  });

  test.skipIf(!linux)('X01: a socket that was inherited is listened on, whoever bound it', async () => {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const { fd } = (socket as unknown as { _handle: { fd: number } })._handle;
    const { port } = socket.address();
    const program = bundled(`${parts}
      const { local } = await serve({ sockets: [{ fd: 3 }] });
      console.log('ready', JSON.stringify(local));
    `);
    const child = spawn(process.execPath, [program, share()], { stdio: ['ignore', 'pipe', 'inherit', fd] });
    socket.unref();
    const [line] = (await once(child.stdout!, 'data')) as [Buffer];
    expect(line.toString()).toBe(`ready [{"address":"127.0.0.1","port":${port}}]\n`);
    // Ours may go: the other one has it now.
    socket.close();
    expect(await new TftpClient('127.0.0.1', { port }).getOctets('f')).toHaveLength(1000);
    child.kill();
    await once(child, 'exit');
  });

  test.skipIf(!linux)('X01: what is no socket is told', async () => {
    const program = bundled(`${parts}
      for (const fd of [0, 3, 99])
        await serve({ sockets: [{ fd }] }).catch((error) => console.log(error.shortMessage));
    `);
    const child = spawn(process.execPath, [program, share()], {
      stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
    });
    let said = '';
    child.stdout!.on('data', (text: Buffer) => (said += text.toString()));
    await once(child, 'close');
    const lines = [0, 3, 99].map((fd) => `descriptor ${fd} is not a UDP socket to listen on\n`);
    expect(said).toBe(lines.join(''));
  });

  test('X01: groups go first, the user last, and root cannot be had again', () => {
    const deeds: string[] = [];
    const process: Privileged = {
      getuid: () => (deeds.some((deed) => deed.startsWith('setuid')) ? 1000 : 0),
      initgroups: (user, group) => void deeds.push(`initgroups ${user} ${group}`),
      setgid: (gid) => void deeds.push(`setgid ${gid}`),
      setuid(uid) {
        if (uid === 0) throw new Error('EPERM');
        deeds.push(`setuid ${uid}`);
      },
    };
    const account = { name: 'tftp', uid: 1000, gid: 1001 };
    dropPrivileges(process, account);
    expect(deeds).toEqual(['initgroups tftp 1001', 'setgid 1001', 'setuid 1000']);
    const again = { ...process, setuid: () => undefined, getuid: () => 0 };
    expect(() => dropPrivileges(again, account)).toThrow('root privileges could be regained');
    expect(() => dropPrivileges({ ...process, getuid: () => 5 }, account)).toThrow('only root');
    expect(() => dropPrivileges({}, account)).toThrow('no users');
    expect(() => dropPrivileges(again, { ...account, uid: 0 })).toThrow('must not be root');
    const refusing = {
      ...process,
      getuid: () => 0,
      setgid: () => {
        throw Object.assign(new Error(), { code: 'EPERM' });
      },
    };
    expect(() => dropPrivileges(refusing, account)).toThrow('cannot change to user "tftp" (EPERM)');
  });

  test('users are found by name', async () => {
    const path = join(directory(), 'passwd');
    writeFileSync(
      path,
      'root:x:0:0:root:/root:/bin/sh\nbroken:x\nodd:x:-1:0::\ntftp:x:106:65534::/srv:/bin/false',
    );
    expect(await findAccount('tftp', path)).toEqual({ name: 'tftp', uid: 106, gid: 65_534 });
    for (const name of ['', 'none', 'broken', 'odd', 'tft'])
      expect(await findAccount(name, path)).toBeUndefined();
    expect(await findAccount('root', join(path, 'none'))).toBeUndefined();
  });
});

test.skipIf(!hasNamespaces)('addresses come and go with their interfaces, IPv4 and IPv6', async () => {
  const said = await apart(
    '-rn',
    `
    import { execSync } from 'node:child_process';
    import { localAddresses } from 'src/network/interfaces.ts';
    const { server, local } = await serve({ lan: true, port: 6969 });
    const show = (locals) => console.log(locals.map(({ address, port }) => address + ' ' + port).sort().join(', '));
    show(local);
    execSync('ip addr add 10.9.8.7/32 dev lo && ip addr add fd00:9::7/128 dev lo nodad');
    show(await server.relisten(localAddresses()));
    console.log(await lengthOf('10.9.8.7', 6969), await lengthOf('fd00:9::7', 6969));
    execSync('ip addr del 10.9.8.7/32 dev lo && ip addr del fd00:9::7/128 dev lo');
    show(await server.relisten(localAddresses()));
    console.log(await lengthOf('127.0.0.1', 6969));
    await server.close();
    `,
  );
  const before = said[0];
  expect(before).toMatch(/^127\.0\.0\.1 6969(, ::1 6969)?$/);
  expect(said[1]).toContain('10.9.8.7 6969');
  expect(said[1]).toContain('fd00:9::7 6969');
  expect(said.slice(2)).toEqual(['1000 1000', before, '1000']);
});
