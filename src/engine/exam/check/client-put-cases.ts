// Cases for a client that writes (RFC 1350, 2347, 7440): what it must send, and what not. Its file needs five blocks.
import { say } from '../../../wire/text.ts';
import { answerTime, isData, reactionTime, silenceTime } from '../exam.ts';
import type { Heard } from '../interview.ts';
import { fail, judged, pass, skip, type Result } from './case.ts';
import { agree, missed, offered, type ClientCase, type Talk } from './talk.ts';

/** Milliseconds that the timer of a client is waited for. */
const timerTime = 12_000;
const write = { kind: 'put' } as const;
const tooShort = say`the file is too short: send one of 5 blocks or more`;

export const clientPutCases: readonly ClientCase[] = [
  {
    ...{ ...write, number: 46, title: 'options are ignored: ACK 0', section: 'RFC 2347' },
    play: async (talk) => {
      const first = await firstData(talk);
      const isRight = isData(first, 1) && first.packet.data.length <= 512;
      return judged(isRight, {
        heard: first,
        interview: talk.interview,
        expected: say`DATA 1 of 512 octets`,
      });
    },
  },
  {
    ...{ ...write, number: 47, title: 'an OACK is answered with DATA 1', section: 'RFC 2347' },
    play: async (talk) => {
      const blksize = offered(talk, 'blksize');
      if (blksize === undefined || blksize < 16) return skip(say`the client does not offer blksize`);
      agree(talk, { blksize: Math.min(blksize, 64) });
      const heard = await talk.interview.hear(answerTime(talk));
      const isRight = isData(heard, 1) && heard.packet.data.length <= 64;
      return judged(isRight, { heard, interview: talk.interview, expected: say`DATA 1 of 64 octets` });
    },
  },
  {
    ...{ ...write, number: 63, title: 'a repeated ACK causes no DATA', section: 'RFC 1123 §4.2.3.1' },
    play: repeatedAck,
  },
  {
    ...{ ...write, number: 70, title: 'an ACK of a block that was not sent', section: 'RFC 1350 §2' },
    play: async (talk) => {
      const { interview } = talk;
      const first = await firstData(talk);
      if (!isData(first, 1)) return missed(talk, first, say`DATA 1`);
      if (first.packet.data.length < 512) return skip(tooShort);
      interview.send({ op: 'ACK', block: 5 });
      const wrong = await interview.hear(silenceTime(talk));
      if (wrong.type === 'packet' && !isData(wrong, 1)) return missed(talk, wrong, say`silence`);
      interview.send({ op: 'ACK', block: 1 });
      const next = await afterCopies(talk, 1);
      return judged(isData(next, 2), { heard: next, interview, expected: say`DATA 2` });
    },
  },
  {
    ...{ ...write, number: 95, title: 'after ACK 2 of a window of 4 comes 3, 4, 5', section: 'RFC 7440 §4' },
    play: (talk) =>
      afterWindow(talk, async () => {
        talk.interview.send({ op: 'ACK', block: 2 });
        return blocksAre(talk, [3, 4, 5], answerTime(talk));
      }),
  },
  {
    ...{ ...write, number: 101, title: 'a window that is lost comes again', section: 'RFC 7440 §4' },
    play: (talk) => afterWindow(talk, () => blocksAre(talk, [1], timerTime)),
  },
];

/** Accepts the upload without options. @returns DATA 1, or what else comes. */
async function firstData(talk: Talk): Promise<Heard> {
  talk.interview.send({ op: 'ACK', block: 0 });
  const heard = await talk.interview.hear(answerTime(talk));
  if (heard.type === 'packet') talk.roundTrip = Math.min(talk.roundTrip, heard.after);
  return heard;
}

/** The next packet that is not that block again. */
async function afterCopies(talk: Talk, block: number): Promise<Heard> {
  for (let copies = 0; ; copies += 1) {
    const heard = await talk.interview.hear(answerTime(talk));
    if (!isData(heard, block) || copies === 5) return heard;
  }
}

/** Blocks whose ACK is repeated. */
const doubled = 3;

async function repeatedAck(talk: Talk): Promise<Result> {
  const { interview } = talk;
  const copies: Heard[] = [];
  let next = await firstData(talk);
  for (let block = 1; block <= doubled; block += 1) {
    if (!isData(next, block)) return missed(talk, next, say`DATA ${block}`);
    if (next.packet.data.length < 512) return skip(tooShort);
    interview.send({ op: 'ACK', block });
    next = await interview.hear(answerTime(talk));
    interview.send({ op: 'ACK', block });
    const reaction = await interview.hear(reactionTime(talk));
    if (isData(reaction, block + 1)) copies.push(reaction);
  }
  return copies.length === doubled
    ? fail(say`DATA comes again after each repeated ACK`, interview.proof(...copies))
    : pass(say`each block comes once`, interview.proof(next));
}

/** Agrees to a window of four, and takes the first one. */
async function afterWindow(talk: Talk, goOn: () => Promise<Result>): Promise<Result> {
  if ((offered(talk, 'windowsize') ?? 0) < 4) return skip(say`the client does not offer a window of 4`);
  agree(talk, { windowsize: 4 });
  const bad = await blocksAre(talk, [1, 2, 3, 4], answerTime(talk));
  return bad.verdict === 'PASS' ? goOn() : bad;
}

/** Whether those blocks come, one after the other. */
async function blocksAre(talk: Talk, expected: readonly number[], within: number): Promise<Result> {
  const { interview } = talk;
  for (const block of expected) {
    const heard = await interview.hear(within);
    if (!isData(heard, block)) return missed(talk, heard, say`DATA ${block}`);
    if (heard.packet.data.length < 512 && block < 5) return skip(tooShort);
  }
  return pass(say`DATA ${expected[0] ?? 0} to ${expected.at(-1) ?? 0}`, interview.proof());
}
