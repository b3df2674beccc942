// A ladder as one self-contained SVG picture, light or dark like the reader's system.
// The rule: text from the net is escaped, and text is wrapped rather than cut.
import { join, say, type Printable } from '../../wire/text.ts';
import { columns, cut } from '../text/columns.ts';
import { grouped, instantText } from '../text/quantities.ts';
import { pictureColours, type Scheme } from '../text/palette.ts';
import { wrapped } from '../text/wrap.ts';
import { endName, rowWords, type Ladder, type LadderRow } from '../ladder/ladder.ts';
import { xml } from './escape.ts';

/** Pixels. The widest of the fonts below takes 0.602 em for a column. */
const column = 13 * 0.602;
const smallColumn = 11 * 0.602;
const left = 136;
const right = 692;
const bracketX = right + 16;
const step = 26;
const leading = 16;
const labelColumns = 66;
const mostLines = 8;
const sideColumns = 26;
const titleColumns = 88;
const addressColumns = 48;

const looks = ['right', 'left', 'odd', 'bad', 'good'] as const;

/** Plain rules without variables: presentation programs read only simple CSS. */
function coloursOf(scheme: Scheme): string {
  const { ink, dim, paper, rule } = pictureColours;
  const rules = [
    `.l{background:${paper[scheme]}}.l text{fill:${ink[scheme]}}.l .d{fill:${dim[scheme]}}`,
    `.l .p{fill:${paper[scheme]}}.l .r{stroke:${rule[scheme]}}`,
    ...looks.map((look) => {
      const colour = pictureColours[look][scheme];
      return `.l .${look} .a{stroke:${colour}}.l .${look} .t{fill:${colour}}`;
    }),
    ...looks.slice(2).map((look) => `.l .${look} .w{fill:${pictureColours[look][scheme]}}`),
  ];
  return rules.join('\n');
}

/** Both schemes by the reader's system, or one. */
function styleOf(theme: Scheme | undefined): string {
  const colours =
    theme === undefined
      ? `${coloursOf('light')}\n@media (prefers-color-scheme:dark){\n${coloursOf('dark')}\n}`
      : coloursOf(theme);
  return `${shapes}\n${colours}`;
}

const shapes = `
.l text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre}
.l .h{font-size:15px}.l .s{font-size:11px}.l .b,.l .h{font-weight:bold}
.l .a,.l .r{stroke-width:1.5;fill:none}.l .inferred .a{stroke-dasharray:5 4}`;

export interface PictureStyle {
  /** Default: true. A page has a heading of its own. */
  readonly heading?: boolean;
  /** Default: light or dark like the reader's system. */
  readonly theme?: Scheme | undefined;
}

/** The picture, ending in a newline. */
export function ladderSvg(ladder: Ladder, { heading = true, theme }: PictureStyle = {}): string {
  const title = join([ladder.title, ...ladder.figures], say` · `);
  const head = heading ? wrapped(title, titleColumns, { longWords: 'break' }).slice(0, mostLines) : [];
  const top = head.length === 0 ? 16 : 28 + head.length * 20;
  const placed = place(ladder.rows, top + 74);
  const windows = windowsOf(placed);
  const room = Math.max(0, ...windows.map(({ words }) => columns(words)));
  const sideX = room === 0 ? bracketX : Math.ceil(bracketX + 28 + room * column);
  const width = Math.ceil(sideX + sideColumns * column + 16);
  const height = Math.max(top + 56, ...placed.slice(-1).map(footOf)) + step;
  const rail = (x: number): string =>
    `<line class="r" x1="${x}" y1="${top + 40}" x2="${x}" y2="${height - 14}"/>`;
  return `<svg class="l" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${xml(title)}">
<title>${xml(title)}</title>
<style>${styleOf(theme)}
</style>
<rect class="p" width="${width}" height="${height}"/>
${lines(head, { x: 20, y: 30, leading: 20, kind: 'h' })}
${rail(left)}
${rail(right)}
${endSvg(say`client`, endName(ladder.client), { x: left, y: top })}
${endSvg(say`server`, endName(ladder.server), { x: right, y: top })}
${lines([say`seconds`], { x: left - 16, y: top + 54, kind: 's d', anchor: 'end' })}
${placed.map((row) => rowSvg(row, sideX)).join('\n')}
${windows.map(windowSvg).join('\n')}
</svg>
`;
}

/** A row, the words of its arrow and of its margin in lines, and where its arrow runs. */
interface PlacedRow {
  readonly row: LadderRow;
  readonly words: readonly Printable[];
  readonly side: readonly Printable[];
  readonly y: number;
}

function place(rows: readonly LadderRow[], start: number): readonly PlacedRow[] {
  let y = start - step;
  return rows.map((row) => {
    const words = few(rowWords(row), labelColumns);
    const side = few(join(row.side, say` · `), sideColumns);
    // Words stand on their arrow, and grow upwards; the margin's grow down from it.
    y += step + (words.length - 1) * leading;
    const here = { row, words, side, y };
    y = footOf(here);
    return here;
  });
}

function footOf({ side, y }: PlacedRow): number {
  return y + (side.length - 1) * leading;
}

/** At most {@link mostLines}; what is left out shows as `…`. */
function few(text: Printable, width: number): readonly Printable[] {
  const all = wrapped(text, width, { longWords: 'break' });
  if (all.length <= mostLines) return all;
  const last = join(all.slice(mostLines - 1), say` `);
  return [...all.slice(0, mostLines - 1), cut(last, width)];
}

interface LinePosition {
  readonly x: number;
  /** Of the first line. */
  readonly y: number;
  readonly leading?: number;
  readonly kind?: string;
  readonly anchor?: 'start' | 'middle' | 'end';
}

