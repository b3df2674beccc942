// Packets after the fact: nothing was switched on before the transfer, and everything can be seen.
import { endings } from '../../../src/trace/export/exporters.ts';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { checkEvent } from '../../../src/shell/report/events.ts';
import { hasTshark, tshark } from '../../support/tshark.ts';
import { dissectAll } from '../../trace/capture/captures.ts';
import { lookingRig, withLoss } from './rig.ts';

describe('ladder', () => {
  it('draws the last transfer from both ends, the lost block and its repetition, in 79 columns', async () => {
    const { run } = await withLoss();
    const { status, lines } = await run('ladder');
    const text = lines.join('\n');
    expect(status).toBe(0);
    expect(text).toMatch(/^LADDER {2}get "fw.bin" .*resent/m);
    expect(text).toMatch(/✗─+ DATA 3 {2}512 B {2}lost by impairment ─│/);
    expect(text).toMatch(/DATA 3 {2}512 B.*│/);
    expect(text).toMatch(/ACK 2 ─+▶│ gap at 3/);
    expect(text).toContain('done: 5,000 octets');
    expect(lines.filter((line) => line.length > 79 && !line.startsWith('server'))).toEqual([]);
  });

  it('is the same from the number of the server, but for the title', async () => {
    const { run } = await withLoss();
    const [client, server] = [await run('ladder 1'), await run('ladder 2')];
    expect(client.lines[0]).toMatch(/^LADDER {2}get "fw.bin" {3}1 lost · \d resent by server/);
    expect(client.lines[1]).toMatch(/^ +client :\d+ \(local\) +server :\d+ \(local\)$/);
    expect(server.lines).toEqual(client.lines.map((line) => line.replace('get "', 'serve "')));
    // From either end of one number, too.
    expect((await run('ladder 1 --side server')).lines).toEqual(server.lines);
  });

  it('with much trouble on real sockets nothing is left to guess', async () => {
    const { run, impaired } = await withLoss();
    // On real sockets each datagram has another id at each end: they are told apart by what they say.
    impaired.set({ incoming: { loss: 0.1, duplication: 0.2 }, outgoing: { loss: 0.05, reordering: 0.2 } });
    await run('rexmt 50ms');
    await run('get -f fw.bin out.bin');
    const { lines } = await run('ladder');
    expect(lines.join('\n')).not.toMatch(/inferred/);
    expect(lines.join('\n')).toMatch(/done: 5,000 octets/);
  });

  it('shows only what passes a filter, and tells where a filter is wrong', async () => {
    const { run } = await withLoss();
    const { lines } = await run('ladder --filter "op=ACK and block!=0"');
    const rows = lines.slice(2);
    expect(rows.length).toBeGreaterThan(2);
    expect(rows.filter((line) => !line.includes('ACK'))).toEqual([]);
    expect(await run('ladder --filter op=NAK')).toMatchObject({ status: 64 });
    for (const [line, wrong] of [
      ['ladder --filter "op=ACK and hots=::1"', 'hots'],
      ['trace on --filter "block=1 or op=NAK"', 'NAK'],
      ["open --filter 'op=ACK and'", "'"],
    ] as const) {
      const { status, lines } = await run(line);
      expect(status).toBe(64);
      const at = 2 + line.lastIndexOf(wrong);
      expect(lines.slice(1, 3)).toEqual([`  ${line}`, `${' '.repeat(at)}${'^'.repeat(wrong.length)}`]);
    }
  });

  it.each(['ladder', 'trace on', 'open a.pcapng'])('%s: an empty filter is refused', async (line) => {
    const { run } = await lookingRig();
    const { status, lines } = await run(`${line} --filter ""`);
    expect(status).toBe(64);
    expect(lines.join('\n')).toContain('--filter needs a filter, such as "op=ERROR or block=1"');
  });

  it('in ASCII nothing else appears, at any width', async () => {
    const { run } = await withLoss();
    await run('set glyphs ascii');
    const { lines } = await run('ladder --columns 50');
    expect(lines.join('')).toMatch(/^[\x20-\x7e]+$/);
    expect(lines.filter((line) => line.length > 50)).toEqual([]);
    expect(await run('ladder --columns 5')).toMatchObject({ status: 64 });
  });

  it('says which transfers there are', async () => {
    const { run } = await withLoss();
    expect((await run('ladder 99')).lines[0]).toBe(
      'Transfer 99 has no packets here. Transfers with packets: 1, 2.',
    );
    expect((await run('ladder x')).lines[0]).toContain('Give a transfer number');
  });

  it('takes the width of the terminal, however wide', async () => {
    for (const columns of [60, 120, 700]) {
      const { run } = await withLoss({ columns: () => columns });
      const { lines } = await run('ladder');
      const widest = Math.max(...lines.map((line) => line.length));
      expect(widest).toBeLessThan(columns);
      expect(widest).toBeGreaterThan(columns - 40);
    }
  });

  it('never cuts what was granted in favour of a remark', async () => {
    const { run } = await withLoss();
    expect((await run('ladder')).lines.join('\n')).toContain('OACK tsize=5000 blksize=512 windowsize=4 ');
    expect((await run('ladder --columns 64')).lines.join('\n')).toContain(
      'OACK tsize=5000 blksize=512 windowsize=4 ',
    );
  });

  it('--play needs a terminal, and a speed needs --play', async () => {
    const { run } = await withLoss();
    const first = async (line: string) => (await run(line)).lines[0];
    expect(await first('ladder --play')).toBe('--play needs the screen of a terminal.');
    expect(await first('ladder 0.1x')).toBe('A speed goes with --play: ladder --play 0.1x.');
    expect(await first('ladder --play 0x')).toBe('A speed is 0.001x to 1000x, such as 0.1x.');
    expect(await first('ladder 1 2')).toBe('ladder takes one transfer number.');
    const drawn = await withLoss({ views: true, interactive: true });
    void drawn.run('ladder 1 --play 0.1x');
    await vi.waitFor(() =>
      expect(drawn.session.state.view).toMatchObject({ kind: 'ladder', play: 0.1, transfer: { number: 1 } }),
    );
    const { view } = drawn.session.state;
    if (view?.kind === 'ladder') view.close();
  });

  it('before any transfer there is nothing to see', async () => {
    const { run } = await lookingRig();
    for (const line of ['ladder', 'packet 1', 'explain', 'stats', 'export a.svg'])
      expect(await run(line)).toMatchObject({ status: 64 });
    expect((await run('ladder')).lines[0]).toBe('No transfers yet.');
  });
});

