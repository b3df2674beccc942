// Whole files by hand, in lockstep and bounded: what a question needs to read or write more than a block.
import { NetasciiEncoder } from '../../wire/netascii.ts';
import { findOption, optionNumber, termOption } from '../../wire/options.ts';
import type { WireOption } from '../../wire/packet.ts';
import type { Printable } from '../../wire/text.ts';
import { answerTime, askOnce, heardText, isData, isOp, request, type Exam } from './exam.ts';
import type { Heard, Interview, Proof } from './interview.ts';

/** The value of an option of an OACK; undefined where it is missing or not a number. */
export function valueOf(options: readonly WireOption[], name: string): number | undefined {
  const found = findOption(options, name);
  return found === undefined ? undefined : optionNumber(termOption('tsize'), found.value);
}

/** The last step of a read or write by hand. */
export interface Exchanged {
  /** Why it stopped early; undefined: it is complete. */
  readonly stopped: Heard | undefined;
  readonly octets: Uint8Array;
}

/** Reads on from the first answer, each block acknowledged, up to `most` octets. The last block is acknowledged too. */
export async function readOn(
  exam: Exam,
  { interview, heard }: { readonly interview: Interview; readonly heard: Heard },
  { blksize = 512, most = 1 << 20 } = {},
): Promise<Exchanged> {
  const parts: Uint8Array[] = [];
  let size = blksize;
  let next = heard;
  if (isOp(next, 'OACK')) {
    size = valueOf(next.packet.options, 'blksize') ?? 512;
    interview.send({ op: 'ACK', block: 0 });
    next = await interview.hear(answerTime(exam));
  }
  let length = 0;
  for (let block = 1; length <= most; block += 1) {
    if (!isData(next, block % 65_536)) return { stopped: next, octets: joined(parts) };
    const { data } = next.packet;
    parts.push(data.slice());
    length += data.length;
    interview.send({ op: 'ACK', block: block % 65_536 });
    if (data.length < size) {
      interview.finish();
      return { stopped: undefined, octets: joined(parts) };
    }
    next = await hearBlock(exam, interview, (block + 1) % 65_536);
  }
  return { stopped: { type: 'silence' }, octets: joined(parts) };
}

/** The next packet that is not an old block again. A lost ACK makes the server repeat its block: it is acknowledged again. */
async function hearBlock(exam: Exam, interview: Interview, due: number): Promise<Heard> {
  for (let tries = 0; ; tries += 1) {
    const heard = await interview.hear(3 * answerTime(exam));
    if (!isOp(heard, 'DATA') || heard.packet.block === due || tries === 5) return heard;
    interview.send({ op: 'ACK', block: heard.packet.block });
  }
}

/** Reads a whole file. */
export function readFile(
  exam: Exam,
  file: string,
  more: { mode?: string; options?: Readonly<Record<string, number | string>>; most?: number } = {},
): Promise<Exchanged & { readonly proof: Proof }> {
  return askOnce(exam, request('RRQ', file, more), async (heard, interview) => {
    const read = await readOn(exam, { interview, heard }, more);
    return { ...read, proof: interview.proof() };
  });
}

/** Writes a file in lockstep. In netascii `octets` are converted. @returns why not, or undefined. */
export function writeFile(
  exam: Exam,
  file: string,
  given: Uint8Array,
  mode: 'octet' | 'netascii' = 'octet',
): Promise<{ readonly refused: Printable | undefined; readonly proof: Proof }> {
  const octets = mode === 'octet' ? given : netascii(given);
  const packet = request('WRQ', file, { mode, options: { blksize: 1024 } });
  return askOnce(exam, packet, async (heard, interview) => {
    const isAgreed = isOp(heard, 'OACK') || (isOp(heard, 'ACK') && heard.packet.block === 0);
    if (!isAgreed) return { refused: heardText(heard), proof: interview.proof(heard) };
    const size = isOp(heard, 'OACK') ? (valueOf(heard.packet.options, 'blksize') ?? 512) : 512;
    for (let block = 1; ; block += 1) {
      const data = octets.subarray((block - 1) * size, block * size);
      const acked = await sendBlock(exam, interview, { block: block % 65_536, data });
      if (!isOp(acked, 'ACK')) return { refused: heardText(acked), proof: interview.proof(acked) };
      if (data.length < size) break;
    }
    interview.finish();
    return { refused: undefined, proof: interview.proof() };
  });
}

/** Sends a block up to three times. @returns its ACK, or what else came. */
export async function sendBlock(
  exam: Exam,
  interview: Interview,
  { block, data }: { readonly block: number; readonly data: Uint8Array },
): Promise<Heard> {
  for (let sent = 0; ; sent += 1) {
    interview.send({ op: 'DATA', block, data });
    let heard = await interview.hear(answerTime(exam));
    while (isOp(heard, 'OACK') || (isOp(heard, 'ACK') && heard.packet.block !== block))
      heard = await interview.hear(answerTime(exam));
    if (heard.type !== 'silence' || sent === 2) return heard;
  }
}

/** The octets of a text file as netascii sends them. */
export function netascii(octets: Uint8Array): Uint8Array {
  return new NetasciiEncoder().push(octets);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
