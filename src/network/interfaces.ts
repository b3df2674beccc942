// The present addresses of this machine. They change as interfaces come and go.
// Rule: an address is written as in the source of a datagram, so that equal texts mean the same address.
import { networkInterfaces } from 'node:os';
import { tid } from '../wire/tid.ts';

/** The interfaces and their addresses; none where the system does not list them: no permission, no descriptor left. */
export function interfacesNow(): ReturnType<typeof networkInterfaces> {
  try {
    return networkInterfaces();
  } catch {
    return {};
  }
}

/** Every numeric address of every interface that is up, IPv6 link-local ones with their zone; sorted, each once. */
export function localAddresses(): readonly string[] {
  return addressesOf(interfacesNow());
}

/** The addresses in the system's answer; see {@link localAddresses}. */
export function addressesOf(interfaces: ReturnType<typeof networkInterfaces>): readonly string[] {
  const found = new Set<string>();
  for (const [name, addresses] of Object.entries(interfaces))
    for (const { address, family } of addresses ?? [])
      // RFC 4007 §6: a link-local address is unique only on its link.
      found.add(
        tid(family === 'IPv6' && /^fe[89ab]/i.test(address) ? `${address}%${name}` : address, 0).address,
      );
  return [...found].sort();
}

/** The IPv6 networks that this machine is attached to, as `fd00::1/64`. */
export function localNetworks(): readonly string[] {
  return networksOf(interfacesNow());
}

/** See {@link localNetworks}: from the system's answer. */
export function networksOf(interfaces: ReturnType<typeof networkInterfaces>): readonly string[] {
  return Object.values(interfaces).flatMap((addresses) =>
    (addresses ?? []).flatMap(({ cidr, family }) => (family === 'IPv6' && cidr !== null ? [cidr] : [])),
  );
}