describe('trace', () => {
  const traced = async (mode: string): Promise<readonly string[]> => {
    const { run, impaired, session } = await withLoss();
    impaired.off();
    await run(mode);
    const { lines } = await run('get -f fw.bin out.bin');
    session.context.output.flush();
    return lines.filter((line) => !/^(✔|server: )/.test(line));
  };

  it('remarks on what is not usual, and no line is wider than 79 columns', async () => {
    const lines = await traced('trace full');
    const text = lines.join('\n');
    expect(text).toMatch(/OACK {2}tsize=5000 blksize=512 windowsize=4 +\d+ B\n +new TID \d+$/m);
    expect(text).toMatch(/DATA {2}10 +392 B {2}last block/);
    // Two of four blocks, at the end of the file: that is as it should be.
    expect(text).toMatch(/ACK {3}10 {2}/);
    expect(text).not.toContain('of the window');
    expect(text).toMatch(/client → RRQ {3}"fw\.bin" octet .*…? +\d+ B$/m);
    expect(lines.filter((line) => line.length > 79)).toEqual([]);
  });

  it('classic keeps the old words, with the OACK told', async () => {
    const text = (await traced('trace classic')).join('\n');
    expect(text).toMatch(/sent RRQ <file=fw\.bin, mode=octet, tsize=0, blksize=512, windowsize=4>$/m);
    expect(text).toMatch(/received OACK <tsize=5000, blksize=512, windowsize=4>$/m);
    expect(text).toMatch(/received DATA <block=1, 512 bytes>$/m);
    expect(text).toMatch(/sent ACK <block=4>$/m);
  });

  it('is narrowed by a filter, until it is switched anew', async () => {
    const lines = await traced('trace --filter "op=ACK and block=4"');
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.filter((line) => !/ACK {3}4 /.test(line))).toEqual([]);
    const { run } = await lookingRig();
    expect((await run('trace --filter op')).status).toBe(64);
  });
});

