// The command lines of BusyBox tftp and atftp, written as ours: -g and -p say that one of them is meant. Pure.
import { misuse } from '../language/misuse.ts';
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

/**
 * The arguments as ours: `-g -r NAME -l LOCAL HOST` becomes `HOST -c get NAME LOCAL`. Arguments without -g or -p are
 * returned as they are. It is a misuse if no file or no host is named, or if both directions are.
 */
export function fromOtherClients(
  argv: readonly string[],
  isCommand: (word: string) => boolean,
): readonly string[] | Misuse {
  const found = new Map<Meaning, string>();
  const rest: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? '';
    // What follows belongs to a command of ours.
    if (word === '-c' || word === '--' || isCommand(word)) {
      rest.push(...argv.slice(at));
      break;
    }
    const taken = split(word);
    if (taken === undefined) {
      rest.push(word);
      continue;
    }
    for (const { means, attached, takes } of taken)
      found.set(means, takes && attached === '' ? (argv[++at] ?? '') : attached);
  }
  if (!found.has('get') && !found.has('put')) return argv;
  return asOurs(found, rest);
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
