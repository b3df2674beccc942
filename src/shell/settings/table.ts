// Every setting in one table: name, values, default, meaning, and what the engine gets of it. `set`, the commands of BSD
// (`blksize`, `rexmt` …), the flags, help and the README read it. settings.ts reads and writes the values.
import type { ServerSettings } from '../../engine/server/server.ts';
import type { TransferSettings } from '../../engine/transfer.ts';
import { termOption, type TermName } from '../../wire/options.ts';

export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** How a value is written. `words` are values of their own: `auto`, `any`. */
export type Values =
  | { readonly type: 'switch' }
  | { readonly type: 'choice'; readonly words: readonly string[] }
  | { readonly type: 'count'; readonly from: number; readonly to: number; readonly words: readonly string[] }
  /** Milliseconds. */
  | { readonly type: 'duration'; readonly from: number; readonly to: number }
  | { readonly type: 'range'; readonly words: readonly string[] }
  /** Any text; `what` describes it. */
  | { readonly type: 'text'; readonly what: string; readonly words: readonly string[] }
  /** Blocks of addresses, separated by commas. */
  | { readonly type: 'blocks'; readonly words: readonly string[] };

/** The type of a value that is written so. */
type ValueOf<V extends Values> = V extends { readonly type: 'switch' }
  ? boolean
  : V extends { readonly type: 'choice'; readonly words: readonly (infer Word)[] }
    ? Word
    : V extends { readonly type: 'count'; readonly words: readonly (infer Word)[] }
      ? number | Word
      : V extends { readonly type: 'duration' }
        ? number
        : V extends { readonly type: 'range'; readonly words: readonly (infer Word)[] }
          ? PortRange | Word
          : V extends { readonly type: 'blocks'; readonly words: readonly (infer Word)[] }
            ? readonly string[] | Word
            : string;

interface Row<Name extends string, V extends Values> {
  readonly name: Name;
  readonly values: V;
  readonly default: ValueOf<NoInfer<V>>;
  /** One phrase without a full stop. */
  readonly meaning: string;
  /** A setting of our own server: it holds from the next `serve` on. */
  readonly isForServe?: true;
  /** The document that sets the limits. */
  readonly source?: string;
  /** A good value, for a message that refuses another. */
  readonly advice?: string;
  /** Other words for values: `binary` for octet. */
  readonly synonyms?: Readonly<Record<string, string>>;
  /** What the engine's client gets once the setting is chosen. */
  readonly forTransfer?: (value: ValueOf<NoInfer<V>>) => TransferSettings;
  /** What the engine's server gets once the setting is chosen. */
  readonly forServer?: (value: ValueOf<NoInfer<V>>) => ServerSettings;
}

const onOff = { type: 'switch' } as const;
const choice = <const Words extends readonly string[]>(...words: Words) =>
  ({ type: 'choice', words }) as const;
const count = <const Words extends readonly string[]>(from: number, to: number, ...words: Words) =>
  ({ type: 'count', from, to, words }) as const;
/** A number within the limits of an option on the wire. */
const optionCount = <const Words extends readonly string[]>(term: TermName, ...words: Words) => {
  const { min, max } = termOption(term).limits;
  return count(min, max, ...words);
};
const duration = (from: number, to: number) => ({ type: 'duration', from, to }) as const;
const text = (what: string, ...words: readonly string[]) => ({ type: 'text', what, words }) as const;
const blocks = <const Words extends readonly string[]>(...words: Words) =>
  ({ type: 'blocks', words }) as const;

function row<const Name extends string, V extends Values>(setting: Row<Name, V>): Row<Name, V> {
  return setting;
}