describe('packet', () => {
  it('stands octet by octet beside the figure, and says why it was sent', async () => {
    const { run } = await withLoss();
    const text = (await run('packet 1')).lines.join('\n');
    expect(text).toMatch(/^packet 1 of transfer 1 {3}→ RRQ {3}to 127\.0\.0\.1:\d+ {3}0\.000000 s/);
    expect(text).toContain('| opcode | file name |');
    expect(text).toMatch(/00 01 +opcode +1/);
    expect(text).toMatch(/"blksize"[^]*"512"[^]*8 to 65,464/);
    expect(text).toContain('asks to read "fw.bin"');
    expect(text).toMatch(/^ {2}sent at 0\.000000 s, arrived at 0\.\d{6} s: \d+(?:\.\d+)? ms in transit$/m);
  });

  it('tells how many there are', async () => {
    const { run } = await withLoss();
    const { status, lines } = await run('packet 999');
    expect(status).toBe(64);
    expect(lines[0]).toMatch(/^Transfer 1 has packets 1–\d+\.$/);
    expect((await run('packet one')).status).toBe(64);
  });
});

describe('explain, stats, diff', () => {
  it('tells why the gap was asked for again, by the notes of the machine', async () => {
    const { run, events } = await withLoss();
    const text = (await run('explain')).lines.join(' ').replace(/ +/g, ' ');
    expect(text).toMatch(/\(RFC 7440 §4; packet \d+\)/);
    const rules = events.flatMap((event) => (event.event === 'explanation' ? [event.rule] : []));
    expect(rules).toContain('gap');
    expect((await run('explain 1')).lines[1]).toMatch(/^ {2}\S/);
    expect(await run('explain 999')).toMatchObject({ status: 64 });
  });

  it('counts', async () => {
    const { run, events } = await withLoss();
    const text = (await run('stats')).lines.join('\n');
    expect(text).toContain('octets              5,000 in 10 blocks');
    expect(text).toMatch(/resent by server {4}[1-9]/);
    expect(text).toMatch(/lost {16}0 to the server, 1 to the client\nto the server {7}min \d/);
    expect(events.at(-1)).toMatchObject({ event: 'figures', transfer: 1, figures: { octets: 5000 } });
  });

  it('puts two transfers side by side', async () => {
    const { run, impaired, session } = await withLoss();
    impaired.off();
    await run('get -f fw.bin out.bin');
    const second = session.context.inspector.current();
    const text = (await run(`diff 1 ${String(second)}`)).lines.join('\n');
    expect(text).toMatch(
      /^ *6 ← DATA 3 {2}512 B {2}lost by +\| +6 ← DATA 3 {2}512 B +[+-]?\d\.\d{6}\n +impairment +\|$/m,
    );
    expect(text).toMatch(/^1 packet differs, \d+ only in the first, \d+ only in the second; \d+ alike\.$/m);
    expect(await run('diff 1')).toMatchObject({ status: 64 });
  });
});

it('a comparison leaves the transfer that explain and packet speak of, and they name it', async () => {
  const { run } = await withLoss();
  await run('ladder 1');
  expect((await run('diff 1 2')).status).toBe(0);
  expect((await run('explain 2')).lines[0]).toMatch(/^packet 2 of transfer 1 /);
  expect((await run('packet 2')).lines[0]).toMatch(/^packet 2 of transfer 1 /);
  expect((await run('explain 2 -t 2')).lines[0]).toMatch(/^packet 2 of transfer 2 /);
});

