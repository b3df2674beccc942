// The man page as roff (man macros), rendered from the same tables and topics as help. The build writes it to
// dist/tftpsh.1. The rule: a text that a table contains is not repeated here. Pure.
import { commandGroups } from '../language/command.ts';
import type { CommandSpec } from '../language/command.ts';
import { exitStatusTable } from '../report/exit-status.ts';
import { programFlags } from './flags.ts';
import { flagForm } from '../help/help.ts';
import { registry } from '../commands/registry.ts';
import { limitsOf, settingGroups, valueText } from '../settings/settings.ts';
import { inlineText } from '../help/markdown.ts';
import type { Block } from '../help/markdown.ts';
import { topics } from '../help/topics.ts';

/** The page for man(1). */
export function renderManual(version: string): string {
  return [
    `.TH TFTPSH 1 "" "tftpsh ${version}"`,
    section('NAME', [text('tftpsh - an interactive TFTP shell with an embedded server')]),
    section('SYNOPSIS', synopsis),
    section('DESCRIPTION', [
      text(
        'tftpsh gets and puts files by TFTP, serves files, and shows every packet. Without a command it is an interactive shell. With a command, or with commands on standard input, it runs them and exits.',
      ),
    ]),
    section(
      'OPTIONS',
      programFlags.map((flag) => item(programFlagForm(flag), flag.summary)),
    ),
    section('COMMANDS', commandGroups.flatMap(group)),
    section(
      'SETTINGS',
      settingGroups.flatMap(({ heading, rows }) => [
        ...(heading === undefined ? [] : [`.SS ${escaped(heading)}`]),
        ...rows.map((row) =>
          item(row.name, `${row.meaning}. Takes ${limitsOf(row)}; default ${valueText(row, row.default)}.`),
        ),
      ]),
    ),
    ...topics
      .filter(({ name }) => name !== 'status-codes')
      .map(({ name, blocks }) => section(name.toUpperCase(), blocks.map(blockText))),
    section(
      'EXIT STATUS',
      exitStatusTable.map(([status, meaning]) => item(String(status), meaning)),
    ),
    section('FILES', [
      item('$XDG_CONFIG_HOME/tftpsh/startup', 'commands that run before the first prompt'),
      item('$XDG_STATE_HOME/tftpsh/history', 'lines that were typed in earlier sessions'),
    ]),
    '',
  ].join('\n');
}

const synopsis = [
  ['tftpsh', '[flags] [HOST [PORT]]'],
  ['tftpsh', '[flags] [HOST [PORT]] -c COMMAND…'],
  ['tftpsh', '[flags] COMMAND…'],
].map(([name = '', form = '']) => `.B ${escaped(name)}\n${escaped(form)}\n.br`);

function section(title: string, parts: readonly string[]): string {
  return [`.SH ${escaped(title)}`, ...parts].join('\n');
}

function group(name: (typeof commandGroups)[number]): readonly string[] {
  return [`.SS ${escaped(name)}`, ...registry.filter((one) => one.group === name).map(command)];
}

function command({ name, usage, aliases, summary, details, flags, examples }: CommandSpec): string {
  const also = aliases.length === 0 ? '' : ` Also: ${aliases.join(', ')}.`;
  return [
    ...usage.map((form, i) => `${i === 0 ? '.TP' : '.TQ'}\n${bold(`${name} ${form}`.trim())}`),
    text(`${summary}.${also}`),
    ...(details ?? []).map((detail) => `.IP\n${escaped(detail)}`),
    ...(flags ?? []).map((flag) => `.RS\n${item(flagForm(flag), flag.summary)}\n.RE`),
    `.IP\n${examples.map((example) => bold(example)).join('\n.br\n')}`,
  ].join('\n');
}

function programFlagForm({ name, short, value }: (typeof programFlags)[number]): string {
  const long = flagForm({ name: `--${name}`, ...(value !== undefined && { value }) });
  return short === undefined ? long : `-${short}, ${long}`;
}

function item(head: string, body: string): string {
  return `.TP\n${bold(head)}\n${escaped(body)}`;
}

function blockText(block: Block): string {
  switch (block.type) {
    case 'heading':
      return `.SS ${escaped(block.text)}`;
    case 'paragraph':
      return `.PP\n${prose(block.text)}`;
    case 'item':
      return `.IP \\(bu 2\n${prose(block.text)}`;
    case 'code':
      return `.PP\n.RS\n.nf\n${escaped(block.lines.join('\n'))}\n.fi\n.RE`;
    case 'table':
      return block.rows
        .slice(1)
        .map(
          ([head = '', ...others]) =>
            `.TP\n${bold(inlineText(head, (words) => words))}\n${prose(others.join(' '))}`,
        )
        .join('\n');
  }
}

/** Marked `code` is bold. It is set only after the text is escaped, so that a mark cannot form a request. */
function prose(words: string): string {
  return inlineText(escaped(words), (code) => `\\fB${code}\\fR`);
}

function bold(words: string): string {
  return `\\fB${escaped(words)}\\fR`;
}

function text(words: string): string {
  return escaped(words);
}

/** No line of ours is taken for a request, and dashes stay dashes that can be copied. */
function escaped(words: string): string {
  return words
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^(?=[.'])/gm, '\\&')
    .replace(
      /[^\n -~]/gu,
      (c) => `\\[u${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
    );
}
