// Help as text: all commands by group, one command, or a topic. No line is wider than 79 columns, and no text is cut.
// The rule: commands and topics are arguments, so that commands can import this file.
import { printable } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import { pageWidth } from './page-width.ts';
import { commandGroups } from '../language/command.ts';
import { wrapped } from '../../trace/text/wrap.ts';
import type { CommandSpec, Flag } from '../language/command.ts';
import { inlineText } from './markdown.ts';
import type { Block } from './markdown.ts';
import type { Topic } from './topics.ts';

/** Wraps a text into lines of a page. The first begins with `first`, the others with `indent` blanks. */
type Wrap = (text: string, first: string, indent: number) => readonly string[];

const wrapAt =
  (width: number): Wrap =>
  (text, first, indent) =>
    wrapped(text, width, { first, indent });

/** The index of help: the commands of each group and the topics by name. It fits a screen of 24 rows. */
export function overview(
  commands: readonly CommandSpec[],
  topics: readonly Topic[],
  width = pageWidth,
): readonly Printable[] {
  const wrap = wrapAt(width);
  const row = (name: string, names: readonly string[]): readonly string[] =>
    wrap(names.join(' '), `  ${name.padEnd(12)} `, 15);
  return shown([
    ...wrap('"help COMMAND", "help GROUP" and "help TOPIC" show more. Commands may be abbreviated.', '', 0),
    ...commandGroups.flatMap((group) =>
      row(
        group,
        commands.filter((one) => one.group === group).map(({ name }) => name),
      ),
    ),
    ...row(
      'topics',
      topics.map(({ name }) => name),
    ),
    ...wrap('!CMD runs a command of this system; & at the end runs a line in the background.', '', 0),
  ]);
}

/** The commands of a group, or all topics, with what each does; undefined for an unknown group. */
export function groupLines(
  group: string,
  commands: readonly CommandSpec[],
  topics: readonly Topic[],
  width = pageWidth,
): readonly Printable[] | undefined {
  const rows = group === 'topics' ? topics : commands.filter((one) => one.group === group);
  if (rows.length === 0) return undefined;
  const wrap = wrapAt(width);
  return shown([
    `${group}:`,
    ...rows.flatMap(({ name, summary }) => wrap(summary, `  ${name.padEnd(12)} `, 15)),
  ]);
}

/** The help of one command: all that its record says. */
export function helpOn(
  { name, aliases, usage, summary, details, flags, examples }: CommandSpec,
  width = pageWidth,
): readonly Printable[] {
  const wrap = wrapAt(width);
  const lines = [...wrap(summary, `${[name, ...aliases].join(', ')}: `, 2)];
  usage.forEach((form, i) =>
    lines.push(...wrap(`${name} ${form}`.trimEnd(), i === 0 ? 'Usage: ' : '       ', 9)),
  );
  for (const detail of details ?? []) lines.push(...wrap(detail, '  ', 2));
  const column = Math.max(15, ...(flags ?? []).map((flag) => flagForm(flag).length));
  for (const flag of flags ?? [])
    lines.push(...wrap(flag.summary, `  ${flagForm(flag).padEnd(column)} `, column + 3));
  lines.push(examples.length === 1 ? 'Example:' : 'Examples:');
  for (const example of examples) lines.push(`  ${example}`);
  return shown(lines);
}

/** `-o DIR`. */
export function flagForm({ name, short, value }: Pick<Flag, 'name' | 'short' | 'value'>): string {
  const names = short === undefined ? name : `${short}, ${name}`;
  return value === undefined ? names : `${names} ${value}`;
}

/** A topic: its summary, then its blocks with empty lines between them. */
export function topicLines({ name, summary, blocks }: Topic, width = pageWidth): readonly Printable[] {
  const wrap = wrapAt(width);
  const lines = [`${name}: ${summary}`];
  blocks.forEach((block, i) => {
    if (block.type !== 'item' || blocks[i - 1]?.type !== 'item') lines.push('');
    lines.push(...blockLines(block, { wrap, width }));
  });
  // The manual is our own text: a doubled backslash in a rule must stay as it is.
  return lines as readonly string[] as readonly Printable[];
}

const inQuotes = (words: string): string => `"${words}"`;

function blockLines(block: Block, page: { readonly wrap: Wrap; readonly width: number }): readonly string[] {
  const { wrap } = page;
  switch (block.type) {
    case 'heading':
      return [`${block.text}:`];
    case 'paragraph':
      return wrap(inlineText(block.text, inQuotes), '', 0);
    case 'item':
      return wrap(inlineText(block.text, inQuotes), '- ', 2);
    case 'code':
      return block.lines.map((line) => (line === '' ? '' : `  ${line}`));
    case 'table':
      return tableLines(block.rows, page);
  }
}

const widestColumn = 26;

/** Two columns, or each second cell on a line of its own where the first ones are long; more columns side by side. */
function tableLines(
  rows: readonly (readonly string[])[],
  { wrap, width }: { readonly wrap: Wrap; readonly width: number },
): readonly string[] {
  const cells = rows.map((row) => row.map((cell) => inlineText(cell, (words) => words)));
  if (cells.some((row) => row.length > 2)) return columnLines(cells, width);
  const widest = Math.max(...cells.map(([first = '']) => first.length));
  return cells.flatMap(([first = '', ...others]) =>
    widest > widestColumn
      ? [...wrap(first, '  ', 4), ...wrap(others.join('  '), '      ', 6)]
      : wrap(others.join('  '), `  ${first.padEnd(widest)}  `, widest + 4),
  );
}

/** Each cell is wrapped in its column. Columns that need less than their share leave the rest to the others. */
function columnLines(rows: readonly (readonly string[])[], width: number): readonly string[] {
  const widths = columnWidths(rows, width);
  return rows.flatMap((row) => {
    const cells = row.map((cell, at) => wrapped(cell, widths[at] ?? 0, { longWords: 'break' }));
    const height = Math.max(...cells.map(({ length }) => length));
    return Array.from({ length: height }, (_, line) =>
      `  ${cells.map((cell, at) => (cell[line] ?? '').padEnd(widths[at] ?? 0)).join('  ')}`.trimEnd(),
    );
  });
}

function columnWidths(rows: readonly (readonly string[])[], width: number): readonly number[] {
  const needs = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => (row[at] ?? '').length)));
  const widths = new Map<number, number>();
  let room = width - 2 * needs.length;
  for (const [at, need] of [...needs.entries()].sort(([, a], [, b]) => a - b)) {
    const share = Math.floor(room / (needs.length - widths.size));
    widths.set(at, Math.min(need, share));
    room -= Math.min(need, share);
  }
  return needs.map((_, at) => widths.get(at) ?? 0);
}

function shown(lines: readonly string[]): readonly Printable[] {
  return lines.map((line) => printable(line, 400));
}
