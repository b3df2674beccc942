// What a library user may offer beside a directory and two functions: a web server, another TFTP server, memory.
// Imports network, files.
import type { Offering } from '../../files/file.ts';
import { realClock } from '../../network/clock.ts';
import { httpOver } from '../../network/http.ts';
import { gatewayOffering } from '../offerings/web.ts';
import { proxyOffering, type ProxyOptions } from '../offerings/tftp.ts';
import { systemTower } from '../system.ts';
import type { Tower } from '../tower.ts';

/** Milliseconds that a web server may take until it answers, and between two pieces. */
const patience = 10_000;

/**
 * Files below `base` (`http://` or `https://`), each fetched when it is asked for; read-only, and without a list.
 * @throws TftpError `by: 'usage'` where `base` is no such address, or has a query, a fragment or a password.
 */
export function webOffering(base: string): Offering {
  return gatewayOffering(base, httpOver(realClock, patience));
}

/** Files of another TFTP server, asked for when they are asked for here; without a list. */
export function tftpOffering(options: ProxyOptions, tower: Tower = systemTower()): Offering {
  return proxyOffering(tower, options);
}
