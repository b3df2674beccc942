// Who may ask our server at all: lists of blocks of addresses, read once. Imports wire.
import { isWithinAny, parseCidr, type Cidr } from '../../wire/cidr.ts';
import { quoted } from '../../wire/text.ts';
import { usageError } from '../client/options.ts';

export interface Access {
  readonly allow: readonly Cidr[];
  readonly deny: readonly Cidr[];
}

/** @throws TftpError `by: 'usage'` naming the text that is no block of addresses. */
export function accessFor(settings: {
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
}): Access {
  const { allow = [], deny = [] } = settings;
  return { allow: allow.map(blockOf), deny: deny.map(blockOf) };
}

/** What is denied is denied, whatever is allowed; where something is allowed, nothing else is. */
export function mayAsk({ allow, deny }: Access, address: string): boolean {
  if (deny.length > 0 && isWithinAny(deny, address)) return false;
  return allow.length === 0 || isWithinAny(allow, address);
}

function blockOf(text: string): Cidr {
  const parsed = parseCidr(text);
  if ('message' in parsed) throw usageError(`${quoted(text)} is no block of addresses: ${parsed.message}`);
  return parsed;
}
