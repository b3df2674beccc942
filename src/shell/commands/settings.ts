// set, unset, and BSD's commands for single settings. All are rendered from the table of settings.
import { printable } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import type { Call } from '../language/command.ts';
import { readFilter } from '../packets/row-flags.ts';
import { wrapped } from '../../trace/text/wrap.ts';
import { nearest } from '../language/nearest.ts';
import type { Word } from '../language/parse.ts';
import type { Command, ShellContext } from '../session/context.ts';
import {
  findSetting,
  isChanged,
  limitsOf,
  readSetting,
  settingGroups,
  valueText,
  valueWords,
} from '../settings/settings.ts';
import { settingsTable } from '../settings/table.ts';
import type { Setting, SettingName } from '../settings/table.ts';

function change(call: Call, shell: ShellContext, row: Setting, word: Word): number {
  const read = readSetting(row, word.text);
  if (!read.ok) return shell.output.misuse(call, word, read.message);
  shell.settings.set(row.name, read.value);
  return reportSetting(shell, row);
}

function reportSetting(shell: ShellContext, row: Setting): number {
  const value = printable(valueText(row, shell.settings.get(row.name)));
  const event = {
    event: 'setting',
    name: row.name,
    value,
    default: !isChanged(shell.settings.chosen, row.name),
  } as const;
  shell.output.emit(event, [{ kind: 'plain', text: sentence(row, value) }]);
  return 0;
}

/** The sentence about a setting; BSD's own words if BSD has the setting. */
function sentence(row: Setting, value: Printable): Printable {
  const classic: Partial<Record<SettingName, string>> = {
    mode: `Using ${value} mode to transfer files.`,
    verbose: `Verbose mode ${value}.`,
    trace: `Packet tracing ${value}.`,
    literal: `Literal mode ${value}.`,
  };
  return printable(classic[row.name] ?? `${row.name} ${value}`);
}

function rowOf(name: SettingName): Setting {
  const row = findSetting(name);
  if (row === undefined) throw new Error(`no setting ${name}`);
  return row;
}

/** A command named after its setting. Without a value it shows the value, or toggles a switch as BSD does. */
function word(name: SettingName, aliases: readonly string[], bare: 'shows' | 'toggles'): Command {
  const row = rowOf(name);
  const words = valueWords(row);
  return {
    name,
    aliases,
    group: 'settings',
    usage: [`[${words.length > 0 && row.values.type !== 'count' ? words.join('|') : limitsOf(row)}]`],
    summary: row.meaning,
    details: [`Without a value it ${bare === 'shows' ? 'shows the value' : 'switches between on and off'}.`],
    args: [{ name: 'VALUE', kind: 'word', optional: true, words }],
    examples: [`${name} ${words[0] ?? valueText(row, row.default).replace(' ', '')}`],
    run(call, shell) {
      const [value] = call.words;
      if (value !== undefined) return change(call, shell, row, value);
      if (bare === 'shows') return reportSetting(shell, row);
      const now = shell.settings.get(name);
      shell.settings.set(name, typeof now === 'boolean' ? !now : now === 'off' ? 'on' : 'off');
      return reportSetting(shell, row);
    },
  };
}

/** trace, with an optional filter. A value without a filter shows all packets again. */
function traceWord(): Command {
  const base = word('trace', ['t'], 'toggles');
  return {
    ...base,
    usage: base.usage.map((form) => `${form} [--filter F]`),
    flags: [{ name: '--filter', value: 'F', summary: 'show only packets that match: "op=ERROR or block=1"' }],
    examples: [...base.examples, 'trace on --filter "op!=DATA and op!=ACK"'],
    run(call, shell) {
      const given = readFilter(call, shell.output);
      if (typeof given === 'number') return given;
      shell.trace.showOnly(given?.filter);
      if (given === undefined || call.words.length > 0) return base.run(call, shell);
      shell.settings.set('trace', 'on');
      return reportSetting(shell, rowOf('trace'));
    },
  };
}

