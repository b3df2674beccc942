// A ladder as plain text, for handouts and bug reports.
import type { Ladder } from '../ladder/ladder.ts';
import { ladderText, type LadderStyle } from '../ladder/text.ts';

/** Head and rows, ending in a newline. */
export function ladderPlain(ladder: Ladder, style: LadderStyle): string {
  return `${ladderText(ladder, style).join('\n')}\n`;
}
