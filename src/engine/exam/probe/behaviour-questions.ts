// Questions about behaviour that need no option: first answers, modes, names, repeated packets, strangers.
import { join, printable, say, type Printable } from '../../../wire/text.ts';
import { formatTid, sameTid } from '../../../wire/tid.ts';
import { durationText } from '../../../trace/text/quantities.ts';
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
import { Interview, type Heard, type Proof } from '../interview.ts';
import { findUsualFile, usualNames } from '../usual-file.ts';
import { answer, type Answer, type Question } from './question.ts';

/** How long repetitions are waited for, in milliseconds, and how many at most. */
const schedule = { time: 8000, most: 4 };
/** How often the round trip is measured. */
const measurements = 4;
export const firstQuestions: readonly Question[] = [
  {
    name: 'answers',
    title: 'text for a missing file',
    source: 'RFC 1350 §4, §5',
    ask: (exam) =>
      askOnce(exam, request('RRQ', exam.missing), (heard, interview) => {
        const proof = interview.proof(heard);
        if (heard.type !== 'packet') return answer('breaks', heardText(heard), proof);
        const port = sameTid(heard.from, exam.to) ? 'same' : 'new';
        const facts = { missing: heardText(heard), port };
        const where = port === 'new' ? say`from a new port` : say`from the same port`;
        const isRefusal = isOp(heard, 'ERROR');
        return answer(isRefusal ? 'supports' : 'breaks', say`${heardText(heard)}, ${where}`, proof, facts);
      }),
  },
  { name: 'round-trip', title: 'round trip', source: 'RFC 1123 §4.2.3.2', ask: roundTrips },
  {
    name: 'mode-unknown',
    title: 'a mode that does not exist',
    source: 'RFC 1350 §5',
    ask: (exam) =>
      askOnce(exam, request('RRQ', exam.file ?? exam.missing, { mode: 'x-mode' }), (heard, interview) => {
        const verdict = heard.type !== 'packet' ? 'ignores' : isOp(heard, 'ERROR') ? 'refuses' : 'breaks';
        return answer(verdict, heardText(heard), interview.proof(heard), { mode: heardText(heard) });
      }),
  },
  { name: 'usual-names', title: 'a file with a usual name', source: 'ours', ask: usualFile },
];

export const behaviourQuestions: readonly Question[] = [
  modeQuestion('netascii', 'mode netascii'),
  modeQuestion('OCTET', 'the mode in capitals'),
  modeQuestion('mail', 'mode mail, which is obsolete'),
  { name: 'names', title: 'forms of a name', source: 'RFC 1350 §5', needs: 'file', ask: nameForms },
  { name: 'schedule', title: 'when it resends', source: 'RFC 1350 §2', needs: 'file', ask: resendTimes },
  {
    name: 'request-twice',
    title: 'the same request twice',
    source: 'RFC 1350 §4',
    needs: 'file',
    ask: requestTwice,
  },
  {
    name: 'ack-twice',
    title: 'each ACK twice',
    source: 'RFC 1123 §4.2.3.1',
    needs: 'file',
    ask: acksTwice,
  },
  {
    name: 'stranger',
    title: 'an ACK from another port',
    source: 'RFC 1350 §4',
    needs: 'file',
    ask: fromStranger,
  },
];

async function roundTrips(exam: Exam): Promise<Answer> {
  const times: number[] = [];
  const proofs: Proof[] = [];
  for (let sent = 0; sent < measurements; sent += 1)
    await askOnce(exam, request('RRQ', exam.missing), (heard, interview) => {
      proofs.push(interview.proof(heard));
      if (heard.type === 'packet') times.push(heard.after);
    });
  if (times.length === 0) return answer('unknown', say`no answer this time`, proofs);
  const smallest = Math.min(...times);
  const lost = measurements - times.length;
  const text = say`${durationText(smallest)} to ${durationText(Math.max(...times))}`;
  return answer('supports', lost === 0 ? text : say`${text}; ${lost} without an answer`, proofs);
}

/** Looks for a file to ask about, if the user named none. */
async function usualFile(exam: Exam): Promise<Answer> {
  if (exam.file !== undefined)
    return answer('supports', say`not needed: ${printable(exam.file, 60)} is named`);
  const found = await findUsualFile(exam);
  exam.file = found;
  return found === undefined
    ? answer('unknown', say`none of ${usualNames.length} names exists`)
    : answer('supports', say`${printable(found)} exists, the questions below use it`);
}

function modeQuestion(mode: string, title: string): Question {
  const name = `mode-${mode.toLowerCase()}`;
  return {
    name,
    title,
    source: mode === 'mail' ? 'RFC 1123 §4.2.2.1' : 'RFC 1350 §1, §5',
    needs: 'file',
    ask: (exam) =>
      askOnce(exam, request('RRQ', exam.file ?? '', { mode }), (heard, interview) => {
        const verdict = isOp(heard, 'DATA') ? 'supports' : isOp(heard, 'ERROR') ? 'refuses' : 'breaks';
        return answer(verdict, heardText(heard), interview.proof(heard), { [name]: verdict });
      }),
  };
}

