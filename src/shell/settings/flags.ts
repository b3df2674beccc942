// Flags of a command that stand for settings: each one changes its setting for one call. Pure.
import type { Call, Flag } from '../language/command.ts';
import type { Misuse } from '../language/misuse.ts';
import type { Printable } from '../../wire/text.ts';
import { findSetting, readSetting, withSetting } from './settings.ts';
import type { Chosen, SettingName } from './table.ts';

/** A flag and the setting that it stands for. */
export interface SettingFlag extends Flag {
  readonly setting: SettingName;
  /** The value that a switch sets; by default `on`. */
  readonly sets?: string;
}

/** The settings of this call: flags take precedence over `chosen`. */
export function withFlags(
  call: Pick<Call, 'flags'>,
  flags: readonly SettingFlag[],
  chosen: Chosen,
): Chosen | Misuse {
  let settings = chosen;
  for (const { name, setting, value, sets = 'on' } of flags) {
    const word = call.flags.get(name);
    const row = findSetting(setting);
    if (word === undefined || row === undefined) continue;
    const read = readSetting(row, value === undefined ? sets : word.text);
    if (!read.ok) return { ...read, word, message: read.message.replace(row.name, name) as Printable };
    settings = withSetting(settings, setting, read.value);
  }
  return settings;
}
