// A server that refuses the options: the client asks again without them, and the transfer that follows is a success in
// every picture of it. RFC 2347: the ERROR ends the first request only.
import { describe, expect, test } from 'vitest';
import { Client } from '../../../src/engine/client/client.ts';
import { ringTransfer } from '../../../src/shell/packets/ring-transfer.ts';
import type { TransferView } from '../../../src/shell/packets/transfer-view.ts';
import { diagnose } from '../../../src/trace/diagnose/diagnose.ts';
import { explainTransfer } from '../../../src/trace/explain/explain.ts';
import { exporters } from '../../../src/trace/export/exporters.ts';
import { ladder } from '../../../src/trace/ladder/ladder.ts';
import { Ring } from '../../../src/trace/record/ring.ts';
import { ack, data, error, pattern } from '../../support/script.ts';
import { inMemory, settled } from '../../support/towers.ts';

async function asksAgain(kind: 'get' | 'put', code: number): Promise<TransferView> {
  const ring = new Ring();
  const stage = inMemory({}, ring);
  const [listener, server] = [await stage.peer(), await stage.peer()];
  const client = new Client(stage.tower);
  const remote = { host: '127.0.0.1', port: listener.local.port, file: 'f' };
  const transfer =
    kind === 'get'
      ? client.get({ remote, to: { type: 'memory' } })
      : client.put({ remote, from: { type: 'memory', octets: pattern(3) } });
  await listener.hear();
  server.send(error(code, 'no options please'), listener.from);
  await listener.hear();
  if (kind === 'get') server.send(data(1, 3), listener.from);
  else {
    server.send(ack(0), listener.from);
    await server.hear();
    server.send(ack(1));
  }
  await settled(stage, transfer.done);
  return ringTransfer(ring, 1)!;
}

function exported(seen: TransferView, ending: string): string {
  const { make } = exporters.find((one) => one.ending === ending)!;
  const made = make(seen, { columns: 100, ascii: false, epoch: 0n });
  return typeof made === 'string' ? made : [...made].join('');
}

describe.each([
  ['get', 8],
  ['get', 4],
  ['put', 8],
] as const)('a %s that asked again after ERROR %i', (kind, code) => {
  test('ends its ladder once, and well', async () => {
    const { rows } = ladder((await asksAgain(kind, code)).log);
    const ends = rows.filter((row) => row.kind === 'end');
    expect(ends.map(({ label, unusual }) => [label, unusual])).toEqual([['done: 3 octets', false]]);
    expect(rows.filter(({ op }) => op === 'ERROR')).toHaveLength(1);
    expect(rows.find((_, at) => rows[at - 1]?.op === 'ERROR')?.op).toMatch(/RQ$/);
  });

  test('has an explanation and a diagnosis without a failure', async () => {
    const seen = await asksAgain(kind, code);
    const rules = explainTransfer(seen.log).map(({ rule }) => rule);
    expect(rules).toContain('fallback');
    expect(rules).not.toContain('refused');
    expect(diagnose(seen.log).findings.filter(({ level }) => level === 'failure')).toEqual([]);
    expect(seen.figures().outcome).toMatchObject({ ok: true });
  });

  test('is good in every export', async () => {
    const seen = await asksAgain(kind, code);
    for (const ending of ['svg', 'html', 'mmd', 'txt'])
      expect([ending, exported(seen, ending)]).not.toEqual([
        ending,
        expect.stringMatching(/failed|class="bad"/),
      ]);
    const { outcome, records } = JSON.parse(exported(seen, 'json')) as {
      readonly outcome: object;
      readonly records: readonly { readonly type: string; readonly outcome?: { readonly ok: boolean } }[];
    };
    expect(outcome).toMatchObject({ ok: true });
    expect(records.filter(({ type }) => type === 'end')).toMatchObject([{ outcome: { ok: true } }]);
    expect(records.filter(({ type }) => type === 'attempt-end')).toMatchObject([{ outcome: { ok: false } }]);
  });
});
