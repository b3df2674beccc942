// impair-proxy between a client and a server that know nothing of it: the file arrives, and the deeds are in view.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lookingRig, type LookingRig } from '../packets/rig.ts';

/** Runs the proxy in front of `port`. @returns its own port, and what ends it. */
async function proxied(rig: LookingRig, port: number): Promise<{ port: number; end: () => Promise<number> }> {
  let ended: Promise<number> | undefined;
  const own = await new Promise<number>((resolve) => {
    rig.session.onLines((lines) => {
      for (const { text } of lines) {
        const match = /^listening on 127\.0\.0\.1:(\d+), passing on to/.exec(text);
        if (match !== null) resolve(Number(match[1]));
      }
    });
    ended = rig.session.submit(`impair-proxy 0 127.0.0.1 ${port}`);
  });
  return {
    port: own,
    end: () => {
      rig.session.interrupt();
      return ended ?? Promise.resolve(1);
    },
  };
}

async function ends(): Promise<{ far: LookingRig; near: LookingRig; port: number }> {
  const [far, near] = [await lookingRig(), await lookingRig({ seed: 1 })];
  await writeFile(join(far.folder, 'fw.bin'), new Uint8Array(2000).fill(9));
  const { lines } = await far.run('serve . --port 0 --write');
  const port = Number(/:(\d+)/.exec(lines[0] ?? '')?.[1]);
  for (const line of ['options off', 'rexmt 100ms']) await far.run(line);
  return { far, near, port };
}

test('a get passes through: the lost ACK is seen where it died, and the file arrives', async () => {
  const { far, near, port } = await ends();
  await near.run('impair client drop ACK 2 once server dup DATA 3 once');
  const proxy = await proxied(near, port);
  await far.run(`connect 127.0.0.1 ${proxy.port}`);
  expect((await far.run('get fw.bin copy.bin')).status).toBe(0);
  expect(await readFile(join(far.folder, 'copy.bin'))).toEqual(Buffer.alloc(2000, 9));
  expect(await proxy.end()).toBe(0);
  const drawn = (await near.run('ladder 1 --plain')).lines.join('\n');
  expect(drawn).toContain('LADDER  get "fw.bin"');
  expect(drawn).toMatch(/ACK 2 {2}lost by impairment ─+✗/);
  expect(drawn).toMatch(/DATA 3 .*duplicated/);
  expect((await near.run('impair')).lines).toContain('  1 × lost: drop ACK 2 once');
});

test('a put passes through, and a stranger is a stranger for the client too', async () => {
  const { far, near, port } = await ends();
  await near.run('impair server wrong-tid 2');
  const proxy = await proxied(near, port);
  await far.run(`connect 127.0.0.1 ${proxy.port}`);
  expect((await far.run('put fw.bin up.bin')).status).toBe(0);
  expect(await readFile(join(far.folder, 'up.bin'))).toEqual(Buffer.alloc(2000, 9));
  expect((await far.run('ladder --plain')).lines.join('\n')).toContain('unexpected');
  expect(await proxy.end()).toBe(0);
});

test.each([
  ['impair-proxy 6969', 'impair-proxy needs LISTEN and SERVER.'],
  ['impair-proxy here 127.0.0.1', 'LISTEN is PORT or ADDRESS:PORT, such as 0.0.0.0:6969.'],
  ['impair-proxy 0 127.0.0.1 0', 'Give a port from 1 to 65535 or a service name.'],
  ['impair-proxy 0 127.0.0.1 &', 'impair-proxy runs in the foreground until Ctrl-C.'],
])('%s', async (line, message) => {
  const rig = await lookingRig();
  const { status, lines } = await rig.run(line);
  expect([status, lines.join('\n').includes(message)]).toEqual([64, true]);
});
