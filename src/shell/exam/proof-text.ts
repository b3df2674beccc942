// The packets that prove an answer, in words. Pure.
import type { Proof } from '../../engine/exam/interview.ts';
import { join, say, type Printable } from '../../wire/text.ts';

/** `ladder 4, packet 2`, or `ladders 5 to 9` for several. */
export function proofText(proofs: readonly Proof[]): Printable {
  const [first] = proofs;
  const last = proofs.at(-1);
  if (first === undefined || last === undefined) return say``;
  if (first !== last) return say`ladders ${first.transfer} to ${last.transfer}`;
  const { transfer, packets } = first;
  const numbers = join(
    packets.map((number) => say`${number}`),
    say`, `,
  );
  return say`ladder ${transfer}, ${packets.length > 1 ? say`packets` : say`packet`} ${numbers}`;
}
