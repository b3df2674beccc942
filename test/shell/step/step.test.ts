// Step mode in a script: every command about a packet waits until one is held. In the lab both ends are ours.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { patternOf } from '../../../src/shell/lab/built-in-files.ts';
import { checkEvent } from '../../../src/shell/report/events.ts';
import { lookingRig, type LookingRig } from '../packets/rig.ts';

async function lab(...lines: readonly string[]): Promise<LookingRig> {
  const rig = await lookingRig({ seed: 7 });
  for (const line of ['lab on', 'options off', ...lines]) expect((await rig.run(line)).status, line).toBe(0);
  return rig;
}

/** Runs the lines. @returns what each of them printed. */
async function play(rig: LookingRig, ...lines: readonly string[]): Promise<string[]> {
  const said: string[] = [];
  for (const line of lines) said.push((await rig.run(line)).lines.join('\n'));
  return said;
}

const ladder = async (rig: LookingRig): Promise<string> => (await rig.run('ladder --plain')).lines.join('\n');

/** The packets that were held, as the events tell them: whose, which way, and what. */
const held = (rig: LookingRig): string[] =>
  rig.events.flatMap((event) =>
    event.event === 'held' ? [`${event.side} ${event.direction} ${event.summary.replace(/ +/g, ' ')}`] : [],
  );

/** Until the transfer in the background has ended. */
const ended = (rig: LookingRig): Promise<number> => rig.session.context.work.idle();

test('a read in the lab, packet by packet: each is held at both ends, in the order of RFC 1350 §2', async () => {
  const rig = await lab('step on', 'get three.bin &');
  await play(rig, 'next 14');
  expect(await ended(rig)).toBe(0);
  expect(held(rig)).toEqual([
    'client sent RRQ "three.bin" octet',
    'server received RRQ "three.bin" octet',
    'server sent DATA 1 512 B',
    'client received DATA 1 512 B',
    'client sent ACK 1',
    'server received ACK 1',
    'server sent DATA 2 512 B',
    'client received DATA 2 512 B',
    'client sent ACK 2',
    'server received ACK 2',
    'server sent DATA 3 176 B',
    'client received DATA 3 176 B',
    'client sent ACK 3',
    'server received ACK 3',
  ]);
  expect(await readFile(join(rig.folder, 'three.bin'))).toEqual(Buffer.from(patternOf(1200)));
  for (const event of rig.events) expect(checkEvent(event), JSON.stringify(event)).toBeUndefined();
});

test('stepping takes no time: the ladder is that of the same transfer without it', async () => {
  const plain = await lab('windowsize 4', 'options on', 'get boot.bin');
  const stepped = await lab('windowsize 4', 'options on', 'step on', 'get boot.bin &');
  await rigDone(stepped);
  expect(await ladder(stepped)).toBe(await ladder(plain));
});

/** Lets every packet pass, one by one, until the transfer has ended. */
async function rigDone(rig: LookingRig): Promise<void> {
  const { step, transfers } = rig.session.context;
  const stepper = await step.load();
  while (transfers.busy || stepper.held.length > 0)
    if (await stepper.whenHeld(new AbortController().signal)) stepper.gate?.next();
  expect(await ended(rig)).toBe(0);
}

test('a dropped ACK: the timer of the client brings it again, and the ladder ends the arrow in a cross', async () => {
  const rig = await lab('step client', 'get three.bin &');
  // RRQ, DATA 1, and the ACK of it.
  await play(rig, 'next 2', 'drop');
  await play(rig, 'release');
  expect(await ended(rig)).toBe(0);
  const drawn = await ladder(rig);
  expect(drawn).toMatch(/ACK 1 {2}dropped in step mode ─+✗/);
  expect(drawn).toContain('ACK 1 (resent)');
});

