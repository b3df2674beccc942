// A server by hand for exams: it answers each packet at once, within the event in which it arrives.
import { decode } from '../../../src/wire/decode.ts';
import { encode } from '../../../src/wire/encode.ts';
import type { Packet } from '../../../src/wire/packet.ts';
import type { Tid } from '../../../src/wire/tid.ts';
import { inWords } from '../../support/raw-peer.ts';
import type { MemoryStage } from '../../support/towers.ts';

/** Sends a packet to the client that was heard last. */
export type Reply = (packet: Packet) => void;

export const scriptedAddress = '192.0.2.1';

/** Opens port 69 of {@link scriptedAddress}. `answer` gets each packet in words, as `DATA 1 (512)`. */
export async function scriptedServer(
  { network, undo }: MemoryStage,
  answer: (words: string, reply: Reply) => void,
): Promise<void> {
  const host = network.host(scriptedAddress);
  const port = await host.open({
    ...{ address: scriptedAddress, port: 69, role: 'listen', tag: { transfer: 0, side: 'server' } },
    events: {
      datagram: (octets: Uint8Array, from: Tid) =>
        answer(inWords(decode(octets)), (packet) => port.send(from, encode(packet))),
      unreachable: () => undefined,
      failed: () => undefined,
    },
  });
  undo.push(() => port.close());
}
