// Cases about options (RFC 2347, 2348, 2349, 7440): what the OACK may say, and what follows it.
import { netasciiLength } from '../../../wire/netascii.ts';
import { findOption, optionNumber } from '../../../wire/options.ts';
import type { WireOption } from '../../../wire/packet.ts';
import { printable, raw, say, untrusted, type Printable } from '../../../wire/text.ts';
import { grouped } from '../../../trace/text/quantities.ts';
import { answerTime, askOnce, heardText, isData, isOp, octetsOf, request, type Exam } from '../exam.ts';
import { readFile, valueOf } from '../exchange.ts';
import type { Heard, Interview } from '../interview.ts';
import { fail, judged, pass, skip, type Result, type ServerCase } from './case.ts';

/** Milliseconds that the timer of a server is waited for. */
const timerTime = 10_000;

/** Why the options of an OACK break the rules; undefined: they do not. */
type Fault = (options: readonly WireOption[]) => Printable | undefined;

/** No option but these may be in the OACK. */
const only =
  (...names: readonly string[]): Fault =>
  (options) => {
    const extra = options.find(({ name }) => !names.includes(raw(name)));
    return extra && say`the OACK has ${printable(extra.name, 32)}, which was not asked for`;
  };

/** The number must not be larger than that. */
const atMost =
  (name: string, most: number): Fault =>
  (options) => {
    const value = findOption(options, name)?.value;
    const number = value && optionNumber({ limits: undefined }, value);
    if (value === undefined || (number !== undefined && number <= most)) return undefined;
    return say`${printable(name)}=${printable(value, 20)} is more than ${grouped(most)}`;
  };

/** The option must come back unchanged, or not at all. */
const unchanged =
  (name: string, asked: string): Fault =>
  (options) => {
    const value = findOption(options, name)?.value;
    if (value === undefined || raw(value) === asked) return undefined;
    return say`${printable(name)}=${printable(value, 20)} is not the ${printable(asked)} that was asked for`;
  };

/** The option must not be in the OACK. */
const omitted =
  (name: string): Fault =>
  (options) => {
    const value = findOption(options, name)?.value;
    return value && say`${printable(name)}=${printable(value, 20)} is accepted`;
  };

interface OackRow {
  readonly number: number;
  readonly title: string;
  readonly section: string;
  /** Each value is asked for in a request of its own. */
  readonly asks: readonly Readonly<Record<string, string | number>>[];
  readonly fault: (asked: Readonly<Record<string, string | number>>) => Fault;
  readonly more?: Pick<ServerCase, 'needs' | 'option'>;
}

const oackRows: readonly OackRow[] = [
  {
    ...{ number: 27, title: 'an unknown option is not accepted', section: 'RFC 2347' },
    asks: [{ 'x-unknown': 1 }],
    fault: () => only(),
  },
  {
    ...{ number: 28, title: 'the OACK has only what was asked for', section: 'RFC 2347' },
    asks: [{ 'x-unknown': 1, blksize: 1024, 'x-other': 'y' }],
    fault: () => only('blksize'),
  },
  {
    ...{ number: 31, title: 'blksize 8 and 65464 are accepted or lowered', section: 'RFC 2348' },
    asks: [{ blksize: 8 }, { blksize: 65_464 }],
    fault: ({ blksize }) => atMost('blksize', Number(blksize)),
  },
  {
    ...{ number: 32, title: 'blksize 0 and 7 are not accepted', section: 'RFC 2348' },
    asks: [{ blksize: 7 }, { blksize: 0 }],
    fault: () => omitted('blksize'),
  },
  {
    ...{ number: 33, title: 'blksize 65465 is lowered or omitted', section: 'RFC 2348' },
    asks: [{ blksize: 65_465 }],
    fault: () => atMost('blksize', 65_464),
    more: { needs: ['file', 'risk'] },
  },
  {
    ...{ number: 34, title: 'a blksize that is not a number is omitted', section: 'RFC 2347' },
    asks: ['abc', '-1', '1024x', '0x400', ' 1024', '+1024', ''].map((blksize) => ({
      blksize,
    })),
    fault: () => omitted('blksize'),
    more: { needs: ['file', 'risk'] },
  },
  {
    ...{ number: 55, title: 'timeout 1 and 255 come back unchanged', section: 'RFC 2349' },
    asks: [{ timeout: 1 }, { timeout: 255 }],
    fault: ({ timeout }) => unchanged('timeout', String(timeout)),
    more: { option: 'timeout' },
  },
  {
    ...{ number: 56, title: 'timeout 0 and 256 are not accepted', section: 'RFC 2349' },
    asks: [{ timeout: 0 }, { timeout: 256 }],
    fault: () => omitted('timeout'),
  },
  {
    ...{ number: 59, title: 'windowsize is never raised', section: 'RFC 7440 §3' },
    asks: [{ windowsize: 1 }, { windowsize: 65_535 }],
    fault: ({ windowsize }) => atMost('windowsize', Number(windowsize)),
    more: { option: 'windowsize' },
  },
  {
    ...{ number: 60, title: 'windowsize 0 and 65536 are not accepted', section: 'RFC 7440 §3' },
    asks: [{ windowsize: 0 }, { windowsize: 65_536 }],
    fault: () => omitted('windowsize'),
  },
];

