// RFC 1350 §6: the receiver stays after its last ACK. Nobody at the prompt waits for that, and no session stays for it.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { registry } from '../../../src/shell/commands/registry.ts';
import { Session } from '../../../src/shell/session/session.ts';
import { Ring } from '../../../src/trace/record/ring.ts';
import { data } from '../../support/script.ts';
import { inMemory } from '../../support/towers.ts';

test('case 80: a get that was resent gives the prompt back with its last ACK, and the next line runs beside the dallying', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tftpsh-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const ring = new Ring();
  const stage = inMemory({}, ring);
  const server = await stage.peer('127.0.0.1', 69);
  const session = new Session(
    {
      ...{ tower: stage.tower, ring, interactive: true, echo: false, stdin: undefined, stdout: undefined },
      ...{ directory: folder, home: undefined, platform: 'linux', env: {}, endGroup: () => undefined },
      ...{ chosen: {}, historyFile: undefined },
    },
    registry,
  );
  const status = session.submit('get 127.0.0.1:x');
  // The first line loads modules, which the virtual clock knows nothing of.
  await vi.waitFor(() => expect(ring.read().events).not.toEqual([]), 10_000);
  expect(await server.hear()).toMatch(/^RRQ x octet/);
  // Not answered: the client asks again.
  expect(await server.hear()).toMatch(/^RRQ x octet/);
  server.send(data(1, 3));
  expect(await server.hear()).toBe('ACK 1');
  const acknowledged = stage.clock.now();
  expect(await status).toBe(0);
  expect(readFileSync(join(folder, 'x'))).toHaveLength(3);
  expect(await session.submit('lpwd')).toBe(0);
  expect(stage.clock.now()).toBe(acknowledged);

  // The port dallies meanwhile.
  expect(stage.network.ports).toBe(2);
  server.send(data(1, 3));
  expect(await server.hear()).toBe('ACK 1');
  // The session does not stay for it.
  const before = stage.clock.now();
  await session.close();
  expect(stage.clock.now()).toBe(before);
});
