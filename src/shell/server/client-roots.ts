// The directory that each client gets with --unique-root: named after its address, its MAC address or its subnet.
// Rule: a client whose name is not known gets nothing.
import type { OfferingClient } from '../../files/file.ts';
import { clientDirectory } from '../../files/offerings/wrappers.ts';
import { problem } from '../../files/problem.ts';
import { parseAddress } from '../../wire/cidr.ts';
import { prefixLength } from '../settings/server-rows.ts';
import type { MacOf } from './neighbours.ts';

/** The name of a client's directory. Rejects with FileError `denied` where the client has none. */
export type NameOfRoot = (by: OfferingClient) => Promise<string> | string;

/** The prefix lengths of `subnet`. That of IPv6 is one link (RFC 4291 §2.5.4). */
const subnet = { four: 24, six: 64 } as const;

/** How directories are named with a value of the setting serve-root; undefined: all clients share one. */
export function rootNames(value: string, macOf: MacOf): NameOfRoot | undefined {
  if (value === 'ip') return clientDirectory;
  if (value === 'subnet') return (by) => subnetName(by, subnet.four);
  if (value === 'mac') return (by) => macName(by, macOf);
  const length = prefixLength.exec(value)?.[1];
  return length === undefined ? undefined : (by) => subnetName(by, Number(length));
}

async function macName({ address }: OfferingClient, macOf: MacOf): Promise<string> {
  const mac = await macOf(address);
  if (mac === undefined) throw problem('denied', 'The MAC address of this client is not known');
  return mac;
}

/** `10.1.16.0_20`, `2001-db8-0-1_64`. */
function subnetName({ address }: OfferingClient, length: number): string {
  const octets = parseAddress(address);
  if (octets === undefined) throw problem('denied');
  const isFour = octets.length === 4;
  const bits = isFour ? length : subnet.six;
  const kept = octets.map(
    (octet, at) => octet & ((0xff00 >> Math.min(8, Math.max(0, bits - 8 * at))) & 0xff),
  );
  if (isFour) return `${kept.join('.')}_${bits}`;
  const groups = [0, 2, 4, 6].map((at) => (((kept[at] ?? 0) << 8) | (kept[at + 1] ?? 0)).toString(16));
  return `${groups.join('-')}_${bits}`;
}
