// The last get or put as one line for a system shell: the command, with the settings as flags of the program. Pure.
import { dollarQuoted, join, printable, say } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import { isChanged, settingOf, valueText } from '../settings/settings.ts';
import type { Chosen, SettingName } from '../settings/table.ts';
import { settingsTable } from '../settings/table.ts';

/** The settings that change a transfer and have a program flag of the same name. */
const flagSettings: readonly SettingName[] = ['ports', 'blksize', 'windowsize', 'timeout', 'rexmt'];

/** A line such as `tftpsh get …` that can be pasted into a script. */
export function scriptLineOf(verb: 'get' | 'put', words: readonly string[], chosen: Chosen): Printable {
  const flags = settingsTable
    .filter((row) => flagSettings.includes(row.name) && isChanged(chosen, row.name))
    .map((row) => `--${row.name}=${valueText(row, settingOf(chosen, row.name)).replace(' ', '')}`);
  const family = settingOf(chosen, 'family');
  if (family !== 'any') flags.push(`-${family}`);
  if (!settingOf(chosen, 'options')) flags.push('--no-options');
  return join(['tftpsh', ...flags, verb, ...words].map(shellWord), say` `);
}

/** Quotes a word for a shell, in which `;` ends a command and `$` starts a variable. */
function shellWord(text: string): Printable {
  const shown = printable(text, 4096);
  // bash, zsh and POSIX (2024) read the escapes of $'…'; nothing else can write such a name as one line.
  if (shown !== text) return dollarQuoted(text);
  return /^[\w@%+=:,./-]+$/.test(text)
    ? shown
    : printable(`'${text.replaceAll("'", String.raw`'\''`)}'`, 4096);
}
