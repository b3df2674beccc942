// A ladder as lines of text at a width. Only the rows asked for are drawn.
import { instantText } from '../text/quantities.ts';
import { join, printable, say, type Printable } from '../../wire/text.ts';
import { toAscii } from '../text/ascii.ts';
import { wrapped } from '../text/wrap.ts';
import { columns as columnsOf, cut, fill, fit } from '../text/columns.ts';
import { endName, type Ladder, type LadderRow } from './ladder.ts';

export interface LadderStyle {
  /** Columns of a line, at least 40; default 80. */
  readonly columns: number;
  readonly ascii: boolean;
  /** Columns for the numbers of packets before each row; 0 by default: no numbers. */
  readonly numbers?: number;
}

/** The columns that numbers up to `last` need, with a blank after them. */
export function numberColumns(last: number): number {
  return String(last).length + 1;
}

/** Rows from `from` up to, not including, `to`. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

interface Signs {
  readonly rail: Printable;
  readonly line: Printable;
  readonly dash: Printable;
  readonly left: Printable;
  readonly right: Printable;
  readonly cross: Printable;
  readonly dot: Printable;
  readonly unknown: Printable;
  readonly brackets: Readonly<Record<LadderRow['bracket']['sign'], Printable>>;
}

const unicode: Signs = {
  rail: say`│`,
  line: say`─`,
  dash: say`╌`,
  left: say`◀`,
  right: say`▶`,
  cross: say`✗`,
  dot: say` · `,
  unknown: say`—`,
  brackets: { none: say` `, top: say`┐`, middle: say`│`, bottom: say`┘` },
};

const ascii: Signs = {
  rail: say`|`,
  line: say`-`,
  dash: say`.`,
  left: say`<`,
  right: say`>`,
  cross: say`X`,
  dot: say` | `,
  unknown: say`--`,
  brackets: { none: say` `, top: say`\\`, middle: say`|`, bottom: say`/` },
};

const timeColumns = 10;
const narrowMargin = 18;
const leastMargin = 8;
/** Columns of an arrow around its label, and around the words of a row without an arrow. */
const arrowColumns = 6;
const wordColumns = 4;

/** The two lines above a ladder: what it is, and the names of its ends. */
export function ladderHead(ladder: Ladder, style: LadderStyle): readonly Printable[] {
  return [titleWords(ladder, style), endsLine(ladder, style)].map((line) => drawn(line, style));
}

const glue = '\u00a0';

/** The same for a page, which has room for all figures. */
export function pageHead(ladder: Ladder, style: LadderStyle): readonly Printable[] {
  // A number stays with what it counts.
  const whole = {
    ...ladder,
    figures: ladder.figures.map((words) => words.replaceAll(' ', glue) as Printable),
  };
  const title = wrapped(titleWords(whole, style), style.columns, { indent: 8 });
  return [...title, endsLine(ladder, style)].map((line) =>
    drawn(line.replaceAll(glue, ' ') as Printable, style),
  );
}

function titleWords(ladder: Ladder, style: LadderStyle): Printable {
  // Of two local ends the next line says where they are.
  const server = ladder.server === undefined || ladder.both ? [] : [printable(ladder.server.address)];
  const words = join([say`LADDER`, ladder.title, ...server], say`  `);
  const counts = figures(ladder, style.ascii ? ascii : unicode);
  return counts === '' ? words : join([words, counts], say`   `);
}

function endsLine(ladder: Ladder, style: LadderStyle): Printable {
  const { inner } = widths(style);
  const [left, right] = [nameOf(ladder, 'client'), nameOf(ladder, 'server')];
  const gap = inner - columnsOf(left) - columnsOf(right);
  const ends = gap > 0 ? say`${left}${fill(say` `, gap)}${right}` : say`${left}  ${right}`;
  return say`${fill(say` `, (style.numbers ?? 0) + timeColumns + 1)}${ends}`;
}

function figures({ figures: parts }: Ladder, signs: Signs): Printable {
  return join(parts, signs.dot);
}

/** A local end by its port, another end by address and port. */
function nameOf(ladder: Ladder, side: 'client' | 'server'): Printable {
  const end = ladder[side];
  if ((ladder.ours !== side && !ladder.both) || end === undefined)
    return say`${side === 'client' ? say`client` : say`server`} ${endName(end)}`;
  return say`${side === 'client' ? say`client` : say`server`} :${end.port} (local)`;
}

/** The rows of a range as lines, in order. A range beyond the ladder is cut to it. */
export function ladderLines(
  ladder: Ladder,
  style: LadderStyle,
  range: Range = whole(ladder),
): readonly Printable[] {
  return ladder.rows.slice(Math.max(0, range.from), range.to).map((row) => ladderLine(row, style));
}

/** The whole ladder with its head. */
export function ladderText(ladder: Ladder, style: LadderStyle): readonly Printable[] {
  return [...pageHead(ladder, style), ...ladderLines(ladder, style)];
}

function whole({ rows }: Ladder): Range {
  return { from: 0, to: rows.length };
}

/**
 * One row: ` 0.001702 │◀──── DATA 1  1,468 B ─│ ┐`.
 * @param delta writes the time since the row before it, if there is one.
 */
export function ladderLine(
  row: LadderRow,
  style: LadderStyle,
  delta?: { readonly before: LadderRow | undefined },
): Printable {
  const signs = style.ascii ? ascii : unicode;
  const { inner, margin } = roomFor(row, widths(style), style);
  const middle = row.kind === 'arrow' ? arrow(row, inner, style) : words(row, inner, style);
  const beside = cut(besideOf(row, signs, margin), margin, style.ascii);
  const number = numberOf(row, style.numbers ?? 0);
  const time = delta === undefined ? timeOf(row, signs) : deltaOf(row, delta.before, signs);
  const line = say`${number}${time}${signs.rail}${middle}${signs.rail}${beside}`;
  return drawn(line, style);
}

