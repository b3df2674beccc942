// Help in words: all commands by group, one of them, or a topic; nothing wider than 79 columns and nothing cut.
// Pure: rendered from the registry's records. Never imports the registry, so that commands may import this.
import { printable } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import { commandGroups } from '../language/command.ts';
import type { Command, Flag } from '../language/command.ts';
import { topics } from './topics.ts';
import type { Topic } from './topics.ts';

const width = 79;

/** `text` in lines of at most `width` columns; those after the first are indented by `indent` more. */
export function wrap(text: string, first: string, indent: number): readonly string[] {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.split(' ')) {
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = ' '.repeat(indent);
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line];
}

/** All commands by group, and the topics. */
export function overview(commands: readonly Command[]): readonly Printable[] {
  const lines: string[] = [
    'Commands may be abbreviated. "help COMMAND" and "help TOPIC" tell more.',
    '!CMD runs a command of this system; a last & runs a line beside the prompt.',
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

/** Everything that the registry knows about a command. */
export function helpOn({
  name,
  aliases,
  usage,
  summary,
  details,
  flags,
  examples,
}: Command): readonly Printable[] {
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

/** A topic, its paragraphs parted by empty lines. */
export function topicLines({ name, summary, paragraphs }: Topic): readonly Printable[] {
  const lines = [`${name}: ${summary}`];
  paragraphs.forEach((paragraph, i) => {
    const asIs = paragraph.startsWith('  ');
    if (i === 0 || !asIs || paragraphs[i - 1]?.startsWith('  ') !== true) lines.push('');
    lines.push(...(asIs ? [paragraph] : wrap(paragraph, '', 0)));
  });
  return shown(lines);
}

function shown(lines: readonly string[]): readonly Printable[] {
  return lines.map((line) => printable(line, 400));
}