describe('export', () => {
  it('a filter that no packet passes is said, and no empty picture is written', async () => {
    const { run, folder } = await withLoss();
    const none = 'No packet passes the filter.';
    expect((await run('ladder --plain --filter block=99')).lines.at(-1)).toBe(none);
    expect(await run('export a.svg --filter block=99')).toMatchObject({
      status: 64,
      lines: [none, expect.anything(), expect.anything(), expect.anything()],
    });
    expect(await readdir(folder)).not.toContain('a.svg');
  });

  it('--theme chooses the colours of pictures, and is refused for what has none', async () => {
    const { run, folder } = await withLoss();
    await run('export dark.svg --theme dark');
    expect(await readFile(join(folder, 'dark.svg'), 'utf8')).not.toContain('prefers-color-scheme');
    expect((await run('export a.svg --theme blue')).lines[0]).toBe('--theme takes light or dark.');
    expect((await run('export a.txt --theme dark')).lines[0]).toBe('txt files have no colours.');
  });

  it.each([
    ['svg', /^<svg /],
    ['html', /^<!doctype html>/],
    ['mmd', /^sequenceDiagram\n/],
    ['txt', /^LADDER {2}get "fw.bin"/],
    ['json', /"format": "tftpsh-transfer"/],
  ])('%s', async (format, begins) => {
    const { run, folder } = await withLoss();
    expect((await run(`export a.${format}`)).status).toBe(0);
    expect(await readFile(join(folder, `a.${format}`), 'utf8')).toMatch(begins);
  });

  it('what is exported as a capture can be opened again', async () => {
    const { run } = await withLoss();
    await run('export a.pcapng');
    const { status, lines } = await run('open a.pcapng');
    expect(status).toBe(0);
    expect(lines[0]).toMatch(/get "fw.bin" .* complete {3}5,000 B/);
  });

  it('case 182: of a small transfer a capture gets every octet, and packet shows them', async () => {
    const { run, folder, events } = await withLoss();
    const { lines } = await run('export a.pcapng');
    expect(lines).toHaveLength(1);
    const octets = new Uint8Array(await readFile(join(folder, 'a.pcapng')));
    const all = dissectAll(octets);
    expect(all.filter((datagram) => datagram.cut)).toEqual([]);
    const file = await readFile(join(folder, 'fw.bin'));
    const blocks = all.filter(({ payload }) => payload[1] === 3).map(({ payload }) => [...payload.slice(4)]);
    expect(blocks).toContainEqual([...file.subarray(0, 512)]);
    expect(blocks).toContainEqual([...file.subarray(4608)]);
    expect(events.find(({ event }) => event === 'exported')).not.toHaveProperty('cut');
    await run('packet 4 --plain');
    expect(events.findLast(({ event }) => event === 'anatomy')).toMatchObject({ octets: 516 });
    expect(events.findLast((event) => event.event === 'anatomy')?.hex).toHaveLength(2 * 516);
  });

  it('of DATA a capture gets what is remembered, marked as cut, and that is said', async () => {
    const { run, folder, events } = await withLoss({ chosen: { keep: 'off' } });
    const { lines } = await run('export a.pcapng');
    const octets = new Uint8Array(await readFile(join(folder, 'a.pcapng')));
    const cut = dissectAll(octets).filter((datagram) => datagram.cut);
    expect(cut.length).toBeGreaterThan(9);
    expect(new Set(cut.map(({ payload, length }) => `${payload.length} of ${length}`))).toContain(
      '36 of 516',
    );
    expect(cut.every(({ payload }) => payload.length === 36 && payload[1] === 3)).toBe(true);
    expect(lines[1]).toMatch(
      new RegExp(
        `^  From packet 4 on only the first 36 octets of ${cut.length} packets are kept\\. Start "cap`,
      ),
    );
    expect(events.find(({ event }) => event === 'exported')).toMatchObject({ cut: cut.length });
  });

  it.skipIf(!hasTshark)('tshark reads packets that are cut', async () => {
    const { run, folder, events } = await withLoss({ chosen: { keep: 'off' } });
    await run('export a.pcapng');
    const port = events.find((event) => event.event === 'listening')?.port ?? 0;
    const args = ['-n', '-r', join(folder, 'a.pcapng'), '-d', `udp.port==${port},tftp`, '-T', 'fields'];
    const shown = ['frame.len', 'frame.cap_len', 'tftp.opcode', 'tftp.block'].flatMap((one) => ['-e', one]);
    // IP and UDP take 28 octets of a frame.
    expect(
      tshark([...args, ...shown])
        .split('\n')
        .slice(3, 5),
    ).toEqual(['544\t64\t3\t1', '544\t64\t3\t2']);
  });

  it('overwrites only when told to, and knows its formats', async () => {
    const { run, folder } = await withLoss();
    await writeFile(join(folder, 'a.svg'), 'mine');
    const { status, lines } = await run('export a.svg');
    expect(status).toBe(73);
    expect(lines.at(-1)).toContain('-f overwrites');
    expect(await readFile(join(folder, 'a.svg'), 'utf8')).toBe('mine');
    expect((await run('export -f a.svg')).status).toBe(0);
    expect((await run('export a.gif')).lines[0]).toContain(endings(', '));
  });
});

it('every event is as documented', async () => {
  const { run, events } = await withLoss();
  for (const line of [
    'ladder',
    'packet 2',
    'explain',
    'explain 3',
    'stats',
    'diff 1 2',
    'capture a.pcapng',
    'get -f fw.bin out.bin',
    'capture',
    'capture off',
    'export a.json',
    'open a.pcapng',
    'extract files',
  ])
    expect([line, (await run(line)).status]).toEqual([line, 0]);
  expect(events.map(checkEvent).filter((problem) => problem !== undefined)).toEqual([]);
  const seen = new Set(events.map(({ event }) => event));
  for (const name of ['ladder', 'anatomy', 'explanation', 'figures', 'difference', 'capture', 'exported'])
    expect(seen).toContain(name);
  for (const name of ['conversation', 'extracted']) expect(seen).toContain(name);
});
