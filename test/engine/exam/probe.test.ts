// What a probe finds out: about our own server, and about scripted servers that ignore, refuse or break a rule.
import { describe, expect, test } from 'vitest';
import { memoryOffering } from '../../../src/files/offerings/named-files.ts';
import { fingerprintOf, fingerprints } from '../../../src/engine/exam/probe/fingerprints.ts';
import { probe, questions, type Card, type ProbeOptions } from '../../../src/engine/exam/probe/probe.ts';
import type { ServerSettings } from '../../../src/engine/server/server.ts';
import { ack, data, error, oack, pattern } from '../../support/script.ts';
import { scriptedAddress, scriptedServer, type Reply } from './scripted.ts';
import {
  inMap,
  inMemory,
  serve,
  settled,
  tftpErrorOf,
  traceOf,
  type MemoryStage,
} from '../../support/towers.ts';

const file = 'fw.bin';

async function ours(more: Partial<ProbeOptions> = {}, settings: ServerSettings = {}): Promise<Card> {
  const stage = inMemory();
  const offering = memoryOffering(inMap({ [file]: pattern(100_000) }), { write: true, overwrite: true });
  const { to } = await serve(stage, offering, settings);
  return settled(stage, probe(stage.tower, { host: to.address, port: to.port, file, ...more }));
}

/** Name of each question to `verdict: text`. */
function answersOf({ answers }: Card): Readonly<Record<string, string>> {
  return Object.fromEntries(
    answers.map(({ question, answer }) => [question.name, `${answer.verdict}: ${answer.text}`]),
  );
}

interface Scripted {
  readonly stage: MemoryStage;
  readonly card: Promise<Card>;
}

/** The card of a server by hand. */
async function scripted(
  answer: (words: string, reply: Reply, stage: MemoryStage) => void,
  more: Partial<ProbeOptions> = {},
): Promise<Scripted> {
  const stage = inMemory();
  await scriptedServer(stage, (words, reply) => answer(words, reply, stage));
  return { stage, card: probe(stage.tower, { host: scriptedAddress, port: 69, file, ...more }) };
}

test('case 160: our own server supports what it should, and breaks nothing', async () => {
  const card = await ours({ write: 'scratch', mayRisk: () => Promise.resolve(true) });
  const answers = answersOf(card);
  expect(Object.values(answers).filter((text) => text.startsWith('breaks'))).toEqual([]);
  expect(answers).toMatchObject({
    answers: 'supports: ERROR 1 File not found, from a new port',
    tsize: 'supports: 100,000 octets',
    blksize: 'supports: 65,464',
    windowsize: 'lowers: to 64',
    'blksize-smallest': 'supports: 8',
    'unknown-option': 'ignores: DATA 1, no OACK',
    'tsize-truth': 'supports: 100,000 octets announced and read',
    'request-twice': 'supports: keeps one transfer',
    'ack-twice': 'supports: each block comes once',
    stranger: 'supports: ERROR 5 Unknown transfer ID',
    'mode-mail': 'refuses: ERROR 4 Illegal TFTP operation: mode mail is obsolete',
    'mode-unknown': 'refuses: ERROR 4 Illegal TFTP operation: unknown mode',
    'window-works': 'supports: 64 blocks arrive in a row',
    'blksize-works': 'supports: 65,464 octets arrive',
    write: 'supports: stored; again: overwritten; reads back the same',
    'unknown-opcode': 'ignores: no answer; the server is well',
  });
  expect(card.skipped).toEqual([]);
  expect(card.advice).toEqual(['blksize 1468', 'windowsize 16']);
});

test('our own server is recognised by its fingerprint, and a server that is asked little is not', async () => {
  const card = await ours();
  const own = fingerprints.find(({ software }) => software === 'tftpsh');
  expect(fingerprintOf(card.facts)).toEqual(own?.facts);
  expect(card.like).toEqual({ software: 'tftpsh', equal: 18, of: 18 });
  expect((await ours({ file: undefined })).like).toBe(undefined);
});

