// The flags of `serve` in one table: each is a setting of our server said for one server only.
// Pure. Never imports the session.
import type { Call, Flag } from '../language/command.ts';
import { misuse } from '../language/misuse.ts';
import type { Misuse } from '../language/misuse.ts';
import type { Chosen, SettingName } from '../settings/table.ts';
import type { Printable } from '../../wire/text.ts';
import { findSetting, readSetting, withSetting } from '../settings/settings.ts';

/** A flag and the setting that it stands for. */
interface ServeFlag extends Flag {
  readonly setting: SettingName;
  /** What a switch sets; `on`. */
  readonly sets?: string;
}

export const serveFlags: readonly ServeFlag[] = [
  { name: '--port', value: 'N', summary: 'UDP port; 6969; 0: any free one', setting: 'serve-port' },
  {
    name: '--host',
    value: 'ADDRESS',
    kind: 'host',
    summary: 'address to listen on; 127.0.0.1; 0.0.0.0 or :: for all',
    setting: 'serve-host',
  },
  {
    name: '--lan',
    summary: 'every address of this machine, as interfaces come and go; a reply leaves from the one asked',
    setting: 'serve-lan',
  },
  { name: '--write', summary: 'new files may be created', setting: 'serve-write' },
  { name: '--overwrite', summary: 'files that exist may be replaced', setting: 'serve-overwrite' },
  { name: '--mkdir', summary: 'directories are made for new files', setting: 'serve-mkdir' },
  {
    name: '--no-sync',
    summary: 'an upload is acknowledged before the disk has it: faster, lost if the power fails',
    setting: 'serve-sync',
    sets: 'off',
  },
  {
    name: '--allow',
    value: 'CIDR',
    list: true,
    summary: 'who may ask, as 10.0.0.0/8,2001:db8::/32; all',
    setting: 'serve-allow',
  },
  {
    name: '--deny',
    value: 'CIDR',
    list: true,
    summary: 'who may not, whatever --allow says',
    setting: 'serve-deny',
  },
  { name: '--rate', value: 'N', summary: 'requests a second from one address; 200', setting: 'serve-rate' },
  {
    name: '--max-transfers',
    value: 'N',
    summary: 'transfers at once; 512',
    setting: 'max-transfers',
  },
  {
    name: '--single-port',
    summary: 'everything from the listening port: for NAT, containers and load balancers',
    setting: 'single-port',
  },
  {
    name: '--port-range',
    value: 'MIN:MAX',
    summary: "ports of the transfers; the system's choice",
    setting: 'ports',
  },
  {
    name: '--unique-root',
    value: 'ip',
    kind: 'word',
    words: ['ip'],
    summary: 'each client in a directory of its own, named after its address',
    setting: 'serve-root',
  },
  {
    name: '--rewrite',
    value: 'FILE',
    kind: 'local',
    summary: 'rules that every name goes through; see "help serving"',
    setting: 'serve-rewrite',
  },
  {
    name: '--caseless',
    summary: 'capitals do not matter where only one file is meant',
    setting: 'serve-caseless',
  },
  {
    name: '--growing',
    summary: 'files may grow while they are sent, such as logs: they are sent up to their size at the start',
    setting: 'serve-growing',
  },
  {
    name: '--user',
    value: 'NAME',
    summary: 'whom root becomes once the port is bound',
    setting: 'serve-user',
  },
];

/** The settings as they hold for this call: the flags win. */
export function wishesOf(call: Pick<Call, 'flags'>, chosen: Chosen): Chosen | Misuse {
  let wishes = chosen;
  for (const { name, setting, value, sets = 'on' } of serveFlags) {
    const word = call.flags.get(name);
    const row = findSetting(setting);
    if (word === undefined || row === undefined) continue;
    const read = readSetting(row, value === undefined ? sets : word.text);
    if (!read.ok) return { ...read, word, message: read.message.replace(row.name, name) as Printable };
    wishes = withSetting(wishes, setting, read.value);
  }
  return checked(call, wishes);
}

/** What cannot be together on one line. What a setting says gives way to a flag. */
function checked({ flags }: Pick<Call, 'flags'>, wishes: Chosen): Chosen | Misuse {
  const bad = (flag: string, message: string): Misuse | undefined => {
    const word = flags.get(flag);
    return word === undefined ? undefined : misuse(message, word);
  };
  if (flags.has('--lan') && flags.has('--host'))
    return bad('--host', '--lan listens on every address, --host on one: not both.') ?? wishes;
  if (flags.has('--mkdir') && wishes['serve-write'] !== true)
    return bad('--mkdir', '--mkdir goes with --write: only new files need directories.') ?? wishes;
  if (flags.has('--host')) return withSetting(wishes, 'serve-lan', undefined);
  return flags.has('--lan') ? withSetting(wishes, 'serve-host', undefined) : wishes;
}