/** binary and ascii: commands that set mode to one value. */
function modeWord(name: string, alias: string, mode: 'octet' | 'netascii', summary: string): Command {
  return {
    name,
    aliases: [alias],
    group: 'settings',
    usage: [''],
    summary,
    args: [],
    examples: [name],
    run(_call, shell) {
      shell.settings.set('mode', mode);
      return reportSetting(shell, rowOf('mode'));
    },
  };
}

function findRow(call: Call, shell: ShellContext, name: Word): Setting | number {
  const exact = findSetting(name.text);
  if (exact !== undefined) return exact;
  const matches = settingsTable.filter((row) => name.text !== '' && row.name.startsWith(name.text));
  const [only] = matches;
  if (only !== undefined && matches.length === 1) return only;
  if (matches.length > 1)
    return shell.output.misuse(
      call,
      name,
      printable(`Several settings begin like this: ${matches.map((row) => row.name).join(', ')}.`),
    );
  const near = nearest(
    name.text,
    settingsTable.map((row) => row.name),
  );
  return shell.output.misuse(
    call,
    name,
    printable(`No such setting. ${near === undefined ? '"set" lists them.' : `Did you mean "${near}"?`}`),
  );
}

function set(call: Call, shell: ShellContext): Promise<number> | number {
  const [name, value] = call.words;
  if (name === undefined) {
    return shell.views.showLines(printable('Settings; * marks those that differ from the default'), (width) =>
      settingGroups.flatMap(({ heading, rows }) => [
        ...(heading === undefined ? [] : [printable(`${heading}:`)]),
        ...rows.flatMap((row) => settingLines(shell, row, width)),
      ]),
    );
  }
  const row = findRow(call, shell, name);
  if (typeof row === 'number') return row;
  return value === undefined ? reportSetting(shell, row) : change(call, shell, row, value);
}

/** `blksize        auto       octets in a block: …`; a changed setting is marked with `*`. */
function settingLines(shell: ShellContext, row: Setting, width: number): readonly Printable[] {
  const mark = isChanged(shell.settings.chosen, row.name) ? '*' : ' ';
  const value = valueText(row, shell.settings.get(row.name));
  const head = `${`${mark} ${row.name}`.padEnd(18)} ${value.padEnd(10)} `;
  return wrapped(row.meaning, width, { first: head, indent: 30 }).map((line) => printable(line));
}

function unset(call: Call, shell: ShellContext): number {
  const [name] = call.words;
  if (name === undefined)
    return shell.output.misuse(call, undefined, printable('unset needs the name of a setting.'));
  const row = findRow(call, shell, name);
  if (typeof row === 'number') return row;
  shell.settings.set(row.name, undefined);
  return reportSetting(shell, row);
}

export const settingCommands: readonly Command[] = [
  word('mode', ['m'], 'shows'),
  modeWord('binary', 'b', 'octet', 'transfer files unchanged: mode octet'),
  modeWord('ascii', 'a', 'netascii', 'convert line ends: mode netascii'),
  word('verbose', ['v'], 'toggles'),
  traceWord(),
  word('timeout', [], 'shows'),
  word('rexmt', [], 'shows'),
  word('blksize', [], 'shows'),
  word('windowsize', [], 'shows'),
  word('tsize', [], 'shows'),
  word('options', [], 'shows'),
  word('rollover', [], 'shows'),
  word('literal', [], 'shows'),
  {
    name: 'set',
    aliases: [],
    group: 'settings',
    usage: ['', 'NAME', 'NAME VALUE'],
    summary: 'list all settings, show one, or change one',
    details: settingGroups.flatMap(({ heading, rows }) => [
      ...(heading === undefined ? [] : [`${heading}:`]),
      ...rows.map((row) => `${row.name} ${limitsOf(row)}: ${row.meaning}`),
    ]),
    args: [
      { name: 'NAME', kind: 'setting', optional: true },
      { name: 'VALUE', kind: 'value', optional: true },
    ],
    examples: ['set', 'set hash on', 'set blksize 1468'],
    run: set,
  },
  {
    name: 'unset',
    aliases: [],
    group: 'settings',
    usage: ['NAME'],
    summary: 'reset a setting to its default',
    args: [{ name: 'NAME', kind: 'setting' }],
    examples: ['unset blksize'],
    run: unset,
  },
];
