// Reads and writes the values of settings, and collects what the engine's client and server get of them. Pure: a wrong
// value is answered with a sentence, nothing throws.
import type { ServerSettings } from '../../engine/server/server.ts';
import type { TransferSettings } from '../../engine/transfer.ts';
import { parseCidr } from '../../wire/cidr.ts';
import { misuse } from '../language/misuse.ts';
import type { Misuse } from '../language/misuse.ts';
import { quoted } from '../../wire/text.ts';
import type { Values } from './row.ts';
import type { Chosen, Setting, SettingName, SettingValue, Settings } from './table.ts';
import { settingsTable } from './table.ts';
import { readCount, readDuration, readRange, settingDuration } from '../language/units.ts';

/** The row of a setting; undefined if there is no such setting. */
export function findSetting(name: string): Setting | undefined {
  return settingsTable.find((row) => row.name === name);
}

/** Whether the user set it. */
export function isChosen(chosen: Chosen, name: SettingName): boolean {
  return chosen[name] !== undefined;
}

/** Whether the user changed it. For rexmt, setting the default is a change too: the server is then asked for it. */
export function isChanged(chosen: Chosen, name: SettingName): boolean {
  const row = findSetting(name);
  if (row === undefined || !isChosen(chosen, name)) return false;
  return name === 'rexmt' || valueText(row, settingOf(chosen, name)) !== valueText(row, row.default);
}

/** The chosen value, or the default. */
export function settingOf<N extends SettingName>(chosen: Chosen, name: N): Settings[N] {
  const value: Chosen[N] = chosen[name];
  if (value !== undefined) return value;
  return findSetting(name)?.default as Settings[N];
}

/** `chosen` with another value; undefined restores the default. */
export function withSetting(chosen: Chosen, name: SettingName, value: SettingValue | undefined): Chosen {
  const others = Object.fromEntries(Object.entries(chosen).filter(([other]) => other !== name)) as Chosen;
  return value === undefined ? others : { ...others, [name]: value };
}

/** A value, or why the text is not a value. */
export type ReadSetting = { readonly ok: true; readonly value: SettingValue } | Misuse;

/** Reads a value for `row`. Never throws. */
export function readSetting(row: Setting, text: string): ReadSetting {
  if (row.name === 'mode' && text.toLowerCase() === 'mail')
    // RFC 1350 §1: mail mode is obsolete and should be neither implemented nor used.
    return misuse('mode mail is obsolete and not supported (RFC 1350 §1); use octet or netascii.');
  const flaw = row.values.type === 'blocks' ? blocksFlaw(row.values.words, text) : undefined;
  if (flaw !== undefined) return misuse(`${row.name}: ${flaw}.`);
  const value = readValue(row.values, row.synonyms?.[text.toLowerCase()] ?? text);
  if (value !== undefined) return { ok: true, value: value as SettingValue };
  const source = row.source === undefined ? '' : ` (${row.source})`;
  const advice = row.advice === undefined ? '' : `; ${row.advice}`;
  return misuse(`${row.name} must be ${limitsOf(row)}${source}${advice}.`);
}

function readValue(values: Values, text: string): unknown {
  const word = text.toLowerCase();
  switch (values.type) {
    case 'switch':
      if (word === 'on' || word === 'yes' || word === 'true') return true;
      return word === 'off' || word === 'no' || word === 'false' ? false : undefined;
    case 'choice':
      return values.words.includes(word) ? word : undefined;
    case 'count':
      if (values.words.includes(word)) return word;
      return within(readCount(text), values);
    case 'duration':
      return within(readDuration(word), values);
    case 'range':
      return values.words.includes(word) ? word : readRange(text);
    case 'text':
      if (values.form !== undefined)
        return values.words.includes(word) ? word : values.form.test(text) ? text : undefined;
      return text === '' ? undefined : text;
    case 'blocks':
      return values.words.includes(word) ? word : text.split(',');
  }
}

/** Why one of the blocks of addresses is wrong; undefined if all are right. */
function blocksFlaw(words: readonly string[], text: string): string | undefined {
  if (words.includes(text.toLowerCase())) return undefined;
  for (const block of text.split(',')) {
    // Everybody, beside blocks whose addresses are known.
    if (block === 'any' && words.includes(block)) continue;
    const parsed = parseCidr(block);
    if ('message' in parsed) return `${quoted(block, 60)} is not a block of addresses: ${parsed.message}`;
  }
  return undefined;
}

function within(
  value: number | undefined,
  limits: { readonly from: number; readonly to: number },
): number | undefined {
  return value !== undefined && value >= limits.from && value <= limits.to ? value : undefined;
}

/** The values that a setting takes: `8–65464, auto or off`. */
export function limitsOf(row: Setting): string {
  const { values } = row;
  switch (values.type) {
    case 'switch':
      return 'on or off';
    case 'choice':
      return listed(values.words);
    case 'count':
      return listed([`${values.from}–${values.to}`, ...values.words]);
    case 'duration':
      return `${settingDuration(values.from)} – ${settingDuration(values.to)}`;
    case 'range':
      return listed(['MIN:MAX (1–65535)', ...values.words]);
    case 'text':
      return listed([values.what, ...values.words]);
    case 'blocks':
      return listed(['CIDR,CIDR…', ...values.words]);
  }
}

/** A value as the user writes it. */
export function valueText(row: Setting, value: SettingValue): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (isBlocks(value)) return value.join(',');
  if (typeof value === 'object') return `${value.from}:${value.to}`;
  return row.values.type === 'duration' && typeof value === 'number' ? settingDuration(value) : String(value);
}

/** Array.isArray alone does not narrow a readonly array. */
function isBlocks(value: SettingValue): value is readonly string[] {
  return Array.isArray(value);
}

/** Words that completion offers as values. */
export function valueWords(row: Setting): readonly string[] {
  if (row.values.type === 'switch') return ['on', 'off'];
  return row.values.type === 'duration' ? [] : row.values.words;
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}

/** Settings of the engine's client: only what was chosen, so that its own defaults hold. */
export function transferSettings(chosen: Chosen): TransferSettings {
  return collect(chosen, ({ forTransfer }) => forTransfer);
}

/** Settings of the engine's server, for the next `serve`. The addresses to listen on come from own-address.ts. */
export function serverSettings(chosen: Chosen): ServerSettings {
  return collect(chosen, ({ forServer }) => forServer);
}

function collect<Collected extends object>(
  chosen: Chosen,
  pick: (row: Setting) => ((value: never) => Collected) | undefined,
): Collected {
  const parts = settingsTable.map((row) => {
    const value = chosen[row.name];
    return value === undefined ? {} : pick(row)?.(value as never);
  });
  return Object.assign({}, ...parts) as Collected;
}

/** Settings that hold at once, and those that our own server reads when it starts. */
export const settingGroups: readonly { readonly heading?: string; readonly rows: readonly Setting[] }[] = [
  { rows: settingsTable.filter(({ isForServe }) => isForServe !== true) },
  {
    heading: 'Settings of our own server, from the next "serve" on',
    rows: settingsTable.filter(({ isForServe }) => isForServe === true),
  },
];
