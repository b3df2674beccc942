// The flags of `serve` in one table: each one changes a setting for one run of the server. Pure.
import type { Call } from '../language/command.ts';
import { commandWords } from './transfer-commands.ts';
import { isMisuse, misuse } from '../language/misuse.ts';
import type { Misuse } from '../language/misuse.ts';
import { withFlags, type SettingFlag } from '../settings/flags.ts';
import type { Chosen } from '../settings/table.ts';
import { withSetting } from '../settings/settings.ts';

export const serveFlags: readonly SettingFlag[] = [
  { name: '--port', value: 'N', summary: 'UDP port; default 6969; 0: any free port', setting: 'serve-port' },
  {
    name: '--host',
    value: 'ADDRESS',
    kind: 'host',
    summary: 'address to listen on; default 127.0.0.1; 0.0.0.0 or :: for all',
    setting: 'serve-host',
  },
  {
    name: '--lan',
    summary:
      'listen on every address, also of interfaces that appear later; a reply leaves from the address that the client asked',
    setting: 'serve-lan',
  },
  { name: '--write', summary: 'new files may be created', setting: 'serve-write' },
  { name: '--overwrite', summary: 'existing files may be replaced', setting: 'serve-overwrite' },
  { name: '--mkdir', summary: 'missing directories are created for new files', setting: 'serve-mkdir' },
  {
    name: '--no-sync',
    summary: 'acknowledge an upload before it is on the disk: faster, but a power failure can lose it',
    setting: 'serve-sync',
    sets: 'off',
  },
  {
    name: '--extensions',
    summary: 'accept multicast and the options of tftp-hpa: utimeout, rollover, blksize2',
    setting: 'extensions',
  },
  {
    name: '--exact-size',
    summary: 'refuse an upload that has more or fewer octets than its tsize announced',
    setting: 'serve-exact-size',
  },
  {
    name: '--allow',
    value: 'CIDR',
    list: true,
    summary: 'clients to serve, for example 10.0.0.0/8,2001:db8::/32; default all',
    setting: 'serve-allow',
  },
  {
    name: '--deny',
    value: 'CIDR',
    list: true,
    summary: 'clients to refuse, even if --allow has them',
    setting: 'serve-deny',
  },
  {
    name: '--rate',
    value: 'N',
    summary: 'requests per second from one address; default 200',
    setting: 'serve-rate',
  },
  {
    name: '--send-rate',
    value: 'N',
    summary: 'octets per second that one transfer sends at most, such as 1M; for weak receivers',
    setting: 'serve-send-rate',
  },
  {
    name: '--pace',
    value: 'TIME',
    summary: 'time between two DATA packets of one transfer, such as 2ms; for weak receivers',
    setting: 'serve-pace',
  },
  {
    name: '--timeout',
    value: 'S',
    summary: 'time without progress after which a transfer fails; default 25',
    setting: 'serve-timeout',
  },
  {
    name: '--rexmt',
    value: 'S',
    summary: 'time before a packet is first resent; default 1',
    setting: 'serve-rexmt',
  },
  {
    name: '--max-transfers',
    value: 'N',
    summary: 'transfers at the same time; default 512',
    setting: 'max-transfers',
  },
  {
    name: '--single-port',
    summary: 'send everything from the listening port: for NAT, containers and load balancers',
    setting: 'single-port',
  },
  {
    name: '--port-range',
    value: 'MIN:MAX',
    summary: 'ports of the transfers; by default the system chooses',
    setting: 'ports',
  },
  {
    name: '--unique-root',
    value: 'WHAT',
    kind: 'word',
    words: ['ip', 'mac', 'subnet'],
    summary: 'own directory for each address (ip), MAC address or subnet; /20: for each such network',
    setting: 'serve-root',
  },
  {
    name: '--rewrite',
    value: 'FILE',
    kind: 'local',
    summary: 'file of rules that rewrite every requested name; see "help serving"',
    setting: 'serve-rewrite',
  },
  {
    name: '--caseless',
    summary: 'ignore case if only one file matches',
    setting: 'serve-caseless',
  },
  {
    name: '--growing',
    summary: 'files may grow while they are sent, such as logs: they are sent up to their size at the start',
    setting: 'serve-growing',
  },
  {
    name: '--redirects',
    value: 'WHERE',
    kind: 'word',
    words: ['path', 'origin'],
    summary:
      'redirects of a web server that are followed: below the offered path (default), or anywhere on it',
    setting: 'serve-redirects',
  },
  {
    name: '--cache',
    value: 'DIR',
    kind: 'directory',
    words: ['off'],
    summary: 'directory for files of a web server that are kept meanwhile; off: keep none',
    setting: 'serve-cache',
  },
  {
    name: '--cache-size',
    value: 'N',
    summary: 'octets of files of a web server that are kept; default 256M',
    setting: 'serve-cache-size',
  },
  {
    name: '--on-upload',
    value: 'CMD',
    summary: 'command for each stored upload, without a shell: {path} is the file, {client} the address',
    setting: 'serve-on-upload',
  },
  {
    name: '--on-download',
    value: 'CMD',
    summary: 'command for each file that a client has read to its end, in the same way',
    setting: 'serve-on-download',
  },
  {
    name: '--log',
    value: 'FILE',
    kind: 'local',
    words: ['journal', 'syslog'],
    summary:
      'file that gets every line of the log too; journal, syslog: print lines in the form that systemd or syslog reads',
    setting: 'serve-log',
  },
  {
    name: '--log-starts',
    summary: 'log the start of each transfer too',
    setting: 'serve-log-starts',
  },
  {
    name: '--metrics',
    value: 'FILE',
    kind: 'local',
    summary: "counters for Prometheus, for node_exporter's textfile collector",
    setting: 'serve-metrics',
  },
  {
    name: '--user',
    value: 'NAME',
    summary:
      'user to switch to once the port is bound, if root; default nobody, if other machines can reach the server; root: stay root',
    setting: 'serve-user',
  },
  {
    name: '--secure',
    summary: 'send only files that every user of this machine may read',
    setting: 'serve-secure',
  },
  {
    name: '--umask',
    value: 'OCTAL',
    summary: 'permissions that new files do not get, such as 027; default: those of the process',
    setting: 'serve-umask',
  },
];