/** A setting of our own server. It holds from the next `serve` on; a flag of `serve` sets it for one server. */
function serverRow<const Name extends string, V extends Values>(setting: Row<Name, V>): Row<Name, V> {
  return { ...setting, isForServe: true };
}

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
  serverRow({
    name: 'single-port',
    values: onOff,
    default: false,
    meaning: 'our server answers every packet from its listening port',
    forServer: (singlePort) => ({ singlePort }),
  }),
  serverRow({
    name: 'max-transfers',
    values: count(1, 100_000),
    default: 512,
    meaning: 'transfers that our server runs at the same time',
    forServer: (maxTransfers) => ({ maxTransfers }),
  }),
  serverRow({
    name: 'extensions',
    values: onOff,
    default: false,
    meaning: 'our server accepts utimeout, rollover and blksize2 too',
    forServer: (extensions) => ({ extensions }),
  }),
  serverRow({
    name: 'grace',
    values: duration(0, 600_000),
    default: 5000,
    meaning: 'time for running transfers to finish when our server stops',
    forServer: (grace) => ({ grace }),
  }),
  serverRow({
    name: 'serve-port',
    values: count(0, 65_535),
    default: 6969,
    meaning: 'UDP port to listen on; 0 takes any free one',
    synonyms: { tftp: '69' },
    forServer: (port) => ({ port }),
  }),
  serverRow({
    name: 'serve-host',
    values: text('an address of this machine'),
    default: '127.0.0.1',
    meaning: 'address to listen on',
  }),
  serverRow({
    name: 'serve-lan',
    values: onOff,
    default: false,
    meaning: 'listen on every address of this machine, also on those it gets later',
    forServer: (lan) => (lan ? { lan } : {}),
  }),
  serverRow({ name: 'serve-write', values: onOff, default: false, meaning: 'clients may create files' }),
  serverRow({
    name: 'serve-overwrite',
    values: onOff,
    default: false,
    meaning: 'clients may replace existing files',
  }),
  serverRow({ name: 'serve-mkdir', values: onOff, default: false, meaning: 'create missing directories' }),
  serverRow({
    name: 'serve-sync',
    values: onOff,
    default: true,
    meaning: 'acknowledge an upload only after it is on the disk',
  }),
  serverRow({
    name: 'serve-exact-size',
    values: onOff,
    default: false,
    meaning: 'refuse an upload that has more or fewer octets than its tsize announced',
    source: 'RFC 2349',
    forServer: (exactSize) => ({ exactSize }),
  }),
  serverRow({
    name: 'serve-caseless',
    values: onOff,
    default: false,
    meaning: 'ignore capitals in a name if only one file matches',
  }),
  serverRow({
    name: 'serve-growing',
    values: onOff,
    default: false,
    meaning: 'send files that grow meanwhile, such as logs: up to their size at the start',
  }),
  serverRow({ name: 'serve-secure', values: onOff, default: false, meaning: 'world-readable files only' }),
  serverRow({
    name: 'serve-umask',
    values: text('permissions in octal, such as 027', 'auto'),
    default: 'auto',
    meaning: 'permissions that new files do not get; auto: those of the process',
  }),
  serverRow({
    name: 'serve-root',
    values: choice('shared', 'ip'),
    default: 'shared',
    meaning: 'ip: each client has its own directory, named after its address',
  }),
  serverRow({
    name: 'serve-redirects',
    values: choice('path', 'origin'),
    default: 'path',
    meaning:
      'redirects of a web server that are followed: below the offered path, or anywhere on that server',
  }),
  serverRow({
    name: 'serve-rewrite',
    values: text('a file of rewrite rules', 'none'),
    default: 'none',
    meaning: 'rules that rewrite every requested name',
  }),
  serverRow({
    name: 'serve-allow',
    values: blocks('any'),
    default: 'any',
    meaning: 'addresses whose requests our server accepts',
    forServer: (allow) => ({ allow: allow === 'any' ? ['any'] : allow }),
  }),
  serverRow({
    name: 'serve-deny',
    values: blocks('none'),
    default: 'none',
    meaning: 'addresses whose requests our server refuses; this wins over serve-allow',
    forServer: (deny) => (deny === 'none' ? {} : { deny }),
  }),
  serverRow({
    name: 'serve-rate',
    values: count(1, 1_000_000),
    default: 200,
    meaning: 'requests per second that our server accepts from one address',
    forServer: (rate) => ({ rate }),
  }),
  serverRow({
    name: 'serve-on-upload',
    values: text('a command', 'none'),
    default: 'none',
    meaning: 'command for each stored upload, without a shell: {path} is the file, {client} the address',
  }),
  serverRow({
    name: 'serve-user',
    values: text('a user of this system', 'auto'),
    default: 'auto',
    meaning: 'user that root becomes once the port is bound; auto: nobody, if beyond loopback',
  }),
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
