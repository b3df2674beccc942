// Cases about requests and about datagrams that are none (RFC 1350 §4, §5; RFC 1123 §4.2): the first answer decides.
import { printable, say, type Printable } from '../../../wire/text.ts';
import { askOnce, heardText, isData, isOp, octetsOf, request, silenceTime, type Exam } from '../exam.ts';
import { Interview, type Heard } from '../interview.ts';
import { fail, judged, pass, skip, type Need, type Result, type ServerCase } from './case.ts';

/** What the first answer has to be. */
interface Expected {
  readonly text: Printable;
  readonly isRight: (heard: Heard) => boolean;
}

const served: Expected = {
  text: say`the file`,
  isRight: (heard) => isData(heard, 1) || isOp(heard, 'OACK'),
};
const refused: Expected = { text: say`an ERROR`, isRight: (heard) => isOp(heard, 'ERROR') };
/** RFC 2347 does not say what half an option means. */
const answered: Expected = {
  text: say`an answer`,
  isRight: (heard) => served.isRight(heard) || refused.isRight(heard),
};
/** A malformed request starts no transfer; the RFCs ask for no answer to it. */
const noTransfer: Expected = {
  text: say`an ERROR or silence`,
  isRight: (heard) => heard.type === 'silence' || isOp(heard, 'ERROR'),
};
const plainFile: Expected = { text: say`DATA 1`, isRight: (heard) => isData(heard, 1) };

type Row = readonly [
  number: number,
  title: string,
  section: string,
  needs: readonly Need[],
  expected: Expected,
  octets: (exam: Exam) => string,
];

const rrq = '\0\x01';
const nameOf = ({ file }: Exam): string => file ?? '';

const rows: readonly Row[] = [
  [1, 'mode OcTeT', 'RFC 1350 §5', ['file'], served, (exam) => `${rrq}${nameOf(exam)}\0OcTeT\0`],
  [
    2,
    'mode mail is refused',
    'RFC 1123 §4.2.2.1',
    ['file'],
    refused,
    (exam) => `${rrq}${nameOf(exam)}\0mail\0`,
  ],
  [
    3,
    'an unknown mode is refused',
    'RFC 1350 §5',
    ['file'],
    refused,
    (exam) => `${rrq}${nameOf(exam)}\0binary\0`,
  ],
  [4, 'no mode', 'RFC 1350 §5', ['file'], noTransfer, (exam) => `${rrq}${nameOf(exam)}\0`],
  [4, 'the mode does not end', 'RFC 1350 §5', ['file'], noTransfer, (exam) => `${rrq}${nameOf(exam)}\0octet`],
  [5, 'the file name does not end', 'RFC 1350 §5', ['file'], noTransfer, (exam) => `${rrq}${nameOf(exam)}`],
  [6, 'no file name', 'RFC 1350 §5', [], noTransfer, () => `${rrq}\0octet\0`],
  [7, 'a directory is not a file', 'RFC 1350 §5', [], refused, () => `${rrq}/\0octet\0`],
  [8, 'a name of 400 octets', 'RFC 1350 §5', ['risk'], refused, () => `${rrq}${'n'.repeat(400)}\0octet\0`],
  [
    11,
    'an option without a value',
    'RFC 2347',
    ['file', 'risk'],
    answered,
    (exam) => `${rrq}${nameOf(exam)}\0octet\0blksize\0`,
  ],
  [
    12,
    'an option value does not end',
    'RFC 2347',
    ['file', 'risk'],
    answered,
    (exam) => `${rrq}${nameOf(exam)}\0octet\0blksize\x00512`,
  ],
  [
    14,
    'NULs after the mode',
    'RFC 1350 §5',
    ['file'],
    plainFile,
    (exam) => `${rrq}${nameOf(exam)}\0octet\0\0\0\0`,
  ],
];

/** Names that lead out of the directory that is served. */
const outside = [
  '../../../../../../../../etc/hosts',
  '/../../../../../../../../etc/hosts',
  '..\\..\\..\\windows\\win.ini',
];

export const requestCases: readonly ServerCase[] = [
  ...rows.map(([number, title, section, needs, expected, octets]): ServerCase => ({
    ...{ number, title, section, needs },
    ask: (exam) => firstAnswerIs(exam, octetsOf(octets(exam)), expected),
  })),
  {
    number: 15,
    title: 'datagrams that are no TFTP start nothing',
    section: 'RFC 1350 §5',
    needs: ['risk'],
    ask: (exam) => startsNothing(exam, ['\0\0', '\0\x63', '\0', '', '\0\x06'], () => true),
  },
  {
    number: 16,
    title: 'an ERROR is never answered',
    section: 'RFC 1350 §5, §7',
    ask: (exam) => startsNothing(exam, ['\0\x05\0\0no\0'], (heard) => heard.type === 'silence'),
  },
  {
    number: 16,
    title: 'DATA and ACK of no transfer start nothing',
    section: 'RFC 1350 §4',
    needs: ['risk'],
    ask: (exam) => startsNothing(exam, ['\0\x03\0\x01abc', '\0\x04\0\0'], noTransfer.isRight),
  },
  { number: 22, title: 'names stay inside', section: 'security', ask: staysInside },
];

function firstAnswerIs(exam: Exam, octets: Uint8Array, { text, isRight }: Expected): Promise<Result> {
  return askOnce(exam, octets, (heard, interview) => {
    const result = judged(isRight(heard), { heard, interview, expected: text });
    return result.verdict === 'PASS' && heard.type === 'silence' ? stillAnswers(exam, result) : result;
  });
}

/** Sends datagrams that are no requests. Each answer must be right, and the server well afterwards. */
async function startsNothing(
  exam: Exam,
  datagrams: readonly string[],
  isRight: (heard: Heard) => boolean,
): Promise<Result> {
  const interview = await new Interview(exam).open();
  try {
    for (const datagram of datagrams) {
      interview.forward(octetsOf(datagram));
      const heard = await interview.hear(silenceTime(exam));
      const isWrong = !noTransfer.isRight(heard) || !isRight(heard);
      if (isWrong) return fail(say`${heardText(heard)}; expected no answer`, interview.proof(heard));
    }
    return await stillAnswers(exam, pass(say`nothing starts, and the server is well`, interview.proof()));
  } finally {
    interview.close();
  }
}

/** The result, unless the server is gone. */
async function stillAnswers(exam: Exam, result: Result): Promise<Result> {
  const isAlive = await askOnce(exam, request('RRQ', exam.missing), (heard) => heard.type === 'packet');
  return isAlive ? result : fail(say`the server does not answer any more`, ...result.proofs);
}

async function staysInside(exam: Exam): Promise<Result> {
  for (const name of outside) {
    const found = await askOnce(exam, request('RRQ', name), (heard, interview) => {
      if (heard.type !== 'packet') return skip(say`no answer to ${printable(name)}`, interview.proof(heard));
      if (isOp(heard, 'DATA') && heard.packet.data.length > 0)
        return fail(say`${printable(name)} is served`, interview.proof(heard));
      return undefined;
    });
    if (found !== undefined) return found;
  }
  return pass(say`${outside.length} names that lead out are refused`);
}
