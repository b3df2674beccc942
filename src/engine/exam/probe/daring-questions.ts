// Questions that change or endanger something: they write a file, or send what is known to crash weak servers.
// Rule: each is asked only with the permission of the user, after all harmless ones.
import { grouped } from '../../../trace/text/quantities.ts';
import { printable, say, type Printable } from '../../../wire/text.ts';
import { askOnce, heardText, isOp, octetsOf, request, silenceTime, type Exam } from '../exam.ts';
import { readFile, writeFile } from '../exchange.ts';
import { Interview } from '../interview.ts';
import { answer, type Answer, type Question } from './question.ts';

/** Octets of the file that is written: more than one block of any size. */
const writtenOctets = 70_000;

/** Writes the file that the user allows, and uses it for the other questions where no other is known. */
export const writeQuestion: Question = {
  name: 'write',
  title: 'a new file, and the same again',
  source: 'RFC 1350 §4',
  needs: 'write',
  ask: async (exam) => {
    const name = exam.write ?? '';
    const octets = Uint8Array.from({ length: writtenOctets }, (_, at) => (at * 31 + (at >> 8)) % 256);
    const first = await writeFile(exam, name, octets);
    if (first.refused !== undefined) return answer('refuses', first.refused, first.proof, { write: 'no' });
    const again = await writeFile(exam, name, octets);
    const { octets: read, stopped, proof } = await readFile(exam, name, { options: { blksize: 1024 } });
    const proofs = [first.proof, again.proof, proof];
    const isSame = read.length === octets.length && read.every((octet, at) => octet === octets[at]);
    const facts = { write: 'yes', overwrite: again.refused === undefined ? 'yes' : 'no' };
    if (stopped === undefined && isSame) exam.file ??= name;
    if (stopped === undefined && !isSame)
      return answer('breaks', say`${grouped(read.length)} other octets come back`, proofs, facts);
    const back = stopped === undefined ? say`reads back the same` : say`cannot be read back`;
    return answer(
      'supports',
      say`stored; again: ${again.refused ?? say`overwritten`}; ${back}`,
      proofs,
      facts,
    );
  },
};

/** What is sent, and what it is called. */
const dares: readonly (readonly [
  name: string,
  title: string,
  source: string,
  octets: (exam: Exam) => Uint8Array,
])[] = [
  ['data-unasked', 'a DATA that nobody asked for', 'RFC 1350 §4', () => octetsOf('\0\x03\0\x07abcd')],
  ['unknown-opcode', 'opcode 99', 'RFC 1350 §5', () => octetsOf('\0\x63\0\0')],
  [
    'mode-missing',
    'a request without a mode',
    'RFC 1350 §5',
    ({ missing }) => octetsOf(`\0\x01${missing}\0`),
  ],
  ['name-long', 'a name of 400 letters', 'RFC 2347', () => octetsOf(`\0\x01${'x'.repeat(400)}\0octet\0`)],
  [
    'blksize-word',
    'blksize=abc',
    'RFC 2348',
    ({ file, missing }) => octetsOf(`\0\x01${file ?? missing}\0octet\0blksize\0abc\0`),
  ],
  [
    'blksize-zero',
    'blksize=0',
    'RFC 2348',
    ({ file, missing }) => octetsOf(`\0\x01${file ?? missing}\0octet\0blksize\x000\0`),
  ],
  [
    'blksize-huge',
    'blksize=99999999999',
    'RFC 2348',
    ({ file, missing }) => octetsOf(`\0\x01${file ?? missing}\0octet\0blksize\x0099999999999\0`),
  ],
];

export const riskyQuestions: readonly Question[] = dares.map(([name, title, source, octets]) => ({
  ...{ name, title, source },
  needs: 'risk',
  ask: (exam) => dare(exam, octets(exam)),
}));

/** Sends what a weak server may fail on, and asks whether it still answers. */
async function dare(exam: Exam, octets: Uint8Array): Promise<Answer> {
  const interview = await new Interview(exam).open();
  try {
    interview.forward(octets);
    const heard = await interview.hear(silenceTime(exam));
    const proof = interview.proof(heard);
    const isAlive = await askOnce(exam, request('RRQ', exam.missing), (next) => next.type === 'packet');
    if (!isAlive) return answer('breaks', say`the server does not answer any more`, proof);
    const verdict = isOp(heard, 'ERROR') ? 'refuses' : heard.type === 'packet' ? 'supports' : 'ignores';
    return answer(verdict, say`${heardText(heard)}; the server is well`, proof);
  } finally {
    interview.close();
  }
}

/** What is said about the file that was written. */
export function leftBehind({ write }: Pick<Exam, 'write'>): Printable | undefined {
  return write === undefined ? undefined : say`${printable(write)} stays on the server: TFTP cannot delete.`;
}
