// Captures that are looked at while they come: the list, what is remembered of a stream, and the view that `open` asks for.
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../../src/files/streams/stream.ts';
import { ConversationList } from '../../../src/shell/captures/conversation-list.ts';
import { LiveCapture } from '../../../src/shell/captures/live-capture.ts';
import { CaptureFile } from '../../../src/shell/captures/capture-file.ts';
import type { Session } from '../../../src/shell/session/session.ts';
import type { ListView } from '../../../src/shell/session/view.ts';
import { captureDatagram, captureHead } from '../../../src/trace/capture/file/pcapng-write.ts';
import type { ConversationSummary } from '../../../src/trace/capture/record.ts';
import { ladder } from '../../../src/trace/ladder/ladder.ts';
import { ladderText } from '../../../src/trace/ladder/text.ts';
import { parseFilter } from '../../../src/shell/packets/packet-filter.ts';
import { headKept } from '../../../src/trace/record/ring.ts';
import { say } from '../../../src/wire/text.ts';
import { classic, concat, hex, ipv4, latin, udp } from '../../trace/capture/captures.ts';
import { lookingRig } from '../packets/rig.ts';

const server = { address: '192.0.2.9', port: 69 };
let at = 0n;

/** A get of `blocks` full blocks and an empty one, with a stranger in the middle; `start` leaves out what came before. */
function gets(name: string, port: number, blocks = 2): Uint8Array {
  const client = { address: '192.0.2.1', port };
  const answer = { address: '192.0.2.9', port: port + 20_000 };
  const one = (from: typeof client, to: typeof client, payload: string): Uint8Array => {
    at += 1_000_000n;
    return captureDatagram({ at, from, to, payload: latin(payload) });
  };
  const parts = [one(client, server, `\0\x01${name}\0octet\0blksize\x00512\0`)];
  parts.push(one(answer, client, '\0\x06blksize\x00512\0'), one(client, answer, '\0\x04\0\0'));
  for (let block = 1; block <= blocks + 1; block += 1) {
    const number = String.fromCharCode(block >> 8, block & 255);
    parts.push(one(answer, client, `\0\x03${number}${'a'.repeat(block > blocks ? 0 : 512)}`));
    if (block === 2) parts.push(one({ ...answer, port: 9 }, client, '\0\x04\0\x07'));
    parts.push(one(client, answer, `\0\x04${number}`));
  }
  return concat(...parts);
}

const summary = (transfer: number): ConversationSummary => ({ transfer }) as ConversationSummary;

describe('the list of a capture', () => {
  it('is in order of numbers, in whatever order the conversations end', () => {
    const open = new Set<number>();
    const list = new ConversationList(
      (transfer) => (open.has(transfer) ? summary(transfer) : undefined),
      'first',
    );
    for (const transfer of [1, 2, 3, 4]) {
      open.add(transfer);
      list.heard(transfer);
    }
    // Several are closed at once: by the time the first is told none of them is open.
    for (const transfer of [1, 3, 4]) open.delete(transfer);
    for (const transfer of [4, 1, 3]) list.ended(summary(transfer));
    expect([...list.summaries.keys()]).toEqual([1, 2, 3, 4]);
    expect([list.refresh(), list.refresh()]).toEqual([true, false]);
    list.heard(2);
    expect(list.refresh()).toBe(true);
    expect([list.goesOn(2), list.goesOn(3)]).toEqual([true, false]);
  });

  it.each(['first', 'last'] as const)('has no more room than it has: the %s ones stay', (keep) => {
    const list = new ConversationList(summary, keep, 3);
    for (let transfer = 1; transfer <= 5; transfer += 1) {
      list.heard(transfer);
      list.ended(summary(transfer));
    }
    list.heard(1);
    list.heard(5);
    expect([...list.summaries.keys()]).toEqual(keep === 'first' ? [1, 2, 3] : [3, 4, 5]);
    expect(list.leftOut).toBe(2);
  });
});

