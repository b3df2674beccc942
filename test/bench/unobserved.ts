// Stands in for src/network/observe.ts in a benchmark: packets to datagrams and back, and nobody is shown any of them.
import { encode, headLength, writeDataHead } from '../../src/wire/encode.ts';
import type { Network } from '../../src/network/network.ts';
import { ReceivedDatagram, type PacketNetwork } from '../../src/network/packet-network.ts';

export function observe(network: Network): PacketNetwork {
  return {
    async open({ events, ...place }) {
      const port = await network.open({
        ...place,
        events: {
          datagram: (octets, from, id) => events.received(new ReceivedDatagram(octets, from, id)),
          unreachable: (peer) => events.unreachable(peer),
          tooLarge: () => events.tooLarge?.(),
          failed: (message) => events.failed(message),
        },
      });
      const head = new Uint8Array(headLength);
      return {
        local: port.local,
        send(to, packet) {
          if (packet.op === 'DATA') {
            writeDataHead(head, packet.block);
            port.send(to, head, packet.data);
          } else port.send(to, encode(packet));
        },
        flush: () => port.flush(),
        pin: (peer) => port.pin(peer),
        unref: () => port.unref(),
        close: () => port.close(),
      };
    },
  };
}
