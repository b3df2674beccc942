// capture, open and extract: packets in files, ours and anybody's.
import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { GrowingFile } from '../../../src/files/local/growing-file.ts';
import { problem } from '../../../src/files/problem.ts';
import { captureDatagram, captureHead } from '../../../src/trace/capture/file/pcapng-write.ts';
import { memorySource } from '../../../src/files/streams/stream.ts';
import { CaptureWriter } from '../../../src/shell/captures/capture-writer.ts';
import type { ShellEvent } from '../../../src/shell/report/events.ts';
import { extractFiles } from '../../../src/shell/captures/extract-files.ts';
import { eventJson } from '../../../src/shell/report/event-json.ts';
import type { Session } from '../../../src/shell/session/session.ts';
import type { Tid } from '../../../src/wire/tid.ts';
import { ended } from '../../support/cli.ts';
import { concat, dissectAll, latin } from '../../trace/capture/captures.ts';
import { lookingRig, withLoss } from '../packets/rig.ts';

const client: Tid = { address: '192.0.2.1', port: 1024 };
const server: Tid = { address: '192.0.2.9', port: 69 };
const answer: Tid = { address: '192.0.2.9', port: 40_001 };
const second = 1_000_000_000n;

function datagram(from: Tid, to: Tid, payload: string, at = 1n): Uint8Array {
  return captureDatagram({ at: at * second, from, to, payload: latin(payload) });
}

/** A get of three octets under that name. */
function gets(name: string): Uint8Array {
  return concat(
    captureHead(),
    datagram(client, server, `\0\x01${name}\0octet\0`),
    datagram(answer, client, '\0\x03\0\x01abc'),
    datagram(client, answer, '\0\x04\0\x01'),
  );
}

const refusal = concat(
  datagram({ ...client, port: 2048 }, server, '\0\x01secret\0octet\0', 2n),
  datagram(answer, { ...client, port: 2048 }, '\0\x05\0\x02go \x1b[2Jaway\0', 2n),
);

describe('capture', () => {
  it('holds every datagram once, whole, with what befell it', async () => {
    const { run, impaired, folder } = await withLoss();
    impaired.set({ scripted: [{ direction: 'outgoing', matches: ({ op }) => op === 'DATA', fate: 'lost' }] });
    expect((await run('capture lab.pcapng')).status).toBe(0);
    await run('get -f fw.bin out.bin');
    expect((await run('capture off')).lines[0]).toMatch(/^lab\.pcapng {3}\d+ packets, /);
    const octets = await readFile(join(folder, 'lab.pcapng'));
    expect(octets.includes('lost by impairment')).toBe(true);
    expect((await stat(join(folder, 'lab.pcapng'))).mode & 0o077).toBe(0);
    await run('open lab.pcapng');
    expect((await run('extract files')).status).toBe(0);
    expect(await readFile(join(folder, 'files', 'fw.bin'))).toEqual(await readFile(join(folder, 'fw.bin')));
  });

  it('of two ends with the same port number holds both directions', async () => {
    const { session, folder } = await lookingRig();
    const { bus, clock } = session.context.system.tower;
    const path = join(folder, 'same.pcapng');
    const capturing = await CaptureWriter.start(path, false, {
      ...{ bus, clock, failed: (error) => expect.unreachable(String(error)) },
    });
    const tag = { transfer: 1, side: 'client' } as const;
    const peer = { ...server, port: client.port };
    const common = { local: client, peer, tag, at: 1, tail: undefined };
    bus.show({ ...common, type: 'sent', id: 1, head: latin('\0\x04\0\0') });
    bus.show({ ...common, type: 'received', id: 2, head: latin('\0\x03\0\x01abc') });
    expect(await capturing.stop()).toEqual({ packets: 2, octets: 11, dropped: 0 });
    const got = dissectAll(new Uint8Array(await readFile(path)));
    expect(got.map(({ from }) => from.address)).toEqual([client.address, server.address]);
  });

  it('never writes over or through what is there', async () => {
    const { run, folder } = await lookingRig();
    await writeFile(join(folder, 'there'), 'mine');
    await symlink('there', join(folder, 'link'));
    for (const name of ['there', 'link']) expect((await run(`capture ${name}`)).status).toBe(73);
    expect((await run('capture -f link')).status).toBe(0);
    expect((await run('capture other')).lines[0]).toContain('"capture off" ends it');
    await run('capture off');
    expect(await readFile(join(folder, 'there'), 'utf8')).toBe('mine');
    expect((await run('capture off')).status).toBe(64);
    expect((await run('capture missing/a.pcapng')).status).not.toBe(0);
  });
});

