// How stock servers answer the questions of a probe, and which of them an unknown server is like.
// Rule: each row was measured with the program itself; test/peers/probe.test.ts and test/engine/exam measure it again.
import type { Facts } from './question.ts';

export interface Fingerprint {
  readonly software: string;
  readonly facts: Facts;
}

/** What Debian's packages of these servers answer, and our own one, with their default settings. */
export const fingerprints: readonly Fingerprint[] = [
  {
    software: 'in.tftpd (tftpd-hpa)',
    facts: {
      ...{ missing: 'ERROR 1 File not found', mode: 'ERROR 4 Unknown mode', port: 'new' },
      ...{ stranger: 'no answer', twice: 'two', apprentice: 'no', 'mode-mail': 'refuses' },
      ...{ slash: 'yes', backslash: 'no', parent: 'no', caseless: 'no' },
      ...{ blksize: 'all', blksize2: '2048', windowsize: 'ignores', timeout: '2' },
      ...{ rollover: '0', utimeout: '500000', 'x-unknown': 'ignores' },
    },
  },
  {
    software: 'atftpd',
    facts: {
      ...{ missing: 'ERROR 1 File not found', mode: 'DATA 1, 512 octets', port: 'new' },
      ...{ stranger: 'no answer', twice: 'two', apprentice: 'yes', 'mode-mail': 'supports' },
      ...{ slash: 'yes', backslash: 'no', parent: 'no', caseless: 'no' },
      ...{ blksize: 'all', blksize2: 'ignores', windowsize: '65535', timeout: '2' },
      ...{ rollover: 'ignores', utimeout: 'ignores', 'x-unknown': 'ignores' },
    },
  },
  {
    software: 'dnsmasq',
    facts: {
      ...{
        missing: 'ERROR 1 file * not found for *',
        mode: 'ERROR 4 unsupported request from *',
        port: 'new',
      },
      ...{ stranger: 'ERROR 5 ignoring packet from * (TID mismatch)', twice: 'two', apprentice: 'no' },
      ...{ 'mode-mail': 'refuses', slash: 'yes', backslash: 'yes', parent: 'no', caseless: 'no' },
      ...{ blksize: 'lowers', blksize2: 'ignores', windowsize: 'ignores', timeout: 'ignores' },
      ...{ rollover: 'ignores', utimeout: 'ignores', 'x-unknown': 'ignores' },
    },
  },
  {
    software: 'tftpsh',
    facts: {
      ...{ missing: 'ERROR 1 File not found', mode: 'ERROR 4 Illegal TFTP operation: unknown mode' },
      ...{ port: 'new', stranger: 'ERROR 5 Unknown transfer ID', twice: 'one', apprentice: 'no' },
      ...{ 'mode-mail': 'refuses', slash: 'yes', backslash: 'yes', parent: 'no', caseless: 'no' },
      ...{ blksize: 'all', blksize2: 'ignores', windowsize: '64', timeout: '2' },
      ...{ rollover: 'ignores', utimeout: 'ignores', 'x-unknown': 'ignores' },
    },
  },
];

/** Facts that depend on the program alone, and not on the file, the host or its load. */
const telling: readonly string[] = [
  ...['missing', 'mode', 'port', 'stranger', 'twice', 'apprentice', 'mode-mail'],
  ...['slash', 'backslash', 'parent', 'caseless'],
  ...['blksize', 'blksize2', 'windowsize', 'timeout', 'rollover', 'utimeout', 'x-unknown'],
];

/** The telling facts, without the names and addresses of one host, and without sizes that follow from its MTU. */
export function fingerprintOf(facts: ReadonlyMap<string, string>): Facts {
  const known = telling.flatMap((name) => {
    const value = facts.get(name);
    return value === undefined ? [] : [[name, generalized(name, value)] as const];
  });
  return Object.fromEntries(known);
}

/** A path, an address, or the name that we asked for. */
const ofOneHost = /\S*\/\S+|\b\d{1,3}(?:\.\d{1,3}){3}\b|\S*tftpsh-\S+/g;

function generalized(name: string, value: string): string {
  if (name !== 'blksize' || !/^\d+$/.test(value)) return value.replace(ofOneHost, '*');
  return Number(value) >= 65_464 ? 'all' : 'lowers';
}

/** Fewer equal facts say nothing. */
const least = { facts: 8, share: 0.8 };

export interface Likeness {
  readonly software: string;
  /** Facts that are equal, and facts that were compared. */
  readonly equal: number;
  readonly of: number;
}

/** The stock server that answers most alike; undefined: none is near, or too little is known. */
export function likeness(facts: ReadonlyMap<string, string>): Likeness | undefined {
  const found = fingerprintOf(facts);
  const all = fingerprints.map(({ software, facts: known }) => {
    const compared = Object.entries(known).filter(([name]) => found[name] !== undefined);
    const equal = compared.filter(([name, value]) => found[name] === value).length;
    return { software, equal, of: compared.length };
  });
  const [best, second] = all.sort((a, b) => b.equal - a.equal);
  if (best === undefined || best.of < least.facts || best.equal < least.share * best.of) return undefined;
  return second?.equal === best.equal ? undefined : best;
}
