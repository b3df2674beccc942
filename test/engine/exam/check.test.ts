// A check gives our own two ends no FAIL, and names the mistakes of scripted ones.
import { describe, expect, test } from 'vitest';
import { memoryOffering } from '../../../src/files/offerings/named-files.ts';
import { Client } from '../../../src/engine/client/client.ts';
import type { CheckVerdict } from '../../../src/engine/exam/check/case.ts';
import { checkClient, clientCases, fileOf } from '../../../src/engine/exam/check/check-client.ts';
import {
  checkServer,
  serverCases,
  type Checked,
  type CheckOptions,
} from '../../../src/engine/exam/check/check-server.ts';
import { data, error, oack, pattern } from '../../support/script.ts';
import { rrq } from '../../support/raw-peer.ts';
import { scriptedAddress, scriptedServer, type Reply } from './scripted.ts';
import { inMap, inMemory, serve, settled, tftpErrorOf, type MemoryStage } from '../../support/towers.ts';
import { deferred } from '../../../src/engine/deferred.ts';
import type { Tid } from '../../../src/wire/tid.ts';

const file = 'fw.bin';
/** Octets with all line ends in it; 20,480 is a number of whole blocks. */
const content = Uint8Array.from({ length: 20_480 }, (_, at) =>
  at % 61 === 0 ? 10 : at % 97 === 0 ? 13 : 32 + (at % 90),
);

async function ours(more: Partial<CheckOptions> = {}): Promise<readonly Checked[]> {
  const stage = inMemory();
  const offering = memoryOffering(inMap({ [file]: content }), { write: true, overwrite: true });
  const { to } = await serve(stage, offering);
  return settled(stage, checkServer(stage.tower, { host: to.address, port: to.port, file, ...more }));
}

/** `63 FAIL: DATA comes again …`, of the cases with one of those verdicts. */
function verdicts(checked: readonly Checked[], ...wanted: readonly CheckVerdict[]): readonly string[] {
  return checked
    .filter(({ result }) => wanted.includes(result.verdict))
    .map(({ row, result }) => `${row.number} ${result.verdict}: ${result.text}`);
}

describe('our own server', () => {
  test('case 161: passes every case', async () => {
    const checked = await ours({ write: 'scratch', risk: true });
    expect(verdicts(checked, 'FAIL', 'SKIP')).toEqual([]);
    expect(checked.length).toBe(serverCases.length);
  });

  test('without permission nothing is written, and nothing dangerous is sent', async () => {
    const skipped = verdicts(await ours(), 'SKIP', 'FAIL');
    expect(skipped).toContain('87 SKIP: it writes: --write NAME allows it');
    expect(skipped).toContain('33 SKIP: it may crash a weak server: --risk allows it');
    expect(skipped.filter((text) => !/--write|--risk/.test(text))).toEqual([]);
  });

  test('a file that may be written is the file to read, where no other is known', async () => {
    expect(verdicts(await ours({ file: undefined, write: 'scratch' }), 'FAIL')).toEqual([]);
  });
});

/** The verdicts about a server by hand. */
async function scripted(
  answer: (words: string, reply: Reply) => void,
): Promise<{ stage: MemoryStage; checked: Promise<readonly Checked[]> }> {
  const stage = inMemory();
  await scriptedServer(stage, answer);
  const checked = checkServer(stage.tower, { host: scriptedAddress, port: 69, file, write: 'w', risk: true });
  return { stage, checked };
}

describe('servers with mistakes', () => {
  test('one that answers everything with the next block', async () => {
    const { stage, checked } = await scripted((words, reply) => {
      if (words.startsWith('RRQ tftpsh')) reply(error(1, 'nope'));
      else if (/^RRQ .*=/.test(words)) reply(oack('blksize 70000', 'timeout 9', 'tsize 5'));
      else if (words.startsWith('RRQ')) reply(data(1));
      else if (words.startsWith('ACK')) reply(data(Number(words.slice(4)) + 1));
      else if (words.startsWith('malformed')) reply(data(1));
      else if (words.startsWith('ERROR')) reply(error(4, 'what'));
    });
    expect(verdicts(await settled(stage, checked), 'FAIL')).toEqual(
      expect.arrayContaining([
        '2 FAIL: DATA 1, 512 octets; expected an ERROR',
        '5 FAIL: DATA 1, 512 octets; expected an ERROR or silence',
        '16 FAIL: ERROR 4 what; expected no answer',
        '22 FAIL: ../../../../../../../../etc/hosts is served',
        '27 FAIL: the OACK has blksize, which was not asked for',
        '31 FAIL: blksize=70000 is more than 8',
        '32 FAIL: blksize=70000 is accepted',
        '55 FAIL: timeout=9 is not the 1 that was asked for',
        '63 FAIL: DATA comes again after each repeated ACK',
        '70 FAIL: DATA 6, 512 octets; expected silence',
        '77 FAIL: ERROR 4 what; expected silence',
      ]),
    );
  });

  test('one that does not answer is a silence', async () => {
    const { stage, checked } = await scripted(() => undefined);
    expect((await tftpErrorOf(stage, checked)).failure.by).toBe('silence');
  });
});

