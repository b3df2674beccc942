// Cases about windows of a read (RFC 7440 §4): where a window begins again, and what an ACK causes.
import { printable, say, type Printable } from '../../../wire/text.ts';
import { answerTime, askOnce, heardText, isOp, request, silenceTime, type Exam } from '../exam.ts';
import { valueOf } from '../exchange.ts';
import type { Heard, Interview } from '../interview.ts';
import { fail, pass, skip, type Result, type ServerCase } from './case.ts';

const windowsize = 4;
/** Milliseconds that the timer of a server is waited for. */
const timerTime = 10_000;

const window = {
  section: 'RFC 7440 §4',
  needs: ['file'],
  option: 'windowsize',
} satisfies Partial<ServerCase>;

export const windowCases: readonly ServerCase[] = [
  {
    ...window,
    number: 95,
    title: 'after ACK 2 of a window of 4 comes 3, 4, 5, 6',
    ask: (exam) =>
      afterWindow(exam, async (interview) => {
        interview.send({ op: 'ACK', block: 2 });
        return blocksAre(exam, interview, [3, 4, 5, 6]);
      }),
  },
  {
    ...window,
    number: 96,
    title: 'copies of one ACK cause one window',
    ask: (exam) =>
      afterWindow(exam, async (interview) => {
        for (let copies = 0; copies < 3; copies += 1) interview.send({ op: 'ACK', block: 4 });
        const blocks = await heardBlocks(interview, { first: answerTime(exam), next: silenceTime(exam) / 2 });
        const text = say`3 × ACK 4 cause ${list(blocks.numbers)}`;
        return blocks.numbers.length <= 2 * windowsize
          ? pass(text, interview.proof(blocks.last))
          : fail(say`${text}; expected one window`, interview.proof(blocks.last));
      }),
  },
  {
    ...window,
    number: 97,
    title: 'an ACK from before the window is ignored',
    ask: (exam) =>
      afterWindow(exam, async (interview) => {
        interview.send({ op: 'ACK', block: 4 });
        const second = await heardBlocks(interview, { first: answerTime(exam), next: silenceTime(exam) / 2 });
        if (list(second.numbers) !== '5, 6, 7, 8')
          return fail(say`${list(second.numbers)}; expected 5, 6, 7, 8`, interview.proof(second.last));
        interview.send({ op: 'ACK', block: 1 });
        interview.send({ op: 'ACK', block: 8 });
        return blocksAre(exam, interview, [9, 10, 11, 12]);
      }),
  },
  {
    ...window,
    number: 101,
    title: 'a window that is lost comes again',
    ask: (exam) =>
      afterWindow(exam, async (interview) => {
        const again = await heardBlocks(interview, { first: timerTime, next: silenceTime(exam) / 2 });
        const text = say`${list(again.numbers)} again`;
        return again.numbers[0] === 1
          ? pass(text, interview.proof(again.last))
          : fail(say`${text}; expected 1, 2, 3, 4`, interview.proof(again.last));
      }),
  },
];

/** Asks for a window of four, and takes the first one. */
function afterWindow(exam: Exam, goOn: (interview: Interview) => Promise<Result>): Promise<Result> {
  const packet = request('RRQ', exam.file ?? '', { options: { windowsize, blksize: 512 } });
  return askOnce(exam, packet, async (heard, interview) => {
    if (!isOp(heard, 'OACK') || valueOf(heard.packet.options, 'windowsize') !== windowsize)
      return skip(say`a window of ${windowsize} is not accepted`, interview.proof(heard));
    interview.send({ op: 'ACK', block: 0 });
    const { numbers, last, isEnd } = await heardBlocks(interview, {
      first: answerTime(exam),
      next: answerTime(exam),
      most: windowsize,
    });
    if (isEnd) return skip(say`the file is too short`, interview.proof(last));
    if (list(numbers) !== '1, 2, 3, 4')
      return fail(say`${list(numbers)}; expected 1, 2, 3, 4`, interview.proof(last));
    return goOn(interview);
  });
}

interface Blocks {
  readonly numbers: readonly number[];
  readonly last: Heard;
  /** A short block ended the file. */
  readonly isEnd: boolean;
}

/** The DATA that arrive one after the other. `first` and `next`: milliseconds to wait for them. */
async function heardBlocks(
  interview: Interview,
  { first, next, most = 64 }: { readonly first: number; readonly next: number; readonly most?: number },
): Promise<Blocks> {
  const numbers: number[] = [];
  let heard = await interview.hear(first);
  let last = heard;
  let isEnd = false;
  while (isOp(heard, 'DATA')) {
    numbers.push(heard.packet.block);
    isEnd ||= heard.packet.data.length < 512;
    last = heard;
    if (numbers.length === most) break;
    heard = await interview.hear(next);
  }
  return { numbers, last, isEnd };
}

async function blocksAre(exam: Exam, interview: Interview, expected: readonly number[]): Promise<Result> {
  const { numbers, last, isEnd } = await heardBlocks(interview, {
    first: answerTime(exam),
    next: answerTime(exam),
    most: expected.length,
  });
  const proof = interview.proof(last);
  if (list(numbers) === list(expected)) return pass(list(numbers), proof);
  if (isEnd) return skip(say`the file is too short`, proof);
  const text = numbers.length === 0 ? heardText(last) : list(numbers);
  return fail(say`${text}; expected ${list(expected)}`, proof);
}

function list(numbers: readonly number[]): Printable {
  return printable(numbers.join(', '));
}
