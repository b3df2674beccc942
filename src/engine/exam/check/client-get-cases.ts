// Cases for a client that reads (RFC 1350, 2347 to 2349, 7440): what it must answer to a server that does odd things.
import { say, untrusted } from '../../../wire/text.ts';
import { answerTime, heardText, isOp, octetsOf, silenceTime } from '../exam.ts';
import type { Heard } from '../interview.ts';
import { fail, judged, pass, skip, type Result } from './case.ts';
import {
  acked,
  agree,
  block,
  goesOn,
  isAck,
  missed,
  notOffered,
  offered,
  started,
  type ClientCase,
  type Talk,
} from './talk.ts';

/** Milliseconds that the timer of a client is waited for. */
const timerTime = 12_000;
/** Milliseconds in which a client that has stopped would send again. */
const stopTime = 5000;

const read = { kind: 'get' } as const;

export const clientGetCases: readonly ClientCase[] = [
  {
    ...{ ...read, number: 20, title: 'two servers answer', section: 'RFC 1350 §4' },
    play: async (talk) => {
      const other = await talk.stranger();
      try {
        talk.interview.send({ op: 'DATA', block: 1, data: block() });
        other.send({ op: 'DATA', block: 1, data: block() });
        const heard = await talk.interview.hear(answerTime(talk));
        if (!isAck(heard, 1)) return missed(talk, heard, say`ACK 1`);
        return await refusedStranger(talk, await other.hear(answerTime(talk)));
      } finally {
        other.finish();
        other.close();
      }
    },
  },
  {
    ...{ ...read, number: 36, title: 'the OACK raises blksize', section: 'RFC 2348' },
    play: (talk) => {
      const asked = offered(talk, 'blksize');
      return asked === undefined ? gone(notOffered(say`blksize`)) : refusesOack(talk, { blksize: asked + 8 });
    },
  },
  {
    ...{ ...read, number: 37, title: 'the OACK lowers blksize', section: 'RFC 2348' },
    play: async (talk) => {
      if ((offered(talk, 'blksize') ?? 0) <= 64) return notOffered(say`blksize`);
      agree(talk, { blksize: 64 });
      const first = await talk.interview.hear(answerTime(talk));
      if (!isAck(first, 0)) return missed(talk, first, say`ACK 0`);
      const one = await acked(talk, 1, 64);
      if (!isAck(one, 1)) return missed(talk, one, say`ACK 1`);
      return lastAcked(talk, 2, 10);
    },
  },
  {
    ...{ ...read, number: 38, title: 'the OACK has an option that was not asked for', section: 'RFC 2347' },
    play: (talk) => refusesOack(talk, { 'x-unasked': 1 }),
  },
  {
    ...{ ...read, number: 39, title: 'an OACK without options', section: 'RFC 2347' },
    play: async (talk) => {
      talk.interview.forward(octetsOf('\0\x06'));
      return isNotTaken(talk, await talk.interview.hear(answerTime(talk)));
    },
  },
  {
    ...{ ...read, number: 40, title: 'options are ignored: DATA 1', section: 'RFC 2347' },
    play: async (talk) => (await started(talk)) ?? lastAcked(talk, 2, 10),
  },
  {
    ...{ ...read, number: 42, title: 'no answer: the request comes again', section: 'RFC 1350 §2' },
    play: async (talk) => {
      const before = talk.requests();
      await talk.interview.hear(timerTime);
      if (talk.requests() === before)
        return fail(say`the request does not come again in 12 s`, talk.interview.proof());
      const heard = await acked(talk, 1, 10);
      return judged(isAck(heard, 1), { heard, interview: talk.interview, expected: say`ACK 1` });
    },
  },
  {
    ...{ ...read, number: 57, title: 'the OACK changes timeout', section: 'RFC 2349' },
    play: (talk) => {
      const asked = offered(talk, 'timeout');
      return asked === undefined ? gone(notOffered(say`timeout`)) : refusesOack(talk, { timeout: asked + 1 });
    },
  },
  {
    ...{ ...read, number: 64, title: 'DATA 1 again: ACK 1 again', section: 'RFC 1350 §2' },
    play: async (talk) => {
      const bad = await started(talk);
      if (bad !== undefined) return bad;
      const heard = await acked(talk, 1);
      return judged(isAck(heard, 1), { heard, interview: talk.interview, expected: say`ACK 1` });
    },
  },
  {
    ...{ ...read, number: 66, title: 'DATA from another TID', section: 'RFC 1350 §4' },
    play: (talk) => withStranger(talk, { op: 'DATA', block: 2, data: block() }),
  },
  {
    ...{ ...read, number: 67, title: 'an ERROR from another TID', section: 'RFC 1350 §4' },
    play: (talk) => withStranger(talk, { op: 'ERROR', code: 1, message: untrusted('forged') }),
  },
  {
    ...{ ...read, number: 71, title: 'DATA 3 after DATA 1', section: 'RFC 1350 §2' },
    play: (talk) => unharmed(talk, [Uint8Array.of(0, 3, 0, 3, ...block())]),
  },
  {
    ...{ ...read, number: 72, title: 'DATA 0', section: 'RFC 1350 §5' },
    play: (talk) => unharmed(talk, [Uint8Array.of(0, 3, 0, 0, ...block())]),
  },
  {
    ...{ ...read, number: 73, title: 'datagrams of one to three octets', section: 'RFC 1350 §5' },
    play: (talk) => unharmed(talk, [Uint8Array.of(0), Uint8Array.of(0, 3), Uint8Array.of(0, 3, 0)]),
  },
  {
    ...{ ...read, number: 74, title: 'DATA that is longer than blksize', section: 'RFC 1350 §5, RFC 2348' },
    play: async (talk) => {
      const heard = await acked(talk, 1, 600);
      return isAck(heard, 1)
        ? missed(talk, heard, say`an ERROR`)
        : pass(heardText(heard), talk.interview.proof(heard));
    },
  },
  {
    ...{ ...read, number: 77, title: 'an ERROR ends the transfer', section: 'RFC 1350 §7' },
    play: (talk) => stopsAfter(talk, '\0\x05\0\0stop\0'),
  },
  {
    ...{ ...read, number: 78, title: 'an ERROR with code 99 and without NUL', section: 'RFC 1350 §5' },
    play: (talk) => stopsAfter(talk, '\0\x05\0\x63stop'),
  },
  {
    ...{ ...read, number: 80, title: 'the last DATA again: its ACK again', section: 'RFC 1350 §6' },
    play: async (talk) => {
      const first = await acked(talk, 1, 10);
      if (!isAck(first, 1)) return missed(talk, first, say`ACK 1`);
      talk.interview.finish();
      const again = await acked(talk, 1, 10);
      talk.interview.finish();
      return judged(isAck(again, 1), { heard: again, interview: talk.interview, expected: say`ACK 1 again` });
    },
  },
  {
    ...{ ...read, number: 87, title: 'an empty file', section: 'RFC 1350 §6' },
    play: (talk) => lastAcked(talk, 1, 0),
  },
  {
    ...{
      ...read,
      number: 88,
      title: 'a file of one whole block ends with an empty one',
      section: 'RFC 1350 §6',
    },
    play: async (talk) => (await started(talk)) ?? lastAcked(talk, 2, 0),
  },
  {
    ...{
      ...read,
      number: 94,
      title: 'a gap in a window: the block before it is acknowledged',
      section: 'RFC 7440 §4',
    },
    play: (talk) => inWindow(talk, [1, 2, 4], { due: 2, within: answerTime(talk) }),
  },
  {
    ...{ ...read, number: 98, title: 'the last block of a window is lost', section: 'RFC 7440 §4' },
    play: (talk) => inWindow(talk, [1, 2, 3], { due: 3, within: timerTime }),
  },
  {
    ...{ ...read, number: 99, title: 'a short block inside a window', section: 'RFC 7440 §4' },
    play: (talk) => inWindow(talk, [1], { due: 2, within: answerTime(talk), short: 2 }),
  },
];

