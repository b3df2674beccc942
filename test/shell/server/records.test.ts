// The records of our server: the log file, lines for the journal and for syslog, counters for Prometheus.
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { ServerEvent } from '../../../src/engine/server/server.ts';
import { LogFile } from '../../../src/files/local/log-file.ts';
import { turn } from '../../../src/network/clock.ts';
import { VirtualClock } from '../../../src/network/virtual-clock.ts';
import { MetricsFile } from '../../../src/shell/server/metrics.ts';
import { untrusted } from '../../../src/wire/text.ts';
import { rigs, type Rig } from '../fake-engine.ts';

const root = mkdtempSync(join(tmpdir(), 'tftpsh-records-'));
writeFileSync(join(root, 'fw.bin'), 'x');
afterAll(() => rmSync(root, { recursive: true }));

const make = rigs();
const here = (): Rig => make({ directory: root });

const peer = { address: '192.0.2.8', port: 4000 };
const file = untrusted('boot.cfg');
const refused: ServerEvent = {
  ...{ type: 'refused', number: 3, op: 'RRQ', file, peer, code: 1, message: 'File not found' },
};
const accepted: ServerEvent = { type: 'accepted', number: 4, op: 'RRQ', file, peer };
const complete: ServerEvent = {
  type: 'complete',
  confirmed: true,
  progress: {
    ...{ number: 4, side: 'server', kind: 'get', state: 'done', remote: file, peer, octets: 512, size: 512 },
    ...{ terms: undefined, block: 2, resent: 0, rtt: undefined, elapsed: 7 },
  },
};

/** The lines of a file that is written at once, but not within the call. */
async function linesOf(name: string, count: number): Promise<readonly string[]> {
  for (let turns = 0; turns < 10_000; turns++) {
    const lines = readFileSync(join(root, name), 'utf8').split('\n').slice(0, -1);
    if (lines.length >= count) return lines;
    await turn();
  }
  throw new Error(`${name} has fewer than ${count} lines`);
}

const printed = ({ session, lines }: Rig): readonly string[] => {
  session.context.output.flush();
  return lines.map(({ text }) => text);
};

test('--log FILE: each line is in the file too, with date and time, after what the file had', async () => {
  writeFileSync(join(root, 'a.log'), 'earlier\n');
  const made = here();
  await made.run('serve fw.bin --log a.log');
  made.engine.emit(refused);
  made.engine.emit(complete);
  expect(await linesOf('a.log', 3)).toEqual([
    'earlier',
    '1970-01-01T00:00:00.000Z ✗ 192.0.2.8:4000 RRQ boot.cfg refused: File not found',
    '1970-01-01T00:00:00.000Z 192.0.2.8:4000 read boot.cfg, 512 B in 7 ms',
  ]);
  expect(printed(made).filter((line) => line.startsWith('server: '))).toHaveLength(2);
});

test('`serve log FILE` starts it while the server runs, `serve log none` ends it', async () => {
  const made = here();
  expect((await made.run('serve log b.log')).lines[0]).toMatch(/^Our server is not running\./);
  await made.run('serve fw.bin');
  made.engine.emit(complete);
  expect((await made.run('serve log b.log')).lines.at(-1)).toBe(
    `The log goes to "${join(root, 'b.log')}" too.`,
  );
  made.engine.emit(refused);
  await linesOf('b.log', 1);
  expect((await made.run('serve log none')).lines.at(-1)).toBe('The log goes to no file.');
  made.engine.emit(refused);
  expect(await linesOf('b.log', 1)).toHaveLength(1);
  made.session.context.output.flush();
  expect((await made.run('serve log')).lines).toHaveLength(3);
});

test('a log that was renamed continues in the old file until it is opened again', async () => {
  const made = here();
  await made.run('serve fw.bin --log c.log');
  renameSync(join(root, 'c.log'), join(root, 'c.log.1'));
  made.engine.emit(refused);
  await linesOf('c.log.1', 1);
  expect(made.session.context.server.reopenLog()).toBe(true);
  while (!readdirSync(root).includes('c.log')) await turn();
  await turn();
  made.engine.emit(complete);
  await made.run('serve stop');
  expect([
    ...(await linesOf('c.log.1', 1)),
    ...readFileSync(join(root, 'c.log'), 'utf8').split('\n'),
  ]).toEqual([
    expect.stringContaining('RRQ boot.cfg refused'),
    expect.stringContaining('read boot.cfg, 512 B'),
    '',
  ]);
  expect(made.session.context.server.reopenLog()).toBe(false);
});

test('a log that cannot be opened is refused where it is named, and no server starts', async () => {
  const made = here();
  const { status, lines } = await made.run('serve fw.bin --log nowhere/x.log');
  expect(status).toBe(64);
  expect(lines).toEqual([
    'The log nowhere/x.log cannot be opened: File not found.',
    '  serve fw.bin --log nowhere/x.log',
    `${' '.repeat(21)}${'^'.repeat('nowhere/x.log'.length)}`,
    ...lines.slice(3),
  ]);
  expect(made.engine.served).toEqual([]);
});

