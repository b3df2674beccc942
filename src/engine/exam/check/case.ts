// A case of a check: a row of the catalogue that can be asked from outside, and its verdict.
import { say, type Printable } from '../../../wire/text.ts';
import { heardText, type Exam } from '../exam.ts';
import type { Heard, Interview, Proof } from '../interview.ts';

export type CheckVerdict = 'PASS' | 'FAIL' | 'SKIP';

export interface Result {
  readonly verdict: CheckVerdict;
  readonly text: Printable;
  readonly proofs: readonly Proof[];
}

export interface CaseRow {
  /** The number of the case in test/catalogue/protocol.md. */
  readonly number: number;
  readonly title: string;
  /** The section that decides the verdict. */
  readonly section: string;
}

/** What a case needs before it is asked. */
export type Need = 'file' | 'write' | 'risk';

/** A case that is asked of a server. */
export interface ServerCase extends CaseRow {
  /** A file must be known, writing must be allowed, or a risk for weak servers must be accepted. */
  readonly needs?: readonly Need[];
  /** The option that the server must support. */
  readonly option?: 'blksize' | 'tsize' | 'timeout' | 'windowsize';
  readonly ask: (exam: Exam) => Promise<Result>;
}

export function pass(text: Printable, ...proofs: readonly Proof[]): Result {
  return { verdict: 'PASS', text, proofs };
}

export function fail(text: Printable, ...proofs: readonly Proof[]): Result {
  return { verdict: 'FAIL', text, proofs };
}

export function skip(text: Printable, ...proofs: readonly Proof[]): Result {
  return { verdict: 'SKIP', text, proofs };
}

/** PASS where `isRight`; else FAIL with what was expected. */
export function judged(
  isRight: boolean,
  { heard, interview, expected }: { heard: Heard; interview: Interview; expected: Printable },
): Result {
  const proof = interview.proof(heard);
  const text = heardText(heard);
  return isRight ? pass(text, proof) : fail(say`${text}; expected ${expected}`, proof);
}
