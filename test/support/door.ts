// Which door for datagrams the tests use: by default a pinned port changes over to the native one at once, so that it is
// tested; with TFTPSH_NATIVE=0 none ever does.
import type { UdpOptions } from '../../src/network/udp.ts';

export const door: Pick<UdpOptions, 'nativeAfter'> = {
  nativeAfter: process.env['TFTPSH_NATIVE'] === '0' ? Infinity : 1,
};
