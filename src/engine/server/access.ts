// Which addresses may use our server: allow and deny lists of address blocks, parsed once.
import { isWithinAny, parseCidr, type Cidr } from '../../wire/cidr.ts';
import { quoted } from '../../wire/text.ts';
import { usageError } from '../tftp-error.ts';

export interface Access {
  readonly allow: readonly Cidr[];
  readonly deny: readonly Cidr[];
}

/** @throws TftpError `by: 'usage'` naming the text that is not a block of addresses. */
export function accessFor(settings: {
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
}): Access {
  const { allow = [], deny = [] } = settings;
  return { allow: allow.map(blockOf), deny: deny.map(blockOf) };
}

/** Deny wins over allow. With an allow list, an address outside of it may not ask. */
export function mayAsk({ allow, deny }: Access, address: string): boolean {
  if (deny.length > 0 && isWithinAny(deny, address)) return false;
  return allow.length === 0 || isWithinAny(allow, address);
}

function blockOf(text: string): Cidr {
  const parsed = parseCidr(text);
  if ('message' in parsed) throw usageError(`${quoted(text)} is not a block of addresses: ${parsed.message}`);
  return parsed;
}