describe('a capture that the disk refuses', () => {
  /** Nothing behind the first `writes` writes is taken. */
  function fullAfter(writes: number): void {
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own `this`
    const { append } = GrowingFile.prototype;
    let done = 0;
    const spy = vi.spyOn(GrowingFile.prototype, 'append').mockImplementation(function (
      this: GrowingFile,
      parts,
    ) {
      done += 1;
      return done > writes ? Promise.reject(problem('full')) : append.call(this, parts);
    });
    onTestFinished(() => spy.mockRestore());
  }

  /** A packet, which waits for the disk a while. */
  function show({ context }: Session): void {
    const tag = { transfer: 1, side: 'client' } as const;
    const head = latin('\0\x04\0\0');
    context.system.tower.bus.show({
      type: 'sent',
      id: 1,
      at: 1,
      tag,
      local: client,
      peer: server,
      head,
      tail: undefined,
    });
  }

  const failures = (events: readonly ShellEvent[]) => events.filter(({ event }) => event === 'failed');

  it('while it goes on: told once, 74 at "capture off" and at the end', async () => {
    const { run, events, session } = await withLoss();
    const told = new Promise<void>((resolve) => {
      session.onEvent(({ event }) => {
        if (event === 'failed') resolve();
      });
    });
    fullAfter(1);
    await run('capture lab.pcapng');
    expect((await run('get -f fw.bin out.bin')).status).toBe(0);
    await told;
    expect(failures(events)).toMatchObject([{ command: 'capture lab.pcapng', status: 74 }]);
    expect((await run('capture')).lines).toEqual([
      'Not capturing: an error ended lab.pcapng; the file is incomplete.',
    ]);
    const { status, lines } = await run('capture off');
    expect(status).toBe(74);
    expect(lines).toEqual(['An error ended lab.pcapng; the file is incomplete.']);
    // It was told of, and is over: there is nothing left to end.
    expect((await run('capture off')).status).toBe(64);
    expect(failures(events)).toHaveLength(1);
    expect(await session.context.work.idle()).toBe(74);
  });

  it('whatever is captured afterwards, the end tells of it', async () => {
    const { run, events, session, folder } = await withLoss();
    fullAfter(1);
    await run('capture lab.pcapng');
    await run('get -f fw.bin out.bin');
    await vi.waitUntil(() => failures(events).length > 0);
    vi.restoreAllMocks();
    expect((await run('capture next.pcapng')).status).toBe(0);
    await run('get -f fw.bin out.bin');
    expect((await run('capture off')).status).toBe(0);
    expect(dissectAll(new Uint8Array(await readFile(join(folder, 'next.pcapng')))).length).toBeGreaterThan(9);
    expect(await session.context.work.idle()).toBe(74);
  });

  it('at its last write: 74 of "capture off", under the name of the file', async () => {
    const { run, session } = await lookingRig();
    fullAfter(1);
    await run('capture lab.pcapng');
    show(session);
    const { status, lines } = await run('capture off');
    expect(status).toBe(74);
    expect(lines[0]).toBe('✗ capture lab.pcapng: Disk full or allocation exceeded');
    expect(session.context.recording.running).toBeUndefined();
  });

  it('at its last write, which the end of the session makes: told, and counted', async () => {
    const { run, session, events } = await lookingRig();
    fullAfter(1);
    await run('capture lab.pcapng');
    show(session);
    await session.close();
    expect(failures(events)).toMatchObject([{ command: 'capture lab.pcapng', status: 74 }]);
    expect(await session.context.work.idle()).toBe(74);
  });

  it('at its head: it never begins', async () => {
    const { run, session } = await lookingRig();
    fullAfter(0);
    expect(await run('capture lab.pcapng')).toMatchObject({
      status: 74,
      lines: [
        '✗ capture lab.pcapng: Disk full or allocation exceeded',
        '  The part that was written is kept.',
      ],
    });
    expect(session.context.recording.running).toBeUndefined();
    expect((await run('capture off')).status).toBe(64);
  });

  it.runIf(process.platform === 'linux').each([
    ['capture off at the end', 'capture off\n'],
    ['no end of it', ''],
    ['quit', 'quit\n'],
  ])('a script with %s ends with 74', async (_title, end) => {
    const { folder } = await withLoss();
    await writeFile(join(folder, 'fw.bin'), new Uint8Array(1_000_000));
    const script = `serve . --port 0\nconnect self\ncapture lab.pcapng\nget fw.bin -\nserve stop\n${end}`;
    await writeFile(join(folder, 'script'), script);
    // No file of this process may grow beyond 64 blocks of 512 octets or 1 KiB, whatever the shell counts in.
    const limited = 'ulimit -f 64; exec "$0" "$1" < script';
    const program = join(import.meta.dirname, '../../../dist/cli.cjs');
    const child = spawn('/bin/sh', ['-c', limited, process.execPath, program], { cwd: folder });
    expect(await ended(child)).toMatchObject({ status: 74 });
  });
});

