// Help as text: all commands by group, one command, or a topic. No line is wider than 79 columns, and no text is cut.
// The rule: commands and topics are arguments, so that commands can import this file.
import { printable } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import { commandGroups } from '../language/command.ts';
import { wrapped } from '../../trace/text/wrap.ts';
import type { CommandSpec, Flag } from '../language/command.ts';
import { inlineText } from './markdown.ts';
import type { Block } from './markdown.ts';
import type { Topic } from './topics.ts';

/** Columns of help and of other pages of text. */
export const pageWidth = 79;

/** `text` in lines of a page. The first begins with `first`, the others with `indent` blanks. */
function wrap(text: string, first: string, indent: number): readonly string[] {
  return wrapped(text, pageWidth, { first, indent });
}

/** All commands by group, and the topics. */
export function overview(commands: readonly CommandSpec[], topics: readonly Topic[]): readonly Printable[] {
  const lines: string[] = [
    'Commands may be abbreviated. "help COMMAND" and "help TOPIC" show more.',
    '!CMD runs a command of this system; & at the end runs a line in the background.',
  ];
  for (const group of commandGroups) {
    lines.push('', group);
    for (const { name, summary } of commands.filter((one) => one.group === group))
      lines.push(...row(name, summary));
  }
  lines.push('', 'topics');
  for (const { name, summary } of topics) lines.push(...row(name, summary));
  return shown(lines);
}

function row(name: string, summary: string): readonly string[] {
  return wrap(summary, `  ${name.padEnd(12)} `, 15);
}

/** The help of one command: all that its record says. */
export function helpOn({
  name,
  aliases,
  usage,
  summary,
  details,
  flags,
  examples,
}: CommandSpec): readonly Printable[] {
  const lines = [...wrap(summary, `${name}: `, 2)];
  usage.forEach((form, i) =>
    lines.push(...wrap(`${name} ${form}`.trimEnd(), i === 0 ? 'Usage: ' : '       ', 9)),
  );
  if (aliases.length > 0) lines.push(`Also:  ${aliases.join(', ')}`);
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
export function topicLines({ name, summary, blocks }: Topic): readonly Printable[] {
  const lines = [`${name}: ${summary}`];
  blocks.forEach((block, i) => {
    if (block.type !== 'item' || blocks[i - 1]?.type !== 'item') lines.push('');
    lines.push(...blockLines(block));
  });
  // The manual is our own text: a doubled backslash in a rule must stay as it is.
  return lines as readonly string[] as readonly Printable[];
}

const inQuotes = (words: string): string => `"${words}"`;

function blockLines(block: Block): readonly string[] {
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
      return tableLines(block.rows);
  }
}

const widestColumn = 26;

/** Two columns, or each second cell on a line of its own where the first ones are long. */
function tableLines(rows: readonly (readonly string[])[]): readonly string[] {
  const cells = rows.map((row) => row.map((cell) => inlineText(cell, (words) => words)));
  const widest = Math.max(...cells.map(([first = '']) => first.length));
  return cells.flatMap(([first = '', ...others]) =>
    widest > widestColumn
      ? [...wrap(first, '  ', 4), ...wrap(others.join('  '), '      ', 6)]
      : wrap(others.join('  '), `  ${first.padEnd(widest)}  `, widest + 4),
  );
}

function shown(lines: readonly string[]): readonly Printable[] {
  return lines.map((line) => printable(line, 400));
}
