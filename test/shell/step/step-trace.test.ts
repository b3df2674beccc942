// The trace and the capture of step mode: the line of a packet comes when its fate is known, and names the deed.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lookingRig, type LookingRig } from '../packets/rig.ts';

/** In the lab, with the trace and a capture; the ACK of DATA 1 is held. */
async function atAck(...lines: readonly string[]): Promise<LookingRig> {
  const rig = await lookingRig({ seed: 7 });
  const opening = ['lab on', 'options off', 'capture c.pcapng', 'step client', 'get three.bin &'];
  for (const line of [...opening, 'trace on', 'next 2', ...lines])
    expect((await rig.run(line)).status, line).toBe(0);
  return rig;
}

/** The lines of the client's packets that it sent, in what was printed. */
const sent = (lines: readonly string[]): string[] =>
  lines.filter((line) => line.includes('client →')).map((line) => line.replace(/ +/g, ' ').trim());

const ack1 = '0.002000 client → ACK 1';

/** Runs the lines. @returns the packets that the client sent, as the trace tells them. */
async function traced(rig: LookingRig, ...lines: readonly string[]): Promise<string[]> {
  const said: string[] = [];
  for (const line of lines) said.push(...(await rig.run(line)).lines);
  rig.session.context.output.flush();
  return sent([...said, ...(await rig.run('status')).lines]);
}

test('while a packet is held it has no line: its fate is not known yet', async () => {
  const rig = await atAck();
  expect(await traced(rig)).toEqual([]);
  expect(await traced(rig, 'next')).toEqual([`${ack1} 4 B`]);
  await rig.run('step off');
});

test.each([
  ['drop', ['drop'], [`${ack1} lost (step mode) 4 B`]],
  ['twice', ['twice'], [`${ack1} duplicated (step mode) 4 B`]],
  ['wait', ['wait 20ms', 'next'], [`${ack1} delayed (step mode) 4 B`]],
  ['edit', ['edit block 9', 'next'], ['0.002000 client → ACK 9 altered (step mode: block 1 → 9) 4 B']],
  ['edit, then drop', ['edit block 9', 'drop'], [`${ack1} lost (step mode) 4 B`]],
  ['inject', ['inject ack 7', 'next'], ['0.002000 client → ACK 7 injected (step mode) 4 B', `${ack1} 4 B`]],
])('%s: the line of the packet names it, and comes once', async (_deed, lines, expected) => {
  const rig = await atAck();
  expect((await traced(rig, ...lines)).slice(0, expected.length)).toEqual(expected);
  expect(sent((await rig.run('step off')).lines).filter((line) => line.startsWith(ack1))).toEqual([]);
});

test('what impairment does to a packet after it was held stands in its line too', async () => {
  const rig = await atAck('impair client loss 100%');
  expect(await traced(rig, 'wait 20ms', 'step')).toEqual([
    `${ack1} delayed (step mode), lost by impairment 4 B`,
  ]);
  await rig.run('step off');
});

test('trace off while a packet is held: its line comes as it is then', async () => {
  const rig = await atAck();
  expect(sent((await rig.run('trace off')).lines)).toEqual([`${ack1} 4 B`]);
  await rig.run('step off');
});

test('a deed is the comment of its packet in a capture, also where other packets were recorded in between', async () => {
  const rig = await atAck();
  await traced(rig, 'inject ack 7', 'drop', 'next 2', 'capture off');
  const octets = (await readFile(join(rig.folder, 'c.pcapng'))).toString('latin1');
  /** The octets of an ACK, then the head of its comment. */
  const comment = (block: number, words: string): RegExp =>
    new RegExp(String.raw`\0\x04\0\x0${block}\x01\0..${words} \(step mode\)`, 's');
  expect(octets).toMatch(comment(7, 'injected'));
  expect(octets).toMatch(comment(1, 'lost'));
  await rig.run('step off');
});

test('a capture that ends while a packet is held has it, without a comment', async () => {
  const rig = await atAck();
  // RRQ, DATA 1 and the ACK that is held.
  expect((await rig.run('capture off')).lines[0]).toMatch(/^c\.pcapng {3}3 packets/);
  await rig.run('step off');
});

test('a capture of the lab has each packet once, although both ends are ours and have the same port', async () => {
  const rig = await lookingRig({ seed: 7 });
  for (const line of ['lab on', 'blksize 512', 'windowsize 4', 'capture c.pcapng', 'get three.bin'])
    expect((await rig.run(line)).status, line).toBe(0);
  // RRQ, OACK, ACK 0, DATA 1 to 3, ACK 3.
  expect((await rig.run('capture off')).lines[0]).toMatch(/^c\.pcapng {3}7 packets/);
});