describe('open', () => {
  it('lists conversations, and the views are about them until a transfer of ours', async () => {
    const { run, folder } = await withLoss();
    await writeFile(join(folder, 'a.pcapng'), concat(gets('boot.cfg'), refusal));
    const { status, lines } = await run('open a.pcapng');
    expect(status).toBe(0);
    expect(lines[0]).toMatch(
      /^ {3}1 {2}get "boot\.cfg" {3}192\.0\.2\.1:1024 - 192\.0\.2\.9:40001 {3}complete/,
    );
    expect(lines[1]).toContain('refused: ERROR 2 go \\x1b[2Jaway');
    expect((await run('ladder')).lines[0]).toContain('get "boot.cfg"');
    expect((await run('explain 1')).lines.join(' ')).toContain('asks to read "boot.cfg"');
    expect((await run('stats 1')).lines.join(' ')).toMatch(/3 in 1 block /);
    expect((await run('ladder 7')).lines[0]).toContain('Transfers with packets: 1, 2');
    await run('get -f fw.bin out.bin');
    expect((await run('ladder')).lines[0]).toContain('get "fw.bin"');
    expect((await run('open off')).status).toBe(0);
  });

  it('narrows by a filter', async () => {
    const { run, folder } = await lookingRig();
    await writeFile(join(folder, 'a.pcapng'), concat(gets('boot.cfg'), refusal));
    const { lines } = await run('open a.pcapng --filter "op=ERROR and host=192.0.2.0/24 and file=s*"');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('"secret"');
    expect((await run('open a.pcapng --filter "op="')).status).toBe(64);
  });

  it('tells each conversation as one object with the fields of its own names', async () => {
    const { run, folder, events } = await lookingRig();
    await writeFile(join(folder, 'a.pcapng'), concat(gets('boot.cfg'), refusal));
    await run('open a.pcapng');
    const told = events.filter(({ event }) => event === 'conversation');
    expect(told).toMatchObject([
      {
        ...{ transfer: 1, op: 'RRQ', file: 'boot.cfg', mode: 'octet', client: '192.0.2.1:1024' },
        ...{ server: '192.0.2.9:69', tid: '192.0.2.9:40001', options: {}, outcome: 'complete', error: null },
        ...{ octets: 3, blocks: 1, resent: 0, duplicates: 0, strangers: 0 },
      },
      { transfer: 2, outcome: 'refused', error: { code: 2, message: 'go \u001b[2Jaway' } },
    ]);
    const lines = told.map(eventJson);
    expect(lines.join('')).not.toMatch(/\p{C}/u);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(told);
  });

  it('what is damaged is told with its place, after what could be read', async () => {
    const { run, folder } = await lookingRig();
    const whole = gets('boot.cfg');
    await writeFile(join(folder, 'cut.pcapng'), whole.subarray(0, whole.length - 5));
    const { status, lines } = await run('open cut.pcapng');
    expect(status).toBe(65);
    expect(lines[0]).toContain('get "boot.cfg"');
    expect(lines[1]).toMatch(/^✗ open cut\.pcapng: the file ends .* \(at octet \d+\)$/);
    await writeFile(join(folder, 'noise'), 'no capture at all');
    expect((await run('open noise')).lines[0]).toContain('neither pcap nor pcapng (at octet 0)');
    expect((await run('open missing')).status).toBe(66);
    expect((await run('open .')).status).not.toBe(0);
  });

  it('follows standard input', async () => {
    const stdin = Readable.from([...gets('boot.cfg')].map((octet) => Uint8Array.of(octet)));
    const { run } = await lookingRig({ stdin });
    const { status, lines } = await run('open -');
    expect(status).toBe(0);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('get "boot.cfg"');
  });
});

