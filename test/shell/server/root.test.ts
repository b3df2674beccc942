// `serve` as root: who it becomes, what it warns of, and what a shell does not do unasked.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { Privileges } from '../../../src/shell/server/privileges.ts';
import { temporaryDirectories } from '../../files/disk.ts';
import { failure, rig } from '../fake-engine.ts';
import type { Rig } from '../fake-engine.ts';

const directory = temporaryDirectories();
const open: Rig[] = [];
afterEach(async () => {
  for (const { session } of open.splice(0)) await session.close();
});

function here(privileges: Privileges): Rig {
  const root = directory();
  mkdirSync(join(root, 'boot'));
  const made = rig({ directory: root, privileges });
  open.push(made);
  return made;
}

const become: string[] = [];
const asRoot: Privileges = {
  isRoot: () => true,
  become: async ({ name }) => {
    become.push(name);
  },
  inherited: async () => [],
};
const alone: Privileges = { ...asRoot, oneCommand: { confine: async () => 'no-landlock' } };

it('X01: it is warned of, once for each server', async () => {
  const { run } = here(asRoot);
  const { lines } = await run('serve boot');
  expect(lines[2]).toMatch(/^ {2}Running as root: /);
  expect(lines[3]).toMatch(/--user NAME/);
});

it.each(['serve tftp://192.0.2.9/', 'serve https://192.0.2.9/images/'])(
  'a gateway reads no files here, so nothing is said of them: %s',
  async (line) => {
    const { lines, status } = await here(asRoot).run(line);
    expect(status).toBe(0);
    expect(lines.join('\n')).not.toContain('root');
  },
);

it.runIf(process.platform === 'linux')(
  'X05: beyond loopback it is nobody unless something else is said',
  async () => {
    for (const [flags, users, line] of [
      ['--lan', ['nobody'], /^ {2}Now running as user "nobody"/],
      ['--host 0.0.0.0', ['nobody'], /^ {2}Now running as user "nobody"/],
      ['--host ::1', [], /^ {2}Running as root: /],
      ['--host 127.0.0.2', [], /^ {2}Running as root: /],
      ['--lan --user root', [], /^ {2}Running as root: /],
      ['--lan --user daemon', ['daemon'], undefined],
    ] as const) {
      become.length = 0;
      const { run } = here(alone);
      const { lines } = await run(`serve boot ${flags}`);
      expect(become).toEqual(users);
      expect(lines).toHaveLength(line === undefined ? 2 : lines.length);
      if (line !== undefined) expect(lines[2]).toMatch(line);
    }
    become.length = 0;
    expect((await here({ ...asRoot, isRoot: () => false }).run('serve boot --lan')).status).toBe(0);
    expect(become).toEqual([]);
  },
);

it.runIf(process.platform === 'linux')('X05: a shell does not become nobody unasked', async () => {
  become.length = 0;
  const { run, session } = here(asRoot);
  const refused = await run('serve boot --lan');
  expect(refused.status).toBe(64);
  expect(refused.lines[0]).toMatch(/^Root does not serve other machines from a shell\. --user nobody turns/);
  expect(session.context.server.running).toBe(false);
  expect(become).toEqual([]);
  expect((await run('serve boot --lan --user nobody')).lines[2]).toBe(
    '  This whole shell runs as user "nobody" now, for good.',
  );
  expect(become).toEqual(['nobody']);
});

it.runIf(process.platform === 'linux')('X01: --user gives it away once the port is bound', async () => {
  become.length = 0;
  const { run } = here(alone);
  expect((await run('serve boot --user nobody')).lines).toHaveLength(2);
  expect(become).toEqual(['nobody']);
  expect((await run('serve stop')).status).toBe(0);
  expect((await run('serve boot --user no-such-user')).lines[0]).toBe(
    'This system has no user "no-such-user".',
  );
  expect(become).toHaveLength(1);
  expect((await run('serve boot --user root')).lines[2]).toMatch(/^ {2}Running as root: /);
  expect(become).toHaveLength(1);
});

it('X01: where it cannot be given away, nothing is served', async () => {
  const failing = { ...asRoot, become: () => Promise.reject(failure({ by: 'usage', message: 'no' })) };
  const { run, session } = here(failing);
  expect((await run('serve boot --user nobody')).status).toBe(64);
  expect(session.context.server.running).toBe(false);
});

it('X01: an inherited socket is listened on, unless the line says where', async () => {
  const sockets = [{ fd: 3, family: 4 as const }];
  const { run, engine } = here({ ...asRoot, isRoot: () => false, inherited: async () => sockets });
  await run('serve boot');
  await run('serve stop');
  await run('serve boot --port 0');
  expect(engine.served).toEqual([{ sockets }, { port: 0 }]);
});
