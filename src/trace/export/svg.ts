// A ladder as one self-contained SVG picture, light or dark as the reader's system. Text from the net is escaped.
// Imports wire's words and types.
import { join, printable, say, type Printable } from '../../wire/text.ts';
import { cut } from '../columns.ts';
import { endName, type Ladder, type Row } from '../ladder.ts';
import { xml } from './escape.ts';

const width = 960;
const left = 110;
const right = 690;
const top = 86;
const step = 26;
const labelColumns = 66;
const sideColumns = 34;

const style = `
.l{--ink:#1f2328;--dim:#59636e;--line:#0969da;--bad:#cf222e;--paper:#fff}
@media (prefers-color-scheme:dark){.l{--ink:#e6edf3;--dim:#9198a1;--line:#58a6ff;--bad:#ff7b72;--paper:#0d1117}}
.l text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:var(--ink)}
.l .h{font-weight:bold}.l .d{fill:var(--dim)}.l .b{fill:var(--bad)}
.l rect{fill:var(--paper)}.l line,.l path{stroke:var(--line);stroke-width:1.5;fill:none}
.l .r{stroke:var(--dim)}.l .x{stroke:var(--bad)}.l .i{stroke:var(--bad);stroke-dasharray:5 4}`;

/** The picture, ending in a newline. */
export function ladderSvg(ladder: Ladder): string {
  const height = top + step * (ladder.rows.length + 1);
  const rail = (x: number): string =>
    `<line class="r" x1="${x}" y1="${top - 18}" x2="${x}" y2="${height - 14}"/>`;
  const title = join([ladder.title, ...ladder.figures], say` · `);
  const rows = ladder.rows.map((row, at) => rowSvg(row, top + step * at)).join('\n');
  return `<svg class="l" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${xml(title)}">
<title>${xml(title)}</title>
<style>${style}
</style>
<rect width="${width}" height="${height}"/>
${text(title, { x: 16, y: 26, kind: 'h' })}
${text(say`client ${endName(ladder.client)}`, { x: left, y: 56, kind: 'd', anchor: 'middle' })}
${text(say`server ${endName(ladder.server)}`, { x: right, y: 56, kind: 'd', anchor: 'middle' })}
${rail(left)}
${rail(right)}
${rows}
</svg>
`;
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly kind?: 'h' | 'd' | 'b';
  readonly anchor?: 'start' | 'middle' | 'end';
}

function text(words: Printable, { x, y, kind, anchor }: Place): string {
  const look = kind === undefined ? '' : ` class="${kind}"`;
  const hold = anchor === undefined ? '' : ` text-anchor="${anchor}"`;
  return `<text x="${x}" y="${y}"${look}${hold}>${xml(words)}</text>`;
}

function rowSvg(row: Row, y: number): string {
  const time = row.since === undefined ? say`—` : printable((row.since / 1000).toFixed(6));
  const parts = [text(time, { x: left - 14, y: y + 4, kind: 'd', anchor: 'end' })];
  if (row.kind === 'arrow') parts.push(...arrowSvg(row, y));
  else parts.push(wordsSvg(row, y));
  parts.push(...bracketSvg(row, y));
  const side = cut(join(row.side, say` · `), sideColumns);
  if (side !== '')
    parts.push(text(side, { x: right + (row.bracket.sign === 'none' ? 14 : 90), y: y + 4, kind: 'd' }));
  return parts.join('');
}

function arrowSvg({ towards, line, label }: Row, y: number): readonly string[] {
  const [from, to] = towards === 'right' ? [left, right] : [right, left];
  const way = to > from ? 1 : -1;
  // What was lost dies on the way.
  const end = line === 'whole' ? to : from + (to - from) * 0.6;
  const look = line === 'whole' ? '' : line === 'lost' ? ' class="x"' : ' class="i"';
  const head = `M${end - 8 * way} ${y - 4}L${end} ${y}L${end - 8 * way} ${y + 4}`;
  const cross = `M${end - 5} ${y - 5}L${end + 5} ${y + 5}M${end - 5} ${y + 5}L${end + 5} ${y - 5}`;
  const tip =
    line === 'whole' ? `<path d="${head}"/>` : line === 'lost' ? `<path class="x" d="${cross}"/>` : '';
  const words = text(cut(label, labelColumns), {
    ...{ x: from + 12 * way, y: y - 5, anchor: towards === 'right' ? 'start' : 'end' },
    ...(line === 'whole' ? {} : { kind: 'b' }),
  });
  return [`<line${look} x1="${from}" y1="${y}" x2="${end}" y2="${y}"/>`, tip, words];
}

function wordsSvg({ kind, label, towards, unusual }: Row, y: number): string {
  const look = unusual ? { kind: 'b' as const } : {};
  const words = cut(label, labelColumns);
  if (kind === 'end') return text(words, { x: (left + right) / 2, y: y + 4, anchor: 'middle', ...look });
  const place = towards === 'left' ? { x: left + 12 } : { x: right - 12, anchor: 'end' as const };
  return text(words, { ...place, y: y + 4, ...look });
}

function bracketSvg({ bracket }: Row, y: number): readonly string[] {
  const x = right + 14;
  const half = step / 2;
  const paths = {
    none: '',
    top: `M${x - 6} ${y}L${x} ${y}L${x} ${y + half}`,
    middle: `M${x} ${y - half}L${x} ${y + half}`,
    bottom: `M${x} ${y - half}L${x} ${y}L${x - 6} ${y}`,
  };
  if (bracket.sign === 'none') return [];
  const path = `<path class="r" d="${paths[bracket.sign]}"/>`;
  return bracket.label === '' ? [path] : [path, text(bracket.label, { x: x + 8, y: y + 4, kind: 'd' })];
}
