// What tones and kinds of line look like. The rule: one table each; colour says direction and trouble only,
// and what it says is in the words as well. Nothing else in ui/ names a colour.
import type { Line } from '../shell/state.ts';
import type { Tone } from './text/layout.ts';

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

/** A line of transcript, ready for the terminal, with its line feed. */
export function paintLine(line: Line, color: boolean): string {
  const code = kinds[line.kind];
  return color && code !== '' ? `\u001b[${code}m${line.text}\u001b[0m\n` : `${line.text}\n`;
}
