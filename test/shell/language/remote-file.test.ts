// Words for remote files: with a server chosen, only a host that is known is one.
import { describe, expect, it } from 'vitest';
import { readRemote } from '../../../src/shell/language/remote-file.ts';
import { rig } from '../fake-engine.ts';

const peer = { host: '10.0.0.1', port: 69, address: '10.0.0.1' };
const word = (text: string) => ({ text, from: 0, to: text.length });
const defaults = { mode: 'octet', literal: false, hosts: ['tftp.example'] } as const;

describe('a word with a colon while a server is chosen', () => {
  it.each([
    'cfg-00:11:22:33:44:55.cfg',
    '00:11:22:33:44:55',
    'nvram:startup-config',
    'flash:/x',
    'C:\\a.bin',
    'a b:c',
    'user@x:c',
  ])('%s is a name at that server', (text) => {
    expect(readRemote(word(text), { ...defaults, peer })).toMatchObject({ host: '10.0.0.1', file: text });
  });

  it.each([
    ['192.0.2.7:fw.bin', '192.0.2.7', 69],
    ['192.0.2.7:6969:fw.bin', '192.0.2.7', 6969],
    ['[2001:db8::1]:fw.bin', '2001:db8::1', 69],
    ['tftp.example:fw.bin', 'tftp.example', 69],
    ['localhost:fw.bin', 'localhost', 69],
    ['tftp://nvram/fw.bin', 'nvram', 69],
  ])('%s names another host', (text, host, port) => {
    expect(readRemote(word(text), { ...defaults, peer })).toMatchObject({ host, port, file: 'fw.bin' });
  });

  it('without a server a word before a colon is a host, but never where a backslash follows', () => {
    const none = { ...defaults, peer: undefined };
    expect(readRemote(word('nvram:startup-config'), none)).toMatchObject({ host: 'nvram' });
    expect(readRemote(word('C:\\a.bin'), none)).toMatchObject({ ok: false });
  });
});

it('nothing is looked up, and a line says how to name another host', async () => {
  const { run, engine, session } = rig();
  await run('connect 192.0.2.1');
  const { status, lines } = await run('stat nvram:startup-config');
  expect(status).toBe(0);
  expect(engine.stats[0]?.remote).toEqual({ host: '192.0.2.1', port: 69, file: 'nvram:startup-config' });
  expect(lines[0]).toBe(
    'nvram:startup-config is taken as a file of 192.0.2.1; another host: tftp://HOST/FILE.',
  );
  const quiet = await run('stat C:\\a.bin');
  expect(quiet.lines).toHaveLength(1);
  await session.close();
});
