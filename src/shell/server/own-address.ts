// Where our server is going to listen, and whether an address is that very place. Imports the engine's types.
import { TftpError } from '../../engine/tftp-error.ts';
import { printable } from '../../wire/text.ts';
import type { Tower } from '../../engine/tower.ts';
import type { Chosen } from '../settings/table.ts';
import { settingOf } from '../settings/settings.ts';

/** The numeric address that `serve` is to listen on; undefined where nothing was said. Rejects with TftpError. */
export async function hostOf(tower: Pick<Tower, 'resolve'>, wishes: Chosen): Promise<string | undefined> {
  const host = wishes['serve-host'];
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

/** Whether a server started with `wishes` would listen there. */
export async function isOwn(
  tower: Pick<Tower, 'resolve' | 'localAddresses'>,
  wishes: Chosen,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<boolean> {
  if (settingOf(wishes, 'serve-port') !== port) return false;
  const ours = ['127.0.0.1', '::1', ...(tower.localAddresses?.() ?? [])];
  const here = (await addressesOf(tower, host)).filter(
    (address) => ours.includes(address) || address.startsWith('127.'),
  );
  const own = (await hostOf(tower, wishes)) ?? '127.0.0.1';
  const isAll = own === '0.0.0.0' || own === '::' || settingOf(wishes, 'serve-lan');
  return here.some((address) => isAll || address === own);
}