describe('a capture that comes through a pipe', () => {
  it('has the same ladder and the same figures as the file', async () => {
    const { folder } = await lookingRig();
    const octets = concat(captureHead(), gets('one', 1024), gets('two', 1025, 5));
    const path = join(folder, 'a.pcapng');
    await writeFile(path, octets);
    const file = new CaptureFile(path, say`a`);
    const live = new LiveCapture(say`-`);
    await file.read(memorySource(octets), {});
    await live.read(memorySource(octets), {});
    for (const number of [1, 2]) {
      const [one, other] = [await file.find(number), await live.find(number)];
      const style = { columns: 100, ascii: false };
      const drawn = ladderText(ladder(one!.log), style);
      expect(drawn.join('\n')).toMatch(/OACK blksize=512[^]*unexpected/i);
      expect(drawn.join('\n')).not.toContain('(local)');
      expect(ladderText(ladder(other!.log), style)).toEqual(drawn);
      expect(other!.figures()).toEqual(one!.figures());
      expect(other!.lacks).toBeUndefined();
      // Of DATA only the head is kept: what is shown of it is never made up.
      const kept = other!.log.packets.flatMap(({ packet, octets }) =>
        packet.op === 'DATA' ? [octets?.length ?? 0] : [],
      );
      expect(Math.max(...kept)).toBeLessThanOrEqual(headKept);
    }
    expect([...live.list.summaries.values()]).toEqual([...file.list.summaries.values()]);
  });

  it('remembers its last packets only, and says where the beginning is gone', async () => {
    const live = new LiveCapture(say`-`, undefined, 40);
    const pipe = new PassThrough();
    const { streamSource } = await import('../../../src/files/streams/stream.ts');
    const over = live.read(streamSource(pipe), {});
    pipe.write(concat(captureHead(), gets('old', 1024), gets('long', 1025, 300)));
    const until = async (packets: number): Promise<void> => {
      while (live.packets < packets) await new Promise((resolve) => setImmediate(resolve));
    };
    await until(600);
    expect(await live.find(1)).toBeUndefined();
    const seen = await live.find(2);
    expect(seen?.lacks).toMatch(/^Its first packets are no longer kept; these are the last \d+\.$/);
    expect(seen!.log.packets.length).toBeLessThanOrEqual(40);
    // It goes on, and what looks at it goes on with it, without ever holding more than twice as much.
    for (let more = 0; more < 20; more += 1) {
      const before = live.packets;
      pipe.write(gets('long', 1025, 10));
      await until(before + 20);
      seen!.refresh();
      expect(seen!.log.records.length).toBeLessThanOrEqual(3 * 40);
    }
    pipe.end();
    await over;
  });
});

/** Waits until the session asks for a list, and gives it. */
function listOf(session: Session): Promise<ListView> {
  return new Promise((resolve) => {
    const look = (): void => {
      const { view } = session.state;
      if (view?.kind === 'list') resolve(view);
    };
    session.subscribe(look);
    look();
  });
}

/** Resolves when the list, looked at whenever the session tells of a change, is as it should be. */
function until(session: Session, list: ListView, what: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      list.refresh();
      if (what()) resolve();
    };
    session.subscribe(look);
    look();
  });
}

describe('what is in a capture besides TFTP', () => {
  const encrypted = concat(hex('8841'), new Uint8Array(40));

  it('is counted and named where there is no TFTP', async () => {
    const { run, folder } = await lookingRig();
    const frames = Array.from({ length: 1204 }, () => encrypted);
    await writeFile(join(folder, 'air.pcap'), classic([...frames, hex('80000000')], { link: 105 }));
    expect(await run('open air.pcap')).toEqual({
      status: 0,
      lines: [
        'air.pcap: no TFTP packets in 1,205 frames: 1,204 frames of 802.11, encrypted; 1 frame of 802.11 management',
      ],
    });
  });

  it('is named after the transfers where it could not be read', async () => {
    const { run, folder } = await lookingRig();
    const packets = [
      ipv4(udp(1024, 69, latin('\0\x01boot.cfg\0octet\0'))),
      ipv4(hex('00'), { protocol: 50 }),
    ];
    const tcp = ipv4(new Uint8Array(20), { protocol: 6 });
    const part = ipv4(new Uint8Array(16), { id: 3, more: true });
    await writeFile(join(folder, 'vpn.pcap'), classic([...packets, tcp, part], { link: 101 }));
    expect((await run('open vpn.pcap')).lines.slice(1)).toEqual([
      'vpn.pcap: not read: 1 frame of ESP, encrypted',
      'vpn.pcap: fragments of 1 IP packet are missing',
    ]);
  });
});

