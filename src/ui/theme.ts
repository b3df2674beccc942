// What tones and kinds of line look like. The rule: one table each; colour says direction and trouble only,
// and what it says is in the words as well. Nothing else in ui/ names a colour.
import type { Line } from '../shell/session/state.ts';
import type { Tone } from './text/layout.ts';
import { wrapWords } from './text/wrap.ts';

/** Properties of Ink's `Text`. */
export interface Look {
  readonly color?: string;
  readonly dimColor?: boolean;
  readonly bold?: boolean;
  readonly inverse?: boolean;
}

const looks: Readonly<Record<Tone, Look>> = {
  plain: {},
  dim: { color: 'gray' },
  strong: { bold: true },
  prompt: { bold: true },
  bar: { color: 'cyan' },
  warn: { color: 'yellow' },
  selected: { inverse: true },
};

// SGR parameters: the terminal's own sixteen colours, so that the reader's theme decides.
const kinds: Readonly<Record<Line['kind'], string>> = {
  echo: '1',
  plain: '',
  good: '32',
  bad: '31',
  hint: '90',
  sent: '36',
  received: '',
  unusual: '33',
  server: '35',
};

/** How a tone looks; without colour everything looks alike, and the signs must do. */
export function look(tone: Tone, color: boolean): Look {
  return color ? looks[tone] : {};
}

// Tables and what was typed stay as they are; sentences break between words.
const tables: ReadonlySet<Line['kind']> = new Set(['echo', 'sent', 'received', 'unusual']);

/** A line of transcript, ready for a terminal of so many columns, with its line feed. */
export function paintLine({ kind, text }: Line, width: number, color: boolean): string {
  const lines = tables.has(kind) ? [text] : wrapWords(text, width);
  const code = color ? kinds[kind] : '';
  const paint = (line: string): string => (code === '' ? line : `\u001b[${code}m${line}\u001b[0m`);
  return lines.map((line) => `${paint(line)}\n`).join('');
}
