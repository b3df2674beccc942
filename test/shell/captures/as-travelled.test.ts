// What a capture and an export hold of packets that were edited, lost, repeated or damaged on purpose: each stands there
// as it travelled, as often as it travelled, and its comment says what was done to it.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decode } from '../../../src/wire/decode.ts';
import { summary } from '../../../src/wire/summary.ts';
import { raw } from '../../../src/wire/text.ts';
import { hasTshark, tshark } from '../../support/tshark.ts';
import { dissectAll } from '../../trace/capture/captures.ts';
import { lookingRig, type LookingRig } from '../packets/rig.ts';

/** The packets of a capture file, each with its comment. */
async function packetsOf({ folder }: LookingRig, file: string): Promise<string[]> {
  const octets = new Uint8Array(await readFile(join(folder, file)));
  return dissectAll(octets).map(({ payload, comment }) => {
    const words = summary(decode(payload)).replace(/ +/g, ' ');
    return comment === undefined ? words : `${words} | ${raw(comment)}`;
  });
}

async function play(rig: LookingRig, ...lines: readonly string[]): Promise<void> {
  for (const line of lines) expect((await rig.run(line)).status, line).toBe(0);
}

/** Lets what is held pass, and waits for the end of the transfer. */
async function finish(rig: LookingRig): Promise<void> {
  await rig.run('release');
  await rig.session.context.work.idle();
  await play(rig, 'step off');
}

/** A read of three blocks in the lab: both ends are ours. */
const opening = ['lab on', 'options off', 'capture c.pcapng', 'step on', 'get three.bin &'];

/** The packets of it without any trouble. */
const healthy = [
  'RRQ "three.bin" octet',
  'DATA 1 512 B',
  'ACK 1',
  'DATA 2 512 B',
  'ACK 2',
  'DATA 3 176 B',
  'ACK 3',
];

/** Steps to a packet: what is sent is held twice, at either end. DATA 1 is sent after the request has arrived. */
const toSent = ['next 2'];
const toArrival = ['next 3'];

describe('step mode, both ends ours', () => {
  test.each([
    ['nothing is done', [], healthy],
    [
      'edited as it is sent',
      [...toSent, 'edit data xyz', 'next'],
      ['DATA 1 3 B | altered (step mode: data 512 → 3 octets)'],
    ],
    [
      'edited as it arrives',
      [...toArrival, 'edit block 9', 'next'],
      ['DATA 9 512 B | altered (step mode: block 1 → 9)', 'DATA 1 512 B'],
    ],
    ['dropped as it is sent', [...toSent, 'drop'], ['DATA 1 512 B | lost (step mode)', 'DATA 1 512 B']],
    ['dropped as it arrives', [...toArrival, 'drop'], ['DATA 1 512 B | lost (step mode)', 'DATA 1 512 B']],
    [
      'twice as it is sent',
      [...toSent, 'twice'],
      ['DATA 1 512 B | duplicated (step mode)', 'DATA 1 512 B | duplicated (step mode)'],
    ],
    [
      'twice as it arrives',
      [...toArrival, 'twice'],
      ['DATA 1 512 B | duplicated (step mode)', 'DATA 1 512 B | duplicated (step mode)'],
    ],
    ['delayed as it arrives', [...toArrival, 'wait 20ms'], ['DATA 1 512 B | delayed (step mode)']],
    [
      'edited as it is sent, dropped as it arrives',
      [...toSent, 'edit block 9', 'next', 'drop'],
      ['DATA 9 512 B | altered (step mode: block 1 → 9), lost (step mode)', 'DATA 1 512 B'],
    ],
    [
      'injected as it arrives',
      [...toArrival, 'inject data 7 abc', 'next'],
      ['DATA 7 3 B | injected (step mode)', 'DATA 1 512 B'],
    ],
  ])('%s: it stands there as it travelled', async (_deed, lines, expected) => {
    const rig = await lookingRig({ seed: 7 });
    await play(rig, ...opening, ...lines);
    await finish(rig);
    await play(rig, 'capture off');
    const packets = await packetsOf(rig, 'c.pcapng');
    const isAbout = (words: string): boolean => expected === healthy || /^DATA [179] /.test(words);
    expect(packets.filter(isAbout)).toEqual(expected);
  });
});

