// probe and check in the shell: what they print, their events, their exit status, and the questions they ask first.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { checkEvent } from '../../../src/shell/report/events.ts';
import { rig } from '../fake-engine.ts';
import { lookingRig, type LookingRig } from '../packets/rig.ts';

/** A session that serves a file of 100,000 octets. */
async function serving(): Promise<LookingRig> {
  const own = await lookingRig();
  await writeFile(join(own.folder, 'fw.bin'), Buffer.alloc(100_000, 'line of text\n'));
  await own.run('serve . --port 0');
  return own;
}

/** The event of that name, as JSON gives it. */
function eventOf({ events }: LookingRig, name: string): Readonly<Record<string, unknown>> {
  const found = events.find(({ event }) => event === name);
  expect(checkEvent(found)).toBe(undefined);
  return JSON.parse(JSON.stringify(found)) as Readonly<Record<string, unknown>>;
}

describe('probe', () => {
  test('prints each answer with its packets, then software and advice', async () => {
    const own = await serving();
    const { status, lines } = await own.run('probe self --file fw.bin');
    expect(status).toBe(0);
    expect(lines).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^option tsize {19}supports 100,000 octets {3}\(ladder \d+, packet 2\)$/),
        expect.stringMatching(/^option windowsize {14}lowers {3}to 64 {3}\(ladder \d+, packet 2\)$/),
        'software: tftpsh (18 of 18 facts are the same)',
        'advice:   set blksize 1468, set windowsize 16',
        '1 question writes: --write NAME allows it',
        '7 questions may crash a weak server: --risk asks them',
      ]),
    );
    expect(lines.filter((line) => line.length > 79)).toEqual([]);
    const { answers, advice, skipped } = eventOf(own, 'probed');
    expect(advice).toEqual(['blksize 1468', 'windowsize 16']);
    expect(answers).toContainEqual({
      ...{ name: 'tsize', source: 'RFC 2349', verdict: 'supports', text: '100,000 octets' },
      proofs: [{ transfer: expect.any(Number) as number, packets: [2] }],
    });
    expect(skipped).toContainEqual({ name: 'write', reason: 'write' });
  });

  test('the ladder that an answer names shows the packets', async () => {
    const own = await serving();
    const { lines } = await own.run('probe self --file fw.bin');
    const number = /^option tsize .*\(ladder (\d+),/m.exec(lines.join('\n'))?.[1] ?? '';
    const drawn = (await own.run(`ladder ${number} --plain`)).lines.join('\n');
    expect(drawn).toContain('LADDER  get "fw.bin"');
    expect(drawn).toMatch(/^ *2 .*OACK/m);
  });

  test('a person is asked before dangerous questions', async () => {
    const own = await lookingRig({ interactive: true });
    await writeFile(join(own.folder, 'fw.bin'), Buffer.alloc(3000));
    await own.run('serve . --port 0');
    const asked: string[] = [];
    const stop = own.session.subscribe(() => {
      const { question } = own.session.state;
      if (question === undefined) return;
      asked.push(question.text);
      own.session.answer(question.id, 'n');
    });
    const { lines } = await own.run('probe self --file fw.bin');
    stop();
    expect(asked).toEqual(['The next questions are known to crash weak servers. Ask them? (y/n) ']);
    expect(lines.join('\n')).not.toContain('opcode 99');
    expect(eventOf(own, 'probed')['skipped']).toContainEqual({ name: 'unknown-opcode', reason: 'risk' });
  });

  test('Ctrl-C ends it', async () => {
    const own = await serving();
    const running = own.run('probe self --file fw.bin');
    const stop = own.session.onLines((lines) => {
      if (lines.some(({ text }) => text.startsWith('option tsize'))) own.session.interrupt();
    });
    expect((await running).status).toBe(130);
    stop();
  });
});

