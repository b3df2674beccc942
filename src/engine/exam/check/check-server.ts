// Examines a server: each case of the catalogue that can be asked from outside, with a verdict by the RFCs.
// Rule: nothing is written and no weak server is endangered unless the caller allows it.
import { printable, say, type Printable } from '../../../wire/text.ts';
import { formatTid } from '../../../wire/tid.ts';
import { askOnce, heardText, isOp, openExam, request, type Exam } from '../exam.ts';
import { valueOf, writeFile } from '../exchange.ts';
import { isExhausted } from '../interview.ts';
import { findUsualFile } from '../usual-file.ts';
import { TftpError } from '../../tftp-error.ts';
import type { Tower } from '../../tower.ts';
import { skip, type CaseRow, type Result, type ServerCase } from './case.ts';
import { optionCases } from './option-cases.ts';
import { requestCases } from './request-cases.ts';
import { transferCases } from './transfer-cases.ts';
import { windowCases } from './window-cases.ts';
import { writeCases } from './write-cases.ts';

export interface CheckOptions {
  readonly host: string;
  readonly port: number;
  /** A file of the server. Without one a few usual names are tried, or the name of `write` is used. */
  readonly file?: string | undefined;
  /** A name that may be written; undefined: nothing is written. */
  readonly write?: string | undefined;
  /** Also send what is known to crash weak servers; false. */
  readonly risk?: boolean;
  readonly signal?: AbortSignal;
  /** Called after each case. */
  readonly onResult?: (row: CaseRow, result: Result) => void;
}

/** One case with its verdict. */
export interface Checked {
  readonly row: CaseRow;
  readonly result: Result;
}

/** All cases, in the order of the catalogue. */
export const serverCases: readonly ServerCase[] = [
  ...requestCases,
  ...optionCases,
  ...transferCases,
  ...windowCases,
  ...writeCases,
].sort((a, b) => a.number - b.number);

/** Packets that one check may send, and milliseconds that it may take. */
const bounds = { packets: 20_000, time: 300_000 };
/** Octets of the file that is written where no other is known: more than two windows. */
const writtenOctets = 20_480;

/** Rejects with TftpError: an unknown name, `by: 'silence'` where nothing answers, `by: 'abort'` on the signal. */
export async function checkServer(tower: Tower, options: CheckOptions): Promise<readonly Checked[]> {
  const { risk = false, onResult, ...target } = options;
  const exam = await openExam(tower, { ...target, ...bounds });
  await prepare(exam);
  const checked: Checked[] = [];
  for (const row of serverCases) {
    const result = await examined(exam, row, risk);
    checked.push({ row, result });
    onResult?.(row, result);
  }
  return checked;
}

/** Finds out whether the server answers, a file of it, and which options it knows. */
async function prepare(exam: Exam): Promise<void> {
  const first = await askOnce(exam, request('RRQ', exam.missing), (heard) => heard);
  if (first.type !== 'packet')
    throw new TftpError(`${formatTid(exam.to)} does not answer (${heardText(first)})`, {
      ...{ by: 'silence', sends: 3, heard: false },
    });
  if (exam.file === undefined && exam.write !== undefined) {
    const octets = Uint8Array.from({ length: writtenOctets }, (_, at) =>
      at % 61 === 0 ? 10 : 32 + (at % 90),
    );
    const { refused } = await writeFile(exam, exam.write, octets);
    if (refused === undefined) exam.file = exam.write;
  }
  exam.file ??= await findUsualFile(exam);
  if (exam.file === undefined) return;
  for (const [name, value] of [
    ['blksize', 1024],
    ['tsize', 0],
    ['timeout', 2],
    ['windowsize', 4],
  ] as const)
    await askOnce(exam, request('RRQ', exam.file, { options: { [name]: value } }), (heard) => {
      const isKnown = isOp(heard, 'OACK') && valueOf(heard.packet.options, name) !== undefined;
      exam.facts.set(name, isKnown ? 'yes' : 'no');
    });
}

async function examined(exam: Exam, row: ServerCase, risk: boolean): Promise<Result> {
  const reason = whyNot(exam, row, risk);
  if (reason !== undefined) return skip(reason);
  try {
    return await row.ask(exam);
  } catch (error) {
    if (!isExhausted(error)) throw error;
    return skip(say`the packets or the time of the check are used up`);
  }
}

function whyNot(exam: Exam, { needs = [], option }: ServerCase, risk: boolean): Printable | undefined {
  if (exam.budget.packets <= 0 || exam.tower.clock.now() >= exam.deadline)
    return say`the packets or the time of the check are used up`;
  if (needs.includes('write') && exam.write === undefined) return say`it writes: --write NAME allows it`;
  if (needs.includes('risk') && !risk) return say`it may crash a weak server: --risk allows it`;
  if (needs.includes('file') && exam.file === undefined)
    return say`no file of the server is known: --file NAME`;
  if (option !== undefined && exam.facts.get(option) !== 'yes')
    return say`the server does not support ${printable(option)}`;
  return undefined;
}