describe('extract', () => {
  it('makes names harmless, numbers the same ones, touches nothing that is there', async () => {
    const { run, folder } = await lookingRig();
    await mkdir(join(folder, 'files'));
    await writeFile(join(folder, 'files', 'passwd'), 'mine');
    await writeFile(join(folder, 'a.pcapng'), gets('../../etc/passwd'));
    await run('open a.pcapng');
    expect((await run('extract files')).lines).toEqual(['✔ files/passwd-2   3 B']);
    expect((await run('extract files')).lines).toEqual(['✔ files/passwd-3   3 B']);
    expect(await readFile(join(folder, 'files', 'passwd'), 'utf8')).toBe('mine');
    expect(await readFile(join(folder, 'files', 'passwd-2'), 'utf8')).toBe('abc');
    expect((await readdir(folder)).sort()).toEqual(['a.pcapng', 'files']);
  });

  it('what is incomplete ends in .partial', async () => {
    const { run, folder } = await lookingRig();
    await writeFile(
      join(folder, 'a.pcapng'),
      concat(
        captureHead(),
        datagram(client, server, '\0\x01boot.cfg\0octet\0'),
        datagram(answer, client, `\0\x03\0\x01${'a'.repeat(512)}`),
      ),
    );
    const { lines } = await run('extract --from a.pcapng files');
    expect(lines).toEqual(['✗ files/boot.cfg.partial   512 B   blocks are missing']);
    expect((await readFile(join(folder, 'files', 'boot.cfg.partial'))).length).toBe(512);
  });

  it('takes no more files than it may, and counts those that it left out', async () => {
    const { folder } = await lookingRig();
    const begins = ['a', 'b', 'c'].map((name, at) => {
      const from = { ...client, port: 1000 + at };
      const tid = { ...answer, port: 2000 + at };
      return concat(
        datagram(from, server, `\0\x01${name}\0octet\0`),
        datagram(tid, from, '\0\x03\0\x01abc'),
        datagram(from, tid, '\0\x04\0\x01'),
      );
    });
    const source = memorySource(concat(captureHead(), ...begins, refusal));
    const { files, leftOut } = await extractFiles(source, join(folder, 'files'), { most: 2 });
    expect(files.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(leftOut).toBe(1);
    expect(await readdir(join(folder, 'files'))).toEqual(['a', 'b']);
  });

  it('takes one transfer by its number, and needs a capture', async () => {
    const { run, folder } = await lookingRig();
    expect((await run('extract files')).lines[0]).toContain('No capture is open');
    await writeFile(join(folder, 'a.pcapng'), gets('boot.cfg'));
    await run('open a.pcapng');
    expect((await run('extract 2 files')).lines).toEqual(['a.pcapng: no files to extract.']);
    expect((await run('extract 1 files')).lines).toEqual(['✔ files/boot.cfg   3 B']);
    expect((await run('extract x files')).status).toBe(64);
    expect((await run('extract')).status).toBe(64);
  });
});
