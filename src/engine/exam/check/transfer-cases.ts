// Cases about a read that runs (RFC 1350 §2, §4, §6, §7; RFC 1123 §4.2.3; RFC 7440): what the server sends, and what not.
import { say, untrusted } from '../../../wire/text.ts';
import { grouped } from '../../../trace/text/quantities.ts';
import { sameTid } from '../../../wire/tid.ts';
import {
  answerTime,
  askOnce,
  heardText,
  isData,
  isOp,
  reactionTime,
  request,
  silenceTime,
  type Exam,
} from '../exam.ts';
import { netascii, readFile, readOn, valueOf } from '../exchange.ts';
import { Interview, type Heard } from '../interview.ts';
import { fail, judged, pass, skip, type Result, type ServerCase } from './case.ts';

/** Milliseconds that the timer of a server is waited for. */
const timerTime = 10_000;

export const transferCases: readonly ServerCase[] = [
  {
    number: 63,
    title: 'a repeated ACK causes no DATA',
    section: 'RFC 1123 §4.2.3.1',
    needs: ['file'],
    ask: (exam) => inLockstep(exam, repeatedAck),
  },
  {
    number: 66,
    title: 'a packet from another TID: ERROR 5, and the transfer goes on',
    section: 'RFC 1350 §4',
    needs: ['file'],
    ask: (exam) => inLockstep(exam, stranger),
  },
  {
    number: 70,
    title: 'an ACK of a block that was not sent',
    section: 'RFC 1350 §2',
    needs: ['file'],
    ask: (exam) =>
      inLockstep(exam, async (interview) => {
        interview.send({ op: 'ACK', block: 5 });
        const wrong = await interview.hear(silenceTime(exam));
        if (wrong.type === 'packet' && !isData(wrong, 1))
          return fail(say`${heardText(wrong)}; expected silence`, interview.proof(wrong));
        return goesOn(exam, interview);
      }),
  },
  {
    number: 77,
    title: 'an ERROR ends the transfer',
    section: 'RFC 1350 §7',
    needs: ['file'],
    ask: (exam) =>
      inLockstep(exam, async (interview) => {
        interview.send({ op: 'ERROR', code: 0, message: untrusted('enough') });
        const after = await interview.hear(timerTime / 2);
        return judged(after.type === 'silence', { heard: after, interview, expected: say`silence` });
      }),
  },
  {
    number: 80,
    title: 'the last DATA comes again until it is acknowledged',
    section: 'RFC 1350 §6',
    needs: ['file'],
    ask: lastBlockAgain,
  },
  {
    number: 88,
    title: 'a file of whole blocks ends with an empty one',
    section: 'RFC 1350 §6',
    needs: ['file'],
    option: 'blksize',
    ask: wholeBlocks,
  },
  {
    number: 93,
    title: 'old and repeated ACKs do not change the file',
    section: 'RFC 1350 §2',
    needs: ['file'],
    ask: oldAcks,
  },
  {
    number: 102,
    title: 'netascii: LF is CR LF, CR is CR NUL',
    section: 'RFC 1350 §1, RFC 764',
    needs: ['file'],
    ask: netasciiText,
  },
];

/** Reads DATA 1 without options, and goes on from there. The file must have more than one block. */
function inLockstep(
  exam: Exam,
  goOn: (interview: Interview, first: Heard & { readonly type: 'packet' }, exam: Exam) => Promise<Result>,
): Promise<Result> {
  return askOnce(exam, request('RRQ', exam.file ?? ''), (heard, interview) => {
    if (!isData(heard, 1)) return fail(say`${heardText(heard)}; expected DATA 1`, interview.proof(heard));
    if (heard.packet.data.length < 512) return skip(say`the file has one block only`, interview.proof(heard));
    return goOn(interview, heard, exam);
  });
}

/** ACK 1 is answered with DATA 2: the transfer is unharmed. */
async function goesOn(exam: Exam, interview: Interview): Promise<Result> {
  interview.send({ op: 'ACK', block: 1 });
  let next = await interview.hear(answerTime(exam));
  for (let copies = 0; isData(next, 1) && copies < 5; copies += 1)
    next = await interview.hear(answerTime(exam));
  return judged(isData(next, 2), { heard: next, interview, expected: say`DATA 2` });
}

/** Blocks whose ACK is repeated. */
const doubled = 3;

async function repeatedAck(
  interview: Interview,
  first: Heard & { readonly type: 'packet' },
  exam: Exam,
): Promise<Result> {
  const copies: Heard[] = [];
  let tried = 0;
  let isShort = false;
  let last: Heard = first;
  for (let block = 1; block <= doubled && !isShort; block += 1) {
    interview.send({ op: 'ACK', block });
    const next = await interview.hear(answerTime(exam));
    if (!isData(next, block + 1))
      return fail(say`${heardText(next)}; expected DATA ${block + 1}`, interview.proof(next));
    interview.send({ op: 'ACK', block });
    const reaction = await interview.hear(reactionTime(exam));
    tried += 1;
    if (isData(reaction, block + 1)) copies.push(reaction);
    isShort = next.packet.data.length < 512;
    last = next;
  }
  // A timer may repeat a block too, but not each time as soon as an answer can arrive.
  if (copies.length === tried)
    return fail(say`DATA comes again after each repeated ACK`, interview.proof(...copies));
  return pass(say`each block comes once`, interview.proof(last));
}

