// Each deed of the table, done by our server to our client on the memory network: what the client makes of it.
import { expect, test } from 'vitest';
import { Client } from '../../src/engine/client/client.ts';
import { deeds, tamperBy } from '../../src/engine/deeds.ts';
import type { TransferSettings } from '../../src/engine/transfer.ts';
import { memoryOffering } from '../../src/files/offerings/named-files.ts';
import { pattern } from '../support/script.ts';
import {
  inMap,
  inMemory,
  serve,
  settled,
  tftpErrorOf,
  traceOf,
  type MemoryStage,
} from '../support/towers.ts';

interface Played {
  readonly stage: MemoryStage;
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** What the wire saw, in words: `client→ RRQ`. */
  readonly trace: () => readonly string[];
  readonly get: (settings?: TransferSettings) => Promise<Uint8Array | undefined>;
  readonly put: (octets: Uint8Array) => Promise<unknown>;
}

async function play(name: string, value?: number, file = pattern(2000)): Promise<Played> {
  const stage = inMemory();
  const events = traceOf(stage);
  const files = inMap({ f: file });
  const { to } = await serve(stage, memoryOffering(files, { write: true }));
  const deed = deeds.find((one) => one.name === name);
  if (deed === undefined) throw new Error(name);
  stage.impaired.set({}, { tamper: tamperBy([{ deed, value: value ?? deed.default ?? 0 }]) });
  const remote = { host: to.address, port: to.port, file: 'f' };
  const client = new Client(stage.tower);
  return {
    stage,
    files,
    trace: () =>
      events.flatMap((event) => {
        if (event.type === 'fate') return [`${event.fate} ${event.reason ?? ''}`];
        if (event.type !== 'received' || event.packet.op === 'malformed') return [];
        const block = 'block' in event.packet ? ` ${event.packet.block}` : '';
        const code = event.packet.op === 'ERROR' ? ` ${event.packet.code}` : '';
        return [`${event.tag.side} ${event.packet.op}${block}${code}`];
      }),
    async get(settings = {}) {
      const memory: { type: 'memory'; octets?: Uint8Array } = { type: 'memory' };
      await settled(stage, client.get({ remote, settings, to: memory }).done);
      return memory.octets;
    },
    put: (octets) =>
      settled(
        stage,
        client.put({
          remote: { ...remote, file: 'new' },
          from: { type: 'memory', octets },
          settings: { options: false },
        }).done,
      ),
  };
}

const code = async (played: Played, work: Promise<unknown>): Promise<unknown> =>
  (await tftpErrorOf(played.stage, work)).failure;

test('oack-blksize: a blksize larger than asked for ends in ERROR 8 (RFC 2348)', async () => {
  const played = await play('oack-blksize', 4096);
  expect(await code(played, played.get({ blksize: 512 }))).toMatchObject({ by: 'local', code: 8 });
  await played.stage.clock.advance(10);
  expect(played.trace()).toContain('altered blksize=4096');
  expect(played.trace()).toContain('server ERROR 8');
});

test('oack-unasked: an option that was not asked for ends in ERROR 8 (RFC 2347)', async () => {
  const played = await play('oack-unasked');
  expect(await code(played, played.get({ blksize: 512 }))).toMatchObject({ by: 'local', code: 8 });
});

test('wrong-tid: the stranger gets ERROR 5, and the transfer goes on (RFC 1350 §4)', async () => {
  const played = await play('wrong-tid', 2);
  expect(await played.get({ options: false })).toEqual(pattern(2000));
  expect(played.trace()).toContain('misrouted sent from another port');
  expect(played.trace().filter((line) => line === 'client DATA 2')).toHaveLength(2);
});

test('tsize-lie: a wrong size is not trusted', async () => {
  const played = await play('tsize-lie', 1);
  const got = await played.get({ blksize: 512 }).catch((error: unknown) => error);
  expect(played.trace()).toContain('altered tsize=1');
  // The client keeps nothing that contradicts the size, or keeps all of it: never one octet.
  expect(got instanceof Uint8Array ? got.length : 'refused').not.toBe(1);
});

test('stale-ack: an ACK of before is not answered with DATA (RFC 1123 §4.2.3.1)', async () => {
  const played = await play('stale-ack');
  await played.put(pattern(2000));
  expect(played.files.get('new')).toEqual(pattern(2000));
  const trace = played.trace();
  expect(trace).toContain('followed followed by ACK 1');
  // Each block arrives once: no stale ACK made the client send it again.
  expect(trace.filter((line) => line.startsWith('server DATA'))).toEqual(
    [1, 2, 3, 4].map((block) => `server DATA ${block}`),
  );
});

test('apprentice: the client has the file, though every packet comes twice (RFC 1123 §4.2.3.1)', async () => {
  const played = await play('apprentice');
  expect(await played.get({ options: false })).toEqual(pattern(2000));
  // Without a repeated ACK it does nothing.
  expect(played.trace().filter((line) => line.startsWith('injected'))).toEqual([]);
});

test('firewall: what comes from a new port is lost, and the client gives up in time', async () => {
  const played = await play('firewall', 6969);
  expect(await code(played, played.get({ options: false }))).toMatchObject({ by: 'silence' });
  expect(played.trace()).toContain('lost firewall: not from port 6969');
});

test('early-error: the transfer ends, and nobody answers an ERROR (RFC 1350 §7)', async () => {
  const played = await play('early-error', 2);
  expect(await code(played, played.get({ options: false }))).toMatchObject({ by: 'peer', code: 0 });
  expect(played.trace()).toContain('client ERROR 0');
  expect(played.trace().filter((line) => line.startsWith('server ERROR'))).toEqual([]);
});

test('silence: the client gives up in time', async () => {
  const played = await play('silence', 2);
  expect(await code(played, played.get({ options: false }))).toMatchObject({ by: 'silence' });
  expect(played.trace()).toContain('lost silent after 2');
});

test('restart-at-1: after block 65535 comes block 1, and a client that expects it has the file', async () => {
  const file = pattern(65_540 * 8);
  const played = await play('restart-at-1', undefined, file);
  expect(await played.get({ blksize: 8, windowsize: 8192, rollover: 1 })).toEqual(file);
  const trace = played.trace();
  expect(trace.filter((line) => line === 'client DATA 0')).toEqual([]);
  expect(trace.filter((line) => line === 'client DATA 1')).toHaveLength(2);
});
