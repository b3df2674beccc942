// A captured transfer of more packets than are kept at a time, on a real terminal: it is walked from end to end.
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { longCapture } from '../trace/capture/long-capture.ts';
import { bundle, Program } from './program.ts';

let product: Awaited<ReturnType<typeof bundle>>;
let program: Program;
let folder: string;
beforeAll(async () => {
  product = await bundle('src/cli.ts');
  folder = await mkdtemp(join(tmpdir(), 'tftpsh-long-'));
  await writeCapture('long.pcap', 50_000);
});
async function writeCapture(name: string, blocks: number): Promise<void> {
  const file = await open(join(folder, name), 'wx');
  const source = longCapture(blocks).open();
  const piece = new Uint8Array(1 << 20);
  for (let length = await source.read(piece); length > 0; length = await source.read(piece))
    await file.write(piece, 0, length);
  await file.close();
}

afterAll(async () => {
  await product.remove();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  program = new Program(process.execPath, [product.path], { env: { HOME: folder, XDG_STATE_HOME: folder } });
  await program.until('tftp>');
  program.write(`lcd ${folder}\r`);
});
afterEach(() => program.close());

it.each([
  [80, 24],
  [120, 40],
])('at %i×%i: list, ladder, End, search, filter, packet, back', async (columns, rows) => {
  program.resize(columns, rows);
  program.write('open long.pcap\r');
  await program.until(/START.*FILE/);
  await program.until(/›.*fw\.bin.*complete/);
  program.write('\r');
  await program.until('1 of 100,003');
  program.write('\u001b[F');
  await program.until('100,003 of 100,003');
  await program.until(/›.*done: 399,992 octets/);
  program.write('/DATA 12345 \r');
  await program.until(/› *24692 .*DATA 12345 /);
  program.write('\r');
  await program.until('packet 24692');
  program.write('\u001b[C');
  await program.until('packet 24693');
  program.write('\u001b');
  await program.until(/› *24693 .*ACK 12345/);
  program.write('fblock=40000\r');
  await program.until(/› *80002 .*DATA 40000/);
  program.write('\u001b');
  await program.until(/›.*fw\.bin.*complete/);
  program.write('q');
  await program.until((): boolean => !program.isOn(1049));
  program.write('packet 90000\r');
  await program.until('packet 90000');
  program.write('q');
  await program.until((): boolean => !program.isOn(1049));
});

it('Ctrl-C ends the reading of a long transfer, and keys are typed meanwhile', async () => {
  await writeCapture('longer.pcap', 400_000);
  program.write('open --plain longer.pcap\r');
  await program.until('Use ladder N');
  program.write('export longer.txt\r');
  await program.until(/reading longer\.txt: \d+ %/);
  program.write('stats');
  await program.until((): boolean => program.cursorRow() === 'tftp> stats|');
  program.write('\u0003');
  await program.until('interrupted');
  expect(program.all().join('\n')).not.toContain('✔ longer.txt');
});