async function stranger(
  interview: Interview,
  first: Heard & { readonly type: 'packet' },
  exam: Exam,
): Promise<Result> {
  if (sameTid(first.from, exam.to))
    return skip(say`all transfers use one port, so nobody is a stranger`, interview.proof(first));
  const other = await new Interview(exam).open();
  try {
    other.send({ op: 'ACK', block: 1 }, first.from);
    const said = await other.hear(answerTime(exam));
    const harmed = await interview.hear(silenceTime(exam));
    if (harmed.type === 'packet' && !isData(harmed, 1))
      return fail(say`${heardText(harmed)} after the ACK of a stranger`, interview.proof(harmed));
    const isRight = isOp(said, 'ERROR') && said.packet.code === 5;
    if (!isRight) return judged(false, { heard: said, interview: other, expected: say`ERROR 5` });
    const result = await goesOn(exam, interview);
    return { ...result, proofs: [other.proof(said), ...result.proofs] };
  } finally {
    other.finish();
    other.close();
  }
}

/** Octets up to which a file is read to its end. */
const mostRead = 1 << 20;

/** Reads all but the last ACK, with large blocks where the server knows them. */
function lastBlockAgain(exam: Exam): Promise<Result> {
  const options = exam.facts.get('blksize') === 'yes' ? { blksize: 8192 } : {};
  return askOnce(exam, request('RRQ', exam.file ?? '', { options }), async (heard, interview) => {
    let size = 512;
    let next = heard;
    if (isOp(next, 'OACK')) {
      size = valueOf(next.packet.options, 'blksize') ?? 512;
      interview.send({ op: 'ACK', block: 0 });
      next = await interview.hear(answerTime(exam));
    }
    for (let block = 1; block * size <= mostRead; block += 1) {
      if (!isData(next, block))
        return fail(say`${heardText(next)}; expected DATA ${block}`, interview.proof(next));
      if (next.packet.data.length < size) {
        const again = await interview.hear(timerTime);
        return judged(isData(again, block), { heard: again, interview, expected: say`DATA ${block} again` });
      }
      interview.send({ op: 'ACK', block });
      next = await interview.hear(answerTime(exam));
    }
    return skip(say`the file has more than ${grouped(mostRead)} octets`, interview.proof());
  });
}

/** Asks with a blksize that divides the size of the file. */
async function wholeBlocks(exam: Exam): Promise<Result> {
  const { octets, stopped } = await readFile(exam, exam.file ?? '', { options: { blksize: 1024 } });
  if (stopped !== undefined) return skip(say`the read stopped: ${heardText(stopped)}`);
  const { length } = octets;
  const blksize = divisorOf(length);
  if (blksize === undefined) return skip(say`no blksize divides ${grouped(length)}, the size of the file`);
  return askOnce(
    exam,
    request('RRQ', exam.file ?? '', { options: { blksize } }),
    async (heard, interview) => {
      if (!isOp(heard, 'OACK') || valueOf(heard.packet.options, 'blksize') !== blksize)
        return skip(say`blksize ${blksize} is not accepted`, interview.proof(heard));
      const read = await readOn(exam, { interview, heard });
      const text = say`${length / blksize} blocks of ${blksize}, then an empty one`;
      return read.stopped === undefined && read.octets.length === length
        ? pass(text, interview.proof())
        : fail(say`${heardText(read.stopped ?? heard)}; expected ${text}`, interview.proof());
    },
  );
}

/** The largest block size up to 16,384 of which a file of that many octets has whole blocks, at most 1,000. */
function divisorOf(length: number): number | undefined {
  for (let size = Math.min(16_384, length); size >= 8 && length / size <= 1000; size -= 1)
    if (length % size === 0) return size;
  return undefined;
}

/** Blocks that are read with all kinds of ACKs. */
const disturbed = 8;

async function oldAcks(exam: Exam): Promise<Result> {
  const plain = await readFile(exam, exam.file ?? '', { most: disturbed * 512 });
  return askOnce(exam, request('RRQ', exam.file ?? ''), async (heard, interview) => {
    let next = heard;
    for (let block = 1; block <= disturbed; block += 1) {
      for (let copies = 0; isOp(next, 'DATA') && next.packet.block < block && copies < 9; copies += 1)
        next = await interview.hear(answerTime(exam));
      if (!isData(next, block))
        return fail(say`${heardText(next)}; expected DATA ${block}`, interview.proof(next));
      const { data } = next.packet;
      const from = (block - 1) * 512;
      if (data.some((octet, at) => octet !== plain.octets[from + at]))
        return fail(say`DATA ${block} has other octets`, interview.proof(next));
      if (data.length < 512) return pass(say`${block} blocks are the same`, interview.proof(next));
      for (const old of [block - 2, block - 1, block, block - 1])
        if (old > 0) interview.send({ op: 'ACK', block: old });
      next = await interview.hear(answerTime(exam));
    }
    return pass(say`${disturbed} blocks are the same`, interview.proof());
  });
}

async function netasciiText(exam: Exam): Promise<Result> {
  const file = exam.file ?? '';
  const octet = await readFile(exam, file, { options: { blksize: 1024 } });
  const text = await readFile(exam, file, { mode: 'netascii', options: { blksize: 1024 } });
  if (octet.stopped !== undefined)
    return skip(say`the read stopped: ${heardText(octet.stopped)}`, octet.proof);
  if (text.stopped !== undefined) return fail(heardText(text.stopped), text.proof);
  const expected = netascii(octet.octets);
  if (expected.length === octet.octets.length)
    return skip(say`the file has no line ends`, octet.proof, text.proof);
  const at = expected.findIndex((one, index) => text.octets[index] !== one);
  if (at < 0 && text.octets.length === expected.length)
    return pass(say`${grouped(expected.length)} octets, as expected`, octet.proof, text.proof);
  const where = at < 0 ? Math.min(expected.length, text.octets.length) : at;
  return fail(say`octet ${grouped(where)} differs`, octet.proof, text.proof);
}
