// The first five minutes of three users at a terminal of two sizes: an engineer whose device does not boot, a teacher,
// an administrator. Everything is read off the screen; after each, no line of the transcript is broken by the terminal.
import { writeFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ack, error } from '../support/script.ts';
import { rrq, udpPeer } from '../support/raw-peer.ts';
import { stages, type Stage } from './stage.ts';

const openStage = stages();
const sizes = [
  [80, 24],
  [120, 40],
] as const;

/** Opens what the line shows on a screen of its own, waits for it, and does what `use` says; Escape leaves it. */
async function view(
  stage: Stage,
  line: string,
  shows: RegExp,
  use: () => Promise<void> = async () => undefined,
) {
  const { program } = stage;
  program.write(`${line}\r`);
  await program.until((): boolean => program.isOn(1049) && shows.test(program.screen().join('\n')));
  expect(program.broken()).toEqual([]);
  await use();
  program.write('\u001b');
  await program.until((): boolean => !program.isOn(1049));
  await program.until((): boolean => program.cursorRow() === `${stage.prompt}|`);
}

/** Presses keys in a view, and waits for what it shows then. */
async function press({ program }: Stage, keys: string, shows: RegExp): Promise<void> {
  program.write(keys);
  await program.until(shows);
  expect(program.broken()).toEqual([]);
}