/** The settings of this call: flags take precedence over the session's settings. */
export function serveSettings(call: Pick<Call, 'flags'>, chosen: Chosen): Chosen | Misuse {
  const settings = withFlags(call, serveFlags, chosen);
  return isMisuse(settings) ? settings : checkCombinations(call, settings);
}

/** Refuses flags that contradict each other. A flag replaces a setting that contradicts it. */
function checkCombinations({ flags }: Pick<Call, 'flags'>, settings: Chosen): Chosen | Misuse {
  const bad = (flag: string, message: string): Misuse | undefined => {
    const word = flags.get(flag);
    return word === undefined ? undefined : misuse(message, word);
  };
  if (flags.has('--lan') && flags.has('--host'))
    return bad('--host', '--lan listens on every address and --host on one: use one of them.') ?? settings;
  if (flags.has('--mkdir') && settings['serve-write'] !== true)
    return bad('--mkdir', '--mkdir needs --write: only new files need directories.') ?? settings;
  for (const direction of ['upload', 'download'] as const) {
    const command = settings[`serve-on-${direction}`];
    if (command === undefined || command === 'none' || commandWords(command) !== undefined) continue;
    const example = 'Give a program and its arguments, such as "notify {path}".';
    return bad(`--on-${direction}`, example) ?? settings;
  }
  if (flags.has('--host')) return withSetting(settings, 'serve-lan', undefined);
  return flags.has('--lan') ? withSetting(settings, 'serve-host', undefined) : settings;
}
