// How often datagrams are decoded on their way through the engine: client and server are ours, in memory.
import { expect, test, vi } from 'vitest';
import { Client } from '../../../src/engine/client/client.ts';
import { decode } from '../../../src/wire/decode.ts';
import { pattern } from '../../support/script.ts';
import { inMemory, serve, settled } from '../../support/towers.ts';

vi.mock('../../../src/wire/decode.ts', { spy: true });

const cases = [
  { singlePort: false, traced: false },
  { singlePort: false, traced: true },
  { singlePort: true, traced: false },
  { singlePort: true, traced: true },
] as const;

test.each(cases)('each datagram is decoded once, those we send never: %o', async ({ singlePort, traced }) => {
  const stage = inMemory();
  let arrived = 0;
  if (traced) stage.tower.bus.subscribe(({ type }) => void (arrived += type === 'received' ? 1 : 0));
  else stage.tower.bus.tap(({ type }) => void (arrived += type === 'received' ? 1 : 0));
  const { to } = await serve(stage, { f: pattern(20_000) }, { singlePort });
  vi.mocked(decode).mockClear();
  const get = new Client(stage.tower).get({
    remote: { host: '127.0.0.1', port: to.port, file: 'f' },
    settings: { blksize: 512, windowsize: 4 },
    to: { type: 'memory' },
  });
  await settled(stage, get.done);
  expect(arrived).toBe(52);
  expect(decode).toHaveBeenCalledTimes(arrived);
});
