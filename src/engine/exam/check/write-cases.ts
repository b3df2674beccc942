// Cases about an upload (RFC 1350 §4, §6; RFC 2348; RFC 7440 §4): each writes the one name that the user allows.
import { say } from '../../../wire/text.ts';
import { grouped } from '../../../trace/text/quantities.ts';
import { answerTime, askOnce, heardText, isOp, request, type Exam } from '../exam.ts';
import { netascii, readFile, sendBlock, valueOf, writeFile } from '../exchange.ts';
import type { Heard, Interview } from '../interview.ts';
import { fail, judged, pass, skip, type Result, type ServerCase } from './case.ts';

/** Milliseconds that the timer of a server is waited for. */
const timerTime = 10_000;
const encoder = new TextEncoder();

/** Carriage returns and line feeds in all places: at the end of a block, before another letter, and last. */
const awkwardText = encoder.encode(
  `first\nsecond\r\nthird\rfourth\n${'x'.repeat(479)}\r\n${'y'.repeat(20)}\n\n\r\rlast\r`,
);

export const writeCases: readonly ServerCase[] = [
  {
    number: 87,
    title: 'an empty file',
    section: 'RFC 1350 §6',
    needs: ['write'],
    ask: (exam) => comesBack(exam, new Uint8Array(0)),
  },
  {
    number: 103,
    title: 'netascii there and back changes no octet',
    section: 'RFC 1350 §1, RFC 764',
    needs: ['write'],
    ask: (exam) => comesBack(exam, awkwardText, 'netascii'),
  },
  {
    number: 75,
    title: 'DATA that is longer than blksize is refused',
    section: 'RFC 2348',
    needs: ['write'],
    ask: (exam) =>
      whileWriting(exam, {}, async (interview) => {
        interview.send({ op: 'DATA', block: 1, data: new Uint8Array(600) });
        const heard = await interview.hear(answerTime(exam));
        return judged(isOp(heard, 'ERROR'), { heard, interview, expected: say`an ERROR` });
      }),
  },
  {
    number: 80,
    title: 'the last DATA again: it is acknowledged again',
    section: 'RFC 1350 §6',
    needs: ['write'],
    ask: (exam) =>
      whileWriting(exam, {}, async (interview) => {
        const data = encoder.encode('one block\n');
        const first = await sendBlock(exam, interview, { block: 1, data });
        if (!isOp(first, 'ACK'))
          return fail(say`${heardText(first)}; expected ACK 1`, interview.proof(first));
        interview.finish();
        interview.send({ op: 'DATA', block: 1, data });
        const again = await interview.hear(answerTime(exam));
        return judged(isOp(again, 'ACK') && again.packet.block === 1, {
          heard: again,
          interview,
          expected: say`ACK 1 again`,
        });
      }),
  },
  {
    number: 94,
    title: 'a gap in a window: the last block before it is acknowledged',
    section: 'RFC 7440 §4',
    needs: ['write'],
    option: 'windowsize',
    ask: (exam) =>
      whileWriting(exam, { windowsize: 4 }, async (interview, isWindow) => {
        if (!isWindow) return skip(say`a window of 4 is not accepted`, interview.proof());
        for (const block of [1, 2, 4]) interview.send({ op: 'DATA', block, data: new Uint8Array(512) });
        const heard = await interview.hear(answerTime(exam));
        return judged(isOp(heard, 'ACK') && heard.packet.block === 2, {
          heard,
          interview,
          expected: say`ACK 2`,
        });
      }),
  },
  {
    number: 98,
    title: 'the last block of a window is lost: a timer acknowledges the rest',
    section: 'RFC 7440 §4',
    needs: ['write'],
    option: 'windowsize',
    ask: (exam) =>
      whileWriting(exam, { windowsize: 4 }, async (interview, isWindow) => {
        if (!isWindow) return skip(say`a window of 4 is not accepted`, interview.proof());
        for (const block of [1, 2, 3]) interview.send({ op: 'DATA', block, data: new Uint8Array(512) });
        const heard = await interview.hear(timerTime);
        return judged(isOp(heard, 'ACK') && heard.packet.block === 3, {
          heard,
          interview,
          expected: say`ACK 3`,
        });
      }),
  },
  {
    number: 99,
    title: 'a short block inside a window is acknowledged at once',
    section: 'RFC 7440 §4',
    needs: ['write'],
    option: 'windowsize',
    ask: (exam) =>
      whileWriting(exam, { windowsize: 4 }, async (interview, isWindow) => {
        if (!isWindow) return skip(say`a window of 4 is not accepted`, interview.proof());
        interview.send({ op: 'DATA', block: 1, data: new Uint8Array(512) });
        interview.send({ op: 'DATA', block: 2, data: new Uint8Array(5) });
        const heard = await interview.hear(answerTime(exam));
        if (isOp(heard, 'ACK')) interview.finish();
        return judged(isOp(heard, 'ACK') && heard.packet.block === 2, {
          heard,
          interview,
          expected: say`ACK 2`,
        });
      }),
  },
];

/** Writes octets, reads them back, and compares. */
async function comesBack(
  exam: Exam,
  octets: Uint8Array,
  mode: 'octet' | 'netascii' = 'octet',
): Promise<Result> {
  const name = exam.write ?? '';
  const written = await writeFile(exam, name, octets, mode);
  if (written.refused !== undefined) return skip(say`not written: ${written.refused}`, written.proof);
  const read = await readFile(exam, name, { mode });
  const proofs = [written.proof, read.proof];
  if (read.stopped !== undefined)
    return skip(say`cannot be read back: ${heardText(read.stopped)}`, ...proofs);
  const expected = mode === 'octet' ? octets : netascii(octets);
  const isSame =
    read.octets.length === expected.length && read.octets.every((octet, at) => octet === expected[at]);
  return isSame
    ? pass(say`${grouped(expected.length)} octets come back`, ...proofs)
    : fail(say`${grouped(read.octets.length)} other octets come back`, ...proofs);
}

/** Starts an upload, and goes on from the first answer. What was not finished is ended with ERROR. */
function whileWriting(
  exam: Exam,
  options: Readonly<Record<string, number>>,
  goOn: (interview: Interview, isWindow: boolean) => Promise<Result>,
): Promise<Result> {
  return askOnce(exam, request('WRQ', exam.write ?? '', { options }), (heard, interview) => {
    if (isOp(heard, 'ERROR') || heard.type !== 'packet')
      return skip(say`the upload is refused: ${heardText(heard)}`, interview.proof(heard));
    return goOn(interview, isWindowOf(heard, options['windowsize']));
  });
}

function isWindowOf(heard: Heard, windowsize: number | undefined): boolean {
  return isOp(heard, 'OACK') && valueOf(heard.packet.options, 'windowsize') === windowsize;
}
