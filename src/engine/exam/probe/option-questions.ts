// Questions about options (RFC 2347 to 2349, RFC 7440, tftp-hpa): what the OACK says, and what really works.
import { findOption } from '../../../wire/options.ts';
import { printable, say } from '../../../wire/text.ts';
import { grouped } from '../../../trace/text/quantities.ts';
import { answerTime, askOnce, heardText, isOp, request, silenceTime, type Exam } from '../exam.ts';
import { readFile, valueOf } from '../exchange.ts';
import type { Heard, Interview, Proof } from '../interview.ts';
import { answer, type Answer, type Question } from './question.ts';

/** Each option alone, with the value that is asked for. The largest values show the limits of the server. */
const options: readonly (readonly [name: string, value: number, source: string])[] = [
  ['tsize', 0, 'RFC 2349'],
  ['blksize', 65_464, 'RFC 2348'],
  ['windowsize', 65_535, 'RFC 7440 §3'],
  ['timeout', 2, 'RFC 2349'],
  ['rollover', 0, 'tftp-hpa'],
  ['utimeout', 500_000, 'tftp-hpa'],
  ['blksize2', 2048, 'tftp-hpa'],
];

/** Block sizes that are tried, after the largest that was accepted. 1428 leaves room for tunnels. */
const sizes = [65_464, 32_768, 16_384, 8192, 4096, 1468, 1428, 1024, 512];
/** Blocks of a window that are waited for. */
const widestWindow = 64;
/** Octets that are read of a file to count them. */
const mostRead = 1 << 20;

export const optionQuestions: readonly Question[] = [
  ...options.map(([name, value, source]): Question => ({
    name,
    title: `option ${name}`,
    source,
    needs: 'file',
    ask: (exam) => askOption(exam, name, value),
  })),
  {
    name: 'unknown-option',
    title: 'an unknown option',
    source: 'RFC 2347',
    needs: 'file',
    ask: (exam) => askOption(exam, 'x-unknown', 1),
  },
  {
    name: 'blksize-smallest',
    title: 'the smallest block, 8 octets',
    source: 'RFC 2348',
    needs: 'file',
    ask: (exam) => askOption(exam, 'blksize', 8, 'smallest'),
  },
  {
    name: 'blksize-works',
    title: 'the largest block that arrives',
    source: 'RFC 2348',
    needs: 'file',
    ask: largestBlock,
  },
  {
    name: 'window-works',
    title: 'a window of blocks',
    source: 'RFC 7440 §4',
    needs: 'file',
    ask: windowWorks,
  },
  {
    name: 'tsize-truth',
    title: 'tsize is the size of the file',
    source: 'RFC 2349',
    needs: 'file',
    ask: tsizeTruth,
  },
];

function askOption(exam: Exam, name: string, value: number, fact = name): Promise<Answer> {
  const packet = request('RRQ', exam.file ?? '', { options: { [name]: value } });
  return askOnce(exam, packet, (heard, interview) => {
    const proof = interview.proof(heard);
    const found = (verdict: Answer['verdict'], text: Answer['text'], what: string = verdict): Answer =>
      answer(verdict, text, proof, { [fact]: what });
    if (isOp(heard, 'ERROR')) return found('refuses', heardText(heard));
    if (isOp(heard, 'DATA')) return found('ignores', say`DATA 1, no OACK`);
    if (!isOp(heard, 'OACK')) return found('breaks', heardText(heard));
    const accepted = findOption(heard.packet.options, name);
    const extra = heard.packet.options.find((one) => one !== accepted);
    if (extra !== undefined)
      return found('breaks', say`the OACK has ${printable(extra.name, 32)}, which was not asked for`);
    if (accepted === undefined) return found('ignores', say`an OACK without it`);
    const got = valueOf(heard.packet.options, name);
    const shown = printable(accepted.value, 20);
    if (got === undefined) return found('breaks', say`the OACK says ${shown}, which is not a number`);
    if (name === 'tsize') return found('supports', say`${grouped(got)} octets`, String(got));
    if (got === value) return found('supports', say`${grouped(value)}`, String(got));
    if (got < value) return found('lowers', say`to ${grouped(got)}`, String(got));
    return found('breaks', say`raised from ${grouped(value)} to ${shown}`);
  });
}