describe('a capture that is not as the packets were', () => {
  it('says how many copies were left out', async () => {
    const { run, folder } = await lookingRig();
    const ask = ipv4(udp(1024, 69, latin('\0\x01boot.cfg\0octet\0')), { id: 5 });
    const cooked = (place: string): Uint8Array =>
      concat(hex(`0800 0000 0000000${place} 0001 00 06 0000000000000000`), ask);
    const sent = classic([cooked('1'), cooked('2'), cooked('3')], { link: 276 });
    // The records are a second apart: copies come at once.
    for (const at of [24, 24 + 16 + cooked('1').length, 24 + 2 * (16 + cooked('1').length)])
      sent.set(hex('01000000'), at);
    await writeFile(join(folder, 'any.pcap'), sent);
    const { lines } = await run('open any.pcap');
    expect(lines[0]).toMatch(/get "boot.cfg".*silent {3}0 B in 0 ms$/);
    expect(lines.slice(1)).toEqual([
      'any.pcap: 2 copies left out: the capture has these packets more than once',
    ]);
  });

  it('says how many packets the snap length cut', async () => {
    const { run, folder } = await lookingRig();
    const octets = classic([ipv4(udp(1024, 69, latin('\0\x01boot.cfg\0octet\0tsize\x000\0')))], {
      link: 101,
    });
    // The record has two octets less than were on the link.
    octets.set(hex('33000000'), 24 + 8);
    await writeFile(join(folder, 'cut.pcap'), octets.subarray(0, octets.length - 2));
    expect((await run('open cut.pcap')).lines.at(-1)).toBe(
      'cut.pcap: 1 packet cut by the snap length of the capture (tcpdump -s 0 keeps all)',
    );
  });
});

/** A classic capture of which each packet has at most `most` octets, as `tcpdump -s` writes it. */
function snapped(packets: readonly Uint8Array[], most: number): Uint8Array {
  const records = packets.map((packet) => {
    const kept = packet.subarray(0, most);
    const head = new DataView(new ArrayBuffer(16));
    head.setUint32(8, kept.length, true);
    head.setUint32(12, packet.length, true);
    return concat(new Uint8Array(head.buffer), kept);
  });
  return concat(classic([], { link: 101 }), ...records);
}

describe('extract from a capture that its snap length cut', () => {
  /** The packet in the other direction. */
  const back = (packet: Uint8Array): Uint8Array =>
    concat(packet.subarray(0, 12), packet.subarray(16, 20), packet.subarray(12, 16), packet.subarray(20));
  const block = (number: number, octets: number): Uint8Array =>
    back(
      ipv4(udp(40_001, 1024, concat(Uint8Array.of(0, 3, 0, number), new Uint8Array(octets).fill(number)))),
    );
  const get = [
    ipv4(udp(1024, 69, latin('\0\x01boot.cfg\0octet\0'))),
    block(1, 512),
    ipv4(udp(1024, 40_001, latin('\0\x04\0\x01'))),
    block(2, 5),
    ipv4(udp(1024, 40_001, latin('\0\x04\0\x02'))),
  ];

  it.each([
    ['within a block', 96, 'the snap length of the capture cut its packets'],
    ['behind the request', 48, 'the snap length of the capture cut its packets'],
  ])('%s: the file is partial, and the cause is named', async (_, most, cause) => {
    const { run, folder, events } = await lookingRig();
    await writeFile(join(folder, 'cut.pcap'), snapped(get, most));
    const { lines } = await run('extract --from cut.pcap out');
    expect(lines[0]).toMatch(new RegExp(`^✗ out/boot\\.cfg\\.partial   \\d+ B   ${cause}$`));
    expect(events.find(({ event }) => event === 'extracted')).toMatchObject({ complete: false });
  });

  it('at its whole length the file is complete', async () => {
    const { run, folder } = await lookingRig();
    await writeFile(join(folder, 'whole.pcap'), snapped(get, 65_535));
    expect((await run('extract --from whole.pcap out')).lines[0]).toBe('✔ out/boot.cfg   517 B');
  });
});

