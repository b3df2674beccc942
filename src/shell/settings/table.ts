// Every setting in one table: name, values, default, meaning, and what the engine gets of it. `set`, the commands of BSD
// (`blksize`, `rexmt` …), the flags, help and the README read it. settings.ts reads and writes the values.
import type { ServerSettings } from '../../engine/server/server.ts';
import type { TransferSettings } from '../../engine/transfer.ts';
import { wholeBudget } from '../../trace/record/ring.ts';
import { termOption } from '../../wire/options.ts';
import {
  choice,
  count,
  duration,
  onOff,
  optionCount,
  row,
  type Row,
  type ValueOf,
  type Values,
} from './row.ts';
import { serverRows } from './server-rows.ts';

const rows = [
  row({
    name: 'mode',
    values: choice('octet', 'netascii'),
    default: 'octet',
    meaning: 'transfer mode: octet sends files unchanged, netascii converts line ends',
    source: 'RFC 1350 §1',
    synonyms: { binary: 'octet', image: 'octet', ascii: 'netascii', text: 'netascii' },
    forTransfer: (mode) => ({ mode }),
  }),
  row({ name: 'verbose', values: onOff, default: false, meaning: 'show the classic lines of each transfer' }),
  row({
    name: 'trace',
    values: choice('off', 'on', 'full', 'hex', 'classic'),
    default: 'off',
    meaning:
      'packet lines: on folds uneventful runs, full shows every packet, hex adds the octets, classic uses the wording of BSD',
  }),
  row({
    name: 'timeout',
    values: duration(1000, 3_600_000),
    default: 25_000,
    meaning: 'time without progress after which a transfer fails',
    forTransfer: (timeout) => ({ timeout }),
  }),
  row({
    name: 'wait',
    values: duration(0, 86_400_000),
    default: 0,
    meaning: 'time to keep asking a server that is not there yet, every rexmt, also through closed ports',
    advice: '10m suits a device that is switched on afterwards',
    forTransfer: (wait) => (wait === 0 ? {} : { wait }),
  }),
  row({
    name: 'rexmt',
    values: duration(10, termOption('timeout').limits.max * 1000),
    default: 1000,
    meaning:
      'time before a packet is first resent, and between requests that get no answer; whole seconds are offered to the server too',
    source: termOption('timeout').source,
    forTransfer: (rexmt) => ({ rexmt }),
  }),
  row({
    name: 'blksize',
    values: optionCount('blksize', 'auto', 'off'),
    default: 'auto',
    meaning: `${termOption('blksize').meaning}: auto offers 1468 (IPv6 1448, loopback 65464), off offers none`,
    source: termOption('blksize').source,
    advice: '1468 avoids fragments on Ethernet',
    forTransfer: (blksize) => ({ blksize }),
  }),
  row({
    name: 'windowsize',
    values: optionCount('windowsize', 'auto', 'off'),
    default: 'auto',
    meaning: `${termOption('windowsize').meaning}: auto offers 16, fewer for large blocks, off offers none`,
    source: termOption('windowsize').source,
    advice: '16 suits most networks',
    forTransfer: (windowsize) => ({ windowsize }),
  }),
  row({
    name: 'tsize',
    values: onOff,
    default: true,
    meaning: 'ask for the size of the file, and check it',
    source: termOption('tsize').source,
    forTransfer: (tsize) => ({ tsize }),
  }),
  row({
    name: 'options',
    values: onOff,
    default: true,
    meaning: 'offer and accept options; off is plain RFC 1350',
    source: 'RFC 2347',
    forTransfer: (options) => ({ options }),
    forServer: (options) => ({ options }),
  }),
  row({
    name: 'rollover',
    values: choice('0', '1'),
    default: '0',
    meaning: termOption('rollover').meaning,
    forTransfer: (rollover) => ({ rollover: rollover === '1' ? 1 : 0 }),
    forServer: (rollover) => ({ rollover: rollover === '1' ? 1 : 0 }),
  }),
  row({
    name: 'offload',
    values: onOff,
    default: true,
    meaning:
      'hand the system several datagrams at once (Linux); off: tcpdump on loopback sees each datagram by itself',
    forTransfer: (offload) => ({ offload }),
    forServer: (offload) => ({ offload }),
  }),
  row({
    name: 'keep',
    values: count(65_536, 1_000_000_000, 'off'),
    default: wholeBudget,
    meaning:
      'octets of DATA packets that are kept whole for packet and export, half of them for one end of a transfer; off keeps their first 32 octets only',
  }),
  row({
    name: 'rate',
    values: count(1024, 1_000_000_000, 'off'),
    default: 'off',
    meaning: 'octets per second that a put sends at most, for receivers that cannot take more',
    advice: '1M suits most flash memories',
    forTransfer: (rate) => (rate === 'off' ? {} : { sendRate: rate }),
  }),
  row({
    name: 'pace',
    values: duration(0, 1000),
    default: 0,
    meaning: 'time between two DATA packets of a put',
    advice: 'give a time such as 2ms',
    forTransfer: (sendGap) => ({ sendGap }),
  }),
  row({
    name: 'literal',
    values: onOff,
    default: false,
    meaning: 'a colon is part of the file name, never HOST:FILE',
  }),
  row({
    name: 'family',
    values: choice('any', '4', '6'),
    default: 'any',
    meaning: 'addresses to use: IPv4, IPv6 or any',
    forTransfer: (family) => (family === 'any' ? {} : { family: family === '4' ? 4 : 6 }),
  }),
  row({
    name: 'ports',
    values: { type: 'range', words: ['any'] as const },
    default: 'any',
    meaning: 'local UDP ports for transfers, MIN:MAX',
    forTransfer: (ports) => (ports === 'any' ? {} : { localPorts: ports }),
    forServer: (ports) => (ports === 'any' ? {} : { ports }),
  }),
  row({
    name: 'lenient',
    values: onOff,
    default: false,
    meaning: 'accept options that were not offered, with a warning',
    source: 'RFC 2347',
    forTransfer: (lenient) => ({ lenient }),
  }),
  row({
    name: 'any-address',
    values: onOff,
    default: false,
    meaning: 'accept an answer from an address other than the one asked, with a warning',
    forTransfer: (anyAddress) => ({ anyAddress }),
  }),
  row({ name: 'hash', values: onOff, default: false, meaning: 'show the SHA-256 of every file' }),
  row({
    name: 'durable',
    values: onOff,
    default: false,
    meaning: 'sync a file to the disk before it gets its name',
  }),
  row({
    name: 'growing',
    values: onOff,
    default: false,
    meaning: 'put may send a file that grows meanwhile, such as a log: up to its size at the start',
  }),
  row({ name: 'keep-going', values: onOff, default: false, meaning: 'continue a script after a failure' }),
  row({
    name: 'glyphs',
    values: choice('auto', 'unicode', 'ascii'),
    default: 'auto',
    meaning: 'characters for signs, arrows and names; auto: as LC_ALL, LC_CTYPE or LANG says',
  }),
  row({
    name: 'mouse',
    values: onOff,
    default: true,
    meaning: 'in full-screen views the wheel scrolls and a click selects; hold Shift to select text',
  }),
  ...serverRows,
] as const;

type AnyRow = (typeof rows)[number];

/** The value of each setting. */
export type Settings = { readonly [R in AnyRow as R['name']]: ValueOf<R['values']> };
export type SettingName = keyof Settings;
export type SettingValue = Settings[SettingName];
/** What the user chose; a missing setting has its default. */
export type Chosen = Partial<Settings>;

/** One row of the table of settings. */
export interface Setting extends Omit<
  Row<SettingName, Values>,
  'default' | 'synonyms' | 'forTransfer' | 'forServer'
> {
  readonly default: SettingValue;
  readonly synonyms?: Readonly<Record<string, string>>;
  readonly forTransfer?: (value: never) => TransferSettings;
  readonly forServer?: (value: never) => ServerSettings;
}

/** The table. */
export const settingsTable: readonly Setting[] = rows;
