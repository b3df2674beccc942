// The address that our server will listen on, and whether another address means that same place.
import { TftpError } from '../../engine/tftp-error.ts';
import { parseAddress } from '../../wire/cidr.ts';
import { printable } from '../../wire/text.ts';
import type { Tower } from '../../engine/tower.ts';
import type { Chosen } from '../settings/table.ts';
import { settingOf } from '../settings/settings.ts';

/** The numeric address that `serve` listens on; undefined where none is set. Rejects with TftpError. */
export async function listenAddress(
  tower: Pick<Tower, 'resolve'>,
  settings: Chosen,
): Promise<string | undefined> {
  const host = settings['serve-host'];
  return host === undefined ? undefined : (await addressesOf(tower, host))[0];
}

async function addressesOf(
  tower: Pick<Tower, 'resolve'>,
  host: string,
): Promise<readonly [string, ...string[]]> {
  const plain = host.replace(/^\[(.*)\]$/, '$1');
  const found = await tower.resolve(plain, undefined).catch(() => []);
  const [first, ...rest] = found.map(({ address }) => address);
  if (first !== undefined) return [first, ...rest];
  const message = `unknown host ${printable(host)}`;
  throw new TftpError(message, { by: 'name', host, message });
}

/** Whether a server with these settings would listen on that host and port. */
export async function isOwnAddress(
  tower: Pick<Tower, 'resolve' | 'localAddresses'>,
  settings: Chosen,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<boolean> {
  if (settingOf(settings, 'serve-port') !== port) return false;
  const ours = ['127.0.0.1', '::1', ...(tower.localAddresses?.() ?? [])].map(plainAddress);
  const there = (await addressesOf(tower, host)).map(plainAddress);
  const listening = plainAddress((await listenAddress(tower, settings)) ?? '127.0.0.1');
  const isAll = isUnspecified(listening) || settingOf(settings, 'serve-lan');
  return there.some((address) => {
    // The system sends what goes to the unspecified address to this machine, over loopback.
    if (isUnspecified(address)) return isAll || listening.startsWith('127.') || listening === '::1';
    return (ours.includes(address) || address.startsWith('127.')) && (isAll || address === listening);
  });
}

/** One text for each address: an IPv4-mapped IPv6 address is the IPv4 address (RFC 4291 §2.5.5.2). */
function plainAddress(address: string): string {
  const octets = parseAddress(address);
  return octets?.length === 4 ? octets.join('.') : address;
}

function isUnspecified(address: string): boolean {
  return parseAddress(address)?.every((octet) => octet === 0) ?? false;
}
