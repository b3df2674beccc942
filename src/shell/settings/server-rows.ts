// The rows of the table of settings that are about our own server: each holds from the next `serve` on, and flags of
// `serve` say the same for one server. Data only: settings-table.ts has them among all others.
import type { Setting, Values } from './table.ts';

/** What the settings of our own server hold. */
export interface ServerSettingValues {
  readonly 'single-port': boolean;
  readonly 'max-transfers': number;
  readonly extensions: boolean;
  readonly grace: number;
  readonly 'serve-port': number;
  readonly 'serve-host': string;
  readonly 'serve-lan': boolean;
  readonly 'serve-write': boolean;
  readonly 'serve-overwrite': boolean;
  readonly 'serve-mkdir': boolean;
  readonly 'serve-sync': boolean;
  readonly 'serve-caseless': boolean;
  readonly 'serve-root': 'shared' | 'ip';
  readonly 'serve-rewrite': string;
  readonly 'serve-allow': readonly string[] | 'any';
  readonly 'serve-deny': readonly string[] | 'none';
  readonly 'serve-rate': number;
  readonly 'serve-user': string;
}

const onOff: Values = { type: 'switch' };
const count = (from: number, to: number): Values => ({ type: 'count', from, to, words: [] });

/** One row; `next`: that it is about the next server stands behind the meaning. */
function row(
  name: keyof ServerSettingValues,
  values: Values,
  byDefault: Setting['default'],
  meaning: string,
): Setting {
  return { name, values, default: byDefault, meaning: `${meaning} (the next serve)` };
}

/** The rows, in the order of the table. */
export const serverRows: readonly Setting[] = [
  row('single-port', onOff, false, 'our server answers everything from its listening port'),
  row('max-transfers', count(1, 100_000), 512, 'transfers that our server runs at once'),
  row('extensions', onOff, false, 'our server accepts utimeout, rollover and blksize2 too'),
  row(
    'grace',
    { type: 'duration', from: 0, to: 600_000 },
    5000,
    'time that running transfers get when our server stops',
  ),
  {
    ...row('serve-port', count(0, 65_535), 6969, 'UDP port to listen on; 0 takes any free one'),
    synonyms: { tftp: '69' },
  },
  row(
    'serve-host',
    { type: 'text', what: 'an address of this machine', words: [] },
    '127.0.0.1',
    'address to listen on',
  ),
  row('serve-lan', onOff, false, 'listen on every address of this machine, as interfaces come and go'),
  row('serve-write', onOff, false, 'clients may create files'),
  row('serve-overwrite', onOff, false, 'clients may replace files that exist'),
  row('serve-mkdir', onOff, false, 'directories are made for new files'),
  row('serve-sync', onOff, true, 'an upload is acknowledged only when the disk has it'),
  row('serve-caseless', onOff, false, 'capitals in names do not matter where only one file is meant'),
  row(
    'serve-root',
    { type: 'choice', words: ['shared', 'ip'] },
    'shared',
    'ip: each client in a directory of its own, named after its address',
  ),
  row(
    'serve-rewrite',
    { type: 'text', what: 'a file of rules', words: ['none'] },
    'none',
    'rules that every requested name goes through',
  ),
  row('serve-allow', { type: 'blocks', words: ['any'] }, 'any', 'addresses that may ask our server'),
  row(
    'serve-deny',
    { type: 'blocks', words: ['none'] },
    'none',
    'addresses that may not, whatever serve-allow says',
  ),
  row('serve-rate', count(1, 1_000_000), 200, 'requests a second that our server takes from one address'),
  row(
    'serve-user',
    { type: 'text', what: 'a user of this system', words: ['none'] },
    'none',
    'whom root becomes once the port is bound',
  ),
];