describe('the lines of open in a pipe', () => {
  it('have every transfer in the order of the capture, malformed and unfinished ones too', async () => {
    const { run, folder } = await lookingRig();
    const from = { address: '192.0.2.1', port: 3000 };
    const wrong = captureDatagram({ at: 1n, from, to: server, payload: latin('\0\x01\0octet\0') });
    const asks = captureDatagram({
      at: 2n,
      from: { ...from, port: 3001 },
      to: server,
      payload: latin('\0\x02up\0octet\0'),
    });
    await writeFile(join(folder, 'all.pcapng'), concat(captureHead(), wrong, asks, gets('one', 1024)));
    const { lines } = await run('open all.pcapng');
    expect(lines.map((line) => line.split('   ').slice(0, 4))).toMatchObject([
      ['', '1  get (malformed request: the file name is empty)', '192.0.2.1:3000 - 192.0.2.9:69', 'silent'],
      ['', '2  put "up"', '192.0.2.1:3001 - 192.0.2.9:69', 'silent'],
      ['', '3  get "one"', '192.0.2.1:1024 - 192.0.2.9:21024', 'complete'],
    ]);
    expect((await run('ladder 1')).lines.join('\n')).toContain('malformed');
    expect((await run('explain 1')).status).toBe(0);
  });
});

describe('case 134: a compressed capture', () => {
  it('is listed, walked and extracted like the file in it', async () => {
    const { run, folder } = await lookingRig();
    const whole = concat(captureHead(), gets('one', 1024), gets('two', 1025));
    await writeFile(join(folder, 'a.pcapng.gz'), gzipSync(whole));
    const { status, lines } = await run('open a.pcapng.gz');
    expect(status).toBe(0);
    expect(lines.join('\n')).toMatch(/get "one".*complete[^]*get "two".*complete/);
    expect((await run('ladder 2')).lines.join('\n')).toContain('get "two"');
    await run('extract out');
    expect(await readFile(join(folder, 'out', 'two'), 'latin1')).toBe('a'.repeat(1024));
  });

  it('that is cut lists what comes before, with status 65', async () => {
    const { run, folder } = await lookingRig();
    const packed = gzipSync(concat(captureHead(), gets('one', 1024, 50)));
    await writeFile(join(folder, 'cut.pcap.gz'), packed.subarray(0, packed.length - 12));
    const { status, lines } = await run('open cut.pcap.gz');
    expect(status).toBe(65);
    expect(lines.join('\n')).toMatch(/get "one"[^]*the compressed file ends too early \(at octet \d+\)/);
  });
});

