// The addresses of this machine as they are now: what comes and goes with its interfaces.
// Rule: told as datagrams' sources are, so that equal means same.
import { networkInterfaces } from 'node:os';
import { tid } from '../wire/tid.ts';

/** Every numeric address of every interface that is up, IPv6 link-local ones with their zone; sorted, each once. */
export function localAddresses(): readonly string[] {
  return addressesOf(networkInterfaces());
}

/** See {@link localAddresses}: from the system's answer. */
export function addressesOf(interfaces: ReturnType<typeof networkInterfaces>): readonly string[] {
  const found = new Set<string>();
  for (const [name, addresses] of Object.entries(interfaces))
    for (const { address, family } of addresses ?? [])
      // RFC 4007 §6: a link-local address means something only on its link.
      found.add(
        tid(family === 'IPv6' && /^fe[89ab]/i.test(address) ? `${address}%${name}` : address, 0).address,
      );
  return [...found].sort();
}