function lines(
  words: readonly Printable[],
  { x, y, kind, anchor, leading: gap = leading }: LinePosition,
): string {
  const look = kind === undefined ? '' : ` class="${kind}"`;
  const hold = anchor === undefined ? '' : ` text-anchor="${anchor}"`;
  return words
    .map((line, at) => `<text x="${x}" y="${y + at * gap}"${look}${hold}>${xml(line)}</text>`)
    .join('');
}

/** Who stands at a rail: a name and an address in a box, which stays in the picture. */
function endSvg(name: Printable, address: Printable, { x, y }: { x: number; y: number }): string {
  const shown = cut(address, addressColumns);
  const width = Math.round(Math.max(name.length * column, columns(shown) * smallColumn) + 24);
  const from = Math.max(16, x - width / 2);
  const middle = { x: from + width / 2, anchor: 'middle' as const };
  return `<rect class="p r" x="${from}" y="${y}" width="${width}" height="40" rx="6"/>${lines([name], {
    ...middle,
    y: y + 17,
    kind: 'b',
  })}${lines([shown], { ...middle, y: y + 32, kind: 's d' })}`;
}

function rowSvg(placed: PlacedRow, sideX: number): string {
  const { row, side, y } = placed;
  const number = row.packet === undefined ? [] : [grouped(row.packet)];
  const none = row.kind === 'fold' ? say`` : say`—`;
  const time = row.since === undefined ? none : instantText(row.since);
  const parts = [
    lines(number, { x: 44, y: y + 4, kind: 's d', anchor: 'end' }),
    time === '' ? '' : lines([time], { x: left - 16, y: y + 4, kind: 'd', anchor: 'end' }),
    ...(row.kind === 'arrow' ? arrowSvg(placed) : wordsSvg(placed)),
    side[0] === '' ? '' : lines(side, { x: sideX, y: y + 4, kind: 'd' }),
  ];
  return `<g class="${lookOf(row)}">${parts.join('')}</g>`;
}

/** Direction and trouble; the words, the arrow's head and its end say the same without colour. */
function lookOf({ kind, towards, line, unusual }: LadderRow): string {
  if (kind === 'fold') return kind;
  if (kind === 'end') return unusual ? 'bad' : 'good';
  if (line === 'whole') return unusual ? 'odd' : towards;
  return line === 'lost' ? 'bad' : 'bad inferred';
}

function arrowSvg({ row: { towards, line }, words, y }: PlacedRow): readonly string[] {
  const [from, to] = towards === 'right' ? [left, right] : [right, left];
  const way = to > from ? 1 : -1;
  // What was lost dies on the way.
  const end = line === 'whole' ? to - way : from + (to - from) * 0.6;
  const head = `M${end - 9 * way} ${y - 4.5}L${end} ${y}L${end - 9 * way} ${y + 4.5}Z`;
  const cross = `M${end - 5} ${y - 5}L${end + 5} ${y + 5}M${end - 5} ${y + 5}L${end + 5} ${y - 5}`;
  const tips = {
    whole: `<path class="t" d="${head}"/>`,
    lost: `<path class="a" d="${cross}"/>`,
    inferred: '',
  };
  const stop = line === 'whole' ? end - 4 * way : end;
  return [
    `<line class="a" x1="${from}" y1="${y}" x2="${stop}" y2="${y}"/>${tips[line]}`,
    lines(words, {
      x: from + 12 * way,
      y: y - 5 - (words.length - 1) * leading,
      kind: 'w',
      anchor: towards === 'right' ? 'start' : 'end',
    }),
  ];
}

function wordsSvg({ row: { kind, towards }, words, y }: PlacedRow): readonly string[] {
  const base = { y: y + 4 - (words.length - 1) * leading, kind: 'w' };
  if (kind === 'timer') {
    const place = towards === 'left' ? { x: left + 12 } : { x: right - 12, anchor: 'end' as const };
    return [lines(words, { ...base, ...place })];
  }
  const middle = (left + right) / 2;
  if (kind === 'fold') return [lines(words, { ...base, x: middle, anchor: 'middle', kind: 'd' })];
  const half = (Math.max(...words.map(columns)) / 2) * column + 12;
  const rule = (x1: number, x2: number): string =>
    `<line class="a" x1="${x1}" y1="${y}" x2="${x2}" y2="${y}"/>`;
  return [
    rule(left, Math.round(middle - half)),
    rule(Math.round(middle + half), right),
    lines(words, { ...base, x: middle, anchor: 'middle', kind: 'w b' }),
  ];
}

/** A run of DATA that no answer parts: where it begins and ends, and what stands beside it. */
interface Window {
  readonly from: number;
  readonly to: number;
  readonly words: Printable;
}

function windowsOf(placed: readonly PlacedRow[]): readonly Window[] {
  const windows: Window[] = [];
  let from = 0;
  let words: Printable[] = [];
  for (const { row, y } of placed) {
    const { sign, label } = row.bracket;
    if (sign === 'top') [from, words] = [y, []];
    if (label !== '') words.push(label);
    if (sign === 'bottom') windows.push({ from, to: y, words: join(words, say` `) });
  }
  return windows;
}

function windowSvg({ from, to, words }: Window): string {
  const path = `M${bracketX - 6} ${from}L${bracketX} ${from}L${bracketX} ${to}L${bracketX - 6} ${to}`;
  const place = { x: bracketX + 8, y: (from + to) / 2 + 4, kind: 'd' };
  return `<path class="r" d="${path}"/>${lines([words], place)}`;
}
