// replay: requests of a capture are asked again, uploads only where allowed, and a change of the server shows.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkEvent } from '../../../src/shell/report/events.ts';
import { rig } from '../fake-engine.ts';
import { lookingRig, type LookingRig } from '../packets/rig.ts';

/** A session with a capture of a get and a put between it and its own server. */
async function captured(): Promise<LookingRig> {
  const own = await lookingRig();
  await writeFile(join(own.folder, 'fw.bin'), Buffer.alloc(3000, 7));
  await writeFile(join(own.folder, 'up.bin'), Buffer.alloc(700, 8));
  for (const line of [
    'serve . --port 0 --write --overwrite',
    'connect self',
    'blksize 1024',
    'windowsize off',
    'capture c.pcapng',
    'get fw.bin copy.bin',
    'put up.bin sent.bin',
    'capture off',
  ])
    await own.run(line);
  return own;
}

test('a server that answers as before: all packets are alike, and nothing is written', async () => {
  const own = await captured();
  await own.run('blksize 512');
  const { status, lines } = await own.run('replay c.pcapng');
  expect(status).toBe(0);
  expect(lines[0]).toMatch(/^transfer 1: get "fw\.bin", now transfer \d+$/);
  expect(lines[1]).toMatch(/^ {2}No packet differs: \d+ packets alike\.$/);
  expect(lines).toContain('transfer 2: it writes: --write allows it');
  expect(lines.at(-1)).toBe('1 transfer asked again, 0 with other packets');
  const event = own.events.find((one) => one.event === 'replayed');
  expect([checkEvent(event), event]).toEqual([
    undefined,
    expect.objectContaining({ event: 'replayed', captured: 1, same: true }),
  ]);
});

test('a server that changed: the packets that differ, side by side', async () => {
  const own = await captured();
  await writeFile(join(own.folder, 'fw.bin'), Buffer.alloc(2000, 7));
  const { status, lines } = await own.run('replay c.pcapng --transfer 1');
  expect(status).toBe(0);
  expect(lines.join('\n')).toMatch(/OACK.*tsize=3000.*\|.*OACK/);
  expect(lines.at(-1)).toBe('1 transfer asked again, 1 with other packets');
});

test('with --write uploads are asked again, with as many octets', async () => {
  const own = await captured();
  const { lines } = await own.run('replay c.pcapng --write --transfer 2');
  expect(lines[0]).toMatch(/^transfer 2: put "sent\.bin", now transfer \d+$/);
  expect(lines[1]).toMatch(/^ {2}No packet differs/);
});

test('a file that is gone is said, and is a difference', async () => {
  const own = await captured();
  await own.run('serve stop');
  await writeFile(join(own.folder, 'other.bin'), 'x');
  await own.run('serve other.bin --port 0');
  const { lines } = await own.run('replay c.pcapng self -t 1');
  expect(lines.join('\n')).toContain('server error 1: File not found');
  expect(lines.at(-1)).toBe('1 transfer asked again, 1 with other packets');
});

test.each([
  ['replay', 64, 'replay needs a capture file.'],
  ['replay c.pcapng', 64, 'Name a server, or choose one with "tftpsh HOST -c …".'],
  ['replay c.pcapng 10.0.0.5 -t x', 64, 'Give a transfer number of the capture.'],
  ['replay /nonexistent/c.pcapng 10.0.0.5', 66, ''],
])('%s', async (line, status, message) => {
  const found = await rig().run(line);
  expect(found.status).toBe(status);
  expect(found.lines[0]).toContain(message);
});
