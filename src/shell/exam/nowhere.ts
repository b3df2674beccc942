// A destination that counts octets and keeps none.
import { Writable } from 'node:stream';
import type { Destination } from '../../engine/client/requests.ts';

export function nowhere(): Destination {
  return { type: 'stream', stream: new Writable({ write: (_octets, _encoding, done) => done() }) };
}