interface Waiting {
  readonly stage: MemoryStage;
  readonly local: Tid;
  readonly checked: Promise<readonly Checked[]>;
  readonly over: AbortController;
}

/** A check that waits for a client. */
async function waiting(): Promise<Waiting> {
  const stage = inMemory();
  const over = new AbortController();
  const listening = deferred<Tid>();
  const checked = checkClient(stage.tower, {
    ...{ address: '127.0.0.1', port: 0, signal: over.signal },
    onListening: (local) => listening.resolve(local),
  });
  return { stage, local: await listening.promise, checked, over };
}

describe('our own client', () => {
  test('case 161: passes every case, each under its own name', async () => {
    const { stage, local, checked } = await waiting();
    for (const row of clientCases) {
      // A client remembers servers that do not answer requests with options.
      const client = new Client(stage.tower);
      const remote = { host: local.address, port: local.port, file: `dir/${fileOf(row)}.bin` };
      const settings = { blksize: 512, windowsize: 4, rexmt: 1000 } as const;
      const transfer =
        row.kind === 'get'
          ? client.get({ remote, settings, to: { type: 'memory' } })
          : client.put({ remote, settings, from: { type: 'memory', octets: pattern(5000) } });
      await settled(
        stage,
        transfer.done.catch(() => undefined),
      );
      await settled(stage, transfer.released);
    }
    expect(verdicts(await settled(stage, checked), 'FAIL', 'SKIP')).toEqual([]);
  });

  test('the name next takes one case after the other; the rest is skipped when the check ends', async () => {
    const { stage, local, checked, over } = await waiting();
    const client = new Client(stage.tower);
    const remote = { host: local.address, port: local.port, file: 'next' };
    for (let played = 0; played < 3; played += 1) {
      const transfer = client.get({ remote, to: { type: 'memory' } });
      await settled(
        stage,
        transfer.done.catch(() => undefined),
      );
      await settled(stage, transfer.released);
    }
    over.abort();
    const results = await settled(stage, checked);
    expect(results.filter(({ result }) => result.verdict === 'PASS').map(({ row }) => row.number)).toEqual(
      clientCases
        .filter(({ kind }) => kind === 'get')
        .slice(0, 3)
        .map(({ number }) => number),
    );
    expect(verdicts(results, 'SKIP')).toContain('63 SKIP: put case-63 was not asked for');
  });
});

test('a client with mistakes: it acknowledges what is too long, and never stops', async () => {
  const { stage, local, checked, over } = await waiting();
  const peer = await stage.peer();
  const answer = async (name: string, ...words: readonly string[]): Promise<void> => {
    peer.send(rrq(name, 'blksize 512'), local);
    for (const expected of words) {
      expect(await peer.hear()).toMatch(expected);
      peer.send({ op: 'ACK', block: Number(/\d+/.exec(expected)?.[0]) });
    }
    expect(await peer.hear()).toMatch(/^ERROR 0 case-\d+: FAIL/);
  };
  await answer('case-74', 'DATA 1');
  await answer('case-36', 'OACK blksize=520');
  over.abort();
  expect(verdicts(await settled(stage, checked), 'FAIL')).toEqual([
    '36 FAIL: ACK 520; expected ERROR 8',
    '74 FAIL: ACK 1; expected an ERROR',
  ]);
});

test('a name that is no case, and a case of the other kind, are refused', async () => {
  const { stage, local, checked, over } = await waiting();
  const peer = await stage.peer();
  peer.send(rrq('boot.img'), local);
  expect(await peer.hear()).toBe('ERROR 1 No such case');
  peer.send(rrq('case-63'), local);
  expect(await peer.hear()).toBe('ERROR 1 case-63 is for put');
  over.abort();
  await settled(stage, checked);
});