async function nameForms(exam: Exam): Promise<Answer> {
  const file = exam.file ?? '';
  const swapped = file.replace(/[a-zA-Z]/g, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );
  const forms: readonly (readonly [fact: string, form: string])[] = [
    ['slash', `/${file}`],
    ['dot', `./${file}`],
    ['backslash', `\\${file}`],
    ['parent', `x/../${file}`],
    ['caseless', swapped],
  ];
  const found: Printable[] = [];
  const facts: Record<string, string> = {};
  const proofs: Proof[] = [];
  for (const [fact, form] of forms.filter(([, one]) => one !== file))
    await askOnce(exam, request('RRQ', form), (heard, interview) => {
      proofs.push(interview.proof(heard));
      facts[fact] = isOp(heard, 'DATA') ? 'yes' : 'no';
      if (isOp(heard, 'DATA')) found.push(printable(form, 40));
    });
  const text =
    found.length === 0 ? say`only the name itself is found` : say`also found: ${join(found, say`  `)}`;
  return answer(found.length === 0 ? 'refuses' : 'supports', text, proofs, facts);
}

function resendTimes(exam: Exam): Promise<Answer> {
  return askOnce(exam, request('RRQ', exam.file ?? ''), async (heard, interview) => {
    if (!isData(heard, 1)) return answer('unknown', heardText(heard), interview.proof(heard));
    const { clock } = exam.tower;
    const end = clock.now() + schedule.time;
    const times: Printable[] = [];
    const copies: Heard[] = [heard];
    for (let before = clock.now(); times.length < schedule.most && clock.now() < end; before = clock.now()) {
      const next = await interview.hear(end - clock.now());
      if (next.type === 'packet' && !isData(next, 1))
        return answer('breaks', say`${heardText(next)} comes instead of DATA 1`, interview.proof(next));
      if (!isData(next, 1)) break;
      times.push(durationText(roundedTo(100, clock.now() - before)));
      copies.push(next);
    }
    const proof = interview.proof(...copies);
    if (times.length === 0)
      return answer('unknown', say`nothing within ${durationText(schedule.time)}`, proof, { resends: 'no' });
    return answer('supports', say`after ${join(times, say`, `)}`, proof, { resends: times[0] ?? '' });
  });
}

function roundedTo(unit: number, value: number): number {
  return Math.max(unit, Math.round(value / unit) * unit);
}

function requestTwice(exam: Exam): Promise<Answer> {
  const packet = request('RRQ', exam.file ?? '');
  return askOnce(exam, packet, async (heard, interview) => {
    if (!isData(heard, 1)) return answer('unknown', heardText(heard), interview.proof(heard));
    interview.send(packet, exam.to);
    const next = await interview.hear(silenceTime(exam));
    const proof = interview.proof(heard, next);
    if (next.type === 'packet' && !sameTid(next.from, heard.from))
      return answer('ignores', say`a second transfer begins at ${printable(formatTid(next.from))}`, proof, {
        twice: 'two',
      });
    return answer('supports', say`keeps one transfer`, proof, { twice: 'one' });
  });
}

/** Blocks whose ACK is repeated. */
const doubled = 3;

/**
 * Repeats each ACK as soon as its answer is here. A timer may also repeat a block, but not every time, and not as soon as
 * an answer can come.
 */
function acksTwice(exam: Exam): Promise<Answer> {
  return askOnce(exam, request('RRQ', exam.file ?? ''), async (heard, interview) => {
    if (!isData(heard, 1)) return answer('unknown', heardText(heard), interview.proof(heard));
    const copies: Heard[] = [];
    let tried = 0;
    let block = heard;
    for (let at = 1; at <= doubled && block.packet.data.length === 512; at += 1) {
      interview.send({ op: 'ACK', block: at });
      const next = await interview.hear(answerTime(exam));
      if (!isData(next, at + 1)) break;
      interview.send({ op: 'ACK', block: at });
      const reaction = await interview.hear(reactionTime(exam));
      tried += 1;
      if (isData(reaction, at + 1)) copies.push(reaction);
      block = next;
    }
    const proof = interview.proof(...copies);
    if (tried === 0) return answer('unknown', say`the file has one block only`, proof);
    if (copies.length === 0)
      return answer('supports', say`each block comes once`, proof, { apprentice: 'no' });
    if (copies.length === tried)
      return answer('breaks', say`each block comes twice (Sorcerer's Apprentice)`, proof, {
        apprentice: 'yes',
      });
    return answer('unknown', say`${copies.length} of ${tried} blocks came twice`, proof);
  });
}

function fromStranger(exam: Exam): Promise<Answer> {
  return askOnce(exam, request('RRQ', exam.file ?? ''), async (heard, interview) => {
    if (!isData(heard, 1)) return answer('unknown', heardText(heard), interview.proof(heard));
    if (sameTid(heard.from, exam.to))
      return answer('unknown', say`all transfers use one port`, interview.proof(heard));
    const stranger = await new Interview(exam).open();
    try {
      stranger.send({ op: 'ACK', block: 1 }, heard.from);
      const said = await stranger.hear(silenceTime(exam));
      const proofs = [interview.proof(heard), stranger.proof(said)];
      const facts = { stranger: heardText(said) };
      if (said.type === 'silence') return answer('ignores', say`no answer`, proofs, facts);
      const isRight = isOp(said, 'ERROR') && said.packet.code === 5;
      return answer(isRight ? 'supports' : 'breaks', heardText(said), proofs, facts);
    } finally {
      stranger.finish();
      stranger.close();
    }
  });
}