test('what is said of a held packet: what follows, why, and where both machines stand', async () => {
  const rig = await lab('step client', 'get three.bin &');
  await play(rig, 'next');
  const [said = ''] = await play(rig, 'step');
  const text = said.replace(/\s+/g, ' ');
  expect(text).toContain('client received DATA 1 512 B');
  expect(text).toContain('next the client will send ACK 1');
  expect(text).toMatch(/why .*\(RFC \d+ §/);
  expect(text).toContain('client waits for the answer to its RRQ, then waits for DATA 2 · timer');
  expect(text).toContain('server waits for ACK 1 · timer 999 ms (stands still)');
});

test.each([
  ['predict ack 1', /Right: ACK 1 is sent\. .*RFC 1350/],
  ['predict data 2', /Wrong: ACK 1 is sent, not DATA 2\. .*RFC 1350/],
  ['predict nothing', /Wrong: ACK 1 is sent, not nothing\./],
])('%s, before DATA 1 reaches the client', async (line, verdict) => {
  const rig = await lab('step client', 'get three.bin &');
  await play(rig, 'next');
  const [said = ''] = await play(rig, line);
  expect(said.replace(/\s+/g, ' ')).toMatch(verdict);
  await play(rig, 'release');
  expect(await ended(rig)).toBe(0);
});

test('a prediction is right whatever happens: after a drop, a copy, and in the middle of a window', async () => {
  const rig = await lab(
    'options on',
    'windowsize 4',
    'blksize 512',
    'tsize off',
    'step client',
    'get boot.bin &',
  );
  // RRQ and OACK pass, ACK 0 too; DATA 1 is lost, so DATA 2 leaves a gap.
  await play(rig, 'next 3', 'drop');
  expect(await play(rig, 'predict ack 0')).toEqual([
    expect.stringMatching(/Right: ACK 0 is sent\..*RFC 7440/s),
  ]);
  await play(rig, 'next');
  expect(held(rig).at(-1)).toBe('client sent ACK 0');
  await play(rig, 'next');
  expect(await play(rig, 'predict nothing')).toEqual([expect.stringMatching(/Right: nothing is sent/)]);
  await play(rig, 'release');
  expect(await ended(rig)).toBe(0);
});

test.each([
  ['predict data 1', 'client sends RRQ', ['next', 'next'], 'Right: DATA 1 is sent.'],
  ['predict oack', 'client sends RRQ', ['next', 'next'], 'Wrong: DATA 1 is sent, not OACK.'],
  // A copy of the request does not answer it.
  ['predict data 1', 'server received RRQ', ['twice'], 'Right: DATA 1 is sent.'],
])('%s, at "%s": judged by what the server sends', async (line, at, decisions, says) => {
  const rig = await lab('step on', 'get three.bin &');
  if (at.startsWith('server')) await play(rig, 'next');
  expect(await play(rig, line)).toEqual([
    expect.stringMatching(new RegExp(`${at} [^]*Noted: the judgement comes with that packet\\.$`)),
  ]);
  await play(rig, ...decisions);
  const scene = await play(rig, 'step');
  expect(scene.join(' ').replace(/\s+/g, ' ')).toContain(`! ${says} `);
  const judged = rig.events.filter(({ event }) => event === 'prediction');
  expect(judged).toEqual([expect.objectContaining({ text: expect.stringContaining(says) as string })]);
  await play(rig, 'release');
  expect(await ended(rig)).toBe(0);
});

test('each of several equal packets that are held has its own reason', async () => {
  const rig = await lab('step client', 'get three.bin &');
  // Both copies of DATA 1 reach the client; the ACKs that it sends wait.
  await play(rig, 'next', 'twice');
  const [first = '', second = ''] = await play(rig, 'step', 'drop');
  expect(first.replace(/\s+/g, ' ')).toMatch(/client sends ACK 1 .* why windowsize is 1: each DATA is ack/);
  expect(second.replace(/\s+/g, ' ')).toMatch(/client sends ACK 1 .* why The block came before/);
  await play(rig, 'step off');
  expect(await ended(rig)).toBe(0);
});

test('inside a window nothing is sent, and the reason says what causes the ACK', async () => {
  const rig = await lab('options on', 'windowsize 4', 'blksize 512', 'step client', 'get boot.bin &');
  await play(rig, 'next 3');
  const [said = ''] = await play(rig, 'step');
  const text = said.replace(/\s+/g, ' ');
  expect(text).toContain('client received DATA 1 512 B');
  expect(text).toContain(
    'next the client will send nothing why The window is not complete: its last block, or a gap,',
  );
  expect((await play(rig, 'next', 'predict ack 2')).join(' ').replace(/\s+/g, ' ')).toMatch(
    /Wrong: nothing is sent, not ACK 2\. The window is not complete: .*\(RFC 7440 §4\)/,
  );
  await play(rig, 'step off');
  expect(await ended(rig)).toBe(0);
});

test('every prediction of the twin is what the machine then sends, at both ends, with losses and copies', async () => {
  const rig = await lab(
    'options on',
    'windowsize 3',
    'blksize 512',
    'impair loss 10% dup 5%',
    'step on',
    'get boot.bin &',
  );
  const stepper = await rig.session.context.step.load();
  const { transfers } = rig.session.context;
  let compared = 0;
  while (transfers.busy || stepper.held.length > 0) {
    if (!(await stepper.whenHeld(new AbortController().signal))) continue;
    const scene = stepper.scene();
    const next = scene?.lines.find(({ label }) => label === 'next')?.text ?? '';
    const { direction, tag } = stepper.held[0] ?? { direction: 'sent', tag: { transfer: 0 } };
    const waiting = stepper.held.length;
    stepper.gate?.next();
    // The machine answers within this turn or as soon as its file was read.
    await new Promise((resolve) => setImmediate(resolve));
    if (direction !== 'received' || tag.transfer === 0) continue;
    compared++;
    const sends = stepper.held.slice(waiting - 1).filter((one) => one.direction === 'sent');
    if (next.includes('will send nothing')) expect(sends, next).toEqual([]);
    else expect(sends.length, next).toBeGreaterThan(0);
  }
  expect(compared).toBeGreaterThan(8);
});

test('edit and inject: the other end gets what was made of it, and ladder and packet name it', async () => {
  const rig = await lab('step client', 'get three.bin &');
  const [, edit = ''] = await play(rig, 'next 2', 'edit block 0', 'next');
  expect(edit).toContain('edited: block 1 → 0');
  // The server ignores ACK 0; its timer brings DATA 1 again, and the client answers.
  const [inject = ''] = await play(rig, 'inject ack 7');
  expect(inject).toContain('ACK 7 is injected as if the client had sent it');
  await play(rig, 'release');
  expect(await ended(rig)).toBe(0);
  const drawn = await ladder(rig);
  expect(drawn).toContain('ACK 0 (edited: block 1 → 0)');
  expect(drawn).toContain('ACK 7 (injected)');
});

test('twice and wait', async () => {
  const rig = await lab('step client', 'get three.bin &');
  const [, twice = '', wait = ''] = await play(rig, 'next 2', 'twice', 'wait 300ms');
  expect(twice).toContain('passed twice');
  expect(wait).toContain('passes in 300ms');
  await play(rig, 'release');
  expect(await ended(rig)).toBe(0);
  const drawn = await ladder(rig);
  expect(drawn).toContain('(copy)');
  expect(drawn).toMatch(/DATA 2 {2}512 B[^\n]*in 301 ms/);
});

test.each([
  ['step until block 2', 'server sent DATA 2 512 B'],
  ['step until last', 'server sent DATA 3 176 B'],
  ['step client until block 2', 'client received DATA 2 512 B'],
])('%s', async (line, first) => {
  const rig = await lab(line, 'get three.bin &');
  await play(rig, 'step');
  await (await rig.session.context.step.load()).whenHeld(new AbortController().signal);
  await Promise.resolve();
  expect(held(rig)).toEqual([first]);
  await play(rig, 'step off');
  expect(await ended(rig)).toBe(0);
});

test('until error, and until a packet is sent again', async () => {
  const rig = await lab('step until error', 'get nothing-there &');
  await play(rig, 'next');
  expect(held(rig)[0]).toMatch(/^server sent ERROR 1/);
  await play(rig, 'step off');
  expect(await ended(rig)).toBe(66);
  const again = await lab('impair server drop DATA 2 once', 'step until retransmit', 'get three.bin &');
  await play(again, 'next');
  expect(held(again)[0]).toBe('client sent ACK 1');
  await play(again, 'step off');
  expect(await ended(again)).toBe(0);
});

test.each([
  ['next', 64, 'Step mode is off: "step on".'],
  ['step sideways', 64, 'step takes on, off, client, server, both or until.'],
  ['step until', 64, 'until takes block N, error, retransmit or last.'],
  ['step until block x', 64, 'until block needs a number.'],
  ['wait soon', 64, 'wait takes a time up to 10m'],
  ['next 0', 64, 'next takes a number from 1 on.'],
  ['predict rain', 64, 'Say what will be sent: predict ack 3'],
  ['inject', 64, 'Say which packet'],
  ['inject ack many', 64, 'ack needs a block number from 0 to 65535.'],
  ['inject octets 0', 64, 'Octets are pairs of hexadecimal digits.'],
])('%s is refused with %d', async (line, status, message) => {
  const rig = await lab();
  const answer = await rig.run(line);
  expect(answer.status).toBe(status);
  expect(answer.lines.join('\n')).toContain(message);
});

test('with nothing running, next says so instead of waiting for ever', async () => {
  const rig = await lab('step on');
  const answer = await rig.run('next');
  expect(answer.status).toBe(64);
  expect(answer.lines.join('\n')).toContain('No packet is held, and no transfer is running.');
});

test('a script must put a stepped transfer into the background; stat cannot be stepped', async () => {
  const rig = await lab('step on');
  expect(await rig.run('get three.bin')).toMatchObject({
    status: 64,
    lines: [expect.stringContaining('end the line with &')],
  });
  expect((await rig.run('stat three.bin')).lines.join('\n')).toContain('stat cannot be stepped');
});

test('a wrong edit says what is wrong, and the packet stays held', async () => {
  const rig = await lab('step client', 'get three.bin &');
  await play(rig, 'next');
  const [block = '', field = '', option = ''] = await play(
    rig,
    'edit block 70000',
    'edit colour red',
    'edit option x=1',
  );
  expect(block).toContain('block is a number from 0 to 65535.');
  expect(field).toContain('"colour" is not a field');
  expect(option).toContain('This packet has no option.');
  await play(rig, 'next');
  expect(held(rig).at(-1)).toBe('client sent ACK 1');
  await play(rig, 'step off');
  expect(await ended(rig)).toBe(0);
});

test('switched off and on with the lab: the rule follows, and nothing stays held', async () => {
  const rig = await lab('step on', 'get one.bin &');
  await play(rig, 'step off');
  expect(await ended(rig)).toBe(0);
  await play(rig, 'step on', 'lab off');
  expect((await rig.run('lab on')).status).toBe(0);
  await play(rig, 'get short.bin &', 'next 3');
  expect(held(rig).slice(-3)).toHaveLength(3);
  await play(rig, 'step off');
  expect(await ended(rig)).toBe(0);
});

test('abort while packets are held: the transfer ends, and the other end gets the ERROR', async () => {
  const rig = await lab('step on', 'get three.bin &', 'next 4');
  expect((await rig.run('abort')).status).toBe(0);
  await play(rig, 'step off');
  expect(await ended(rig)).not.toBe(0);
  expect(await ladder(rig)).toMatch(/ERROR 0/);
});

test('closing the session while packets are held hangs nowhere', async () => {
  const rig = await lab('step on', 'get three.bin &', 'next');
  await writeFile(join(rig.folder, 'x'), '');
  await rig.session.close();
  expect(rig.session.context.transfers.busy).toBe(false);
});
