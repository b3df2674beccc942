// How tones and lines look on a terminal. The rule: one table, with the colours of the palette; nothing else in this
// room names a colour.
import { terminalColours } from '../trace/text/palette.ts';
import { inColour } from '../shell/report/line-colours.ts';
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
  bad: { color: terminalColours.bad },
  sent: { color: terminalColours.sent },
  selected: { inverse: true },
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
  return lines.map((line) => `${color ? inColour(line, kind) : line}\n`).join('');
}
