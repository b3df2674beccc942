// Asks a server what it supports: the questions in order, the answers as a card. Rule: harmless questions come first; what
// writes or may crash a weak server is asked only where the caller allows it.
import { say, type Printable } from '../../../wire/text.ts';
import type { Tid } from '../../../wire/tid.ts';
import { openExam, type Exam } from '../exam.ts';
import { isExhausted } from '../interview.ts';
import { TftpError } from '../../tftp-error.ts';
import type { Tower } from '../../tower.ts';
import { behaviourQuestions, firstQuestions } from './behaviour-questions.ts';
import { riskyQuestions, writeQuestion } from './daring-questions.ts';
import { likeness, type Likeness } from './fingerprints.ts';
import { optionQuestions } from './option-questions.ts';
import { answer, type Answer, type Question } from './question.ts';

export interface ProbeOptions {
  readonly host: string;
  readonly port: number;
  /** A file of the server. Without one a few usual names are tried. */
  readonly file?: string | undefined;
  /** A name that may be written; undefined: nothing is written. */
  readonly write?: string | undefined;
  /** Whether to ask what is known to crash weak servers. Called before the first such question; default: no. */
  readonly mayRisk?: () => Promise<boolean>;
  readonly signal?: AbortSignal;
  /** Called after each answer. */
  readonly onAnswer?: (question: Question, answer: Answer) => void;
}

/** A question that was not asked, and what it needs. */
export interface Skipped {
  readonly question: Question;
  readonly reason: 'file' | 'write' | 'risk' | 'bounds';
}

export interface Card {
  readonly server: Tid;
  readonly answers: readonly { readonly question: Question; readonly answer: Answer }[];
  readonly facts: ReadonlyMap<string, string>;
  readonly skipped: readonly Skipped[];
  readonly like: Likeness | undefined;
  /** Settings that this server is known to take: `blksize 1468`. Empty: the defaults are right, or too little is known. */
  readonly advice: readonly Printable[];
}

/** All questions in their order. */
export const questions: readonly Question[] = [
  ...firstQuestions,
  writeQuestion,
  ...optionQuestions,
  ...behaviourQuestions,
  ...riskyQuestions,
];

/** Packets that one probe may send, and milliseconds that it may take. */
const bounds = { packets: 4000, time: 120_000 };

/** Rejects with TftpError: an unknown name, `by: 'silence'` where nothing answers, `by: 'abort'` on the signal. */
export async function probe(tower: Tower, options: ProbeOptions): Promise<Card> {
  const { host, port, file, write, signal, onAnswer, mayRisk } = options;
  const exam = await openExam(tower, { host, port, file, write, signal, ...bounds });
  const answers: { question: Question; answer: Answer }[] = [];
  const skipped: Skipped[] = [];
  let risks: boolean | undefined;
  for (const question of questions) {
    if (question.needs === 'risk') risks ??= (await mayRisk?.()) ?? false;
    const reason = whyNot(exam, question, risks ?? false);
    if (reason !== undefined) {
      skipped.push({ question, reason });
      continue;
    }
    const given = await asked(exam, question);
    answers.push({ question, answer: given });
    for (const [name, fact] of Object.entries(given.facts ?? {})) exam.facts.set(name, fact);
    if (question.name === 'answers' && given.facts === undefined) throw silent(exam, given);
    onAnswer?.(question, given);
  }
  const { facts, to: server } = exam;
  return { server, answers, facts, skipped, like: likeness(facts), advice: adviceFor(facts) };
}

function whyNot(exam: Exam, { needs }: Question, risks: boolean): Skipped['reason'] | undefined {
  if (exam.budget.packets <= 0 || exam.tower.clock.now() >= exam.deadline) return 'bounds';
  if (needs === 'file' && exam.file === undefined) return 'file';
  if (needs === 'write' && exam.write === undefined) return 'write';
  return needs === 'risk' && !risks ? 'risk' : undefined;
}

async function asked(exam: Exam, question: Question): Promise<Answer> {
  try {
    return await question.ask(exam);
  } catch (error) {
    if (!isExhausted(error)) throw error;
    return answer('unknown', say`the packets or the time of the probe are used up`);
  }
}

function silent({ to }: Exam, { text }: Answer): TftpError {
  const message = `${to.address} does not answer on port ${to.port} (${text})`;
  return new TftpError(message, { by: 'silence', sends: 3, heard: false });
}

/** The largest block that needs no fragments on Ethernet. */
const ethernetBlock = 1468;
/** The window that the client uses by default. */
const usualWindow = 16;

function adviceFor(facts: ReadonlyMap<string, string>): readonly Printable[] {
  const works = Number(facts.get('works') ?? 0);
  const window = Number(facts.get('window') ?? 0);
  const blksize = Math.min(works, ethernetBlock);
  const isDeaf = ['tsize', 'blksize'].some((name) => facts.get(name) === 'breaks');
  return [
    ...(isDeaf ? [say`options off`] : []),
    ...(!isDeaf && blksize > 512 ? [say`blksize ${blksize}`] : []),
    ...(!isDeaf && window > 1 ? [say`windowsize ${Math.min(usualWindow, window)}`] : []),
  ];
}