describe('check', () => {
  test('passes our own server, and writes JUnit', async () => {
    const own = await serving();
    const { status, lines } = await own.run('check self --file fw.bin --junit report.xml');
    expect([status, lines.filter((line) => line.startsWith('FAIL'))]).toEqual([0, []]);
    expect(lines.at(-2)).toMatch(/^127\.0\.0\.1:\d+: \d+ PASS, 0 FAIL, \d+ SKIP$/);
    expect(lines).toContainEqual(
      expect.stringMatching(/^PASS {3}63 {2}a repeated ACK causes no DATA: each block comes once \(RFC 1123/),
    );
    const { passed, cases } = eventOf(own, 'checked');
    const xml = await readFile(join(own.folder, 'report.xml'), 'utf8');
    const all = cases as readonly { readonly verdict: string }[];
    expect(passed).toBe(all.filter(({ verdict }) => verdict === 'PASS').length);
    expect(xml.match(/<testcase /g)?.length).toBe(all.length);
    expect(xml).toMatch(
      /<testcase classname="RFC 1123 §4\.2\.3\.1" name="case 63: [^"]+"><system-out>.*ladder \d+, packet \d+</,
    );
    expect(xml).toMatch(/<skipped message="it writes: --write NAME allows it"\/>/);
  });

  test('a client that fails a case: status 76, and the packets of the ladder', async () => {
    const own = await lookingRig();
    const other = await lookingRig();
    let ended: Promise<{ readonly status: number; readonly lines: readonly string[] }> | undefined;
    const port = await new Promise<string>((resolve) => {
      own.session.onLines((lines) => {
        for (const { text } of lines) {
          const match = /^waiting for a client at 127\.0\.0\.1:(\d+)/.exec(text);
          if (match?.[1] !== undefined) resolve(match[1]);
        }
      });
      ended = own.run('check client 0');
    });
    const hasResult = new Promise<void>((resolve) => {
      own.session.onLines((lines) => {
        if (lines.some(({ text }) => text.startsWith('FAIL'))) resolve();
      });
    });
    // Our client accepts what it did not ask for when it is told to: a mistake by the RFC.
    await other.run('set lenient on');
    await other.run(`get 127.0.0.1:${port}:case-38 x`);
    await hasResult;
    own.session.interrupt();
    const { status, lines } = (await ended)!;
    expect(status).toBe(76);
    expect(lines.join('\n')).toMatch(
      /FAIL {3}38 .*\n? *.*ACK 0; expected ERROR\s+8 \(RFC\s+2347; ladder 1,\s+packet 3\)/,
    );
    expect((await own.run('ladder 1 --plain')).lines.join('\n')).toMatch(/^ *3 .*ACK 0/m);
  });
});

describe('what is wrong', () => {
  test.each([
    ['probe', 'Name a server, or choose one with "tftpsh HOST -c …".'],
    ['probe self', 'Our server is not running. Try "tftpsh serve DIR".'],
    ['probe 10.0.0.5 70000', 'Give a port from 1 to 65535 or a service name.'],
    ['check a/b', 'Not a host name or address.'],
    ['check client host', 'LISTEN is PORT or ADDRESS:PORT, such as 0.0.0.0:6969.'],
  ])('%s', async (line, message) => {
    const { status, lines } = await rig().run(line);
    expect([status, lines[0]]).toEqual([64, message]);
  });

  test('an unknown host', async () => {
    const { status, lines } = await rig().run('check nowhere');
    expect(status).toBe(68);
    expect(lines[0]).toContain('nowhere');
  });
});

describe('tune', () => {
  test('shows the map, recommends, and applies', async () => {
    const own = await serving();
    await own.run('connect self');
    const { status, lines } = await own.run('tune fw.bin --time 4s --apply');
    expect(status).toBe(0);
    expect(lines[0]).toBe('octets a second; windowsize across, blksize down');
    expect(lines[2]).toMatch(/^ {5}512( +[\d.]+ [kMG]?B.){7}$/);
    const { blksize, windowsize, cells, applied } = eventOf(own, 'tuned');
    expect([(cells as readonly unknown[]).length, applied]).toEqual([49, true]);
    expect((await own.run('blksize')).lines).toEqual([`blksize ${String(blksize)}`]);
    expect((await own.run('windowsize')).lines).toEqual([`windowsize ${String(windowsize)}`]);
    expect(lines.filter((line) => line.length > 79)).toEqual([]);
  });

  test('of another server: HOST FILE; transfers names the transfers that it took', async () => {
    const own = await serving();
    expect((await own.run('tune self fw.bin --time 1s')).status).toBe(0);
    const all = (await own.run('transfers')).lines.join('\n');
    const [, questions, last] =
      /^ +1 [\d:]{8} tune [\d.:]+ {3}(\d+) questions, ladders 1 to (\d+)$/m.exec(all) ?? [];
    // Our server answered each with a number of its own.
    expect(Number(last)).toBe(2 * Number(questions) - 1);
  });

  test('a missing file fails at once, and Ctrl-C ends it', async () => {
    const own = await serving();
    await own.run('connect self');
    expect((await own.run('tune nothing.bin')).status).toBe(66);
    const running = own.run('tune fw.bin');
    const { inspector } = own.session.context;
    const before = inspector.numbers().length;
    await vi.waitFor(() => expect(inspector.numbers().length).toBeGreaterThan(before));
    own.session.interrupt();
    expect((await running).status).toBe(130);
  });
});