describe('open at a terminal of ours', () => {
  it('asks for a list, leads to ladder, pages and files, and leaves nothing behind', async () => {
    const { run, session, folder } = await lookingRig({ views: true });
    await writeFile(join(folder, 'a.pcapng'), concat(captureHead(), gets('one', 1024), gets('two', 1025)));
    const done = run('open a.pcapng');
    const list = await listOf(session);
    await until(session, list, () => list.standing().length === 0);
    expect(list.all().map(({ transfer }) => transfer)).toEqual([1, 2]);
    const found = await list.look(2, new AbortController().signal);
    expect(typeof found === 'string' ? found : found.transfer.number).toBe(2);
    const page = await list.read(1, 'explain', new AbortController().signal);
    const text = (columns: number): string =>
      typeof page === 'string' ? page : page.lines(columns).map((line) => line.text).join('\n'); // prettier-ignore
    expect(text(80)).toContain('All 1,024 octets arrived');
    // A page is laid out for the window that shows it.
    const widest = [80, 120].map((columns) => Math.max(...text(columns).split('\n').map((line) => line.length))); // prettier-ignore
    expect(widest[0]).toBeLessThan(80);
    expect(widest[1]).toBeGreaterThan(80);
    expect(await list.save(1, 'out/')).toBe('out/one: 1,024 B');
    expect(await list.save(1, 'one.svg')).toMatch(/^one\.svg: .* written$/);
    expect(await list.save(1, 'one.svg')).toContain('exist');
    const parsed = parseFilter('file=two');
    if (parsed.ok) list.close({ text: 'file=two', filter: parsed.filter });
    const { status, lines } = await done;
    expect(status).toBe(0);
    expect(lines).toEqual([]);
    // What was looked at last is meant from now on.
    expect((await run('explain')).lines[0]).toBe('transfer 1: get "one"');
  });

  it('--plain, and what holds nothing to be listed, is told in lines', async () => {
    const { run, session, folder } = await lookingRig({ views: true });
    await writeFile(join(folder, 'a.pcapng'), concat(captureHead(), gets('one', 1024)));
    await writeFile(join(folder, 'empty.pcapng'), captureHead());
    await writeFile(join(folder, 'noise'), 'no capture at all');
    expect((await run('open --plain a.pcapng')).lines[0]).toContain('get "one"');
    expect((await run('open empty.pcapng')).lines).toEqual([
      'empty.pcapng: no TFTP packets in it: it has no frames',
    ]);
    expect(await run('open noise')).toMatchObject({ status: 65 });
    expect((await run('open missing')).status).toBe(66);
    expect(session.state.view).toBeUndefined();
  });

  it('a damage is told in the list, and is the status when it is left', async () => {
    const { run, session, folder } = await lookingRig({ views: true });
    const whole = concat(captureHead(), gets('one', 1024));
    await writeFile(join(folder, 'cut.pcapng'), whole.subarray(0, whole.length - 5));
    const done = run('open cut.pcapng');
    const list = await listOf(session);
    await until(session, list, () => list.standing().join().includes('(at octet'));
    list.close(undefined);
    expect((await done).status).toBe(65);
  });

  it('- follows a pipe: the list grows, a transfer under way is not failed yet, leaving ends it', async () => {
    const stdin = new PassThrough();
    const { run, session } = await lookingRig({ views: true, stdin });
    const done = run('open -');
    const list = await listOf(session);
    expect(list.all()).toEqual([]);
    expect(list.standing()[0]).toBe('live');
    const whole = gets('one', 1024);
    stdin.write(concat(captureHead(), whole.subarray(0, 200)));
    await until(session, list, () => list.all().length === 1);
    expect(list.row(list.all()[0]!)).toMatchObject({ cells: { outcome: 'under way' }, unusual: false });
    stdin.write(concat(whole.subarray(200), gets('two', 1025)));
    await until(session, list, () => list.all()[1]?.outcome === 'complete');
    expect(await list.save(1, 'out/')).toContain('no file can be extracted');
    list.close(undefined);
    const { status, lines } = await done;
    expect(status).toBe(0);
    expect(lines).toEqual([]);
    expect(stdin.destroyed).toBe(true);
  });

  it('--follow goes on with a file that grows', async () => {
    const { run, session, folder } = await lookingRig({ views: true });
    const path = join(folder, 'a.pcapng');
    await writeFile(path, captureHead());
    const done = run('open -f a.pcapng');
    const list = await listOf(session);
    await appendFile(path, gets('one', 1024));
    await until(session, list, () => list.all()[0]?.outcome === 'complete');
    await appendFile(path, gets('two', 1025));
    await until(session, list, () => list.all().length === 2);
    expect(await list.save(2, 'out/')).toBe('out/two: 1,024 B');
    list.close(undefined);
    expect((await done).status).toBe(0);
    expect((await run('open -f missing')).status).toBe(66);
    expect((await run('open -f .')).status).not.toBe(0);
  });
});