test('each answer names the packets that show it', async () => {
  const stage = inMemory();
  const events = traceOf(stage);
  const { to } = await serve(stage, { [file]: pattern(2000) });
  const card = await settled(stage, probe(stage.tower, { host: to.address, port: to.port, file }));
  const { answer } = card.answers.find(({ question }) => question.name === 'stranger')!;
  const [own, stranger] = answer.proofs;
  expect([own?.packets, stranger?.packets]).toEqual([[2], [2]]);
  const arrived = events.filter(
    (event) =>
      event.type === 'received' && event.tag.side === 'client' && event.tag.transfer === stranger?.transfer,
  );
  expect(arrived.map((event) => event.type === 'received' && event.packet.op)).toEqual(['ERROR']);
});

test('without --write nothing is written, and without --risk nothing dangerous is asked', async () => {
  const stage = inMemory();
  const files = inMap({ [file]: pattern(100_000) });
  const { to } = await serve(stage, memoryOffering(files, { write: true, overwrite: true }));
  const card = await settled(stage, probe(stage.tower, { host: to.address, port: to.port, file }));
  expect([...files.keys()]).toEqual([file]);
  expect(new Set(card.skipped.map(({ reason }) => reason))).toEqual(new Set(['write', 'risk']));
  expect(card.answers.map(({ question }) => question.needs)).not.toContain('risk');
});

test('without a file only what needs none is asked', async () => {
  const card = await ours({ file: undefined });
  expect(Object.keys(answersOf(card))).toEqual(['answers', 'round-trip', 'mode-unknown', 'usual-names']);
  expect(answersOf(card)['usual-names']).toBe('unknown: none of 16 names exists');
  expect(card.skipped.length).toBe(questions.length - 4);
});

test('a file with a usual name is found and used', async () => {
  const stage = inMemory();
  const { to } = await serve(stage, { vmlinuz: pattern(3000) });
  const card = await settled(stage, probe(stage.tower, { host: to.address, port: to.port }));
  expect(answersOf(card)).toMatchObject({
    'usual-names': 'supports: vmlinuz exists, the questions below use it',
    tsize: 'supports: 3,000 octets',
  });
});