/**
 * What a packet says is worth more than the remarks beside it: where it needs their room, it gets it. Where it has room to
 * spare, the first remark gets what it needs.
 */
function roomFor(
  { kind, label, loss, side, bracket }: LadderRow,
  { inner, margin }: ReturnType<typeof widths>,
  { ascii: isAscii }: LadderStyle,
): ReturnType<typeof widths> {
  const words = columnsOf(isAscii ? toAscii(label) : label) + (loss === '' ? 0 : columnsOf(loss) + 2);
  const needed = words + (kind === 'arrow' ? arrowColumns : wordColumns);
  const [first] = bracket.sign === 'none' ? side : [];
  const lacking = first === undefined ? 0 : columnsOf(first) + 1 - margin;
  const spare = Math.min(lacking, inner - needed);
  if (kind === 'arrow' && spare > 0) return { inner: inner - spare, margin: margin + spare };
  const more = Math.max(0, Math.min(margin, needed - inner));
  // In less room than this a remark is only its first letters.
  const left = margin - more < leastMargin ? 0 : margin - more;
  return more === 0 ? { inner, margin } : { inner: inner + more, margin: left };
}

function widths({ columns, numbers = 0 }: LadderStyle): { inner: number; margin: number } {
  const all = columns - numbers;
  const wanted = all >= 110 ? 32 : narrowMargin;
  const margin = Math.max(0, Math.min(wanted, all - timeColumns - 2 - 24));
  return { margin, inner: Math.max(24, all - timeColumns - 2 - margin) };
}

function numberOf({ packet }: LadderRow, room: number): Printable {
  if (room === 0) return say``;
  const text = packet === undefined ? say`` : say`${packet}`;
  return say`${fill(say` `, room - 1 - text.length)}${text} `;
}

/** `+0.000379 `. */
function deltaOf(row: LadderRow, before: LadderRow | undefined, signs: Signs): Printable {
  const { since } = row;
  if (since === undefined || before?.since === undefined) return timeOf(row, signs);
  const text = say`+${instantText(since - before.since)}`;
  return say`${fill(say` `, timeColumns - 1 - text.length)}${text} `;
}

function timeOf({ since, kind }: Pick<LadderRow, 'since' | 'kind'>, signs: Signs): Printable {
  if (kind === 'fold') return fill(say` `, timeColumns);
  const text = since === undefined ? signs.unknown : instantText(since);
  if (since === undefined) return fit(say`     ${text}`, timeColumns);
  return say`${fill(say` `, timeColumns - 1 - text.length)}${text} `;
}

/** `─ ACK 0 ──────▶`: the label is at the end that sent the packet. */
function arrow({ towards, label, loss, line }: LadderRow, inner: number, style: LadderStyle): Printable {
  const signs = style.ascii ? ascii : unicode;
  // How it was lost is never cut.
  const why = loss === '' ? say`` : say`  ${loss}`;
  const text = say` ${labelIn(label, inner - arrowColumns - columnsOf(why), style)}${why} `;
  const shaft = inner - 2 - columnsOf(text);
  const stroke = line === 'inferred' ? signs.dash : signs.line;
  const tail = signs.line;
  if (line === 'whole') {
    const rest = fill(stroke, shaft);
    return towards === 'right'
      ? say`${tail}${text}${rest}${signs.right}`
      : say`${signs.left}${rest}${text}${tail}`;
  }
  // The arrow ends on the way. An inferred loss has no cross, because nobody saw it.
  const part = Math.max(1, Math.floor(shaft * 0.6));
  const end = line === 'lost' ? signs.cross : stroke;
  const empty = fill(say` `, shaft - part);
  const rest = fill(stroke, part);
  return towards === 'right'
    ? say`${tail}${text}${rest}${end}${empty}`
    : say`${empty}${end}${rest}${text}${tail}`;
}

/** Escapes are longer than the characters they replace, so they come before the cut. */
function labelIn(label: Printable, width: number, style: LadderStyle): Printable {
  return cut(style.ascii ? toAscii(label) : label, width, style.ascii);
}

/** A row without an arrow: a timer's words at its own end, the outcome and what is folded in the middle. */
function words({ kind, label, towards }: LadderRow, inner: number, style: LadderStyle): Printable {
  const text = labelIn(label, inner - wordColumns, style);
  const room = inner - columnsOf(text);
  if (kind === 'end' || kind === 'fold') {
    const stroke = kind === 'fold' ? say` ` : style.ascii ? say`=` : say`═`;
    const before = Math.floor((room - 2) / 2);
    return say`${fill(stroke, before)} ${text} ${fill(stroke, room - 2 - before)}`;
  }
  const blank = fill(say` `, room - 2);
  return towards === 'left' ? say`  ${text}${blank}` : say`${blank}${text}  `;
}

/** The words beside an arrow: as many as fit whole; the first one may be cut. */
function besideOf({ side, bracket }: LadderRow, signs: Signs, room: number): Printable {
  const sign = signs.brackets[bracket.sign];
  const parts =
    bracket.sign === 'none' ? [...side] : [say`${sign} ${bracket.label}`.trimEnd() as Printable, ...side];
  while (parts.length > 1 && columnsOf(join(parts, signs.dot)) + 1 > room) parts.pop();
  return parts.length === 0 ? say`` : say` ${join(parts, signs.dot)}`;
}

function drawn(line: Printable, { ascii: plain, columns: width }: LadderStyle): Printable {
  const text = line.trimEnd() as Printable;
  return cut(plain ? toAscii(text) : text, width, plain);
}
