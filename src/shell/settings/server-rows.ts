// The settings of our own server: rows of the table in table.ts. They hold from the next `serve` on.
import { blocks, choice, count, duration, onOff, serverRow, text } from './row.ts';

/** A prefix length of IPv4, as the setting serve-root takes it. */
export const prefixLength = /^\/([1-9]|[12]\d|3[0-2])$/;

export const serverRows = [
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
    meaning:
      'our server accepts utimeout, rollover, blksize2 and multicast too, and get may ask for multicast',
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
    meaning: 'ignore case if only one file matches',
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
    values: { ...text('a prefix length such as /20', 'shared', 'ip', 'mac', 'subnet'), form: prefixLength },
    default: 'shared',
    meaning:
      'directory for each address (ip), MAC address, subnet (/24, IPv6 /64) or network of that length; shared: one for all',
  }),
  serverRow({
    name: 'serve-redirects',
    values: choice('path', 'origin'),
    default: 'path',
    meaning:
      'redirects of a web server that are followed: below the offered path, or anywhere on that server',
  }),
  serverRow({
    name: 'serve-cache',
    values: text('a directory', 'auto', 'off'),
    default: 'auto',
    meaning:
      'directory for files of a web server while our server runs; auto: that of the system for temporary files',
  }),
  serverRow({
    name: 'serve-cache-size',
    values: count(1_048_576, 1_099_511_627_776),
    default: 268_435_456,
    meaning: 'octets of files of a web server that are kept',
    advice: '256M is the default',
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
    meaning: 'addresses whose requests our server refuses; this takes precedence over serve-allow',
    forServer: (deny) => (deny === 'none' ? {} : { deny }),
  }),
  serverRow({
    name: 'serve-rate',
    values: count(1, 1_000_000),
    default: 200,
    meaning: 'requests per second that our server accepts from one address',
    advice: 'serve-send-rate limits the octets per second',
    forServer: (rate) => ({ rate }),
  }),
  serverRow({
    name: 'serve-send-rate',
    values: count(1024, 1_000_000_000, 'off'),
    default: 'off',
    meaning: 'octets per second that one transfer of our server sends at most',
    advice: '1M suits most flash memories',
    forServer: (rate) => (rate === 'off' ? {} : { sendRate: rate }),
  }),
  serverRow({
    name: 'serve-pace',
    values: duration(0, 1000),
    default: 0,
    meaning: 'time between two DATA packets of one transfer of our server',
    advice: 'give a time such as 2ms',
    forServer: (sendGap) => ({ sendGap }),
  }),
  serverRow({
    name: 'serve-timeout',
    values: duration(1000, 3_600_000),
    default: 25_000,
    meaning: 'time without progress after which a transfer of our server fails',
    forServer: (timeout) => ({ timeout }),
  }),
  serverRow({
    name: 'serve-rexmt',
    values: duration(10, 255_000),
    default: 1000,
    meaning: 'time before our server first resends a packet, until it has measured a round trip',
    forServer: (rexmt) => ({ rexmt }),
  }),
  serverRow({
    name: 'serve-on-upload',
    values: text('a command', 'none'),
    default: 'none',
    meaning: 'command for each stored upload, without a shell: {path} is the file, {client} the address',
  }),
  serverRow({
    name: 'serve-on-download',
    values: text('a command', 'none'),
    default: 'none',
    meaning: 'command for each file that a client has read to its end, like serve-on-upload',
  }),
  serverRow({
    name: 'serve-log',
    values: text('a file', 'none', 'journal', 'syslog'),
    default: 'none',
    meaning:
      'file that gets every line of the log too; journal, syslog: lines are printed in the form that systemd or syslog reads',
  }),
  serverRow({
    name: 'serve-log-starts',
    values: onOff,
    default: false,
    meaning: 'the log has a line for the start of each transfer too',
  }),
  serverRow({
    name: 'serve-metrics',
    values: text('a file such as tftpsh.prom', 'none'),
    default: 'none',
    meaning: "file of counters for Prometheus, in the format of node_exporter's textfile collector",
  }),
  serverRow({
    name: 'serve-user',
    values: text('a user of this system', 'auto'),
    default: 'auto',
    meaning:
      'user to switch to once the port is bound, if root; auto: nobody, if other machines can reach the server',
  }),
] as const;