describe.each(sizes)('at %d×%d', (columns, rows) => {
  test('a network engineer: a device does not boot', async () => {
    const stage = await openStage({ columns, rows });
    const { program, folder } = stage;
    const device = await udpPeer();
    onTestFinished(() => device.close());
    await stage.run('serve share --port 0', /listening on [^]*offering .*share \(read-only\)/);
    const port = Number(/listening on 127\.0\.0\.1:(\d+)/.exec(program.all().join('\n'))?.[1]);
    const server = { address: '127.0.0.1', port };
    await stage.run('capture boot.pcapng', 'Capturing every packet to boot.pcapng');
    // It asks for a name that is not there, then stops in the middle of one that is.
    device.send(rrq('boot.cgf'), server);
    expect(await device.hear()).toBe('ERROR 1 File not found');
    await program.until(/server: \d\d:\d\d:\d\d {2}✗ 127\.0\.0\.1:\d+ RRQ boot\.cgf refused: File not found/);
    device.send(rrq('boot.cfg'), server);
    expect(await device.hear()).toBe('DATA 1 (512)');
    device.send(ack(1));
    expect(await device.hear()).toBe('DATA 2 (512)');
    device.send(error(3, 'flash is full'));
    await program.until(/✗ 127\.0\.0\.1:\d+ read boot\.cfg: the client sent ERROR 3\s+flash\s+is\s+full/);
    await stage.run(
      'transfers',
      /^ {3}1 .* serve boot\.cgf .* refused: File not found\n {3}2 \d\d:\d\d:\d\d serve boot\.cfg → 127\.0\.0\.1:\d+\s+failed: the client sent ERROR 3/m,
    );
    await stage.run('serve log', /refused: File not found\n[^]*flash is full/);
    await stage.run('diagnose', /one side|ERROR 3|flash is full/i);
    await view(stage, 'ladder', /LADDER {2}serve "boot\.cfg"[^]*ERROR 3 flash is full/, async () => {
      await press(stage, '\r', /packet 1 of 5 {3}RRQ/);
      await press(stage, '\u001b', /LADDER/);
    });
    await stage.run('explain', /transfer 2: serve "boot\.cfg"[^]*flash is full/);
    await stage.run('capture off', /^boot\.pcapng {3}7 packets/m);
    await view(stage, 'open boot.pcapng', /2 transfers[^]*boot\.cgf[^]*boot\.cfg/, async () => {
      await press(stage, '\u001b[F', /›.*boot\.cfg/);
      await press(stage, 'e', /transfer 2: get "boot\.cfg"/);
      await press(stage, '\u001b', /2 transfers/);
      await press(stage, '\r', /LADDER {2}get "boot\.cfg"/);
      await press(stage, '\u001b', /2 transfers/);
    });
    await stage.run('serve stop', 'Server stopped.');
    expect(program.broken()).toEqual([]);
    expect((await readFile(join(folder, 'boot.pcapng'))).length).toBeGreaterThan(1000);
  });

  test('a teacher: a transfer, then one with a loss, as a picture for a page', async () => {
    const stage = await openStage({ columns, rows });
    const { program, folder } = stage;
    await stage.serve();
    await stage.run('trace on', 'Packet tracing on.');
    await stage.run('get boot.cfg', /→ RRQ {3}"boot\.cfg"[^]*✔ boot\.cfg {3}4,102 B in /);
    await stage.run('trace off', 'Packet tracing off.');
    stage.prompt = 'tftp lab> ';
    await stage.run('lab on', 'three.bin', stage.ownPrompt());
    await stage.run('options off', 'options off');
    await stage.run('impair server drop DATA 2 once', 'drop DATA 2 once');
    await stage.run('get three.bin', /✔ three\.bin {3}1,200 B in 256 ms .* 3 blocks, 1 resent/);
    await view(stage, 'ladder', /✗─+ DATA 2 {2}512 B {2}lost by impairment/, async () => {
      await press(stage, 'n', /›.*DATA 2/);
      await press(stage, '?', /Keys of the ladder/);
      await press(stage, '\u001b', /LADDER/);
    });
    const [head] = await stage.run('ladder --plain', 'done: 1,200 octets');
    expect(head).toContain('1 lost · 1 resent by client, 1 by server · 2 timeouts');
    await stage.run('stats', /^resent by server {4}1$[^]*^timeouts {12}2$/m);
    await stage.run('export loss.svg', /✔ loss\.svg/);
    await stage.run('impair off', 'Nothing is impaired.');
    stage.prompt = stage.ownPrompt();
    await stage.run('lab off', 'The lab is off.', 'tftp lab> ');
    expect(program.broken()).toEqual([]);
    expect(await readFile(join(folder, 'here', 'loss.svg'), 'utf8')).toContain('lost by impairment');
  });

  test('an administrator: files in and out, rules, a wrong name, a file that is there already, a script', async () => {
    const stage = await openStage({ columns, rows });
    const { program, folder } = stage;
    await writeFile(join(folder, 'here', 'rules'), 'ri ^tftpboot/(.*) \\1\n');
    await writeFile(join(folder, 'here', 'nightly'), 'get a.cfg\nget nofile\nget b.cfg\n');
    await stage.run(`lcd ${folder}/here`, 'Local directory now');
    await stage.run('serve up --write', /There is no directory "up"\. Make it first: !mkdir up/);
    await stage.run('!mkdir up', '');
    await stage.run('serve up --write --port 0', /offering .*\/up\s\(new files may be created\)/);
    await stage.run('serve stop', 'Server stopped.');
    await stage.run('serve ../share --port 0 --rewrite rules', 'listening on');
    stage.prompt = stage.ownPrompt();
    await stage.run('connect self', 'Nothing has been sent', 'tftp> ');
    await stage.run('serve rewrite tftpboot/boot.cfg', 'becomes boot.cfg');
    await stage.run('get tftpboot/boot.cfg', /✔ tftpboot\/boot\.cfg {3}4,102 B/);
    await stage.run('get boot.cgf', /✗ get boot\.cgf: server error 1: File not found\n {2}The server is up/);
    // Completion finds the right name; the file is there already, and one key answers.
    program.write('get boo\t\r');
    await program.until(/overwrite[^]*\(y\/n\)/i);
    program.write('y');
    await stage.said('get boot.cfg', '✔ boot.cfg');
    await stage.run('put up.txt', /refused|read-only|ERROR|server error/i);
    await stage.run('source nightly', /✔ a\.cfg[^]*nightly:2: .*get nofile/);
    await stage.run('show command', /^tftpsh .*get/);
    program.write('quit\r');
    await program.until((): boolean => program.exit !== undefined);
    expect(program.exit).toBe(0);
    expect(await readFile(join(folder, 'here', 'a.cfg'), 'utf8')).toBe('x'.repeat(4102));
    await expect(readFile(join(folder, 'here', 'b.cfg'))).rejects.toThrow('ENOENT');
  });
});
