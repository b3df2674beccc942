// The tables in README and in the manual, rendered from the tables of the program. Each block has markers around it.
import { exitStatusTable } from '../../src/shell/report/exit-status.ts';
import { eventTable } from '../../src/shell/report/events.ts';
import { registry } from '../../src/shell/commands/registry.ts';
import { limitsOf, valueText } from '../../src/shell/settings/settings.ts';
import { settingsTable } from '../../src/shell/settings/table.ts';
import { termOptions } from '../../src/wire/options.ts';
import { purposes, rooms } from '../../.config/rooms.js';

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

function escaped(cell: string): string {
  return cell.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

const code = (text: string): string => `\`${text}\``;

/** Name of a block → its Markdown. */
export const blocks: Readonly<Record<string, string>> = {
  commands: table(
    ['command', 'does', 'also'],
    registry.map(({ name, usage, summary, aliases }) => [
      (usage.length === 0 ? [''] : usage).map((form) => code(`${name} ${form}`.trim())).join('<br>'),
      summary,
      aliases.map(code).join(' '),
    ]),
  ),
  settings: table(
    ['setting', 'default', 'takes', 'meaning'],
    settingsTable.map((row) => [
      code(row.name),
      code(valueText(row, row.default)),
      limitsOf(row),
      row.meaning,
    ]),
  ),
  options: table(
    ['option', 'value', 'meaning', 'source'],
    termOptions.map(({ name, limits: { min, max }, meaning, source }) => [
      code(name),
      max === Number.MAX_SAFE_INTEGER ? `from ${min}` : `${min}–${max}`,
      meaning,
      source,
    ]),
  ),
  status: table(
    ['status', 'meaning'],
    exitStatusTable.map(([status, meaning]) => [String(status), meaning]),
  ),
  events: table(
    ['event', 'meaning', 'fields'],
    eventTable.map(({ event, meaning, fields }) => [
      code(event),
      meaning,
      fields
        .map(([name, type, about]) => `${code(`${name}: ${type}`)}${about === '' ? '' : ` ${about}`}`)
        .join('; '),
    ]),
  ),
  rooms: table(
    ['room', 'may import', 'what lives there'],
    Object.entries(rooms).map(([room, imports]) => [
      code(room),
      imports.length === 0 ? 'nothing' : imports.map(code).join(', '),
      purposes[room] ?? '',
    ]),
  ),
};

/** The files with rendered blocks, and the blocks that each has. */
export const files: Readonly<Record<string, readonly string[]>> = {
  'README.md': ['commands', 'settings', 'status', 'events', 'rooms'],
  'src/manual/options.md': ['options'],
};

/** `markdown` with every block as it is rendered now. */
export function rendered(markdown: string): string {
  return Object.entries(blocks).reduce(
    (text, [name, block]) =>
      text.replace(
        new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`),
        (_, start: string, end: string) => `${start}${block}\n${end}`,
      ),
    markdown,
  );
}