function gone(result: Result): Promise<Result> {
  return Promise.resolve(result);
}

/** An OACK that breaks a rule: the client must not go on. */
async function refusesOack(talk: Talk, options: Readonly<Record<string, number>>): Promise<Result> {
  agree(talk, options);
  return isNotTaken(talk, await talk.interview.hear(answerTime(talk)));
}

/** PASS for an ERROR, and for silence; FAIL where the client goes on. */
function isNotTaken(talk: Talk, heard: Heard): Result {
  const { interview } = talk;
  return heard.type === 'packet' && !isOp(heard, 'ERROR')
    ? missed(talk, heard, say`ERROR 8`)
    : pass(heardText(heard), interview.proof(heard));
}

/** The last block and its ACK. */
async function lastAcked(talk: Talk, number: number, length: number): Promise<Result> {
  const heard = await acked(talk, number, length);
  if (isAck(heard, number)) talk.interview.finish();
  return judged(isAck(heard, number), { heard, interview: talk.interview, expected: say`ACK ${number}` });
}

/** A stranger gets ERROR 5, and the transfer goes on. */
async function refusedStranger(talk: Talk, said: Heard): Promise<Result> {
  const isRight = isOp(said, 'ERROR') && said.packet.code === 5;
  if (!isRight) return fail(say`the other TID gets ${heardText(said)}; expected ERROR 5`);
  return goesOn(talk, pass(say`ERROR 5 to the other TID`, talk.interview.proof()));
}

