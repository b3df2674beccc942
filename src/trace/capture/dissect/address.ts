// Numeric IP addresses: text to octets and back, in the canonical form of RFC 5952, so that equal addresses are equal text.
// Total: undefined for anything that is not an address.

/** The 4 or 16 octets of a numeric address; a zone after `%` is dropped. Undefined for anything else. */
export function parseAddress(text: string): Uint8Array | undefined {
  const zone = text.indexOf('%');
  const plain = zone < 0 ? text : text.slice(0, zone);
  return plain.includes(':') ? parseIpv6(plain) : parseIpv4(plain);
}

/** The text of 4 or 16 octets; an IPv4-mapped IPv6 address as IPv4, as in every TID. */
export function formatAddress(octets: Uint8Array): string {
  if (octets.length === 4) return octets.join('.');
  if (isMapped(octets)) return octets.subarray(12).join('.');
  return formatIpv6(octets);
}

/** The 16 octets of the IPv4-mapped form (RFC 4291 §2.5.5.2); 16 octets stay as they are. */
export function asIpv6(octets: Uint8Array): Uint8Array {
  if (octets.length === 16) return octets;
  const mapped = new Uint8Array(16);
  mapped.fill(0xff, 10, 12);
  mapped.set(octets, 12);
  return mapped;
}

/** Whether an address means many hosts: then the answer comes from another address. */
export function meansMany(address: string): boolean {
  const octets = parseAddress(address);
  if (octets === undefined) return false;
  const first = octets[0] ?? 0;
  if (octets.length === 16) return first === 0xff;
  // RFC 5771: 224.0.0.0/4 is multicast; RFC 919 §7: all ones is everybody on this network.
  return (first >= 224 && first < 240) || address === '255.255.255.255';
}

// Digit by digit: both addresses of every recorded packet pass here.
function parseIpv4(text: string): Uint8Array | undefined {
  const octets = new Uint8Array(4);
  let part = 0;
  let digits = 0;
  let value = 0;
  for (let at = 0; at <= text.length; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      if (++digits > 3 || value > 255) return undefined;
    } else {
      if (digits === 0 || part > 3 || (at < text.length && text[at] !== '.')) return undefined;
      octets[part++] = value;
      digits = 0;
      value = 0;
    }
  }
  return part === 4 ? octets : undefined;
}

function parseIpv6(text: string): Uint8Array | undefined {
  const dotted = /^(.*:)([\d.]+)$/.exec(text);
  let groups = text;
  if (dotted?.[2]?.includes('.') === true) {
    const tail = parseIpv4(dotted[2]);
    if (tail === undefined) return undefined;
    const [a = 0, b = 0, c = 0, d = 0] = tail;
    groups = `${dotted[1] ?? ''}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  }
  const halves = groups.split('::');
  if (halves.length > 2) return undefined;
  const before = words(halves[0] ?? '');
  const after = words(halves[1] ?? '');
  if (before === undefined || after === undefined) return undefined;
  const missing = 8 - before.length - after.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const all = [...before, ...Array<number>(missing).fill(0), ...after];
  return Uint8Array.from(all.flatMap((word) => [word >> 8, word & 0xff]));
}

function words(text: string): readonly number[] | undefined {
  if (text === '') return [];
  const groups = text.split(':');
  if (groups.length > 8 || !groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.map((group) => parseInt(group, 16));
}

function isMapped(octets: Uint8Array): boolean {
  return octets[10] === 0xff && octets[11] === 0xff && octets.subarray(0, 10).every((octet) => octet === 0);
}

// RFC 5952 §4: lower case, no leading zeros, the first longest run of two or more zero groups becomes `::`.
function formatIpv6(octets: Uint8Array): string {
  const groups: string[] = [];
  for (let at = 0; at < 16; at += 2)
    groups.push((((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0)).toString(16));
  let start = 0;
  let length = 1;
  for (let from = 0; from < 8; from++) {
    let to = from;
    while (to < 8 && groups[to] === '0') to++;
    if (to - from > length) [start, length] = [from, to - from];
  }
  if (length < 2) return groups.join(':');
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + length).join(':')}`;
}
