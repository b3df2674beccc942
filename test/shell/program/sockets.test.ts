// Status says which way to the network busy transfers use, for people and for programs, and why.
import { expect, test } from 'vitest';
import { loadLibc } from '../../../src/network/native/libc.ts';
import { runCli } from '../../support/cli.ts';

const isHere = loadLibc() !== undefined;

async function statusWith(native: '0' | '1'): Promise<{ readonly text: string; readonly event: unknown }> {
  const env = { TFTPSH_NATIVE: native };
  const { out: text } = await runCli(['status'], { env });
  const { out } = await runCli(['--json', 'status'], { env });
  const events = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly event: string });
  return { text, event: events.find(({ event }) => event === 'sockets') };
}

test('with TFTPSH_NATIVE=0 the runtime’s own sockets serve', async () => {
  const { text, event } = await statusWith('0');
  expect(text).toContain('\nSockets: node:dgram (TFTPSH_NATIVE=0)\n');
  expect(event).toMatchObject({ name: 'node:dgram', why: 'switched-off' });
});

test.runIf(isHere)('by default the native door serves where it can be loaded', async () => {
  const { text, event } = await statusWith('1');
  expect(text).toContain('\nSockets: native (batched system calls)\n');
  expect(event).toMatchObject({ name: 'native' });
  expect(event).not.toHaveProperty('why');
});
