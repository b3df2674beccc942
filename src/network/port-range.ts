// Which local ports are tried, and in which order. Pure.
import type { PortOptions } from './network.ts';
import type { Random } from './random.ts';

/** The ports to try: a single port, or all ports of a range, starting with a random one. */
export function* portsOf(port: PortOptions['port'], random: Random): Generator<number, void> {
  if (typeof port === 'number') {
    yield port;
    return;
  }
  const count = port.to - port.from + 1;
  const first = Math.floor(random() * count);
  for (let step = 0; step < count; step++) yield port.from + ((first + step) % count);
}

/** Calls `open` with each port until one is free. @returns its result. Throws with code `EADDRINUSE` if all are in use. */
export function firstFree<T>(address: string, ports: Iterable<number>, open: (port: number) => T): T {
  let tried = 0;
  let last = 0;
  let busy: unknown;
  for (const port of ports) {
    try {
      return open(port);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
      busy = error;
      last = port;
      tried++;
    }
  }
  const message =
    tried === 1
      ? `port ${last} of ${address} is in use`
      : `all ${tried} ports of the range are in use on ${address}`;
  throw Object.assign(new Error(message, { cause: busy }), { code: 'EADDRINUSE' });
}