async function withStranger(talk: Talk, packet: Parameters<Talk['interview']['send']>[0]): Promise<Result> {
  const bad = await started(talk);
  if (bad !== undefined) return bad;
  const other = await talk.stranger();
  try {
    other.send(packet);
    const said = await other.hear(silenceTime(talk));
    if (packet.op === 'ERROR' && said.type === 'packet')
      return fail(say`${heardText(said)} answers an ERROR`, other.proof(said));
    const harmed = await talk.interview.hear(silenceTime(talk));
    if (harmed.type === 'packet' && !isAck(harmed, 1)) return missed(talk, harmed, say`silence`);
    if (packet.op !== 'ERROR') return await refusedStranger(talk, said);
    return await goesOn(talk, pass(say`it is ignored`, talk.interview.proof()));
  } finally {
    other.finish();
    other.close();
  }
}

/** Sends what must change nothing after DATA 1. */
async function unharmed(talk: Talk, datagrams: readonly Uint8Array[]): Promise<Result> {
  const bad = await started(talk);
  if (bad !== undefined) return bad;
  for (const datagram of datagrams) {
    talk.interview.forward(datagram);
    const heard = await talk.interview.hear(silenceTime(talk));
    if (heard.type === 'packet' && !isAck(heard, 1)) return missed(talk, heard, say`silence or ACK 1`);
  }
  return goesOn(talk, pass(say`the transfer goes on`, talk.interview.proof()));
}

async function stopsAfter(talk: Talk, error: string): Promise<Result> {
  const bad = await started(talk);
  if (bad !== undefined) return bad;
  talk.interview.forward(octetsOf(error));
  const heard = await talk.interview.hear(stopTime);
  talk.interview.finish();
  return judged(heard.type === 'silence', { heard, interview: talk.interview, expected: say`silence` });
}

/** A window of four, of which only those blocks are sent. */
async function inWindow(
  talk: Talk,
  numbers: readonly number[],
  { due, within, short }: { readonly due: number; readonly within: number; readonly short?: number },
): Promise<Result> {
  const { interview } = talk;
  if ((offered(talk, 'windowsize') ?? 0) < 4) return skip(say`the client does not offer a window of 4`);
  agree(talk, { windowsize: 4 });
  const first = await interview.hear(answerTime(talk));
  if (!isAck(first, 0)) return missed(talk, first, say`ACK 0`);
  for (const number of numbers) interview.send({ op: 'DATA', block: number, data: block() });
  if (short !== undefined) interview.send({ op: 'DATA', block: short, data: block(10) });
  const heard = await interview.hear(within);
  if (short !== undefined && isAck(heard, short)) interview.finish();
  return judged(isAck(heard, due), { heard, interview, expected: say`ACK ${due}` });
}