export const optionCases: readonly ServerCase[] = [
  {
    number: 26,
    title: 'without options there is no OACK',
    section: 'RFC 2347',
    needs: ['file'],
    ask: (exam) =>
      askOnce(exam, request('RRQ', exam.file ?? ''), (heard, interview) =>
        judged(isData(heard, 1), { heard, interview, expected: say`DATA 1` }),
      ),
  },
  ...oackRows.map(({ number, title, section, asks, fault, more }): ServerCase => ({
    ...{ number, title, section, needs: ['file'] },
    ...more,
    ask: (exam) => oackIsRight(exam, asks, fault),
  })),
  {
    number: 29,
    title: 'the names of options in capitals',
    section: 'RFC 2347',
    needs: ['file'],
    option: 'blksize',
    ask: (exam) =>
      askOnce(exam, octetsOf(`\0\x01${exam.file ?? ''}\0octet\0BLKSIZE\x001024\0`), (heard, interview) =>
        judged(isOp(heard, 'OACK'), { heard, interview, expected: say`an OACK` }),
      ),
  },
  {
    number: 30,
    title: 'an option that comes twice is acknowledged once',
    section: 'RFC 2347',
    needs: ['file'],
    option: 'blksize',
    ask: (exam) =>
      askOnce(
        exam,
        octetsOf(`\0\x01${exam.file ?? ''}\0octet\0blksize\x00512\0blksize\x001024\0`),
        (heard, interview) => {
          const times = isOp(heard, 'OACK')
            ? heard.packet.options.filter(({ name }) => raw(name) === 'blksize').length
            : 0;
          return judged(heard.type === 'packet' && times <= 1, {
            heard,
            interview,
            expected: say`blksize once`,
          });
        },
      ),
  },
  {
    number: 43,
    title: 'a lost ACK 0: the OACK comes again, then DATA 1',
    section: 'RFC 2347',
    needs: ['file'],
    option: 'blksize',
    ask: (exam) =>
      afterOack(exam, async (interview, oack) => {
        const again = await interview.hear(timerTime);
        if (!isOp(again, 'OACK'))
          return fail(say`${heardText(again)}; expected the OACK again`, interview.proof(oack, again));
        interview.send({ op: 'ACK', block: 0 });
        const next = await afterCopies(exam, interview, 'OACK');
        return judged(isData(next, 1), { heard: next, interview, expected: say`DATA 1` });
      }),
  },
  {
    number: 44,
    title: 'ACK 1 does not answer an OACK',
    section: 'RFC 2347',
    needs: ['file'],
    option: 'blksize',
    ask: (exam) =>
      afterOack(exam, async (interview, oack) => {
        interview.send({ op: 'ACK', block: 1 });
        const wrong = await interview.hear(answerTime(exam));
        if (wrong.type === 'packet' && !isOp(wrong, 'OACK'))
          return fail(say`${heardText(wrong)}; expected silence`, interview.proof(oack, wrong));
        interview.send({ op: 'ACK', block: 0 });
        const next = await afterCopies(exam, interview, 'OACK');
        return judged(isData(next, 1), { heard: next, interview, expected: say`DATA 1` });
      }),
  },
  {
    number: 45,
    title: 'an ERROR ends the transfer after an OACK',
    section: 'RFC 2347',
    needs: ['file'],
    option: 'blksize',
    ask: (exam) =>
      afterOack(exam, async (interview) => {
        interview.send({ op: 'ERROR', code: 8, message: untrusted('no') });
        const after = await interview.hear(timerTime / 2);
        return judged(after.type === 'silence', { heard: after, interview, expected: say`silence` });
      }),
  },
  {
    number: 48,
    title: 'tsize 0 is answered with the size',
    section: 'RFC 2349',
    needs: ['file'],
    option: 'tsize',
    ask: (exam) => sizeIsTrue(exam, { tsize: 0 }, 'octet'),
  },
  {
    number: 49,
    title: 'another tsize of a reader is not repeated',
    section: 'RFC 2349',
    needs: ['file'],
    option: 'tsize',
    ask: (exam) => sizeIsTrue(exam, { tsize: 5 }, 'octet'),
  },
  {
    number: 50,
    title: 'tsize in netascii is exact, or missing',
    section: 'RFC 2349',
    needs: ['file'],
    option: 'tsize',
    ask: (exam) => sizeIsTrue(exam, { tsize: 0 }, 'netascii'),
  },
];

