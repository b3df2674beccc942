// The value of the option multicast (RFC 2090): `addr,port,mc` in an OACK, nothing in a request. Pure; nothing throws.
// Rule: the form is read strictly, so that a client never joins a group by mistake.
import { parseAddress } from './cidr.ts';
import { parseDecimal } from './decimal.ts';
import { findOption, option } from './options.ts';
import type { WireOption } from './packet.ts';
import { raw } from './text.ts';
import { tid, type Tid } from './tid.ts';

/** The name of the option. */
export const multicastName = 'multicast';

/** What an OACK says to one client of a group. */
export interface GroupRole {
  /** Where the blocks are sent to. Undefined: the client knows it from an earlier OACK. */
  readonly group: Tid | undefined;
  /** Whether this client is the master client: the one that sends the ACKs. */
  readonly isMaster: boolean;
}

/** What every multicast address has, also as an IPv6 one. Each packet of a trace is asked, so this is looked at first. */
const sign = /(?:^|:)2(?:2[4-9]|3[0-9])\.|:ffff:e/i;

/** Whether the numeric address is an IPv4 multicast address (RFC 5771). */
export function isMulticast(address: string): boolean {
  if (!sign.test(address)) return false;
  const octets = parseAddress(address);
  return octets?.length === 4 && ((octets[0] ?? 0) & 0xf0) === 0xe0;
}

/** The option multicast among `options`: undefined where it is missing, `malformed` where its value is not one of an OACK. */
export function groupRoleOf(options: readonly WireOption[]): GroupRole | 'malformed' | undefined {
  const found = findOption(options, multicastName);
  return found === undefined ? undefined : (parseGroupRole(raw(found.value)) ?? 'malformed');
}

/** `239.255.0.1,1758,1`, or `,,1` for a group that is known already. */
export function parseGroupRole(value: string): GroupRole | undefined {
  const [address = '', port = '', role = '', ...rest] = value.split(',');
  if (rest.length > 0 || (role !== '0' && role !== '1')) return undefined;
  const isMaster = role === '1';
  if (address === '' && port === '') return { group: undefined, isMaster };
  const number = port.length <= 5 ? parseDecimal(port) : undefined;
  if (!isMulticast(address) || number === undefined || number < 1 || number > 65_535) return undefined;
  return { group: tid(address, number), isMaster };
}

/** The option as a server sends it to a client of `group`. */
export function groupRoleOption({ address, port }: Tid, isMaster: boolean): WireOption {
  return option(multicastName, `${address},${port},${isMaster ? 1 : 0}`);
}

/** The option as a client asks for it. */
export const multicastRequest: WireOption = option(multicastName, '');