async function largestBlock(exam: Exam): Promise<Answer> {
  const accepted = Number(exam.facts.get('blksize') ?? NaN);
  if (!(accepted > 0))
    return answer('ignores', say`512: blksize is not supported`, undefined, { works: '512' });
  const proofs: Proof[] = [];
  let whole = 0;
  for (const size of [accepted, ...sizes.filter((one) => one < accepted)]) {
    const got = await blockOf(exam, size, proofs);
    whole = Math.max(whole, got ?? 0);
    const facts = { works: String(Math.max(whole, 512)) };
    if (got === size && size === accepted)
      return answer('supports', say`${grouped(size)} octets arrive`, proofs, facts);
    if (got === size)
      return answer('lowers', say`${grouped(size)} octets arrive, larger ones do not`, proofs, facts);
    if (got !== undefined)
      return answer(
        'unknown',
        say`at least ${grouped(whole)} octets: the file has no more, name a larger one`,
        proofs,
        facts,
      );
  }
  return answer('breaks', say`no DATA of any size came`, proofs);
}

/** The length of the first block that comes with this blksize; undefined: none comes. */
function blockOf(exam: Exam, blksize: number, proofs: Proof[]): Promise<number | undefined> {
  return askOnce(
    exam,
    request('RRQ', exam.file ?? '', { options: { blksize } }),
    async (heard, interview) => {
      const first = isOp(heard, 'OACK') ? await firstBlock(exam, interview) : heard;
      proofs.push(interview.proof(heard, first));
      return isOp(first, 'DATA') ? first.packet.data.length : undefined;
    },
  );
}

/** ACK 0 up to twice. @returns what answers it. */
async function firstBlock(exam: Exam, interview: Interview): Promise<Heard> {
  for (let sent = 0; ; sent += 1) {
    interview.send({ op: 'ACK', block: 0 });
    const heard = await interview.hear(answerTime(exam));
    if (isOp(heard, 'DATA') || sent === 1) return heard;
  }
}

async function windowWorks(exam: Exam): Promise<Answer> {
  const limit = Number(exam.facts.get('windowsize') ?? NaN);
  if (!(limit > 0)) return answer('ignores', say`windowsize is not supported`);
  const windowsize = Math.min(limit, widestWindow);
  const packet = request('RRQ', exam.file ?? '', { options: { windowsize, blksize: 512 } });
  return askOnce(exam, packet, async (heard, interview) => {
    if (!isOp(heard, 'OACK')) return answer('breaks', heardText(heard), interview.proof(heard));
    interview.send({ op: 'ACK', block: 0 });
    let blocks = 0;
    let next = await interview.hear(answerTime(exam));
    let last = next;
    let isEnd = false;
    while (isOp(next, 'DATA') && next.packet.block === blocks + 1) {
      blocks += 1;
      isEnd = next.packet.data.length < 512;
      last = next;
      next = await interview.hear(silenceTime(exam));
    }
    return windowAnswer({ blocks, windowsize, isEnd }, interview.proof(heard, last));
  });
}

function windowAnswer(
  {
    blocks,
    windowsize,
    isEnd,
  }: { readonly blocks: number; readonly windowsize: number; readonly isEnd: boolean },
  proof: Proof,
): Answer {
  const facts = { window: String(blocks) };
  if (blocks > windowsize) return answer('breaks', say`${blocks} blocks without an ACK`, proof, facts);
  if (blocks === windowsize) return answer('supports', say`${blocks} blocks arrive in a row`, proof, facts);
  if (isEnd) return answer('unknown', say`the file has only ${blocks} blocks of 512 octets`, proof);
  return answer(
    blocks > 1 ? 'lowers' : 'breaks',
    say`only ${blocks} of ${windowsize} blocks arrive`,
    proof,
    facts,
  );
}

async function tsizeTruth(exam: Exam): Promise<Answer> {
  const size = Number(exam.facts.get('tsize') ?? NaN);
  if (!(size >= 0)) return answer('unknown', say`tsize is not supported`);
  if (size > mostRead)
    return answer('unknown', say`${grouped(size)} octets are too many to count for a question`);
  const { stopped, octets, proof } = await readFile(exam, exam.file ?? '', {
    options: { tsize: 0, blksize: 1428 },
  });
  if (stopped !== undefined)
    return answer('unknown', say`the read stopped after ${grouped(octets.length)} octets`, proof);
  return octets.length === size
    ? answer('supports', say`${grouped(size)} octets announced and read`, proof)
    : answer('breaks', say`${grouped(size)} octets announced, ${grouped(octets.length)} read`, proof);
}