describe('an export of one end', () => {
  /** The client's ACK of DATA 1 was edited before it left. */
  async function edited(): Promise<LookingRig> {
    const rig = await lookingRig({ seed: 7 });
    await play(rig, 'lab on', 'options off', 'capture c.pcapng', 'step client', 'get three.bin &', 'next 2');
    await play(rig, 'edit block 9', 'next');
    await finish(rig);
    await play(rig, 'capture off', 'export e.pcapng', 'export e.json');
    return rig;
  }

  test('has an edited packet as it travelled, with its comment', async () => {
    const rig = await edited();
    const packets = await packetsOf(rig, 'e.pcapng');
    expect(packets.filter((words) => words.includes('|'))).toEqual([
      'ACK 9 | altered in step mode: block 1 → 9',
    ]);
    expect((await packetsOf(rig, 'c.pcapng')).filter((words) => words.includes('|'))).toEqual([
      'ACK 9 | altered (step mode: block 1 → 9)',
    ]);
    const whole = JSON.parse(await readFile(join(rig.folder, 'e.json'), 'utf8')) as { records: object[] };
    expect(whole.records).toContainEqual(
      expect.objectContaining({ op: 'ACK', block: 1, became: { length: 4, op: 'ACK', block: 9 } }),
    );
    expect((await rig.run('ladder --plain')).lines.join('\n')).toContain('ACK 9 (edited: block 1 → 9)');
  });

  test.skipIf(!hasTshark)('tshark reads the same from the capture and from the export', async () => {
    const rig = await edited();
    for (const file of ['c.pcapng', 'e.pcapng']) {
      const path = join(rig.folder, file);
      const shown = ['tftp.opcode', 'tftp.block', 'frame.comment', 'udp.checksum.status'];
      const args = ['-n', '-r', path, '-o', 'udp.check_checksum:TRUE', '-d', 'udp.port==69,tftp'];
      const fields = shown.flatMap((one) => ['-e', one]);
      const lines = tshark([...args, '-Y', 'frame.comment', '-T', 'fields', ...fields])
        .trim()
        .split('\n');
      expect(lines).toEqual([expect.stringMatching(/^4\t9\taltered .*block 1 → 9\)?\t1$/)]);
    }
  });
});

