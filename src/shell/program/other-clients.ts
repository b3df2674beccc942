// The command lines of BusyBox tftp and atftp, written as ours: -g, -p and --option say that one of them is meant. Pure.
import { isMisuse, misuse } from '../language/misuse.ts';
import type { Misuse } from '../language/misuse.ts';

/** What their flags mean; the value is the next word, or follows a letter at once. */
const flags = [
  { forms: ['-g', '--get'], means: 'get' },
  { forms: ['-p', '--put'], means: 'put' },
  { forms: ['-r', '--remote-file'], means: 'remote', takes: true },
  { forms: ['-l', '--local-file'], means: 'local', takes: true },
  { forms: ['-b'], means: 'blksize', takes: true },
] as const;

type Meaning = (typeof flags)[number]['means'];

/** The flag of ours for each `--option "NAME VALUE"` of atftp; undefined: the option is always offered. */
const options: ReadonlyMap<string, string | undefined> = new Map([
  ['blksize', '--blksize'],
  ['windowsize', '--windowsize'],
  // RFC 2349: the client offers the interval after which it resends.
  ['timeout', '--rexmt'],
  ['tsize', undefined],
]);

/** Options of others that are not options of our requests, each with the command that does the same. */
const insteadOf: Readonly<Record<string, string>> = {
  multicast: '--extensions HOST -c get --multicast',
  disable: '--no-options HOST -c get',
};

/**
 * The arguments as ours: `-g -r NAME -l LOCAL HOST` becomes `HOST -c get NAME LOCAL`, and `--option "blksize 1468"` becomes
 * `--blksize=1468`. Other arguments without -g or -p are returned as they are. It is a misuse if no file or no host is
 * named, or if both directions are.
 */
export function fromOtherClients(
  argv: readonly string[],
  isCommand: (word: string) => boolean,
): readonly string[] | Misuse {
  const found = new Map<Meaning, string>();
  const rest: string[] = [];
  // The arguments with nothing but their options written as ours.
  const plain: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? '';
    // What follows belongs to a command of ours.
    if (word === '-c' || word === '--' || isCommand(word)) {
      for (const list of [rest, plain]) list.push(...argv.slice(at));
      break;
    }
    const [name, attached] = word.split(/=(.*)/s);
    if (name === '--option') {
      const ours = optionFlags(attached ?? argv[++at] ?? '');
      if (isMisuse(ours)) return ours;
      for (const list of [rest, plain]) list.push(...ours);
      continue;
    }
    const from = at;
    const taken = split(word);
    for (const { means, attached: value, takes } of taken ?? [])
      found.set(means, takes && value === '' ? (argv[++at] ?? '') : value);
    if (taken === undefined) rest.push(word);
    plain.push(...argv.slice(from, at + 1));
  }
  return found.has('get') || found.has('put') ? asOurs(found, rest) : plain;
}

/** The flag of ours for the value of `--option`. */
function optionFlags(text: string): readonly string[] | Misuse {
  const [name = '', value = ''] = text.trim().toLowerCase().split(/\s+/);
  const instead = insteadOf[name];
  if (instead !== undefined) return misuse(`--option ${name}: "tftpsh ${instead} FILE"`);
  const flag = options.get(name);
  if (flag !== undefined && value !== '') return [`${flag}=${value}`];
  if (flag === undefined && options.has(name)) return [];
  return misuse('--option takes an option and its value: "tftpsh --blksize 1468 HOST -c get FILE"');
}

function asOurs(found: ReadonlyMap<Meaning, string>, rest: readonly string[]): readonly string[] | Misuse {
  if (found.has('get') && found.has('put')) return misuse('-g gets and -p puts: give one of them');
  const verb = found.has('get') ? 'get' : 'put';
  const [from, to] = verb === 'get' ? (['remote', 'local'] as const) : (['local', 'remote'] as const);
  const source = found.get(from) ?? found.get(to) ?? '';
  const target = found.get(to) ?? '';
  const line = `tftpsh HOST -c ${verb} ${verb === 'get' ? 'REMOTE [LOCAL]' : 'LOCAL [REMOTE]'}`;
  if (source === '') return misuse(`-${verb.slice(0, 1)} needs a file, -r NAME or -l NAME: "${line}"`);
  if (!rest.some((word) => !word.startsWith('-'))) return misuse(`which host? "${line}"`);
  const blksize = found.get('blksize');
  const size = blksize === undefined ? [] : [`--blksize=${blksize}`];
  return [...size, ...rest, '-c', verb, source, ...(target === '' ? [] : [target])];
}

interface Taken {
  readonly means: Meaning;
  readonly takes: boolean;
  /** The value that follows the letter or the sign at once. */
  readonly attached: string;
}

/** The flags in a word, as getopt reads it: `-gr NAME` has two. Undefined if one of them is not theirs. */
function split(word: string): readonly Taken[] | undefined {
  const [name = '', value = ''] = word.startsWith('--') ? word.split(/=(.*)/s) : [word];
  const long = flags.find(({ forms }) => (forms as readonly string[]).includes(name));
  if (long !== undefined) return [{ means: long.means, takes: 'takes' in long, attached: value }];
  if (!/^-[a-z]{2}/.test(word)) return undefined;
  const taken: Taken[] = [];
  for (let at = 1; at < word.length; at++) {
    const flag = flags.find(({ forms }) => forms[0] === `-${word[at]}`);
    if (flag === undefined) return undefined;
    const takes = 'takes' in flag;
    taken.push({ means: flag.means, takes, attached: takes ? word.slice(at + 1) : '' });
    if (takes) break;
  }
  return taken;
}
