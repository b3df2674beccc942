// Which local ports to try, and in what order. Pure.
// Imports types of this room.
import type { PortOptions } from './network.ts';
import type { Random } from './random.ts';

/** The ports to try, in turn: of a range all, from a random one on. */
export function* portsOf(port: PortOptions['port'], random: Random): Generator<number, void> {
  if (typeof port === 'number') {
    yield port;
    return;
  }
  const count = port.to - port.from + 1;
  const first = Math.floor(random() * count);
  for (let step = 0; step < count; step++) yield port.from + ((first + step) % count);
}