describe('impairment, both ends ours', () => {
  test.each([
    ['drop DATA 1 once', 'DATA 1', ['DATA 1 512 B | lost (impair drop DATA 1 once)', 'DATA 1 512 B']],
    [
      'dup DATA 1 once',
      'DATA 1',
      [
        'DATA 1 512 B | duplicated (impair dup DATA 1 once)',
        'DATA 1 512 B | duplicated (impair dup DATA 1 once)',
      ],
    ],
    ['delay DATA 1 5ms once', 'DATA 1', ['DATA 1 512 B | delayed (impair delay DATA 1 5ms once)']],
    ['reorder DATA 1 5ms once', 'DATA 1', ['DATA 1 512 B | reordered (impair reorder DATA 1 5ms once)']],
    [
      'truncate DATA 1 once',
      'DATA 1',
      [expect.stringMatching(/^DATA 1 (?!512)\d+ B \| truncated \(impair truncate DATA 1 once\)$/)],
    ],
    [
      'server early-error 2',
      'ERROR',
      [
        'ERROR 0 stopped by impairment | altered (impair became ERROR 0)',
        'ERROR 0 Timed out | lost (impair silent after its ERROR)',
      ],
    ],
  ])('%s', async (line, about, expected) => {
    const rig = await lookingRig({ seed: 7 });
    await play(rig, 'lab on', 'options off', `impair ${line}`, 'capture c.pcapng');
    await rig.run('get three.bin');
    await play(rig, 'capture off');
    expect((await packetsOf(rig, 'c.pcapng')).filter((words) => words.startsWith(about))).toEqual(expected);
    await play(rig, 'export --side server e.pcapng');
    expect((await packetsOf(rig, 'e.pcapng')).filter((words) => words.startsWith(about))).toHaveLength(
      expected.length,
    );
  });

  test('a damaged packet stands there with its damage, once', async () => {
    const rig = await lookingRig({ seed: 7 });
    await play(
      rig,
      'lab on',
      'options off',
      'impair corrupt ACK 1 once',
      'capture c.pcapng',
      'get three.bin',
      'capture off',
    );
    const packets = await packetsOf(rig, 'c.pcapng');
    const [damaged, ...more] = packets.filter((words) => words.includes('corrupted'));
    expect(more).toEqual([]);
    expect(damaged).not.toMatch(/^ACK 1 /);
    expect(packets.filter((words) => words.startsWith('ACK 1'))).toEqual(['ACK 1']);
  });

  test('what leaves from a wrong port stands there with that port, once, and so does the ERROR 5 to it', async () => {
    const rig = await lookingRig({ seed: 7 });
    await play(
      rig,
      'lab on',
      'options off',
      'impair server wrong-tid 2',
      'capture c.pcapng',
      'get three.bin',
      'capture off',
    );
    const octets = new Uint8Array(await readFile(join(rig.folder, 'c.pcapng')));
    const all = dissectAll(octets);
    const second = all.filter(({ payload }) => summary(decode(payload)).startsWith('DATA  2'));
    const [strange, usual] = second;
    expect(second).toHaveLength(2);
    expect(raw(strange?.comment ?? usual!.comment!)).toContain('misrouted');
    expect(strange?.from.port).not.toBe(usual?.from.port);
    expect(all.filter(({ to }) => to.port === strange?.from.port)).toHaveLength(1);
  });

  test('a packet that impairment adds stands there too', async () => {
    const rig = await lookingRig({ seed: 7 });
    await writeFile(join(rig.folder, 'two.bin'), new Uint8Array(600));
    await play(
      rig,
      'lab on',
      'options off',
      'impair server stale-ack',
      'capture c.pcapng',
      'put two.bin',
      'capture off',
    );
    const added = (await packetsOf(rig, 'c.pcapng')).filter((words) => words.includes('injected'));
    expect(added).toEqual([
      'ACK 0 | injected (impair followed by ACK 0)',
      'ACK 1 | injected (impair followed by ACK 1)',
    ]);
  });
});

describe('the other end is another program', () => {
  /** A server of its own session, and a client that captures. */
  async function twoPrograms(...lines: readonly string[]): Promise<LookingRig> {
    const server = await lookingRig();
    await writeFile(join(server.folder, 'two.bin'), new Uint8Array(600));
    await play(server, 'serve . --port 0');
    const port = server.events.find((event) => event.event === 'listening')?.port ?? 0;
    const client = await lookingRig({ seed: 7 });
    await play(
      client,
      `connect 127.0.0.1 ${port}`,
      'options off',
      'rexmt 100ms',
      'capture c.pcapng',
      ...lines,
    );
    return client;
  }

  const bare = (words: string): string => words.replace(/ \|.*/, '');

  test.each([
    ['dup DATA 1 once', 2, 'DATA 1 512 B | duplicated (impair dup DATA 1 once)'],
    ['drop DATA 1 once', 2, 'DATA 1 512 B | lost (impair drop DATA 1 once)'],
    [
      'truncate ACK 1 once',
      1,
      expect.stringMatching(/malformed.* \| truncated \(impair truncate ACK 1 once\)$/),
    ],
  ])('%s: what arrives stands there as our end takes it', async (line, least, expected) => {
    const rig = await twoPrograms(`impair ${line}`, 'get two.bin', 'capture off', 'export e.pcapng');
    const packets = await packetsOf(rig, 'c.pcapng');
    expect(packets.filter((words) => words.includes('|'))).toEqual([expected]);
    expect(packets.filter((words) => words.startsWith('DATA 1')).length).toBeGreaterThanOrEqual(least);
    // On a slow machine a timer may expire: the record of the transfer tells how often.
    expect(packets.map(bare)).toEqual((await packetsOf(rig, 'e.pcapng')).map(bare));
  });
});