async function oackIsRight(exam: Exam, asks: OackRow['asks'], fault: OackRow['fault']): Promise<Result> {
  const results: Result[] = [];
  for (const options of asks)
    results.push(
      await askOnce(exam, request('RRQ', exam.file ?? '', { options }), (heard, interview) => {
        const proof = interview.proof(heard);
        if (heard.type !== 'packet') return fail(say`${heardText(heard)} to ${optionsText(options)}`, proof);
        const wrong = isOp(heard, 'OACK') ? fault(options)(heard.packet.options) : undefined;
        return wrong === undefined ? pass(heardText(heard), proof) : fail(wrong, proof);
      }),
    );
  const proofs = results.flatMap((result) => result.proofs);
  const bad = results.find(({ verdict }) => verdict === 'FAIL');
  return bad ?? { ...(results[0] ?? skip(say`nothing was asked`)), proofs };
}

function optionsText(options: Readonly<Record<string, string | number>>): Printable {
  return printable(
    Object.entries(options)
      .map(([name, value]) => `${name}=${value}`)
      .join(' '),
    80,
  );
}

/** Asks with blksize, and goes on from the OACK. */
function afterOack(
  exam: Exam,
  goOn: (interview: Interview, oack: Heard) => Promise<Result>,
): Promise<Result> {
  return askOnce(exam, request('RRQ', exam.file ?? '', { options: { blksize: 1024 } }), (heard, interview) =>
    isOp(heard, 'OACK')
      ? goOn(interview, heard)
      : skip(say`${heardText(heard)}, no OACK`, interview.proof(heard)),
  );
}

/** The next packet that is not a copy of the last one. */
async function afterCopies(exam: Exam, interview: Interview, op: 'OACK'): Promise<Heard> {
  for (let copies = 0; ; copies += 1) {
    const heard = await interview.hear(answerTime(exam));
    if (!isOp(heard, op) || copies === 5) return heard;
  }
}

/** Octets that are read to count them. */
const mostCounted = 1 << 20;

/** Whether the tsize of the OACK is the number of octets that a read gives. */
async function sizeIsTrue(
  exam: Exam,
  options: Readonly<Record<string, number>>,
  mode: 'octet' | 'netascii',
): Promise<Result> {
  const file = exam.file ?? '';
  const said = await askOnce(exam, request('RRQ', file, { mode, options }), (heard, interview) => ({
    size: isOp(heard, 'OACK') ? valueOf(heard.packet.options, 'tsize') : undefined,
    proof: interview.proof(heard),
  }));
  if (said.size === undefined)
    return mode === 'netascii'
      ? pass(say`no size is announced`, said.proof)
      : fail(say`tsize=${options['tsize'] ?? 0} is not answered`, said.proof);
  if (said.size > mostCounted)
    return skip(say`${grouped(said.size)} octets are too many to count`, said.proof);
  const { octets, stopped, proof } = await readFile(exam, file, { options: { blksize: 1024 } });
  if (stopped !== undefined) return skip(say`the read stopped: ${heardText(stopped)}`, proof);
  const real = mode === 'octet' ? octets.length : netasciiLength(octets);
  const text = say`${grouped(said.size)} announced, ${grouped(real)} octets in ${printable(mode)}`;
  return said.size === real ? pass(text, said.proof, proof) : fail(text, said.proof, proof);
}
