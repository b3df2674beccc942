// The one line for a system shell that does what a get or put has done: the command with its settings as flags.
// Pure.
import { printable } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import { isChanged, settingOf, valueText } from '../settings/settings.ts';
import type { Chosen, SettingName } from '../settings/table.ts';
import { settingsTable } from '../settings/table.ts';

/** Settings that change what a transfer does, and are flags of the program under their own names. */
const flagSettings: readonly SettingName[] = ['ports', 'blksize', 'windowsize', 'timeout', 'rexmt'];

/** `tftpsh get …`, to be pasted into a script. */
export function scriptLineOf(verb: 'get' | 'put', words: readonly string[], chosen: Chosen): Printable {
  const flags = settingsTable
    .filter((row) => flagSettings.includes(row.name) && isChanged(chosen, row.name))
    .map((row) => `--${row.name}=${valueText(row, settingOf(chosen, row.name)).replace(' ', '')}`);
  const family = settingOf(chosen, 'family');
  if (family !== 'any') flags.push(`-${family}`);
  if (!settingOf(chosen, 'options')) flags.push('--no-options');
  return printable(['tftpsh', ...flags, verb, ...words].map(shellWord).join(' '), 4096);
}

/** A word as sh reads it: `;` would end the command, and `$` stand for something. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
