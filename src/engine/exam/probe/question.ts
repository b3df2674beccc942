// A question of a probe: a row that asks with a few packets, and says what the answer means.
import type { Printable } from '../../../wire/text.ts';
import type { Exam } from '../exam.ts';
import type { Proof } from '../interview.ts';

/** What the server does with what was asked. `unknown`: it could not be found out, and the text says why. */
export type Verdict = 'supports' | 'lowers' | 'ignores' | 'refuses' | 'breaks' | 'unknown';

/** Facts by name, for the fingerprint and for later questions. */
export type Facts = Readonly<Record<string, string>>;

export interface Answer {
  readonly verdict: Verdict;
  readonly text: Printable;
  /** The packets that show it. */
  readonly proofs: readonly Proof[];
  readonly facts?: Facts;
}

export interface Question {
  readonly name: string;
  /** What is asked, for a column of 30 characters. */
  readonly title: string;
  readonly source: string;
  /** `file`: a file of the server must be known. `write`: it writes. `risk`: it is known to crash weak servers. */
  readonly needs?: 'file' | 'write' | 'risk';
  readonly ask: (exam: Exam) => Promise<Answer>;
}

export function answer(
  verdict: Verdict,
  text: Printable,
  proof?: Proof | readonly Proof[],
  facts?: Facts,
): Answer {
  const proofs = proof === undefined ? [] : 'transfer' in proof ? [proof] : proof;
  return { verdict, text, proofs, ...(facts !== undefined && { facts }) };
}
