// Transfer identifiers (RFC 1350 §4): the address and UDP port of one side, normalised so that
// the same address always has the same text.

/**
 * One side of a transfer. `address` is a numeric IPv4 or IPv6 address in the form that {@link tid} gives
 * it: an IPv4-mapped IPv6 address is written as IPv4, and a zone follows after `%`. `port` is 0…65535.
 */
export interface Tid {
  readonly address: string;
  readonly port: number;
}

/** Makes a {@link Tid}: `::ffff:127.0.0.1` becomes `127.0.0.1`, hexadecimal digits become lower case. */
export function tid(address: string, port: number): Tid {
  return { address: normalAddress(address), port };
}

function normalAddress(address: string): string {
  if (!address.includes(':')) return address;
  const zone = address.indexOf('%');
  const plain = (zone < 0 ? address : address.slice(0, zone)).toLowerCase();
  if (plain.startsWith('::ffff:') && plain.includes('.')) return plain.slice(7);
  return zone < 0 ? plain : plain + address.slice(zone);
}

/** Whether both have the same address and the same port. */
export function sameTid(a: Tid, b: Tid): boolean {
  return a.port === b.port && a.address === b.address;
}

/** `192.0.2.1:69`, `[2001:db8::1]:69`: numeric, so it is printable as it is. */
export function formatTid({ address, port }: Tid): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
