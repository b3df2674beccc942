// Every setting in one table: name, values, default, limits and meaning. `set`, the words of BSD (`blksize`, `rexmt` …),
// the flags, help and the README are rendered from it. Data only: settings.ts reads and writes the values.
import { serverRows, type ServerSettingValues } from './server-rows.ts';

/** What each setting holds. */
export interface Settings extends ServerSettingValues {
  readonly mode: 'octet' | 'netascii';
  readonly verbose: boolean;
  readonly trace: 'off' | 'on' | 'full' | 'hex' | 'classic';
  readonly timeout: number;
  readonly rexmt: number;
  readonly blksize: number | 'auto' | 'off';
  readonly windowsize: number | 'auto' | 'off';
  readonly tsize: boolean;
  readonly options: boolean;
  readonly rollover: '0' | '1';
  readonly literal: boolean;
  readonly family: 'any' | '4' | '6';
  readonly ports: PortRange | 'any';
  readonly lenient: boolean;
  readonly 'any-address': boolean;
  readonly hash: boolean;
  readonly durable: boolean;
  readonly 'keep-going': boolean;
  readonly glyphs: 'unicode' | 'ascii';
}

export interface PortRange {
  readonly from: number;
  readonly to: number;
}

export type SettingName = keyof Settings;
export type SettingValue = Settings[SettingName];
/** What the user chose; what is missing has its default. */
export type Chosen = Partial<Settings>;

/** How a value is written. */
export type Values =
  | { readonly type: 'switch' }
  | { readonly type: 'choice'; readonly words: readonly string[] }
  | { readonly type: 'count'; readonly from: number; readonly to: number; readonly words: readonly string[] }
  | { readonly type: 'duration'; readonly from: number; readonly to: number }
  | { readonly type: 'range'; readonly words: readonly string[] }
  /** Any text; `what` it should be. */
  | { readonly type: 'text'; readonly what: string; readonly words: readonly string[] }
  /** Blocks of addresses with commas. */
  | { readonly type: 'blocks'; readonly words: readonly string[] };

/** One row of the table of settings. */
export interface Setting {
  readonly name: SettingName;
  readonly values: Values;
  readonly default: SettingValue;
  readonly meaning: string;
  /** Where the limits come from. */
  readonly source?: string;
  /** What to take instead of a value beyond the limits. */
  readonly advice?: string;
  /** Other words for values: `binary` for octet. */
  readonly synonyms?: Readonly<Record<string, string>>;
}

const onOff: Values = { type: 'switch' };
const choice = (...words: readonly string[]): Values => ({ type: 'choice', words });
const count = (from: number, to: number, ...words: readonly string[]): Values => ({
  type: 'count',
  from,
  to,
  words,
});
const duration = (from: number, to: number): Values => ({ type: 'duration', from, to });

/** The table. */
export const settingsTable: readonly Setting[] = [
  {
    name: 'mode',
    values: choice('octet', 'netascii'),
    default: 'octet',
    meaning: 'how files travel: octet as they are, netascii with converted line ends',
    source: 'RFC 1350 §1',
    synonyms: { binary: 'octet', image: 'octet', ascii: 'netascii', text: 'netascii' },
  },
  { name: 'verbose', values: onOff, default: false, meaning: 'the classic lines about each transfer' },
  {
    name: 'trace',
    values: choice('off', 'on', 'full', 'hex', 'classic'),
    default: 'off',
    meaning:
      'packet lines: on folds uneventful runs, full shows all, hex adds the octets, classic has the words of old',
  },
  {
    name: 'timeout',
    values: duration(1000, 3_600_000),
    default: 25_000,
    meaning: 'silence after which a transfer is given up',
  },
  {
    name: 'rexmt',
    values: duration(10, 255_000),
    default: 1000,
    meaning:
      'first interval before a packet is sent again; set to whole seconds it is also asked of the server',
    source: 'RFC 2349',
  },
  {
    name: 'blksize',
    values: count(8, 65_464, 'auto', 'off'),
    default: 'auto',
    meaning: 'octets in a block: auto asks 1468 (IPv6 1448, loopback 65464), off does not ask',
    source: 'RFC 2348',
    advice: '1468 avoids fragments on Ethernet',
  },
  {
    name: 'windowsize',
    values: count(1, 65_535, 'auto', 'off'),
    default: 'auto',
    meaning:
      'blocks sent before an acknowledgement: auto asks 16, less where blocks are large, off does not ask',
    source: 'RFC 7440',
    advice: '16 suits most networks',
  },
  {
    name: 'tsize',
    values: onOff,
    default: true,
    meaning: "ask for the file's size, and check it",
    source: 'RFC 2349',
  },
  {
    name: 'options',
    values: onOff,
    default: true,
    meaning: 'ask for options at all; off is plain RFC 1350',
    source: 'RFC 2347',
  },
  {
    name: 'rollover',
    values: choice('0', '1'),
    default: '0',
    meaning: 'the block number that follows 65535',
  },
  {
    name: 'literal',
    values: onOff,
    default: false,
    meaning: 'a colon in a file name is just a colon, never HOST:FILE',
  },
  {
    name: 'family',
    values: choice('any', '4', '6'),
    default: 'any',
    meaning: 'addresses to use: IPv4, IPv6 or any',
  },
  {
    name: 'ports',
    values: { type: 'range', words: ['any'] },
    default: 'any',
    meaning: 'local UDP ports to send from, MIN:MAX',
  },
  {
    name: 'lenient',
    values: onOff,
    default: false,
    meaning: 'accept options that were never asked for, with a warning',
    source: 'RFC 2347',
  },
  {
    name: 'any-address',
    values: onOff,
    default: false,
    meaning: 'accept an answer from another address than the one asked, with a warning',
  },
  { name: 'hash', values: onOff, default: false, meaning: 'tell the SHA-256 of every file' },
  { name: 'durable', values: onOff, default: false, meaning: 'sync files to disk before they appear' },
  { name: 'keep-going', values: onOff, default: false, meaning: 'a script goes on after a failure' },
  {
    name: 'glyphs',
    values: choice('unicode', 'ascii'),
    default: 'unicode',
    meaning: 'signs and arrows to draw with',
  },
  ...serverRows,
];