test('--log journal: lines begin with the priority that systemd reads; time and program are the journal’s', async () => {
  const made = here();
  await made.run('serve fw.bin --log journal');
  made.engine.emit(refused);
  made.engine.emit(complete);
  expect(printed(made).slice(-2)).toEqual([
    '<4>192.0.2.8:4000 RRQ boot.cfg refused: File not found',
    '<6>192.0.2.8:4000 read boot.cfg, 512 B in 7 ms',
  ]);
});

test('--log syslog: lines are as a program sends them to /dev/log (RFC 3164 §4.1)', async () => {
  const made = here();
  await made.run('serve fw.bin --log syslog');
  made.engine.emit(refused);
  made.engine.emit(complete);
  const time = /^Jan {2}1 \d\d:\d\d:\d\d/;
  const [first = '', second = ''] = printed(made).slice(-2);
  expect(first.slice(0, 4)).toBe('<28>');
  expect(first.slice(4)).toMatch(time);
  expect(first.slice(19)).toBe(' tftpsh: 192.0.2.8:4000 RRQ boot.cfg refused: File not found');
  expect(second.slice(0, 4)).toBe('<30>');
});

test('--log-starts: the log has the start of a transfer as well as its end', async () => {
  const made = here();
  await made.run('serve fw.bin');
  made.engine.emit(accepted);
  await made.run('serve stop');
  await made.run('serve fw.bin --log-starts');
  made.engine.emit(accepted);
  made.engine.emit(complete);
  const own = printed(made).filter((line) => line.startsWith('server: '));
  expect(own.map((line) => line.slice(18))).toEqual([
    '192.0.2.8:4000 begins to read boot.cfg',
    '192.0.2.8:4000 read boot.cfg, 512 B in 7 ms',
  ]);
});

test('--metrics: counters at the start, and at the end with what came between', async () => {
  const made = here();
  const text = (): string => readFileSync(join(root, 'm.prom'), 'utf8');
  await made.run('serve fw.bin --metrics m.prom');
  expect(text()).toContain(
    '# TYPE tftpsh_transfers_total counter\ntftpsh_transfers_total{outcome="done"} 0\ntftpsh_transfers_total{outcome="failed"} 0\n',
  );
  for (const event of [accepted, complete, refused, refused]) made.engine.emit(event);
  rmSync(join(root, 'm.prom'));
  await made.run('serve stop');
  const counted = text()
    .split('\n')
    .filter((line) => /^tftpsh.* [1-9]\d*$/.test(line));
  expect(counted).toEqual([
    'tftpsh_transfers_total{outcome="done"} 1',
    'tftpsh_requests_refused_total 2',
    'tftpsh_file_octets_total 512',
  ]);
  expect(readdirSync(root).filter((name) => name.endsWith('.new'))).toEqual([]);
});

test('metrics are written at most every 5 s, and only after a change', async () => {
  const clock = new VirtualClock();
  const written: number[] = [];
  const status = { listening: [], active: [], done: 1, failed: 0, probes: 0 };
  const metrics = new MetricsFile({
    ...{ path: 'm.prom', clock, failed: () => undefined },
    status: () => ({ ...status, refused: 0, dropped: 0, denied: 0, octets: 0, uptime: 0 }),
    replace: async () => void written.push(clock.now()),
  });
  await metrics.start();
  await clock.advance(60_000);
  expect(written).toEqual([0]);
  for (let second = 0; second < 10; second++) {
    metrics.changed();
    await clock.advance(1000);
  }
  expect(written).toEqual([0, 60_000, 65_000, 70_000]);
  await clock.advance(60_000);
  await metrics.close();
  expect(written).toEqual([0, 60_000, 65_000, 70_000, 130_000]);
});

test('metrics that cannot be written are said, and the server does not start', async () => {
  const made = here();
  const { status, lines } = await made.run('serve fw.bin --metrics nowhere/m.prom');
  expect(status).not.toBe(0);
  expect(lines[0]).toMatch(/the metrics cannot be written to .*nowhere\/m\.prom: File not found/);
  expect(made.session.context.server.running).toBe(false);
});

test('a full disk loses lines, and says so once', async () => {
  const path = join(root, 'd.log');
  const log = await LogFile.open(path);
  const failures: string[] = [];
  log.failed = ({ message }) => failures.push(message);
  const line = 'x'.repeat(1000);
  for (let count = 0; count < 2000; count++) log.write(line);
  await log.close();
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  const left = /^… (\d+) lines left out: the disk was too slow$/.exec(lines.at(-1) ?? '');
  expect(Number(left?.[1]) + lines.length - 1).toBe(2000);
  expect(failures).toEqual([]);
});
