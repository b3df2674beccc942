// The address that our server will listen on, and whether another address means that same place.
import { TftpError } from '../../engine/tftp-error.ts';
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
  const ours = ['127.0.0.1', '::1', ...(tower.localAddresses?.() ?? [])];
  const local = (await addressesOf(tower, host)).filter(
    (address) => ours.includes(address) || address.startsWith('127.'),
  );
  const listening = (await listenAddress(tower, settings)) ?? '127.0.0.1';
  const isAll = listening === '0.0.0.0' || listening === '::' || settingOf(settings, 'serve-lan');
  return local.some((address) => isAll || address === listening);
}
