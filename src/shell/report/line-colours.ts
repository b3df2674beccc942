// The colour of each kind of line on a terminal, with and without the terminal interface.
// Rule: only the colours of the palette; a line must be clear without its colour.
import { sgr, terminalColours } from '../../trace/text/palette.ts';
import type { Line } from '../session/state.ts';

const bold = 1;

/** SGR parameters of each kind of line; undefined: the terminal's own ink. */
const kinds: Readonly<Record<Line['kind'], number | undefined>> = {
  echo: bold,
  plain: undefined,
  good: sgr[terminalColours.good],
  bad: sgr[terminalColours.bad],
  hint: sgr[terminalColours.dim],
  sent: sgr[terminalColours.sent],
  received: undefined,
  unusual: sgr[terminalColours.odd],
  server: sgr[terminalColours.server],
};

/** `text` in the colour of its kind. */
export function inColour(text: string, kind: Line['kind']): string {
  const code = kinds[kind];
  return code === undefined ? text : `\u001b[${code}m${text}\u001b[0m`;
}
