// How tones and kinds of line look on a terminal. The rule: one table each, with the colours of the palette;
// nothing else in this room names a colour.
import { sgr, terminalColours } from '../trace/text/palette.ts';
import type { Line } from '../shell/session/state.ts';
import { wrapText, type Tone } from './text/layout.ts';

/** Properties of Ink's `Text`. */
export interface Look {
  readonly color?: string;
  readonly dimColor?: boolean;
  readonly bold?: boolean;
  readonly inverse?: boolean;
}

const looks: Readonly<Record<Tone, Look>> = {
  plain: {},
  dim: { color: terminalColours.dim },
  strong: { bold: true },
  prompt: { bold: true },
  bar: { color: terminalColours.bar },
  warn: { color: terminalColours.odd },
  selected: { inverse: true },
};

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

/** How a tone looks; without colour all look alike, and signs and words show the difference. */
export function look(tone: Tone, color: boolean): Look {
  return color ? looks[tone] : {};
}

/** Table rows and typed lines stay as they are; sentences break between words. */
const tables: ReadonlySet<Line['kind']> = new Set(['echo', 'sent', 'received', 'unusual']);

/** A line of the transcript for a terminal of `width` columns, with its line feed. */
export function paintLine({ kind, text }: Line, width: number, color: boolean): string {
  const lines = tables.has(kind) ? [text] : wrapText(text, width);
  const code = color ? kinds[kind] : undefined;
  const paint = (line: string): string => (code === undefined ? line : `\u001b[${code}m${line}\u001b[0m`);
  return lines.map((line) => `${paint(line)}\n`).join('');
}
