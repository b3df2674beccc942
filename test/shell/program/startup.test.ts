// The start-up file and the lines of earlier: where they are, who may have written them, and several shells at once.
import { spawn } from 'node:child_process';
import { chmod, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { History } from '../../../src/shell/session/history.ts';
import { historyFile, startupFile } from '../../../src/shell/program/xdg-paths.ts';
import { temporaryDirectories } from '../../files/disk.ts';
import { rig } from '../fake-engine.ts';

const temporary = temporaryDirectories();
const linux = process.platform === 'linux';

describe('places', () => {
  it.each([
    [{ HOME: '/h' }, '/h/.config/tftpsh/startup', '/h/.local/state/tftpsh/history'],
    [{ HOME: '/h', XDG_CONFIG_HOME: '/c', XDG_STATE_HOME: '/s' }, '/c/tftpsh/startup', '/s/tftpsh/history'],
    [
      { HOME: '/h', XDG_CONFIG_HOME: '', XDG_STATE_HOME: 'rel' },
      '/h/.config/tftpsh/startup',
      '/h/.local/state/tftpsh/history',
    ],
    [{}, undefined, undefined],
    [{ HOME: 'rel' }, undefined, undefined],
  ])('%j', (env, startup, history) => {
    expect([startupFile(env), historyFile(env)]).toEqual([startup, history]);
  });
});

describe('the start-up file', () => {
  async function startup(text: string, mode = 0o644) {
    const path = join(temporary(), 'startup');
    await writeFile(path, text);
    await chmod(path, mode);
    const stage = rig({ interactive: true });
    await stage.session.prepare(path);
    return { ...stage, path, told: stage.lines.map(({ text: line }) => line.replace(path, 'FILE')) };
  }

  it('sets settings without a word, and connects with one', async () => {
    const { session, told } = await startup('\ufeff# mine\r\nset hash on\nverbose on\n\nconnect 10.0.0.1\n');
    expect(session.context.settings.get('hash')).toBe(true);
    expect(session.context.settings.get('verbose')).toBe(true);
    expect(session.context.peer.current?.host).toBe('10.0.0.1');
    expect(told).toEqual(['Using 10.0.0.1 (udp4), port 69. Nothing has been sent: TFTP has no connections.']);
  });

  it('what fails is told with file, line and caret; the rest is done', async () => {
    const { session, told, events } = await startup('gt x\nset blksize 7\nset hash on\n');
    expect(told).toEqual([
      'FILE:1: ?Invalid command "gt". Did you mean "get"?',
      'FILE:2: blksize must be 8–65464, auto or off (RFC 2348); 1468 avoids fragments on Ethernet.',
      '  set blksize 7',
      '              ^',
      '  Usage: set | set NAME | set NAME VALUE',
    ]);
    expect(session.context.settings.get('hash')).toBe(true);
    expect(events[0]).toMatchObject({
      event: 'refused',
      place: expect.stringMatching(/startup:1$/) as string,
    });
  });

  it('nobody is asked meanwhile, and afterwards settings speak again', async () => {
    const { run, session } = await startup('get\n');
    expect(session.state.question).toBeUndefined();
    expect((await run('set hash on')).lines).toEqual(['hash on']);
  });

  it('may leave', async () => {
    expect((await startup('quit\nset hash on')).session.state.leaving).toBe(0);
  });

  it('none is no news', async () => {
    const { session, lines } = rig({ interactive: true });
    await session.prepare('/nonexistent/startup');
    expect(lines).toEqual([]);
  });

  it.runIf(linux)('one that others may write to, or that is a link, is not read', async () => {
    const { session, told } = await startup('set hash on\n', 0o666);
    expect(session.context.settings.get('hash')).toBe(false);
    expect(told).toEqual(['FILE was not read: Others may write to it']);
    const directory = temporary();
    await writeFile(join(directory, 'target'), 'set hash on\n');
    await symlink('target', join(directory, 'startup'));
    await session.prepare(join(directory, 'startup'));
    expect(session.context.settings.get('hash')).toBe(false);
  });
});

describe('history', () => {
  it('T11: its directory is made, for nobody else', async () => {
    const path = join(temporary(), 'state', 'tftpsh', 'history');
    const history = new History(path);
    history.add('get a');
    await history.saved();
    expect(await readFile(path, 'utf8')).toBe('get a\n');
    if (linux) expect((await stat(join(path, '..'))).mode & 0o777).toBe(0o700);
  });

  it.runIf(linux)('T11: one that others may read is closed to them, by reading and by writing', async () => {
    for (const use of ['load', 'add'] as const) {
      const path = join(temporary(), 'history');
      await writeFile(path, 'get a\n');
      await chmod(path, 0o644);
      const history = new History(path);
      if (use === 'load') await history.load();
      else history.add('get b');
      await history.saved();
      expect((await stat(path)).mode & 0o777, use).toBe(0o600);
    }
  });

  it.runIf(linux)('T11: is not read through a link', async () => {
    const directory = temporary();
    await writeFile(join(directory, 'target'), 'get secret\n');
    await symlink('target', join(directory, 'history'));
    const history = new History(join(directory, 'history'));
    await history.load();
    expect(history.entries).toEqual([]);
  });

  it('T11: at most 1,000 lines of at most 1 MB are kept, and the file is cut back', async () => {
    const path = join(temporary(), 'history');
    await writeFile(path, Array.from({ length: 5000 }, (_, i) => `get file-${i}\n`).join(''));
    const history = new History(path);
    await history.load();
    expect(history.entries).toHaveLength(1000);
    expect(history.entries.at(-1)).toBe('get file-4999');
    expect((await readFile(path, 'utf8')).split('\n')).toHaveLength(1001);
    await writeFile(path, `${'x'.repeat(4000)}\n`.repeat(1000));
    const large = new History(path);
    await large.load();
    expect(large.entries).toHaveLength(1);
    expect((await stat(path)).size).toBeLessThan(10_000);
  });

  it('T11: octets that are no text are not shown, and cost nothing else', async () => {
    const path = join(temporary(), 'history');
    await writeFile(
      path,
      Buffer.concat([Buffer.from('get a\n'), Buffer.from([0xff, 0, 0x1b, 0x5b, 10]), Buffer.from('get b\n')]),
    );
    const history = new History(path);
    await history.load();
    expect(history.entries).toEqual(['get a', 'get b']);
  });

  it('two shells share it: nothing of either is lost', async () => {
    const directory = temporary();
    const path = join(directory, 'state', 'history');
    const program = join(directory, 'shell.mjs');
    const { build } = await import('esbuild');
    const entry = pathToFileURL(join(import.meta.dirname, '../../../src/shell/session/history.ts')).pathname;
    const contents = `import { History } from ${JSON.stringify(entry)};
      const history = new History(process.argv[2]);
      await history.load();
      for (let i = 0; i < 200; i++) history.add('get ' + process.argv[3] + '-' + i);
      await history.saved();`;
    const options = { bundle: true, format: 'esm', platform: 'node' } as const;
    await build({ ...options, stdin: { contents, resolveDir: directory }, outfile: program });
    await mkdir(join(directory, 'state'));
    const ends = ['one', 'two'].map((name) => {
      const child = spawn(process.execPath, [program, path, name], { stdio: 'inherit' });
      return new Promise((resolve) => child.once('close', resolve));
    });
    expect(await Promise.all(ends)).toEqual([0, 0]);
    const merged = new History(path);
    await merged.load();
    for (const name of ['one', 'two'])
      expect(merged.entries.filter((line) => line.startsWith(`get ${name}-`))).toEqual(
        Array.from({ length: 200 }, (_, i) => `get ${name}-${i}`),
      );
  });
});