describe('scripted servers', () => {
  test('no options, and the Sorcerer’s Apprentice', async () => {
    const { stage, card } = await scripted((words, reply) => {
      if (words.startsWith('RRQ tftpsh')) reply(error(1, 'nope'));
      else if (words.startsWith('RRQ')) reply(data(1));
      else if (words.startsWith('ACK')) reply(data(Number(words.slice(4)) + 1));
    });
    expect(answersOf(await settled(stage, card))).toMatchObject({
      answers: 'supports: ERROR 1 nope, from the same port',
      blksize: 'ignores: DATA 1, no OACK',
      'blksize-works': 'ignores: 512: blksize is not supported',
      'window-works': 'ignores: windowsize is not supported',
      'ack-twice': "breaks: each block comes twice (Sorcerer's Apprentice)",
      stranger: 'unknown: all transfers use one port',
      schedule: 'unknown: nothing within 8 s',
      'mode-mail': 'supports: DATA 1, 512 octets',
    });
  });

  test('a timer that repeats a block is not the Sorcerer’s Apprentice', async () => {
    const asked = new Set<string>();
    const { stage, card } = await scripted((words, reply, { clock }) => {
      if (words.startsWith('RRQ tftpsh')) reply(error(1, 'nope'));
      else if (words.startsWith('RRQ')) asked.clear();
      if (words.startsWith('RRQ fw')) reply(data(1));
      if (!words.startsWith('ACK') || asked.has(words)) return;
      asked.add(words);
      const next = data(Number(words.slice(4)) + 1);
      reply(next);
      clock.after(200, () => reply(next));
    });
    expect(answersOf(await settled(stage, card))['ack-twice']).toBe('supports: each block comes once');
  });

  test('options that are lowered, raised, refused, or never asked for', async () => {
    const { stage, card } = await scripted((words, reply) => {
      if (words.includes(' blksize=')) reply(oack('blksize 1024'));
      else if (words.includes(' windowsize=')) reply(oack('windowsize 70000'));
      else if (words.includes(' timeout=')) reply(oack('timeout 2', 'tsize 5'));
      else if (words.includes(' rollover=')) reply(error(8, 'no'));
      else if (words.includes(' utimeout=')) reply(oack('utimeout soon'));
      else if (words.startsWith('RRQ')) reply(error(1, 'nope'));
      else if (words === 'ACK 0') reply(data(1, 1024));
    });
    expect(answersOf(await settled(stage, card))).toMatchObject({
      blksize: 'lowers: to 1,024',
      windowsize: 'breaks: raised from 65,535 to 70000',
      timeout: 'breaks: the OACK has tsize, which was not asked for',
      rollover: 'refuses: ERROR 8 no',
      utimeout: 'breaks: the OACK says soon, which is not a number',
      'blksize-smallest': 'breaks: raised from 8 to 1024',
      'blksize-works': 'supports: 1,024 octets arrive',
    });
  });

  test('large blocks are lost: the largest that arrives is found', async () => {
    let size = 0;
    const { stage, card } = await scripted((words, reply) => {
      const asked = / blksize=(\d+)/.exec(words);
      if (asked !== null) reply(oack(`blksize ${(size = Number(asked[1]))}`));
      else if (words.startsWith('RRQ')) reply(error(1, 'nope'));
      else if (words === 'ACK 0' && size <= 1428) reply(data(1, size));
    });
    const found = await settled(stage, card);
    expect(answersOf(found)['blksize-works']).toBe('lowers: 1,428 octets arrive, larger ones do not');
    expect(found.advice).toEqual(['blksize 1428']);
  });

  test('a tsize that is wrong is counted', async () => {
    const { stage, card } = await scripted((words, reply) => {
      if (words.includes(' tsize=')) reply(oack('tsize 600'));
      else if (words.startsWith('RRQ')) reply(error(1, 'nope'));
      else if (words === 'ACK 0') reply(data(1, 512));
      else if (words === 'ACK 1') reply(data(2, 8));
    });
    expect(answersOf(await settled(stage, card))['tsize-truth']).toBe(
      'breaks: 600 octets announced, 520 read',
    );
  });

  test('a refused upload', async () => {
    const { stage, card } = await scripted(
      (words, reply) => {
        if (words.startsWith('WRQ')) reply(error(2, 'read-only'));
        else if (words.startsWith('RRQ')) reply(error(1, 'nope'));
      },
      { write: 'scratch' },
    );
    expect(answersOf(await settled(stage, card))['write']).toBe('refuses: ERROR 2 read-only');
  });

  test('a server that is dead after a dangerous question', async () => {
    let isDead = false;
    const { stage, card } = await scripted(
      (words, reply) => {
        if (words.includes('xxx')) isDead = true;
        if (!isDead && words.startsWith('RRQ')) reply(error(1, 'nope'));
      },
      { mayRisk: () => Promise.resolve(true) },
    );
    expect(answersOf(await settled(stage, card))).toMatchObject({
      'unknown-opcode': 'ignores: no answer; the server is well',
      'name-long': 'breaks: the server does not answer any more',
    });
  });

  test('a server that never answers is a silence, and is not asked further', async () => {
    const heard: string[] = [];
    const { stage, card } = await scripted((words) => void heard.push(words));
    expect((await tftpErrorOf(stage, card)).failure).toMatchObject({ by: 'silence', heard: false });
    expect(heard.length).toBe(3);
  });

  test('it ends within two minutes and 4,000 packets, and says what is left', async () => {
    let answered = 0;
    const { stage, card } = await scripted((words, reply) => {
      if (words.startsWith('RRQ tftpsh') && (answered += 1) === 1) reply(error(1, 'nope'));
      else if (words.startsWith('ACK')) reply(ack(1));
    });
    const found = await settled(stage, card);
    expect(stage.clock.now()).toBeLessThanOrEqual(121_000);
    expect(found.skipped.map(({ reason }) => reason)).toContain('risk');
  });
});

test('the signal ends it at once, and no port stays open', async () => {
  const stage = inMemory();
  await stage.peer('192.0.2.1', 69);
  const before = stage.network.ports;
  const over = new AbortController();
  const running = probe(stage.tower, { host: '192.0.2.1', port: 69, file, signal: over.signal });
  stage.clock.after(500, () => over.abort());
  expect((await tftpErrorOf(stage, running)).failure.by).toBe('abort');
  expect(stage.clock.now()).toBe(500);
  expect(stage.network.ports).toBe(before);
});
